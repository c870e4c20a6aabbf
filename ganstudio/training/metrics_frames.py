"""How good the generator is, as a frame and as an entry in the run folder. No torch, no scipy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

from ganstudio.metrics.table import METRICS, label


@dataclass(frozen=True, slots=True)
class WantMetrics:
    """Metrics of the generator's samples against real data.

    ``keys``: which (of ``metrics.table.METRICS``; those that do not apply are left out).
    ``features``: what images are scored in: ``random``, ``pixels``, ``classifier`` or the
    person's own as ``module:function``. ``averaged``: the averaged generator, where it is kept.
    """

    keys: tuple[str, ...]
    features: str = "random"
    averaged: bool = True


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One metric. ``floor`` and ``floor_sd``: mean and standard deviation of what ``n`` fresh
    real samples score; NaN while they are not known. ``note``: what is needed to make the same
    number again.
    """

    key: str
    value: float
    floor: float
    floor_sd: float
    n: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class MetricsFrame:
    """Metrics at one step.

    ``features`` is the name of what images are scored in, empty for points; ``inception`` says
    that they are the published ones. ``complete``: the floors are in it as well. ``seconds`` is
    what the look cost in all, ``longest`` its longest stretch without a pause.
    """

    step: int
    values: tuple[MetricValue, ...]
    features: str = ""
    inception: bool = False
    averaged: bool = True
    complete: bool = True
    seconds: float = 0.0
    longest: float = 0.0

    def name(self, key: str) -> str:
        """What the metric is called on screen: it always says the features."""
        return label(key, self.features or None, inception=self.inception)


def as_entry(frame: MetricsFrame) -> dict[str, Any]:
    """The frame as JSON for ``metrics.jsonl``, without its step; what is not finite is null."""
    entry: dict[str, Any] = {"values": {v.key: value_entry(v) for v in frame.values},
                             "averaged": frame.averaged}
    if frame.features:
        entry["features"] = frame.features
    if frame.inception:
        entry["inception"] = True
    return entry


def value_entry(value: MetricValue) -> dict[str, float | int | None]:
    """One value as JSON: ``value``, ``floor``, ``floor_sd`` and ``n``."""
    return {"value": _number(value.value), "floor": _number(value.floor),
            "floor_sd": _number(value.floor_sd), "n": value.n}


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def from_entry(entry: Mapping[str, Any]) -> MetricsFrame | None:
    """The frame of an entry of ``metrics.jsonl``; None where it makes no sense as one."""
    held, step = entry.get("values"), entry.get("step")
    if not isinstance(held, Mapping) or not isinstance(step, int):
        return None
    values = tuple(MetricValue(key, _read(one, "value"), _read(one, "floor"),
                               _read(one, "floor_sd"), int(_read(one, "n", 0)))
                   for key, one in held.items() if key in METRICS and isinstance(one, Mapping))
    features = entry.get("features")
    return MetricsFrame(step, values, features if isinstance(features, str) else "",
                        entry.get("inception") is True, entry.get("averaged") is not False)


def _read(one: Mapping[str, Any], name: str, default: float = nan) -> float:
    value = one.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    return default


def latest(frames: Iterable[MetricsFrame]) -> dict[str, dict[str, Any]]:
    """The newest value of each metric by key, with its name and step: for ``--json``."""
    found: dict[str, dict[str, Any]] = {}
    for frame in frames:
        for value in frame.values:
            found[value.key] = {"name": frame.name(value.key), **value_entry(value),
                                "step": frame.step}
    return {key: found[key] for key in METRICS if key in found}
