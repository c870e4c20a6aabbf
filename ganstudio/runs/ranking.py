"""Results of several runs side by side: what they are sorted by, and in which order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from ganstudio.metrics.table import METRICS
from ganstudio.runs.sweep import Result

FIRST_CHOICE = ("w1", "frechet", "sliced_w1")
LOSSES = ("loss_d", "loss_g")


def keys_of(results: Iterable[Result]) -> tuple[str, ...]:
    """The metrics that any of the results has, in the table's order, and the losses."""
    found = {key for result in results for key in result.metrics}
    return (*(key for key in METRICS if key in found), *LOSSES)


def best_key(results: Iterable[Result], images: bool) -> str:
    """What to sort by where nobody says: a distance from the data."""
    keys = keys_of(results)
    choice = FIRST_CHOICE if images else ("w1", "sliced_w1")
    return next((key for key in choice if key in keys), keys[0])


def value_of(result: Result, key: str) -> float:
    """A metric or a loss; NaN where it is not known."""
    value = (result.losses.get(key) if key in LOSSES
             else result.metrics.get(key, {}).get("value"))
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else math.nan


def floor_of(metrics: Mapping[str, Mapping[str, object]], key: str) -> tuple[float, float]:
    """A metric's floor and its standard deviation; NaN where they are not known."""
    one = metrics.get(key, {})
    floor, sd = one.get("floor"), one.get("floor_sd")
    return (float(floor) if isinstance(floor, int | float) else math.nan,
            float(sd) if isinstance(sd, int | float) else math.nan)


def ranked(results: Sequence[Result], key: str) -> list[Result]:
    """From the best to the worst; those without a value last, and equal ones in their order.

    A loss is no measure of quality, so it is only sorted by size.
    """
    def cost(result: Result) -> tuple[int, float]:
        value = value_of(result, key)
        if math.isnan(value):
            return (1, 0.0)
        better = METRICS[key].better if key in METRICS else "lower"
        if better == "floor":
            floor, _ = floor_of(result.metrics, key)
            value = abs(value - floor) if math.isfinite(floor) else value
        return (0, -value if better == "higher" else value)
    return sorted(results, key=cost)
