"""Quantities as a reader wants them: three digits and a fitting unit."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "counted",
    "format_bytes",
    "format_points",
    "format_ratio",
    "format_score",
    "format_seconds",
    "format_si",
    "three_digits",
    "time_unit",
]

_TIME_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_PREFIXES = (
    *((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ")),
    (1e-9, "n"),
)
_BYTE_UNITS = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def three_digits(value: float) -> str:
    """A number with three significant digits, never in scientific notation up to a billion."""
    if abs(value) >= 99.95:
        return f"{value:,.0f}"
    decimals = 1 if abs(value) >= 9.995 else 2
    return f"{value:.{decimals}f}" if abs(value) >= 0.0995 else f"{value:.3g}"


def time_unit(seconds: float) -> tuple[float, str]:
    """The unit, as its length in seconds and its sign, in which a duration reads best."""
    return next(
        (unit for unit in _TIME_UNITS if abs(seconds) >= unit[0] * 0.9995), _TIME_UNITS[-1]
    )


def format_seconds(seconds: float, interval: Sequence[float] | None = None) -> str:
    """A duration, with its interval in the same unit: `1.23 ms [1.20, 1.26]`."""
    length, sign = time_unit(seconds)
    return f"{three_digits(seconds / length)} {sign}{_format_interval(interval, length)}"


def format_ratio(ratio: float, interval: Sequence[float] | None = None) -> str:
    """A speed ratio, with its interval: `0.97× [0.95, 0.99]`."""
    return f"{three_digits(ratio)}×{_format_interval(interval, 1.0)}"


def format_bytes(count: float) -> str:
    """An amount of memory in binary units."""
    length, sign = next((unit for unit in _BYTE_UNITS if count >= unit[0]), (1, "bytes"))
    return f"{three_digits(count / length)} {sign}" if length > 1 else f"{count:,.0f} {sign}"


def format_si(value: float, unit: str, interval: Sequence[float] | None = None) -> str:
    """A quantity with its decimal prefix and unit: `1.23 mJ [1.20, 1.26]`, `48.1 GFLOP/s`."""
    length, sign = next(
        (prefix for prefix in _PREFIXES if abs(value) >= prefix[0] * 0.9995), _PREFIXES[-1]
    )
    return f"{three_digits(value / length)} {sign}{unit}{_format_interval(interval, length)}"


def format_points(points: float) -> str:
    """Points without needless decimals."""
    return f"{round(points, 2):g}"


def format_score(score: float, max_score: float) -> str:
    """Points earned of points to earn: `6.5 / 12`."""
    return f"{format_points(score)} / {format_points(max_score)}"


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it takes one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _format_interval(interval: Sequence[float] | None, length: float) -> str:
    if interval is None:
        return ""
    low, high = interval
    return f" [{three_digits(low / length)}, {three_digits(high / length)}]"
