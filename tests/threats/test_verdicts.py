"""Cheats: none gets a point that it did not earn, and none costs another task its verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchharness.content import content_root

from .graded import HISTOGRAM, MIDPOINT, WORKER, judged, run, verdicts

LOST = ("failed", "error", "timeout", "memory", "crashed", "missing", "tampered")

READING = {
    "frames": """
import sys
def midpoint_threshold(p1, p2):
    frame = sys._getframe()
    while frame:
        for value in [*frame.f_locals.values(), *frame.f_globals.values()]:
            if getattr(value, "__name__", "") == "midpoint_threshold" and value not in ours:
                return value(p1, p2)
        frame = frame.f_back
ours = [midpoint_threshold]
""",
    "garbage_collector": """
import gc
def midpoint_threshold(p1, p2):
    for thing in gc.get_objects():
        name = getattr(type(thing), "__name__", "")
        if name in ("Task", "Case", "CaseResult") or (
            name == "function" and thing.__module__ != __name__
            and thing.__name__ == "midpoint_threshold"
        ):
            return thing(p1, p2)
""",
    "reference_by_path": f"""
def midpoint_threshold(p1, p2):
    scope = {{}}
    exec(open({str(content_root() / "reference" / "thresholding.py")!r}).read(), scope)
    return scope["midpoint_threshold"](p1, p2)
""",
    "suite_by_path": f"""
def midpoint_threshold(p1, p2):
    open({str(content_root() / "suites" / "thresholding" / "bench_thresholding.py")!r}).read()
    return (p1 + p2) / 2
""",
    "reference_by_import": """
def midpoint_threshold(p1, p2):
    from benchharness.suite.load import find_suite, load_suite
    tasks = {task.name: task for task in load_suite(find_suite("thresholding")).tasks}
    return tasks["midpoint_threshold"].reference(p1, p2)
""",
    "reference_by_search": """
import os
def midpoint_threshold(p1, p2):
    for folder, _, names in os.walk("/"):
        if folder.startswith(("/proc", "/sys")):
            continue
        for name in names:
            if name in ("bench_thresholding.py", "grader.py") or (
                name == "thresholding.py" and os.path.basename(folder) == "reference"
            ):
                open(os.path.join(folder, name)).read()
                return (p1 + p2) / 2
""",
    "environment_of_others": """
import os
def midpoint_threshold(p1, p2):
    for number in filter(str.isdigit, os.listdir("/proc")):
        if number not in ("self", str(os.getpid())):
            open(f"/proc/{number}/environ", "rb").read()
            return (p1 + p2) / 2
    raise LookupError("nobody is to be seen")
""",
    "memory_of_the_parent": """
import os
def midpoint_threshold(p1, p2):
    open(f"/proc/{os.getppid()}/mem", "rb").read(1)
    return (p1 + p2) / 2
""",
    "memory_of_the_parent_by_call": """
import ctypes, os
def midpoint_threshold(p1, p2):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, os.getppid() or 1, 0, 0):
        raise OSError(ctypes.get_errno(), "ptrace")
    return (p1 + p2) / 2
""",
    "network": """
import socket
def midpoint_threshold(p1, p2):
    socket.create_connection(("127.0.0.1", 22), 1)
    return (p1 + p2) / 2
""",
    "other_program": """
import subprocess, sys
def midpoint_threshold(p1, p2):
    return float(subprocess.check_output([sys.executable, "-c", f"print(({p1} + {p2}) / 2)"]))
""",
    "replaces_itself": """
import os, sys
def midpoint_threshold(p1, p2):
    os.execv(sys.executable, [sys.executable, "-c", "pass"])
""",
    "another_submission": """
import glob, os
def midpoint_threshold(p1, p2):
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    others = [n for n in os.listdir(folder) if n not in os.path.abspath(__file__)]
    return open(glob.glob(os.path.join(folder, others[0], "*.py"))[0]).read()
""",
}

COMPARING = {
    "int_that_equals_everything": """
class Any(int):
    __eq__ = __ge__ = __le__ = lambda self, other: True
    __hash__ = int.__hash__
def midpoint_threshold(p1, p2): return Any(0)
""",
    "float_that_equals_everything": """
class Any(float):
    __eq__ = __ge__ = __le__ = lambda self, other: True
    __sub__ = __rsub__ = lambda self, other: 0.0
    __hash__ = float.__hash__
