"""How long and how closely to measure."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["FULL", "QUICK", "Settings", "calls_per_sample"]

_FEWEST_CALLS, _MOST_CALLS = 3, 100


@dataclass(frozen=True)
class Settings:
    """
    What a measurement may cost and what it has to reach.

    `budget_s` is measured time for the slower of submission and reference, `wall_s` a hard cap
    on everything together, `precision` the relative half-width of the ratio's interval that is
    good enough, and `margin` the difference that counts as one. A ratio that is surely beyond
    the factor `far` needs no such precision, and a call longer than `longest_call_s` is not
    worth the wait. A null call waits `longest_null_s` at most: later nothing gets colder.
    """

    budget_s: float
    wall_s: float
    precision: float
    margin: float = 0.02
    warm_up_s: float = 1.0
    sample_s: float = 2e-3
    longest_sample_s: float = 20e-3
    longest_null_s: float = 5e-3
    far: float = math.inf
    longest_call_s: float = math.inf


QUICK = Settings(
    budget_s=1.0, wall_s=10.0, precision=0.02, warm_up_s=0.25, far=1.5, longest_call_s=1.0
)
FULL = Settings(budget_s=3.0, wall_s=60.0, precision=0.01)


def calls_per_sample(call_s: tuple[float, ...], settings: Settings) -> int:
    """
    How many calls make a sample, the same for all variants that are compared.

    k = round(2 ms / fastest call), but no more than 20 ms of calls unless one is longer, and no
    more than 100 calls, each of which needs an input of its own and is verified. Three, where
    they fit, have a median that is not the first call's, which finds cold caches.
    """
    wanted = min(max(_FEWEST_CALLS, round(settings.sample_s / min(call_s))), _MOST_CALLS)
    fitting = int(settings.longest_sample_s / max(call_s))
    return max(1, min(wanted, fitting))
