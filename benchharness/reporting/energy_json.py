"""Energy, throttling and the sensors' trace of a timing, as they are read back from `run.json`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchharness.outcomes import Energy, Span, Throttling, Trace
from benchharness.reporting.document import Node

__all__ = ["read_energy"]

_COLUMNS = ("t_s", "power_w", "sm_mhz", "temperature_c")
_OPTIONAL = ("idle_power_w", "net_j", "reference_net_j", "uncertainty", "cross_check")


def read_energy(timing: Node) -> dict[str, Any]:
    """The fields of a timing that say what it used; those that are absent stay away."""
    held = timing.object().keys() & _READERS
    return {key: _READERS[key](found) for key in held if (found := timing.get(key))}


def _read_details(node: Node) -> Energy:
    optional: dict[str, Any] = {
        key: found.number() for key in _OPTIONAL if (found := node.get(key))
    }
    note = node.get("note")
    return Energy(
        method=node["method"].text(),
        window_s=node["window_s"].number(),
        blocks=node["blocks"].count(),
        calls=node["calls"].count(),
        verified_calls=node["verified_calls"].count(),
        tick_s=node["tick_s"].number(),
        note=note.text() if note else "",
        **optional,
    )


def _read_reasons(node: Node) -> tuple[Throttling, ...]:
    return tuple(map(_read_reason, node.items()))


def _read_reason(node: Node) -> Throttling:
    seconds = node.get("seconds")
    return Throttling(node["reason"].text(), seconds.number() if seconds else None)


def _read_not_measured(node: Node) -> tuple[tuple[str, str], ...]:
    return tuple((key, why.text()) for key, why in node.entries())


def _read_trace(node: Node) -> Trace:
    columns = {key: found.numbers() for key in _COLUMNS if (found := node.get(key))}
    spans = node.get("spans")
    return Trace(spans=tuple(map(_read_span, spans.items())) if spans else (), **columns)


def _read_span(node: Node) -> Span:
    return Span(node["what"].text(), node["from_s"].number(), node["to_s"].number())


_READERS: dict[str, Callable[[Node], Any]] = {
    "energy": _read_details,
    "throttled": Node.truth,
    "throttle_reasons": _read_reasons,
    "not_measured": _read_not_measured,
    "trace": _read_trace,
}
