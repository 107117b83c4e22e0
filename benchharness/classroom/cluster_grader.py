"""
The process that grades on a machine of a cluster: one warm grader, one submission at a time.

It runs as `python -m benchharness.classroom.cluster_grader FD` beside a Dask worker, which it
outlives by one submission at most. It is a process of its own so that measurements share no
interpreter with a network's event loop, and so that its end is not the end of the worker.
"""

from __future__ import annotations

import pickle
import signal
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from benchharness.classroom.cluster_parcels import PackedClass, Parcel
from benchharness.classroom.pool import attempted
from benchharness.outcomes import Run
from benchharness.runner.grader import Grader, record

__all__ = ["main"]

_IDLE_S = 900.0


def main() -> None:
    """Greet with what is wrong with the class ("" if nothing), then grade until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and clean up on the way
    pipe = Connection(int(sys.argv[1]))
    try:
        with tempfile.TemporaryDirectory(prefix="benchharness-") as folder:
            _serve(pipe, Path(folder))
    except (EOFError, OSError):
        return  # the worker is gone


def _serve(pipe: Connection, folder: Path) -> None:
    packed: PackedClass = pickle.loads(pipe.recv_bytes())
    loaded = attempted(packed.unpacked_suites, folder)
    pipe.send(loaded.problem)
    if loaded.result is None:
        return
    with Grader(packed.settings, loaded.result) as grader:
        grader.workers.start(["numpy"])
        while pipe.poll(_IDLE_S):
            parcel = pickle.loads(pipe.recv_bytes())
            done = attempted(lambda parcel: _judged(grader, parcel), parcel)
            pipe.send((done.result, done.problem))


def _judged(grader: Grader, parcel: Parcel) -> Run:
    submission = parcel.staged(grader.staging)
    try:
        verdict = grader.judged(submission)
    finally:
        grader.release(submission)
        grader.staging.remove(submission)
    return record(
        grader.settings.seed, [verdict], grader.workers.isolation, grader.workers.versions
    )


if __name__ == "__main__":
    main()
