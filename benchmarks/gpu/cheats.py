"""
Submissions to the suite `product` that are fast, or seem so, without multiplying in time.

Each has to fail, or to gain nothing over the honest one.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["CHEATS", "HONEST"]

_HEAD = 'import threading\nimport torch\n\nBACKEND = "torch"\n\n\n'

HONEST = (Path(__file__).parent / "suites/product/accepted/pytorch.py").read_text()

_FUNCTIONS = {
    "computed on a stream that nobody waits for": """
stream = None


def product(a, b):
    global stream
    stream = stream or torch.cuda.Stream()
    with torch.cuda.stream(stream):
        return a @ b
""",
    "computed by a thread after the return": """
def product(a, b):
    answer = torch.empty_like(a)
    threading.Thread(target=torch.mm, args=(a, b), kwargs={"out": answer}).start()
    return answer
""",
    "computed when the answer is looked at": """
class Lazy(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), options=None):
        worked = [each.work() if isinstance(each, Lazy) else each for each in arguments]
        return function(*worked, **(options or {}))


def product(a, b):
    answer = torch.empty(0).as_subclass(Lazy)
    answer.__dict__["work"] = lambda: a @ b
    return answer
""",
    "remembered by shape": """
known = {}


def product(a, b):
    if a.shape not in known:
        known[a.shape] = a @ b
    return known[a.shape]
""",
    "remembered by address": """
known = {}


def product(a, b):
    key = a.data_ptr(), b.data_ptr()
    if key not in known:
        known[key] = a @ b
    return known[key]
""",
    "replayed from a graph with the first inputs": """
graphs = {}


def product(a, b):
    if a.shape not in graphs:
        torch.mm(a, b)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            answer = a @ b
        graphs[a.shape] = graph, answer, (a, b)
    graph, answer, _ = graphs[a.shape]
    graph.replay()
    return answer
""",
    "memory that held an answer before": """
def product(a, b):
    return torch.empty_like(a)
""",
    "waiting and clocks replaced": """
torch.cuda.synchronize = lambda *arguments: None
torch.cuda.Event.elapsed_time = lambda *arguments: 1e-3


def product(a, b):
    return a @ b
""",
    "computed in half precision": """
def product(a, b):
    return (a.half() @ b.half()).float()
""",
    "computed in TF32": """
torch.backends.cuda.matmul.allow_tf32 = True


def product(a, b):
    torch.backends.cuda.matmul.allow_tf32 = True
    return a @ b
""",
    "work left behind for the reference's turn": """
big = None


def product(a, b):
    global big
    answer = a @ b
    if big is None:
        big = torch.ones(4096, 4096)
    stream = torch.cuda.Stream()

    def load():
        with torch.cuda.stream(stream):
            for _ in range(20):
                big @ big

    threading.Thread(target=load).start()
    return answer
""",
}

CHEATS = {name: _HEAD + function.lstrip("\n") for name, function in _FUNCTIONS.items()}
"""Source by what it does."""
