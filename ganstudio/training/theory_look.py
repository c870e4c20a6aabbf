"""What theory says of the present generator, beside what the discriminator has learned."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from math import log

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.data.dataset import Dataset, Density
from ganstudio.game.facts import LOSS_FACTS, at_rest
from ganstudio.game.theory import jsd_bound, optimal_discriminator, w1_on_grid
from ganstudio.recipe.game import Loss
from ganstudio.training.arrays import frozen
from ganstudio.training.field_frames import TheoryFrame, WantTheory
from ganstudio.training.still_game import StillGame
from ganstudio.training.theory_density import (
    CellMass,
    Lattice,
    affine_mass,
    density_mass,
    is_affine_normal,
    is_line_map,
    kernel_mass,
    latent_mesh,
    line_mass,
    mapped,
    noisy,
)
from ganstudio.training.theory_transport import Matched, matched

Array = NDArray[np.float64]
Known = dict[tuple[float, ...], Array]
"""What stays the same from one frame to the next, by what it depends on."""
LINE_CELLS = 1 << 14
FINER = 3
"""Cells of the numbers' lattice to a side of one cell of the 2-D picture."""
SAMPLES = 8192
WIDEST = 20.0
"""The lattice of the numbers is at most so many times the width of the data's view."""


@dataclass(frozen=True)
class Found:
    """Everything on the lattice of the numbers: masses in its cells, D at their centres."""

    lattice: Lattice
    p: Array
    q: CellMass
    d: Array
    """D's raw output (its logit, score or value)."""


def theory_frames(still: StillGame, want: WantTheory, data: Dataset,
                  latents: Callable[[int], Tensor], known: Known,
                  ) -> Iterator[TheoryFrame | None]:
    """None after each piece of work, and at last the frame.

    ``known`` keeps the data's masses on lattices of the plane, and the floor of W1 there.

    Raises:
        ValueError: the data's density is not known.
    """
    if data.density is None:
        raise ValueError("the optimal discriminator needs data whose density is known, such as "
                         "the toy sets")
    still.copies.g.eval()
    still.copies.d.eval()
    if data.shape == (1,):
        found = yield from _on_line(still, data, data.density, latents)
        yield _line_frame(still, want, data, data.density, found)
    else:
        found = yield from _on_plane(still, want.size, data, data.density, latents, known)
        samples = yield from matched(still, data.density, latents, known)
        yield _plane_frame(still, want.size, data, found, samples)


# ---- gathering ----------------------------------------------------------------------------


def _on_line(still: StillGame, data: Dataset, density: Density,
             latents: Callable[[int], Tensor]) -> Generator[None, None, Found]:
    recipe, generate, like = still.recipe, still.copies.g, still.flat
    exact_map = is_line_map(recipe)
    z = latent_mesh(recipe, like) if exact_map else latents(SAMPLES)
    x = (yield from mapped(generate, z))[:, 0]
    lattice = Lattice((_line_edges(data, x),))
    q: CellMass | None = None
    if is_affine_normal(recipe):
        q = affine_mass(generate, recipe.latent.dim, like, lattice)
    elif exact_map and np.isfinite(x).all():
        nodes = z[:, 0].cpu().double().numpy()
        mass = line_mass(recipe.latent.kind, nodes, x, lattice.edges[0])
        q = None if mass is None else CellMass(mass, True, 0.0)
    if q is None:
        if exact_map:
            x = (yield from mapped(generate, latents(SAMPLES)))[:, 0]
        q = yield from kernel_mass(x[:, None], lattice)
    p = yield from density_mass(density.pdf, lattice)
    return (yield from _judged(still, lattice, p, q))


def _line_edges(data: Dataset, x: Array) -> Array:
    """One more width of the view on either side, and all of the generator within reason."""
    x0, x1 = data.extent[:2]
    width, x = x1 - x0, x[np.isfinite(x)]
    low = min(x0 - width, float(x.min(initial=x0)) - width / 4)
    high = max(x1 + width, float(x.max(initial=x1)) + width / 4)
    return np.linspace(max(low, x0 - WIDEST / 2 * width), min(high, x1 + WIDEST / 2 * width),
                       LINE_CELLS + 1)


