"""The cost of a command, as benchmarks measure it."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SPENT = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from costs import spent
from measuring import python
print(spent(python("-c", sys.argv[2]), Path.cwd()).processor_s)
"""
WORK = """
import time
while time.process_time() < 1:
    pass
"""
WORK_OF_A_CHILD = """
import os, signal
if IGNORED:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if os.fork() == 0:
    import time
    while time.process_time() < 1:
        pass
    os._exit(0)
try:
    os.wait()
except ChildProcessError:
    pass
"""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the benchmarks need Linux: they read /proc"
)


@pytest.mark.parametrize(
    "work",
    [WORK, f"IGNORED = False{WORK_OF_A_CHILD}", f"IGNORED = True{WORK_OF_A_CHILD}"],
    ids=["its own", "of a child", "of a child that nobody waits for"],
)
def test_processor_time_of_a_command_is_counted(work):
    done = subprocess.run(
        [sys.executable, "-c", SPENT, BENCHMARKS, work],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert 0.7 < float(done.stdout) < 3
