"""
What the usual places say of whose submission is whose, in the listings that they let one download.

Moodle        `Full name_1234_assignsubmission_file/hw.py`, or with a last underscore (before 4.1),
              or without folders `Full name_1234_assignsubmission_file_hw.py`; 1234 is the number
              of "Participant 1234" in the grading worksheet. (mod/assign/classes/downloader.php)
Canvas        `lastfirst_LATE_123_456_hw.py`: user 123, attachment 456; `anon_x8aqR_456_hw.py`
              where names are hidden; `hw-1.py` after handing in again. (lib/content_zipper.rb)
Gradescope    `submission_123/hw.py`, and submission_metadata.yml says whose it is.
GitHub        clones `assignment-login`, as GitHub Classroom and Classroom 50 name them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath

from benchharness.classroom.archives import archive_suffix
from benchharness.classroom.naming import plain, safe_file_name
from benchharness.classroom.trees import Tree

__all__ = ["Bundle", "bundles", "is_download", "title_of", "work_suffix"]

_METADATA = "submission_metadata.yml"
_MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<participant>\d+))?_assignsubmission_(?P<kind>[a-z0-9]+)"
    r"(?:_(?P<file>.*))?",
    re.DOTALL,
)
_CANVAS = re.compile(
    r"(?:(?P<name>.+?)_)??(?P<late>LATE_)?(?:anon_(?P<anonymous>[A-Za-z0-9]+)|(?P<id>\d+))_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?:text|link)\.html)",
    re.DOTALL,
)
_AGAIN = re.compile(r"(.+)-\d+")
_CLONES = re.compile(r"(?P<slug>.+?)(?:-submissions|_submissions_[\d_T]+)")
_FOREIGN = re.compile(r"\.(?:rar|7z|zipx|tar\.\w+|tbz2?|txz)$", re.IGNORECASE)
_YAML_FIELD = re.compile(
    r"(?P<indent> *(?:- )?):(?P<key>name|email|sid|created_at):(?: (?P<value>.*))?"
)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)\d* (Z|[+-]\d\d:\d\d)")
_NO_FILE = "no file came; hand in a .py file, a notebook or a zip of them"


@dataclass
class Bundle:
    """The entries of a listing that are one student's, and what the place says of the student."""

    title: str
    key: str
    student: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def bundles(tree: Tree) -> list[Bundle]:
    """The submissions of a class, by the names in a folder or an archive."""
    names = tree.entries
    if _METADATA in names:
        return _gradescope(tree)
    if _is_canvas(names) and not all(map(_MOODLE.fullmatch, names)):
        return _canvas(names)
    if any(map(_MOODLE.fullmatch, names)):
        return _moodle(tree)
    return _github(tree)


def is_download(tree: Tree) -> bool:
    """Whether Moodle or Gradescope made these names, and nobody else can have."""
    return _METADATA in tree.entries or any(map(_MOODLE.fullmatch, tree.entries))


def work_suffix(name: str) -> str:
    """The end of a name that makes it a submission: a Python file, a notebook or an archive."""
    suffix = PurePath(name).suffix
    return suffix if suffix.lower() in (".py", ".ipynb") else archive_suffix(name)


def title_of(name: str) -> str:
    """What a submission is called that came as a file or folder of this name."""
    return name.removesuffix(work_suffix(name)) or name


def _plain(tree: Tree) -> Iterator[Bundle]:
    """Every folder, Python file, notebook and archive is a submission; other files are not."""
    for name, is_folder in tree.entries.items():
        if is_folder:
            yield Bundle(name, name, entries={name: _safe(name)})
        elif work_suffix(name):
            yield Bundle(title_of(name), name, entries={name: _safe(name)})
        elif foreign := _FOREIGN.search(name):
            problem = f"{plain(name)}: {foreign[0]} archives are not opened; hand in a zip file"
            yield Bundle(name.removesuffix(foreign[0]), name, problem=problem)


def _moodle(tree: Tree) -> list[Bundle]:
    found: dict[str, Bundle] = {}
    for entry, is_folder in sorted(tree.entries.items()):
        if match := _MOODLE.fullmatch(entry):
            title = "_".join(filter(None, match.group("name", "participant")))
            student = _said(name=match["name"], participant=match["participant"])
            bundle = found.setdefault(title, Bundle(title, entry, student, problem=_NO_FILE))
            if match["kind"] == "file":
                bundle.problem = ""
                place = "submission" if is_folder else _safe(match["file"] or entry)
                bundle.entries[entry] = place
    others = (other for other in _plain(tree) if not _MOODLE.fullmatch(other.key))
    return [*found.values(), *others]


def _is_canvas(names: Mapping[str, bool]) -> bool:
    """
    Whether Canvas made these names.

    Then all are files, with a user's number and an attachment's, which is never twice; and not
    all users have one name, as files that are called `lab_3_17_ivanov.py` by custom would.
    """
    found = [None if is_folder else _canvas_match(name) for name, is_folder in names.items()]
    matches = [match for match in found if match]
    numbers = [match["attachment"] for match in matches if match["attachment"]]
    users = {match["name"] or match["anonymous"] for match in matches}
    return (
        len(matches) == len(names)
        and 0 < len(set(numbers)) == len(numbers)
        and (len(users) > 1 or len(names) == 1)
    )


def _canvas_match(name: str) -> re.Match[str] | None:
    match = _CANVAS.fullmatch(name)
    return match if match and (match["name"] or match["anonymous"]) else None