def _on_plane(still: StillGame, size: int, data: Dataset, density: Density,
              latents: Callable[[int], Tensor], known: Known
              ) -> Generator[None, None, Found]:
    x0, x1, y0, y1 = data.extent
    count = size * FINER + 1
    lattice = Lattice((np.linspace(x0, x1, count), np.linspace(y0, y1, count)))
    q: CellMass | None = None
    if is_affine_normal(still.recipe):
        q = affine_mass(still.copies.g, still.recipe.latent.dim, still.flat, lattice)
    if q is None:
        samples = yield from mapped(still.copies.g, latents(SAMPLES))
        q = yield from kernel_mass(samples, lattice)
    key = (*data.extent, count)
    if key not in known:
        known[key] = yield from density_mass(density.pdf, lattice)
    return (yield from _judged(still, lattice, known[key], q))


def _judged(still: StillGame, lattice: Lattice, p: Array, q: CellMass
            ) -> Generator[None, None, Found]:
    at = torch.from_numpy(lattice.centres()).to(still.flat)
    d = yield from mapped(lambda x: still.copies.d(x), at)
    sigma = still.game.objective.sigma
    if sigma > 0:  # D is shown both with noise on them, and judges those
        p, q = noisy(p, lattice, sigma), replace(q, mass=noisy(q.mass, lattice, sigma))
        yield
    return Found(lattice, p, q, d)


# ---- reading ------------------------------------------------------------------------------


def _shown(kind: str, raw: Array) -> Array:
    """D's output as people read it."""
    if LOSS_FACTS[kind].output == "probability":
        return 1 / (1 + np.exp(-np.clip(raw, -500, 500)))
    return raw


UP_TO_A_CONSTANT = ("wasserstein", "relativistic_average", "relativistic_paired")
"""Losses under which D's level means nothing: it is shown with its mean over p at 0."""


def _optimal(loss: Loss, p: Array, q: Array) -> Array:
    """The optimal D in the same terms; NaN where theory gives none.

    A weight w of the real term makes p into w p. Smoothed and flipped labels move D to
    E(label | x): with a real label of 1 − s and a share φ of wrong ones,
    (1 − s)((1 − φ)w p + φq)/(w p + q).
    """
    p = loss.weight * p
    if loss.kind == "hinge":
        return np.sign(p - q) * (loss.flip < 0.5)
    if loss.kind == "relativistic_paired" and not (loss.smooth or loss.flip):
        return np.log(np.maximum(p, 1e-300)) - np.log(np.maximum(q, 1e-300))
    if loss.kind in UP_TO_A_CONSTANT:
        return np.full_like(p, np.nan)
    share = optimal_discriminator(p, q)
    if not (loss.smooth or loss.flip):
        return share
    return (1 - loss.smooth) * (loss.flip + (1 - 2 * loss.flip) * share)


def _why_blank(loss: Loss, line: bool) -> str:
    """Where no optimal D is shown, why."""
    if loss.kind == "relativistic_average":
        return ("Not shown: the optimum of the relativistic average loss solves an equation that "
                "holds D's means over data and fakes, so it is not set by p and q at each place")
    if loss.kind == "relativistic_paired" and (loss.smooth or loss.flip):
        return ("Not shown: with smoothed or flipped labels the optimum of paired scores solves an "
                "equation over all places at once; with clean labels it is log p/q")
    if loss.kind == "wasserstein" and not line:
        return ("Not shown: in the plane the optimal critic solves a transport problem; its value "
                "W1 is that of samples, below")
    return ""


def _levelled(values: Array, weights: Array) -> Array:
    """With their mean under ``weights`` at 0, over where they are finite and weigh anything."""
    held = np.isfinite(values) & (weights > 0)
    if not held.any():
        return values
    return values - float((values[held] * weights[held]).sum() / weights[held].sum())


@dataclass(frozen=True)
class _Numbers:
    jsd: float
    v_star: float
    loss_d: float
    loss_d_star: float
    bound: float
    critic_gap: float
    lipschitz: float
    mass_p: float
    mass_q: float


