"""A Dask scheduler and workers in processes of their own, on loopback."""

import json
import os
import signal
import subprocess
import sys
import time

PATIENCE_S = 60.0


class Dask:
    """A scheduler on a free port, and the workers that a test starts; everything ends with it."""

    def __init__(self, folder):
        self.folder = folder
        self.temporary = folder / "temporary"
        self.temporary.mkdir(parents=True)
        self.workers = []
        told = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "", ["--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told)]
        )
        wait_until(told.exists)
        self.address = json.loads(told.read_text())["address"]

    def worker(self, *options, before="", nanny=False):
        """A worker of one thread that runs some Python first; it is there when this returns."""
        arguments = [
            self.address, "--nthreads", "1", "--local-directory", str(self.temporary),
            "--nanny" if nanny else "--no-nanny", *options,
        ]  # fmt: skip
        process = self._start("worker", before, arguments)
        self.workers.append(process)
        log = self.folder / f"worker-{len(self.workers)}.log"
        wait_until(lambda: "Registered to" in log.read_text())
        return process

    def leftovers(self):
        """What graders have in the temporary folder, some of which were killed."""
        return {path.name for path in self.temporary.glob("benchharness-*") if path.is_dir()}

    def end_workers(self):
        for process in self.workers:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.workers:
            end(process)

    def close(self):
        self.end_workers()
        self.scheduler.terminate()
        end(self.scheduler)

    def _start(self, role, before, arguments):
        code = f"{before}\nfrom distributed.cli.dask_{role} import main; main()"
        environment = os.environ | {"TMPDIR": str(self.temporary)}
        number = len(self.workers) + 1
        with (self.folder / f"{role}-{number}.log").open("w") as log:
            return subprocess.Popen(
                [sys.executable, "-c", code, "--no-dashboard", *arguments],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def end(process):
    """Wait for a process that was told to end, and kill it if it does not."""
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(holds):
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)
