"""One examination: everything in ``record.Symptoms``, in pieces small enough for the budget."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from math import log
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganstudio.game.facts import LOSS_FACTS, at_rest
from ganstudio.game.losses import LOSSES
from ganstudio.recipe import Recipe
from ganstudio.recipe.game import Loss
from ganstudio.training.chance import Chance, SameChance
from ganstudio.training.doctor.cues import strongest
from ganstudio.training.doctor.probes import Probes, as_rows
from ganstudio.training.doctor.record import NAN
from ganstudio.training.doctor.samples import Array, auc, distances
from ganstudio.training.objective import Objective, View
from ganstudio.training.run_game import Copies

BATCHES = 8
BATCH = 64
"""Gradients are compared over so many batches of so many samples, whatever the run's batch."""
BINS = 24
Numbers = dict[str, Any]
_KIND = re.compile("weight|bias")


def examine(copies: Copies, recipe: Recipe, step: int, probes: Probes) -> Iterator[Numbers]:
    """The findings, piece by piece, of networks that nobody moves meanwhile; {} is a pause."""
    copies.g.eval()
    copies.d.eval()
    with torch.no_grad():
        fakes: Tensor = copies.g(probes.latents)
    rows = as_rows(fakes)
    if not np.isfinite(rows).all():
        yield {"reach": float("inf")}
        return
    yield {}
    judged = Verdicts(copies, recipe.loss, probes, fakes)
    yield judged.findings()
    yield _cue(judged, probes, rows, fakes)
    yield from _gradients(copies, Objective(recipe, step), probes)
    yield _weights(copies)
    yield _samples(probes, rows)


# ---- what D says ----------------------------------------------------------------------------


class Verdicts:
    """D's logits on train reals, held-out reals and fakes."""

    def __init__(self, copies: Copies, loss: Loss, probes: Probes, fakes: Tensor) -> None:
        self.copies, self.loss = copies, loss
        self.real, self.fake = self.judge(probes.reals), self.judge(fakes)
        self.held = None if probes.held is None else self.judge(probes.held)

    def judge(self, x: Tensor) -> Array:
        """Logits (n,)."""
        with torch.no_grad():
            return np.asarray(self.copies.d(x).reshape(-1).to("cpu", torch.float64).numpy())

    def findings(self) -> Numbers:
        """Accuracies, AUCs and histograms."""
        cut = self._threshold()
        found: Numbers = {
            "acc_real": float((self.real > cut).mean()),
            "acc_fake": float((self.fake <= cut).mean()),
            "auc": auc(self.real, self.fake),
            "logit_size": float(np.abs(np.concatenate([self.real, self.fake]) - self._middle()
                                       ).mean())}
        if self.held is not None:
            found["acc_held"] = float((self.held > cut).mean())
            found["auc_held"] = auc(self.real, self.held)
        return found | self._histograms()

    def _threshold(self) -> float:
        """Where D says neither: its answer at rest for logits and scores, the middle for a critic.
        """
        if self.loss.kind == "hinge" or LOSS_FACTS[self.loss.kind].output == "probability":
            return self._middle()
        rest = at_rest(self.loss).d_output
        return rest if rest is not None else float((self.real.mean() + self.fake.mean()) / 2)

    def _middle(self) -> float:
        """The logit that D has where it sees no difference, 0 unless labels or terms are uneven."""
        rest = at_rest(self.loss).d_output
        if rest is None or LOSS_FACTS[self.loss.kind].output != "probability":
            return 0.0
        return log(rest / (1 - rest))

    def _histograms(self) -> Numbers:
        sets = [self.real, self.fake, *([] if self.held is None else [self.held])]
        ends = np.quantile(np.concatenate(sets), (0.002, 0.998))
        low, high = float(ends[0]), float(ends[1])
        if not high > low:
            low, high = low - 0.5, high + 0.5
        shares = [np.histogram(np.clip(s, low, high), BINS, (low, high))[0] / len(s) for s in sets]
        found: Numbers = {"bins": (low, high), "hist_real": tuple(map(float, shares[0])),
                          "hist_fake": tuple(map(float, shares[1])),
                          "overlap": float(np.minimum(shares[0], shares[1]).sum())}
        if self.held is not None:
            found["hist_held"] = tuple(map(float, shares[2]))
        return found


def _cue(judged: Verdicts, probes: Probes, rows: Array, fakes: Tensor) -> Numbers:
    def judge(samples: Array) -> Array:
        return judged.judge(torch.from_numpy(samples).to(fakes))

    reals = as_rows(probes.reals).reshape(probes.reals.shape)
    name, gain = strongest(probes.cues, reals, rows.reshape(fakes.shape), judged.real, judge)
    return {"cue": name, "cue_gain": gain}