def _numbers(loss: Loss, found: Found) -> _Numbers:
    kind, p, q, raw = loss.kind, found.p, found.q.mass, found.d
    both = np.maximum(p + q, 1e-300)
    jsd = 0.5 * sum(float(np.where(m > 0, m * np.log(np.maximum(2 * m / both, 1e-300)), 0).sum())
                    for m in (p, q))
    # What lies beyond the lattice is taken as told apart with ease: that part of q is alone there.
    jsd += 0.5 * log(2) * sum(max(0.0, 1 - float(m.sum())) for m in (p, q))
    loss_d = float("nan")
    if LOSS_FACTS[kind].output != "critic":
        logit = raw
        if LOSS_FACTS[kind].output == "score":
            score = np.clip(raw, 1e-6, 1 - 1e-6)
            logit = np.log(score / (1 - score))
        # What a weighted D says for reals in advance says nothing of p and q.
        logit = logit - log(loss.weight)
        loss_d = float((p * np.logaddexp(0, -logit) + q * np.logaddexp(0, logit)).sum())
    shape = [len(e) - 1 for e in found.lattice.edges][::-1]
    slopes = [np.diff(raw.reshape(shape), axis=axis) / cell
              for axis, cell in zip(range(len(shape)), found.lattice.cell[::-1], strict=True)]
    if len(slopes) == 2:
        slopes = [np.hypot(slopes[0][:, :-1], slopes[1][:-1])]
    return _Numbers(jsd, 2 * jsd - log(4), loss_d, log(4) - 2 * jsd, jsd_bound(loss_d),
                    float((p * raw).sum() - (q * raw).sum()), float(np.abs(slopes[0]).max()),
                    float(p.sum()), float(q.sum()))


def _line_frame(still: StillGame, want: WantTheory, data: Dataset, density: Density,
                found: Found) -> TheoryFrame:
    kind = still.recipe.loss.kind
    centres, dx = found.lattice.centres()[:, 0], found.lattice.volume
    x = np.linspace(*data.extent[:2], want.bins)
    noiseless = still.game.objective.sigma == 0
    p = (np.asarray(density.pdf(x[:, None])) if noiseless
         else np.interp(x, centres, found.p / dx))
    q = np.interp(x, centres, found.q.mass / dx)
    d = _shown(kind, np.interp(x, centres, found.d))
    w1 = w1_on_grid(found.p / dx, found.q.mass / dx, dx)
    if kind == "wasserstein":
        potential = _potential(found.p, found.q.mass, dx)
        d_star = np.interp(x, centres, potential)
        d = d - float((found.p * found.d).sum() / found.p.sum())
    else:
        d_star = _optimal(still.recipe.loss, p, q)
        if kind in UP_TO_A_CONSTANT:
            d_star, d = _levelled(d_star, p * (q > 0)), _levelled(d, p * (q > 0))
    return _frame(still, data, found, (x, p, q, d_star, d), w1)


def _potential(p: Array, q: Array, dx: float) -> Array:
    """A Kantorovich potential f: E_p f − E_q f = W1 and |f′| ≤ 1; its mean over p is 0."""
    slope = -np.sign(np.cumsum(p - q))
    f: Array = np.concatenate([[0.0], np.cumsum(slope[:-1])]) * dx
    return f - float((p * f).sum() / p.sum())


def _plane_frame(still: StillGame, size: int, data: Dataset, found: Found,
                 samples: Matched) -> TheoryFrame:
    kind = still.recipe.loss.kind
    p, q = (_coarse(m, size) / (found.lattice.volume * FINER**2)
            for m in (found.p, found.q.mass))
    raw = found.d.reshape(size * FINER, size * FINER)[FINER // 2::FINER, FINER // 2::FINER]
    d = _shown(kind, raw)
    if kind == "wasserstein":
        d_star = np.full_like(d, np.nan)
        d = d - float((found.p * found.d).sum() / found.p.sum())
    else:
        d_star = _optimal(still.recipe.loss, p, q)
        if kind in UP_TO_A_CONSTANT:
            d_star, d = _levelled(d_star, p * (q > 0)), _levelled(d, p * (q > 0))
    frame = _frame(still, data, found, (np.empty(0), p, q, d_star, d), samples.w1)
    return replace(frame, w1_count=samples.count, w1_floor=samples.floor,
                   w1_floor_sd=samples.floor_sd)


def _coarse(mass: Array, size: int) -> Array:
    return np.asarray(mass.reshape(size, FINER, size, FINER).sum(axis=(1, 3)))


def _frame(still: StillGame, data: Dataset, found: Found,
           shown: tuple[Array, Array, Array, Array, Array], w1: float) -> TheoryFrame:
    x, p, q, d_star, d = shown
    kind = still.recipe.loss.kind
    n = _numbers(still.recipe.loss, found)
    return TheoryFrame(
        still.step, data.extent, frozen(x), frozen(p), frozen(q), frozen(d_star), frozen(d),
        frozen(d - d_star), LOSS_FACTS[kind].output, n.jsd, n.v_star, n.loss_d, n.loss_d_star,
        n.bound, w1, n.critic_gap, n.lipschitz, n.mass_p, n.mass_q, found.q.exact,
        found.q.bandwidth, still.spent(), still.game.objective.sigma,
        _why_blank(still.recipe.loss, bool(len(x))),
        rest=at_rest(still.recipe.loss).d_output)
