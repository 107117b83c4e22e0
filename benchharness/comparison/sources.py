"""The runs that a comparison is made of: found, read, named, and what is wrong with the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from benchharness.errors import UsageError
from benchharness.outcomes import Run, Timing
from benchharness.reporting.document import Node
from benchharness.reporting.progress import Tell, told
from benchharness.reporting.run_decoder import document_of
from benchharness.reporting.run_json import from_json

__all__ = ["Source", "Sources", "read_sources", "timings_of", "without_bulk"]

_SAMPLES = b'samples_s":'
_TRACES = (b'"t_s":', b'"power_w":', b'"sm_mhz":', b'"temperature_c":')
_OPENINGS = (b" [", b"[")
_OTHER_UNIT = re.compile(
    rb'"((?:reference_)?(?:median|ci95)_(?:ms|us|ns|min)|energy_(?:mj|kj|wh|kwh)|power_(?:mw|kw))"'
    rb"\s*:"
)
_ONE_TIMING = 5_000
_MOST_SEEDS_TOLD = 3
_UNITS = {"energy": "joules", "power": "watts"}
_RUN_FILE = "run.json"


@dataclass(frozen=True)
class Source:
    """
    One run, where it came from, and what it is called beside the others.

    `group` names what was given on the command line: runs of one folder are launches of one
    another, runs that are named one by one are compared with one another.
    """

    name: str
    group: str
    path: Path
    run: Run


@dataclass(frozen=True)
class Sources:
    """The runs that can be compared, and a line for everything that the user has to know."""

    runs: tuple[Source, ...]
    problems: tuple[str, ...]


def read_sources(paths: Sequence[Path], *, tell: Tell = lambda *_: None) -> Sources:
    """
    The runs in files and folders; what cannot be read is told and left out.

    A folder stands for the `run.json` in it or, where it has none, for all that lie below it.
    """
    problems: list[str] = []
    found: list[tuple[Path, Path, Run]] = []
    seen: dict[bytes, Path] = {}
    files = list(_files(paths, problems))
    for given, path in told("reading", files, len(files), tell):
        try:
            text = without_bulk(_bytes(path))
            run = _run(text, str(path))
        except UsageError as problem:
            problems.append(str(problem))
            continue
        digest = blake2b(text).digest()
        if (first := seen.setdefault(digest, path)) is not path:
            problems.append(f"{path}: holds the same run as {first}; counted once")
        else:
            found.append((given, path, run))
    names = _names([(given, path) for given, path, _ in found], problems)
    groups = _groups([given for given, *_ in found], names)
    runs = tuple(
        Source(name, group, path, run)
        for name, group, (_, path, run) in zip(names, groups, found, strict=True)
    )
    problems += _remarks(runs)
    return Sources(runs, tuple(problems))


def timings_of(run: Run) -> Iterator[Timing]:
    """All timings of a run."""
    for submission in run.submissions:
        for task in submission.tasks:
            yield from task.timings


def _files(paths: Iterable[Path], problems: list[str]) -> Iterator[tuple[Path, Path]]:
    """Every file once, behind what it was found by, in the order of the command line."""
    seen: set[Path] = set()
    for path in paths:
        for file in _in_folder(path, problems) if path.is_dir() else [path]:
            if file.resolve() in seen:
                problems.append(f"{file}: is named twice; counted once")
            else:
                seen.add(file.resolve())
                yield path, file


def _in_folder(folder: Path, problems: list[str]) -> list[Path]:
    if (folder / _RUN_FILE).is_file():
        return [folder / _RUN_FILE]
    files = sorted(folder.rglob(_RUN_FILE)) or sorted(folder.glob("*.json"))
    if not files:
        problems.append(f"{folder}: holds no {_RUN_FILE}; name the file, or the folder it lies in")
    return files


def without_bulk(text: bytes) -> bytes:
    """
    A run's JSON with the lists of samples and sensor readings emptied: most of it, unread.

    A quotation mark inside a text is escaped, so that only keys are found. To look for the ends of
    the lists is a hundred times as fast as to read the numbers.
    """
    text = _emptied(text, _SAMPLES)
    if _TRACES[0] in text:
        for key in _TRACES:
            text = _emptied(text, key)
    return text


def _emptied(text: bytes, key: bytes) -> bytes:
    """The same, with nothing in the lists behind a key, or behind all with its ending."""
    for opening in _OPENINGS:
        kept, start, list_opens = [], 0, key + opening
        while (found := text.find(list_opens, start)) >= 0:
            within = found + len(list_opens)
            if (end := text.find(b"]", within)) < 0:
                break
            kept.append(text[start:within])
            start = end
        text = b"".join((*kept, text[start:]))
    return text


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UsageError(f"{path}: cannot be read: {problem.strerror}; name a file") from problem


def _run(text: bytes, name: str) -> Run:
    """
    The run that a text holds, with its timings and without checks, samples and traces.

    Raises
    ------
    UsageError
        If it is no run, not all of it, another version's, in other units, or has no timings.
    """
    try:
        data = document_of(text.decode("utf-8"), name)
    except UnicodeDecodeError as problem:
        raise UsageError(f"{name}: is not UTF-8 text; name a {_RUN_FILE}") from problem
    run = from_json(data, name, with_checks=False)
    start = text.find(b'"workload"')
    if start >= 0 and (found := _OTHER_UNIT.search(text, start, start + _ONE_TIMING)):
        key = found[1].decode()
        unit = _UNITS.get(key.partition("_")[0], "seconds")
        raise UsageError(f"{name}: has {key}, and {unit} are wanted; convert it first")
    stated = Node(data, name).get("unit")
    if stated is not None and stated.value not in ("s", "seconds"):
        raise UsageError(f"{name}: its unit is {str(stated.value)[:20]!r}, and seconds are wanted")
    if not any(timing.median_s or timing.speed_ratio for timing in timings_of(run)):
        raise UsageError(f"{name}: holds no timings; run it with --bench-timing quick or full")
    return run


def _names(found: Sequence[tuple[Path, Path]], problems: list[str]) -> list[str]:
    """
    What the runs are called: as little of each path as tells it from the others.

    A run that was found in a folder with others has the folder's name before its own.
    """
    parts = [_parts(path) for _, path in found]
    folders = Counter(given for given, _ in found)
    least = [2 if folders[given] > 1 and len(part) > 1 else 1
             for (given, _), part in zip(found, parts, strict=True)]  # fmt: skip
    counts = Counter(part[-n:] for part, n in zip(parts, least, strict=True))
    names: list[str] = []
    for (_, path), part, shortest in zip(found, parts, least, strict=True):
        rivals = [other for other in parts if other[-1] == part[-1]]
        length = next(
            (
                n
                for n in range(shortest, len(part))
                if [r[-n:] for r in rivals].count(part[-n:]) == 1
            ),
            len(part),
        )
        name = "/".join(part[-length:])
        while name in names:
            name += "'"
        names.append(name)
        short = "/".join(part[-shortest:])
        if counts[part[-shortest:]] > 1 and part != rivals[0]:
            problems.append(f"{path}: another run is called {short!r} too; this is {name!r}")
    return names


def _groups(given: Sequence[Path], names: Sequence[str]) -> list[str]:
    """What each run was found by: its own name, or the folder's, told from other folders."""
    folders = list(dict.fromkeys(path for path in given if given.count(path) > 1))
    short = Counter(folder.absolute().name for folder in folders)
    called = {
        folder: str(folder) if short[folder.absolute().name] > 1 else folder.absolute().name
        for folder in folders
    }
    return [called.get(path, name) for path, name in zip(given, names, strict=True)]


