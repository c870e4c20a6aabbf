"""What one examination of a run found: plain numbers, without torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Symptoms:
    """One examination, on probe batches that are the run's for good. NaN: not applicable.

    D on train reals, held-out reals and fakes: ``acc_*`` are the shares it gets right;
    ``auc`` = P(real logit > fake logit), .5 where it cannot tell them apart, below that where it
    is fooled; ``auc_held`` = P(train logit > held-out logit), .5 unless D knows its training set by
    heart; ``overlap`` in 0 … 1 of the logits' histograms; ``logit_size`` their mean magnitude.

    Gradients of the game's own losses (penalties left out): norms ``grad_*``, by layer in
    ``layers_*``; ``snr_*`` how far their mean over batches of 64 stands out of its own sampling
    noise (1: it is noise); ``grad_ns`` what G's would be under the non-saturating loss.

    Motion: weight norms ``norm_*``, share of its norm that a player moves in a step ``move_*``,
    ``turn`` the cosine between successive updates, ``recurrence`` how near the weights come back
    to an earlier place (0: there again; about 1: not).

    Samples: ``spread`` mean distance between fakes over that between reals; ``mismatch`` energy
    distance² in units of what equal distributions score (1); ``precision`` and ``coverage`` with
    k = 5; ``reach`` median distance of fakes from the data's middle over the reals'; ``captured``
    of ``n_modes`` modes and ``high_quality``, where modes are known; ``occupancy`` the share of
    fakes in each cell (mode, or neighbourhood of a reference real), ``expected`` that of reals, and
    ``effective`` the number of cells evenly used that has its entropy, over the reals'; ``centre``
    the fakes' mean, from the reals' mean in units of their deviation.

    Copies: ``copy_ratio`` median distance to the nearest training item over the reals' own
    (0: copies), ``copy_distinct`` share of distinct items among those nearest.

    ``cue`` names what alone gives a sample away to D, ``cue_gain`` = P(real logit > that of a real
    so spoilt) − ½. ``flip`` is the share of labels that the recipe flips, ``tweaked`` are the
    fields changed since the examination before, ``nonfinite`` the step since then at which a loss
    was no number (0: none).
    """

    step: int
    epoch: float = 0.0
    loss: str = "non_saturating"
    data_size: int = 0
    acc_real: float = NAN
    acc_fake: float = NAN
    acc_held: float = NAN
    auc: float = NAN
    auc_held: float = NAN
    overlap: float = NAN
    logit_size: float = NAN
    bins: tuple[float, float] = (0.0, 0.0)
    hist_real: tuple[float, ...] = ()
    hist_fake: tuple[float, ...] = ()
    hist_held: tuple[float, ...] = ()
    grad_g: float = NAN
    grad_d: float = NAN
    grad_ns: float = NAN
    layers_g: tuple[float, ...] = ()
    layers_d: tuple[float, ...] = ()
    snr_g: float = NAN
    snr_d: float = NAN
    norm_g: float = NAN
    norm_d: float = NAN
    move_g: float = NAN
    move_d: float = NAN
    turn: float = NAN
    recurrence: float = NAN
    spread: float = NAN
    mismatch: float = NAN
    precision: float = NAN
    coverage: float = NAN
    reach: float = NAN
    captured: float = NAN
    n_modes: float = NAN
    high_quality: float = NAN
    occupancy: tuple[float, ...] = ()
    expected: tuple[float, ...] = ()
    effective: float = NAN
    centre: tuple[float, ...] = ()
    copy_ratio: float = NAN
    copy_distinct: float = NAN
    cue: str = ""
    cue_gain: float = NAN
    flip: float = 0.0
    tweaked: tuple[str, ...] = ()
    nonfinite: int = 0

    def plain(self) -> dict[str, Any]:
        """For JSON, but for ``step``: numbers of five figures, NaN as None."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name != "step"}


def from_plain(step: int, values: Mapping[str, Any]) -> Symptoms:
    """The reverse of ``Symptoms.plain``; unknown or damaged values are left at their defaults."""
    kept: dict[str, Any] = {}
    for f in fields(Symptoms):
        value = values.get(f.name)
        if f.name == "step" or f.name not in values:
            continue
        kind = str(f.type)
        if kind.startswith("tuple") and isinstance(value, list | tuple):
            kept[f.name] = tuple(NAN if v is None else v for v in value)
        elif kind == "float" and (value is None or _is_number(value)):
            kept[f.name] = NAN if value is None else float(value)
        elif type(value).__name__ == kind:
            kept[f.name] = value
    return Symptoms(step, **kept)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        return float(f"{value:.5g}") if math.isfinite(value) else None
    return value
