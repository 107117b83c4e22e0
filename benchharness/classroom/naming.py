"""Names that strangers chose, made safe for folders, tables and messages."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

__all__ = ["is_disturbing", "plain", "safe_file_name", "safe_name", "same_file", "unique_names"]

_LONGEST = 100
_LONGEST_BYTES = 200
_PUNCTUATION = "-_.,()'@+ "
_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HASH_DIGITS = (6, 12, 32)


def is_disturbing(character: str) -> bool:
    """Whether it ends a line, commands a terminal, turns the direction, or is no character."""
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _TURNING


def plain(text: str, longest: int = 200) -> str:
    """The text on one line, without what would disturb a table or a terminal, shortened."""
    kept = "".join(" " if is_disturbing(character) else character for character in text)
    kept = " ".join(kept.split())
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def safe_name(title: str, longest: int = _LONGEST) -> str:
    """
    The title as the name of a file or folder on every system; letters of every script stay.

    What is neither a letter, a digit nor plain punctuation becomes a hyphen, invisible characters
    vanish. The name has at most `longest` characters and 200 bytes, does not begin with a dot,
    hyphen or sign, does not end with a dot or space, and is no device of Windows.
    """
    composed = unicodedata.normalize("NFC", title)
    kept = "".join(map(_kept, composed)).lstrip(" .-+@")
    kept = kept[:longest].encode()[:_LONGEST_BYTES].decode(errors="ignore").rstrip(" .")
    if _RESERVED.fullmatch(kept):
        kept = f"_{kept}"[:longest]
    return kept or "submission"


def safe_file_name(name: str, suffix: str) -> str:
    """A file's name made safe, with its suffix, which is known to be plain."""
    stem = name[: len(name) - len(suffix)]
    return safe_name(stem, _LONGEST - len(suffix)) + suffix


def same_file(name: str) -> str:
    """What two names have in common that some system takes for one file."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def unique_names(wanted: Sequence[tuple[str, str]]) -> list[str]:
    """
    A safe name for each `(title, key)`, all different even where upper and lower case are one.

    A title that nobody else claims is the name. Those that collide are called by their keys
    instead (`anna-homework`, `bob-homework`), and where that is no help, by a hash of the key. So
    a name depends on the set of titles and keys, never on their order. Keys must differ.
    """
    steps = [0] * len(wanted)
    while True:
        names = [_candidate(*pair, step) for pair, step in zip(wanted, steps, strict=True)]
        claims = Counter(map(same_file, names))
        clashing = [n for n, name in enumerate(names) if claims[same_file(name)] > 1]
        movable = [n for n in clashing if steps[n] <= len(_HASH_DIGITS)]
        if not movable:
            return names
        for n in movable:
            steps[n] += 1


def _candidate(title: str, key: str, step: int) -> str:
    if step == 0:
        return safe_name(title)
    parents = key.split("/")[:-1]
    longer = "-".join([*parents, title])
    if step == 1:
        return safe_name(longer)
    digits = _HASH_DIGITS[step - 2]
    mark = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:digits]
    return f"{safe_name(longer, _LONGEST - 1 - digits)}-{mark}"


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "LMN" or character in _PUNCTUATION:
        return character
    if category[0] == "C" and category != "Cc":
        return ""
    return " " if category == "Zs" else "-"