# ---- gradients ------------------------------------------------------------------------------


def _gradients(copies: Copies, objective: Objective, probes: Probes
               ) -> Generator[Numbers, None, None]:
    """Norms by layer, and how far the mean gradient stands out of its sampling noise.

    With all that the run's losses draw by chance (noise, flipped labels), from fixed seeds.
    """
    chance = SameChance(probes.reals.device)
    sums: dict[str, list[Tensor]] = {}
    squares = {"g": 0.0, "d": 0.0}
    for k in range(BATCHES):
        real, z = _part(probes.reals, k), _part(probes.latents, k)
        for who, gradient in zip("gd", _both(copies, objective, chance, real, z), strict=True):
            squares[who] += sum(_squares(gradient))
            held = sums.setdefault(who, [torch.zeros_like(t) for t in gradient])
            for total, t in zip(held, gradient, strict=True):
                total += t
        yield {}
    found: Numbers = {}
    for who, network in (("g", copies.g), ("d", copies.d)):
        mean = [t / BATCHES for t in sums[who]]
        power = sum(_squares(mean))
        scatter = (squares[who] - BATCHES * power) / (BATCHES - 1)
        found[f"grad_{who}"] = power**0.5
        found[f"snr_{who}"] = BATCHES * power / scatter if scatter > 0 else NAN
        found[f"layers_{who}"] = _by_layer([n for n, _ in network.named_parameters()], mean)
    found["grad_ns"] = _non_saturating(copies, probes)
    yield found


def _part(x: Tensor, k: int) -> Tensor:
    """The k-th batch; a small set is gone through again and again."""
    size = min(BATCH, len(x))
    start = k * size % (len(x) - size + 1)
    return x[start:start + size]


def _both(copies: Copies, objective: Objective, chance: Chance, real: Tensor, z: Tensor
          ) -> tuple[Sequence[Tensor], Sequence[Tensor]]:
    d = copies.d
    view = View(d, d.read, d.packed, mixes=True)
    fake = copies.g(z)
    of_d = objective.of_d(view, real, fake.detach(), chance, ()).own
    of_g = objective.of_g(view, fake, real, chance).own
    return (torch.autograd.grad(of_g, copies.weights_g),
            torch.autograd.grad(of_d, copies.weights_d))


def _non_saturating(copies: Copies, probes: Probes) -> float:
    fake = copies.d(copies.g(_part(probes.latents, 0)))
    slope = torch.autograd.grad(LOSSES["non_saturating"].g(fake), copies.weights_g)
    return float(torch.cat([t.reshape(-1) for t in slope]).norm())


def _squares(tensors: Sequence[Tensor]) -> list[float]:
    """The square of each one's length; a device is waited for once."""
    found: list[float] = torch.stack([t.square().sum() for t in tensors]).tolist()
    return found


def _by_layer(names: Sequence[str], gradient: Sequence[Tensor]) -> tuple[float, ...]:
    """Norm of each layer's gradient, its weight and bias together, in order."""
    layers: dict[str, float] = {}
    for name, square in zip(names, _squares(gradient), strict=True):
        layer = _KIND.sub("", name)
        layers[layer] = layers.get(layer, 0.0) + square
    return tuple(v**0.5 for v in layers.values())


# ---- weights and samples --------------------------------------------------------------------


def _weights(copies: Copies) -> Numbers:
    return {f"norm_{who}": float(torch.cat([w.detach().reshape(-1) for w in weights]).norm())
            for who, weights in (("g", copies.weights_g), ("d", copies.weights_d))}


def _samples(probes: Probes, rows: Array) -> Numbers:
    found = probes.reference.compare(rows)
    ratio, distinct = probes.items.copies(rows)
    numbers: Numbers = {
        "spread": found.spread, "mismatch": found.mismatch, "precision": found.precision,
        "coverage": found.coverage, "reach": found.reach, "effective": found.effective,
        "occupancy": tuple(map(float, found.occupancy)),
        "expected": tuple(map(float, found.expected)), "copy_ratio": ratio,
        "copy_distinct": distinct, "centre": tuple(map(float, found.centre))}
    if np.isfinite(probes.sigma):
        gap = distances(rows, probes.reference.cells)
        good = gap.min(1) <= 3 * probes.sigma
        numbers["high_quality"] = float(good.mean())
        numbers["captured"] = float(len(np.unique(gap.argmin(1)[good])))
        numbers["n_modes"] = float(len(probes.reference.cells))
    return numbers