def _canvas(names: Iterable[str]) -> list[Bundle]:
    found: dict[str, Bundle] = {}
    for entry in sorted(names):
        match = _canvas_match(entry)
        assert match  # as all names in a download of Canvas
        title = "_".join(filter(None, (match["name"], match["id"], match["anonymous"])))
        student = _said(name=match["name"], canvas_id=match["id"], anonymous_id=match["anonymous"])
        bundle = found.setdefault(title, Bundle(title, entry, student, problem=_NO_FILE))
        if match["late"]:
            bundle.student["late"] = "yes"
        if match["file"]:
            bundle.problem = ""
            bundle.entries[entry] = _safe(match["file"])
    users = Counter(bundle.student.get("canvas_id") for bundle in found.values())
    for bundle in found.values():
        bundle.entries = _first_names(bundle.entries)
        number = bundle.student.get("canvas_id")
        if number and users[number] > 1:  # a name can be chosen so that it looks like a number
            bundle.problem = f"several names have the Canvas number {number}; grade them by hand"
    return list(found.values())


def _first_names(entries: Mapping[str, str]) -> dict[str, str]:
    """The files' names before Canvas numbered them, so that they can import one another."""
    originals = {entry: _unnumbered(place) for entry, place in entries.items()}
    times = Counter(originals.values())
    return {
        entry: originals[entry] if times[originals[entry]] == 1 else place
        for entry, place in entries.items()
    }


def _unnumbered(place: str) -> str:
    suffix = work_suffix(place)
    match = _AGAIN.fullmatch(title_of(place)) if suffix else None
    return match[1] + suffix if match else place


def _gradescope(tree: Tree) -> list[Bundle]:
    found = {bundle.key: bundle for bundle in _plain(tree)}
    for entry, record in _gradescope_records(tree.lines(_METADATA)).items():
        title = "_".join(filter(None, map(record.submitters[0].get, ("name", "sid"))))
        bundle = Bundle(title or title_of(entry), entry, record.student, problem=_NO_FILE)
        if entry in tree.entries:
            bundle.problem = ""
            bundle.entries[entry] = "submission" if tree.entries[entry] else _safe(entry)
        found[entry] = bundle
    return list(found.values())


@dataclass
class _Record:
    """What Gradescope says of one submission."""

    submitters: list[dict[str, str]] = field(default_factory=lambda: [{}])
    submitted: str = ""

    @property
    def student(self) -> dict[str, str]:
        """The submitter, or those of a group with semicolons between them."""

        def joined(key: str) -> str:
            values = [submitter.get(key, "") for submitter in self.submitters]
            return "; ".join(values) if any(values) else ""

        return _said(
            name=joined("name"),
            email=joined("email"),
            id=joined("sid"),
            submitted=_iso_time(self.submitted),
        )


def _gradescope_records(lines: Iterable[str]) -> dict[str, _Record]:
    """
    What `submission_metadata.yml` says of each submission by the name of its folder or file.

    Of the YAML, which Ruby writes in one fixed form, only the submitters and the time are read,
    by their depth. What submissions printed stands deeper, under `:results`.
    """
    found: dict[str, _Record] = {}
    entry, record = "", _Record()
    for line in lines:
        line = line.rstrip("\r")
        match = _YAML_FIELD.fullmatch(line)
        if line[:1] not in ("", " ", "-", "#") and line.endswith(":"):
            entry = _scalar(line[:-1])
        elif line.startswith("  :submitters:") and entry:
            record = found.setdefault(entry, _Record())
        elif match and not record.submitted:
            value = _scalar(match["value"] or "")
            if match["indent"] == "  - " and record.submitters[-1]:
                record.submitters.append({})
            if match["indent"] in ("  - ", "    "):
                record.submitters[-1][match["key"]] = value
            elif match["indent"] == "  " and match["key"] == "created_at":
                record.submitted = value
    return found


def _scalar(text: str) -> str:
    """A YAML scalar on one line, as Ruby writes it."""
    text = re.sub(r"^&\w+ ", "", text.strip())
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        escaped = text[1:-1].encode("ascii", "backslashreplace")
        return escaped.decode("unicode_escape", "replace")
    return "" if text in ("~", "null") or text.startswith("*") else text


def _iso_time(text: str) -> str:
    match = _TIME.fullmatch(text)
    if not match:
        return ""
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3]}").isoformat()
    except ValueError:
        return ""


def _github(tree: Tree) -> list[Bundle]:
    """A plain listing, where the folders with `.git` in them are named `assignment-login`."""
    found = list(_plain(tree))
    clones = [b for b in found if tree.entries[b.key] and tree.has(b.key, ".git")]
    prefix = _clone_prefix(tree.name, [bundle.key for bundle in clones])
    for bundle in clones:
        if prefix:
            bundle.student = _said(github=bundle.key.removeprefix(prefix))
    return found


def _clone_prefix(folder: str, names: list[str]) -> str:
    """What stands before the logins: said by the folder's name, else common to all clones."""
    match = _CLONES.fullmatch(title_of(folder))
    if match and all(name.startswith(f"{match['slug']}-") for name in names):
        return f"{match['slug']}-"
    words = zip(*(name.split("-")[:-1] for name in names), strict=False)
    common = [first for first, *others in words if others and set(others) == {first}]
    return "-".join([*common, ""])


def _said(**facts: str | None) -> dict[str, str]:
    return {key: plain(fact) for key, fact in facts.items() if fact}


def _safe(name: str) -> str:
    return safe_file_name(name, work_suffix(name))
