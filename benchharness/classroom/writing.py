"""Files that strangers named and filled, written where we say and within bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from benchharness.classroom.naming import is_disturbing, plain, same_file
from benchharness.errors import HarnessError, UsageError

__all__ = ["MAX_BYTES", "MAX_FILES", "Allowance", "check_places", "put", "write", "writing"]

MAX_FILES = 10_000
MAX_BYTES = 512 * 2**20

_LONGEST_PART_BYTES = 200
_LONGEST_WAY_BYTES = 1000
_SHOWN = 60


class Allowance:
    """How much one submission may still unpack."""

    def __init__(self, files: int = MAX_FILES, size_bytes: int = MAX_BYTES) -> None:
        self._files, self._bytes = files, size_bytes
        self._rule = (
            f"holds more than {files} files or {size_bytes >> 20} MiB; "
            "leave data and environments out of it"
        )

    def take(self, *, files: int = 0, size_bytes: int = 0) -> None:
        """
        Use some of it up.

        Raises
        ------
        UsageError
            If that is more than is left.
        """
        self._files -= files
        self._bytes -= size_bytes
        if self._files < 0 or self._bytes < 0:
            raise UsageError(self._rule)


def check_places(places: Iterable[tuple[str, ...]]) -> None:
    """
    See that files can have these places side by side on every system.

    Raises
    ------
    UsageError
        If a name is too long or cannot be shown, or two of them are one file somewhere.
    """
    places = list(places)
    taken: dict[str, str] = {}
    for place in places:
        way = "/".join(place)
        shown = plain(way, _SHOWN)
        if any(map(is_disturbing, way)):
            raise UsageError(f"{shown} has characters in its name that cannot be shown; rename it")
        longest = max(len(part.encode()) for part in place)
        if longest > _LONGEST_PART_BYTES or len(way.encode()) > _LONGEST_WAY_BYTES:
            raise UsageError(f"{shown} has a name of {len(way)} characters; rename it")
        if same_file(way) in taken:
            raise UsageError(
                f"holds {taken[same_file(way)]} and {shown}, which are one file on many systems; "
                "keep one of them"
            )
        taken[same_file(way)] = shown
    for place in places:
        for length in range(1, len(place)):
            way = "/".join(place[:length])
            if same_file(way) in taken:
                raise UsageError(
                    f"{plain(way, _SHOWN)} is both a file and a folder; pack it again"
                )


def write(chunks: Iterable[bytes], target: Path, allowance: Allowance) -> None:
    """
    Write a new file from its bytes as they come, counted against the allowance.

    Raises
    ------
    UsageError
        If something has that name already.
    HarnessError
        If this machine cannot write it.
    """
    with writing(target):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            sink = target.open("xb", buffering=0)
        except (FileExistsError, NotADirectoryError) as problem:
            raise UsageError(
                f"two files would be called {plain(target.name)}; rename one of them"
            ) from problem
    with sink:
        for chunk in chunks:
            allowance.take(size_bytes=len(chunk))
            with writing(target):
                put(sink, chunk)


def put(sink: FileIO, chunk: bytes) -> None:
    """Write all of it, in as many steps as the system takes."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[sink.write(rest) :]


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """What this machine refuses is its own failure, and no submission's."""
    try:
        yield
    except OSError as problem:
        raise HarnessError(
            f"{plain(str(target))}: cannot be written: {problem.strerror or problem}; "
            "free some space or name another place"
        ) from problem
