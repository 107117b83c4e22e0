"""What checks found, ready to lay out: the table's rows, the findings, their pictures."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from benchharness.errors import HarnessError
from benchharness.outcomes import CheckVerdict, Curve, Picture, Status
from benchharness.reporting.badges import Badge, status_badge
from benchharness.reporting.plain_text import one_line, plain, running_text
from benchharness.reporting.plots import Histogram, histogram
from benchharness.reporting.quantities import format_score, format_seconds

__all__ = [
    "CheckRow",
    "Finding",
    "Image",
    "Passage",
    "check_row",
    "finding",
    "has_findings",
    "histograms",
    "images",
    "misconception_name",
]

_TINY_PIXELS = 96
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Image:
    """A picture, which a page holds once under its `name`; `is_tiny` asks for sharp pixels."""

    title: str
    name: str
    png: bytes
    alt: str
    width: int
    height: int
    is_tiny: bool

    @property
    def uri(self) -> str:
        """The picture as a data URI."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


@dataclass(frozen=True)
class CheckRow:
    """One check's line in the table of a task."""

    name: str
    badge: Badge
    points: str
    duration: str


@dataclass(frozen=True)
class Passage:
    """A paragraph of an explanation; `is_set` keeps columns of a formula or a table aligned."""

    text: str
    is_set: bool


@dataclass(frozen=True)
class Finding:
    """What a check has to tell: its message, the misconception, the evidence."""

    name: str
    badge: Badge
    message: str
    misconception: str
    explanation: tuple[Passage, ...]
    counterexample: str
    rerun: str
    images: tuple[Image, ...]
    histograms: tuple[Histogram, ...]


def check_row(check: CheckVerdict) -> CheckRow:
    """The check's line in the table."""
    return CheckRow(
        name=one_line(check.name),
        badge=status_badge(check.status),
        points=format_score(check.score, check.max_score),
        duration=format_seconds(check.seconds) if check.seconds else "–",
    )


def has_findings(check: CheckVerdict) -> bool:
    """Whether a check has more to tell than its line in the table."""
    return check.status is not Status.PASSED or bool(check.message or check.pictures)


def finding(check: CheckVerdict) -> Finding:
    """All that the check has to tell."""
    return Finding(
        name=one_line(check.name),
        badge=status_badge(check.status),
        message=running_text(check.message),
        misconception=misconception_name(check.misconception or ""),
        explanation=_passages(check.explanation or ""),
        counterexample=running_text(check.counterexample or ""),
        rerun=running_text(check.rerun or ""),
        images=images(check.pictures),
        histograms=histograms(check.pictures),
    )


def images(pictures: Iterable[Picture | Curve]) -> tuple[Image, ...]:
    """The pictures among them, in their order."""
    return tuple(_image(picture) for picture in pictures if isinstance(picture, Picture))


def histograms(pictures: Iterable[Picture | Curve]) -> tuple[Histogram, ...]:
    """The curves among them, in their order."""
    return tuple(histogram(picture) for picture in pictures if isinstance(picture, Curve))


def misconception_name(slug: str) -> str:
    """A misconception's name in words."""
    return one_line(slug).replace("_", " ") if slug else ""


def _passages(explanation: str) -> tuple[Passage, ...]:
    """The paragraphs of an explanation; indented ones are set as they stand."""
    blocks = re.split(r"\n[ \t]*(?:\n[ \t]*)*\n", plain(explanation).strip("\n"))
    return tuple(
        Passage(textwrap.dedent(block).rstrip(), is_set=block.startswith((" ", "\t")))
        for block in blocks
        if block.strip()
    )


def _image(picture: Picture) -> Image:
    width, height = _png_size(picture)
    return Image(
        title=one_line(picture.title),
        name=f"picture-{hashlib.sha256(picture.png).hexdigest()[:16]}",
        png=picture.png,
        alt=f"{one_line(picture.title)}, {width} by {height} pixels",
        width=width,
        height=height,
        is_tiny=max(width, height) <= _TINY_PIXELS,
    )


def _png_size(picture: Picture) -> tuple[int, int]:
    """Width and height, as the PNG's header gives them."""
    header = picture.png[:24]
    if len(header) < 24 or not header.startswith(_PNG_SIGNATURE):
        raise HarnessError(
            f"report: picture {picture.title!r} must be PNG bytes, got {header[:8]!r}; "
            "encode it before it goes into a verdict."
        )
    width, height = struct.unpack(">II", header[16:24])
    return width, height