def midpoint_threshold(p1, p2): return Any(0)
""",
    "array_with_functions_of_its_own": """
import numpy as np
class Agreeing(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.True_
    def __array_function__(self, function, types, args, kwargs): return True
def grey_histogram(image): return np.zeros(256).view(Agreeing)
""",
    "array_in_disguise": """
import numpy as np
class Lazy:
    shape, dtype, ndim = (256,), np.dtype(float), 1
    def __init__(self, image): self.image = image
    def __array__(self, *args, **kwargs):
        return np.bincount(self.image.ravel(), minlength=256) / self.image.size
def grey_histogram(image): return Lazy(image)
""",
    "array_by_interface": """
import numpy as np
class Lazy:
    def __init__(self, image):
        self.answer = np.bincount(image.ravel(), minlength=256) / image.size
    @property
    def __array_interface__(self): return self.answer.__array_interface__
def grey_histogram(image): return Lazy(image)
""",
    "everything_masked": """
import numpy as np
def grey_histogram(image): return np.ma.masked_all(256)
""",
    "not_a_number": """
import numpy as np
def grey_histogram(image): return np.full(256, np.nan)
""",
    "broadcast_of_one_value": """
import numpy as np
def grey_histogram(image): return np.broadcast_to(1 / 256, 256)
""",
    "scalar_for_an_array": "def grey_histogram(image): return 0.0",
    "nothing_for_an_array": "def grey_histogram(image): return []",
    "column_for_a_row": HISTOGRAM.replace("image.size", "image.size)[:, None]").replace(
        "return ", "return ("
    ),
    "complex_without_imaginary_part": HISTOGRAM.replace("image.size", "(image.size + 0j)"),
    "objects_that_agree": """
import numpy as np
class Agreeing:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    def __float__(self): return 0.0
def grey_histogram(image): return np.array([Agreeing() for _ in range(256)])
""",
    "dates": """
import numpy as np
def grey_histogram(image): return np.zeros(256, "datetime64[s]")
""",
    "half_precision": HISTOGRAM.replace("image.size", "image.size").replace(
        "return np.bincount(image.ravel(), minlength=256) / image.size",
        "return (np.bincount(image.ravel(), minlength=256) / image.size).astype(np.float16)",
    ),
    "largest_numbers": """
import numpy as np
def grey_histogram(image): return np.full(256, 1.7e308)
""",
    "shape_that_changes": """
class Changing(tuple):
    seen = 0
    def __len__(self):
        Changing.seen += 1
        return Changing.seen
def midpoint_threshold(p1, p2): return Changing((1, 2, 3))
""",
    "cyclic_list": """
def midpoint_threshold(p1, p2):
    endless = []
    endless.append(endless)
    return endless
""",
    "cyclic_dict": """
def midpoint_threshold(p1, p2):
    endless = {}
    endless["again"] = endless
    return endless
""",
    "list_of_300000_levels": """
def midpoint_threshold(p1, p2):
    deep = []
    for _ in range(300_000):
        deep = [deep]
    return deep
""",
    "long_strings_beside_short_ones": """
def grey_histogram(image): return ["x" * 100_000] + ["y"] * 5_000
""",
}

TAMPERING = {
    "numpy_functions": """
import numpy as np
for name in ("allclose", "array_equal", "isnan", "isfinite", "abs", "max"):
    setattr(np, name, lambda *args, **kwargs: True)
np.testing.assert_allclose = lambda *args, **kwargs: None
def midpoint_threshold(p1, p2): return 0.0
""",
    "builtins": """
import builtins
def midpoint_threshold(p1, p2):
    for name in ("isinstance", "abs", "max", "len", "type"):
        setattr(builtins, name, lambda *args, **kwargs: True)
    return 0.0
""",
    "clock": """
import time
time.perf_counter = time.monotonic = time.time = time.process_time = lambda: 0.0
def midpoint_threshold(p1, p2):
    while True: pass
""",
    "reading_and_writing": """
import os
read, write = os.read, os.write
def midpoint_threshold(p1, p2):
    os.write = lambda fd, data: write(fd, data * 3)
    os.read = lambda fd, count: read(fd, 1)
    return 0.0
""",
    "bytes_on_every_pipe": """
import os
def midpoint_threshold(p1, p2):
    for fd in range(3, 256):
        try:
            os.write(fd, b"\\x01" * 5)
        except OSError:
            pass
    return 0.0
""",
    "ringing_early": WORKER
    + """
import os
def midpoint_threshold(p1, p2):
    os.write(worker().done, b"\\x01")
    while True: pass
""",
    "closed_channels": """
import os, time
def midpoint_threshold(p1, p2):
    os.closerange(3, 256)
    time.sleep(3600)
""",
    "channels_led_elsewhere": """
import os, time
def midpoint_threshold(p1, p2):
    nowhere = os.open("/dev/null", os.O_RDWR)
    for fd in range(3, 16):
        if fd != nowhere:
            os.dup2(nowhere, fd)
    time.sleep(3600)
""",
    "doorbell_filled": WORKER
    + """
import os, time
def midpoint_threshold(p1, p2):
    again = os.open(f"/proc/self/fd/{worker().doorbell}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True: os.write(again, b"!" * 4096)
    except BlockingIOError:
        pass
    return 0.0
""",
    "answer_stolen_back": WORKER
    + """
import os, threading
def midpoint_threshold(p1, p2):
    again = os.open(f"/proc/self/fd/{worker().done}", os.O_RDONLY | os.O_NONBLOCK)
    def steal():
        while True:
            try: os.read(again, 1)
            except BlockingIOError: pass
    threading.Thread(target=steal, daemon=True).start()
    return 0.0
""",
    "forged_answer": WORKER
    + """
from benchharness.worker.codec import pack
from benchharness.worker.messages import DONE, MAGIC, REPLY, REQUEST
import os
def midpoint_threshold(p1, p2):
    harness = worker()
    serial = REQUEST.unpack_from(harness.requests)[2]
    pack(True).write(harness.replies[REPLY.size:])
    REPLY.pack_into(harness.replies, 0, MAGIC, 2, serial)
    os.write(harness.done, DONE)
    while True: pass
""",
    "forged_outcome": WORKER
    + """
def midpoint_threshold(p1, p2):
    harness = worker()
    reply = harness.reply
    harness.reply = lambda outcome, serial, value: reply(1, serial, {"passed": True})
    return 0.0
""",
    "forged_exception": WORKER
    + """
def midpoint_threshold(p1, p2):
    harness = worker()
    reply = harness.reply
    harness.reply = lambda outcome, serial, value: reply(3, serial, [1, None])
    return 0.0
""",
    "unknown_outcome": WORKER
    + """
def midpoint_threshold(p1, p2):
    harness = worker()
    reply = harness.reply
    harness.reply = lambda outcome, serial, value: reply(77, serial, 0.0)
    return 0.0
""",
    "other_serial_number": WORKER
    + """
def midpoint_threshold(p1, p2):
    harness = worker()
    reply = harness.reply
    harness.reply = lambda outcome, serial, value: reply(outcome, serial + 1, value)
    return 0.0
""",
    "answer_of_random_bytes": WORKER
    + """
import os, random
def midpoint_threshold(p1, p2):
    harness = worker()
    reply = harness.reply
    def forged(outcome, serial, value):
        noise = random.randbytes(4096)
        write = harness.replies.__setitem__
        os.write = lambda fd, data: (write(slice(32, 32 + 4096), noise), real(fd, data))[1]
        reply(outcome, serial, value)
    real = os.write
    harness.reply = forged
    return 0.0
""",
    "answer_longer_than_the_memory": WORKER
    + """
import os, struct
def midpoint_threshold(p1, p2):
    harness = worker()
    real = os.write
    def forged(fd, data):
        harness.replies[16:32] = struct.pack("<QQ", 2**62, 2**63)
        return real(fd, data)
    os.write = forged
    return 0.0
""",
    "many_views_of_one_array": WORKER
    + """
import os, struct
from benchharness.worker import codec
def midpoint_threshold(p1, p2):
    harness = worker()
    real = os.write
    size = 100_000_000
    array = bytes((5, 5, 1)) + struct.pack("<qq", size, 1) + struct.pack("<q", 1 << 20)
    tree = bytes((6,)) + struct.pack("<I", 10_000) + array * 10_000
    message = struct.pack("<QQ", len(tree), size + (1 << 21)) + tree
    def forged(fd, data):
        harness.replies[16 : 16 + len(message)] = message
        return real(fd, data)
    os.write = forged
    return 0.0
""",
    "inputs_rewritten": WORKER
    + """
def grey_histogram(image):
    harness = worker()
    harness.requests[16:4096] = bytes(4080)
    return 0.0
""",
    "profile_and_trace": """
import sys, threading
def rewrite(frame, event, argument):
    frame.f_locals.update(passed=True, status="passed", value=None)
    return rewrite
def midpoint_threshold(p1, p2):
    sys.settrace(rewrite)
    sys.setprofile(rewrite)
    return 0.0
""",
    "import_hooks": """
import sys
class Hook:
    def find_spec(self, name, path, target=None): raise ImportError(name)
def midpoint_threshold(p1, p2):
    sys.meta_path.insert(0, Hook())
    sys.modules.clear()
    return 0.0
""",
    "pytest_skip": "import pytest\ndef midpoint_threshold(p1, p2): pytest.skip('done')",
    "pytest_exit": "import pytest\ndef midpoint_threshold(p1, p2): pytest.exit('', returncode=0)",
    "unittest_skip": """
import unittest
def midpoint_threshold(p1, p2): raise unittest.SkipTest("done")
""",
    "hypothesis_reject": """
import hypothesis
def midpoint_threshold(p1, p2): hypothesis.reject()
""",
    "hypothesis_assume": """
import hypothesis
def midpoint_threshold(p1, p2):
    hypothesis.assume(False)
""",
    "stop_iteration": "def midpoint_threshold(p1, p2): raise StopIteration",
    "ends_with_code_0": "import os\ndef midpoint_threshold(p1, p2): os._exit(0)",
    "exits_with_code_0": "import sys\ndef midpoint_threshold(p1, p2): sys.exit(0)",
    "at_exit": """
import atexit, os, sys
atexit.register(os._exit, 0)
def midpoint_threshold(p1, p2): sys.exit(0)
""",
    "results_file": """
import atexit, json, os
def forge():
    for folder in (".", "bench-results", "/tmp", "/autograder/results"):
        for name in ("run.json", "results.json"):
            try:
                with open(os.path.join(folder, name), "w") as file:
                    json.dump({"score": 100}, file)
            except OSError:
                pass
atexit.register(forge)
forge()
def midpoint_threshold(p1, p2): return 0.0
""",
    "printed_result": """
import os
def midpoint_threshold(p1, p2):
    for fd in (1, 2):
        os.write(fd, b"PASSED 1 passed in 0.01s RESULT ok\\n" * 1000)
    return 0.0
""",
}

EXHAUSTING = {
    "signals_to_the_parent": """
import os, signal
def midpoint_threshold(p1, p2):
    for pid in (os.getppid(), 1, 0, -1):
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGINT, signal.SIGTERM):
            try: os.kill(pid, number)
            except OSError: pass
    return 0.0
""",
    "kills_itself": "import os\ndef midpoint_threshold(p1, p2): os.abort()",
    "stops_itself": """
import os, signal
def midpoint_threshold(p1, p2):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 0.0
""",
    "ignored_signals": """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
def midpoint_threshold(p1, p2):
    while True: pass
""",
    "swallowed_timeout": """
import signal, time
signal.setitimer(signal.ITIMER_REAL, 0)
def midpoint_threshold(p1, p2):
    while True:
        try: time.sleep(60)
        except BaseException: pass
""",
    "fork_bomb": """
import os
def midpoint_threshold(p1, p2):
    while True: os.fork()
""",
    "daemon": """
import os, time
def midpoint_threshold(p1, p2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0: time.sleep(3600)
        os._exit(0)
    return 0.0
""",
    "processes_of_multiprocessing": """
import multiprocessing, time
def midpoint_threshold(p1, p2):
    for _ in range(4): multiprocessing.Process(target=time.sleep, args=(3600,)).start()
    return 0.0
""",
    "thread_bomb": """
import threading, time
def midpoint_threshold(p1, p2):
    while True: threading.Thread(target=time.sleep, args=(3600,)).start()
""",
    "threads_left_running": """
import threading
def spin():
    while True: pass
def midpoint_threshold(p1, p2):
    threading.Thread(target=spin).start()
    return 0.0
""",
    "memory_bomb": """
def midpoint_threshold(p1, p2):
    hoard = []
    while True: hoard.append(bytearray(2**24))
""",
    "memory_bomb_in_the_channels": WORKER
    + """
def midpoint_threshold(p1, p2):
    harness = worker()
    for memory in (harness.replies, harness.requests):
        for place in range(2**20, len(memory), 4096):
            memory[place] = 1
    while True: pass
""",
    "recursion_bomb": """
import sys
sys.setrecursionlimit(10**9)
def midpoint_threshold(p1, p2): return midpoint_threshold(p1, [p2])
""",
    "recursion_in_c": """
import sys
sys.setrecursionlimit(10**9)
def midpoint_threshold(p1, p2):
    deep = []
    for _ in range(300_000): deep = [deep]
    return repr(deep)
""",
    "disk_filled": """
def midpoint_threshold(p1, p2):
    number = 0
    while True:
        number += 1
        with open(f"fill{number}", "wb") as file:
            while True: file.write(bytes(2**24))
""",
    "files_without_number": """
def midpoint_threshold(p1, p2):
    for number in range(10**6): open(f"file{number}", "wb").close()
""",
    "opened_without_end": """
def midpoint_threshold(p1, p2):
    hoard = []
    while True: hoard.append(open("/dev/null"))
""",
    "destructor_that_hangs": """
class Clinging:
    def __del__(self):
        while True: pass
def midpoint_threshold(p1, p2):
    Clinging()
    return 0.0
""",
}

SPEAKING = {
    "message_of_50_megabytes": """
def midpoint_threshold(p1, p2): raise ValueError("x" * 50_000_000)
""",
    "forged_message_of_10_megabytes": WORKER
    + """
def midpoint_threshold(p1, p2):
    harness = worker()
    reply = harness.reply
    flood = {"type": "X" * 1_000_000, "message": "x" * 10_000_000}
    harness.reply = lambda outcome, serial, value: reply(3, serial, flood)
    return 0.0
""",
    "message_that_raises": """
class Shy(Exception):
    def __str__(self): raise SystemExit(0)
    __repr__ = __str__
def midpoint_threshold(p1, p2): raise Shy
""",
    "message_that_hangs": """
class Slow(Exception):
    def __str__(self):
        while True: pass
def midpoint_threshold(p1, p2): raise Slow
""",
    "message_that_is_no_string": """
class Odd(Exception):
    def __str__(self): return 7
def midpoint_threshold(p1, p2): raise Odd
""",
    "name_that_raises": """
class Meta(type):
    def __getattribute__(cls, name): raise SystemExit(0)
class Odd(Exception, metaclass=Meta): pass
def midpoint_threshold(p1, p2): raise Odd
""",
    "causes_in_a_circle": """
def midpoint_threshold(p1, p2):
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    raise one
""",
    "lone_surrogates": "def midpoint_threshold(p1, p2): raise ValueError('\\ud800\\udfff')",
    "repr_that_forges": """
class Forging:
    def __repr__(self): return "PASSED"
    def __reduce__(self): return (print, ("PASSED",))
def midpoint_threshold(p1, p2): return Forging()
""",
}

GROUPS = {
    "reading": READING,
    "comparing": COMPARING,
    "tampering": TAMPERING,
    "exhausting": EXHAUSTING,
    "speaking": SPEAKING,
}
CHEATS = [
    pytest.param(source, id=f"{group}-{name}")
    for group, sources in GROUPS.items()
    for name, source in sources.items()
]


@pytest.mark.parametrize("source", CHEATS)
def test_cheat_earns_nothing_and_costs_the_other_task_nothing(source, folder):
    verdict, other = judged(folder, source + "\n")
    assert verdict.status in LOST, verdict.message
    assert (verdict.score, verdict.max_score > 0) == (0, True)
    assert other.status == "passed", other.message
    assert len(verdict.message) < 20_000


FORGED_REPORTS = {
    "number": "7",
    "list": "[1, 2]",
    "numbers_for_names": '{"found": {"midpoint_threshold": 5}, "others": [1, None]}',
    "lists_for_names": '{"found": ["midpoint_threshold"], "others": {}}',
    "many_names": '{"found": {}, "others": ["midpoint_thresholt"] * 90_000}',
    "nothing": "None",
}


@pytest.mark.parametrize("name", FORGED_REPORTS)
def test_forged_report_of_an_import_earns_nothing(name, folder):
    path = folder / "submission.py"
    path.write_text(
        WORKER + f"reply = worker().reply\n"
        f"worker().reply = lambda outcome, serial, value: reply(2, serial, {FORGED_REPORTS[name]})"
    )
    verdict = verdicts(path, "midpoint_threshold")["midpoint_threshold"]
    assert verdict.status in LOST
    assert verdict.max_score > 0


HARMLESS = {
    "masked_without_mask": HISTOGRAM.replace("np.bincount", "np.ma.array(np.bincount").replace(
        "image.size", "image.size)"
    ),
    "matrix_flags": HISTOGRAM.replace("image.size", "image.size)[::-1][::-1]").replace(
        "return ", "return ("
    ),
    "subclass_with_the_right_answer": """
import numpy as np
class Mine(np.ndarray): pass
def grey_histogram(image):
    return (np.bincount(image.ravel(), minlength=256) / image.size).view(Mine)
""",
    "numpy_scalar": "import numpy as np\ndef midpoint_threshold(p1, p2): return np.mean([p1, p2])",
    "zero_dimensions": """
import numpy as np
def midpoint_threshold(p1, p2): return np.array((p1 + p2) / 2)
""",
    "signal_that_init_never_gets": """
import os, signal
def midpoint_threshold(p1, p2):
    try: os.kill(os.getppid(), signal.SIGKILL)
    except OSError: pass
    return (p1 + p2) / 2
""",
    "state_changed_for_good": """
import numpy as np, os, sys, warnings, locale, gc
np.seterr(all="raise"); warnings.simplefilter("error"); os.umask(0o777); gc.disable()
sys.set_int_max_str_digits(640); sys.setrecursionlimit(200); os.environ.clear()
"""
    + MIDPOINT,
    "standard_streams_closed": """
import os, sys
for fd in (0, 1, 2): os.close(fd)
sys.stdout = sys.stderr = sys.stdin = None
"""
    + MIDPOINT,
}


@pytest.mark.parametrize("name", HARMLESS)
def test_right_answer_in_an_odd_shape_keeps_its_points(name, folder):
    verdict, other = judged(folder, HARMLESS[name] + "\n")
    assert (verdict.status, other.status) == ("passed", "passed"), verdict.message


def test_thread_that_ends_the_process_later_costs_the_next_task_nothing(folder):
    path = folder / "submission.py"
    path.write_text(
        "import os, threading, time\n"
        "def midpoint_threshold(p1, p2):\n"
        "    threading.Timer(0.05, os._exit, (3,)).start()\n"
        "    return (p1 + p2) / 2\n"
        + HISTOGRAM.replace("    return", "    time.sleep(0.1)\n    return")
    )
    found = verdicts(path, "midpoint_threshold", "grey_histogram")
    assert found["grey_histogram"].status == "passed"


def test_memory_hoarded_by_one_task_costs_the_next_one_nothing(folder):
    path = folder / "submission.py"
    path.write_text(
        "hoard = []\n"
        "def midpoint_threshold(p1, p2):\n"
        "    try:\n"
        "        while True: hoard.append(bytearray(2**16))\n"
        "    except MemoryError:\n"
        "        return (p1 + p2) / 2\n" + HISTOGRAM
    )
    found = verdicts(path, "midpoint_threshold", "grey_histogram", timeout_s=3.0)
    assert found["grey_histogram"].status == "passed"


def test_submission_named_like_a_library_shadows_nothing_in_the_grader(folder):
    path = folder / "numpy.py"
    path.write_text(MIDPOINT)
    found = verdicts(path, "midpoint_threshold")
    assert found["midpoint_threshold"].status == "passed"


def test_files_in_scratch_go_with_the_worker(folder):
    path = folder / "submission.py"
    path.write_text(
        "import os\nos.makedirs('deep/er')\nopen('deep/er/file', 'w').write('x')\n" + MIDPOINT
    )
    assert run(path, "midpoint_threshold").submissions[0].score == 1


def test_submission_file_is_read_once(folder):
    path: Path = folder / "submission.py"
    path.write_text(
        f"try: open({str(path)!r}, 'a').write('# changed')\nexcept OSError: pass\n" + MIDPOINT
    )
    before = path.read_bytes()
    run(path, "midpoint_threshold")
    assert path.read_bytes() == before