def _parts(path: Path) -> tuple[str, ...]:
    """A path's parts, the name of the run last: the folder's, for a file called run.json."""
    path = path.absolute()
    return path.parent.parts if path.name == _RUN_FILE else (*path.parent.parts, path.stem)


def _remarks(sources: Sequence[Source]) -> Iterator[str]:
    """What speaks against reading the runs as one experiment; they are compared nevertheless."""
    if len(sources) < 2:
        return
    seeds = Counter(source.run.seed for source in sources)
    usual = seeds.most_common(1)[0][0]
    workloads = [frozenset(_workloads(source.run)) for source in sources]
    shared = Counter(workload for found in workloads for workload in found)
    for number, source in enumerate(sources):
        if all(shared[workload] == 1 for workload in workloads[number]):
            yield (
                f"{source.path}: has no workload in common with the others; "
                "shown, and compared with none of them"
            )
    if len(seeds) == len(sources):
        yield f"{sources[0].path}: every run has a seed of its own: other inputs of the same sizes"
        return
    others = [source for source in sources if source.run.seed != usual]
    if len(others) > _MOST_SEEDS_TOLD:
        yield (
            f"{others[0].path} and {len(others) - 1} others: their seeds are not the rest's "
            f"{usual}: other inputs of the same sizes"
        )
        return
    for source in others:
        yield (
            f"{source.path}: its seed is {source.run.seed}, the others' {usual}: "
            "other inputs of the same sizes"
        )


def _workloads(run: Run) -> Iterator[tuple[str, str, str, int | None]]:
    for submission in run.submissions:
        for task in submission.tasks:
            for timing in task.timings:
                yield task.suite, task.task, timing.workload, timing.size
