"""
Runs all tests, or with arguments pytest with these.

Most run in two processes. The attacks on the sandbox come alone after them: they look for whatever
a grader has left on the machine, and would find what other tests have running.
"""

import subprocess
import sys

_IN_TWO_PROCESSES = ["-n", "2", "--dist", "loadfile", "--ignore", "tests/threats"]
_ALONE = ["tests/threats"]


def main(arguments):
    runs = [arguments] if arguments else [_IN_TWO_PROCESSES, _ALONE]
    commands = [[sys.executable, "-m", "pytest", *run] for run in runs]
    return max(subprocess.run(command).returncode for command in commands)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
