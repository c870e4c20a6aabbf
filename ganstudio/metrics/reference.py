"""Fakes scored again and again against one set of reals, in pieces short enough for a live run.

What belongs to the reals alone is worked out once, and metrics that go by the same distances
share them. The numbers are those of the functions that score two sets.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from ganstudio.metrics.checks import Array
from ganstudio.metrics.frechet import from_roots, sample_root
from ganstudio.metrics.mmd import median_bandwidth
from ganstudio.metrics.modes import ModeSet, mode_report
from ganstudio.metrics.neighbours import Neighbours
from ganstudio.metrics.scores import MANIFOLD
from ganstudio.metrics.transport import BLOCK, directions
from ganstudio.metrics.truth import Truth

PAIRED = 512
"""Points of each set in metrics over all pairs."""
K = 3
DUPLICATE_LEVEL = 0.01
COPY_LEVEL = 0.05
MOST_WORK = 4_000_000
"""Pairs times dimensions whose distances are taken in one piece."""
PAIRS = frozenset(("kid", "mmd_rbf", "energy", "diversity", "duplicates", *MANIFOLD))
SORTED = frozenset(("sliced_w1", "sliced_w2", "w1"))
DENSITY = frozenset(("js", "kl_fake_real", "kl_real_fake"))
MODES = frozenset(("modes", "high_quality", "reverse_kl"))

Pieces = Generator[None, None, Array]


@dataclass
class _Pairs:
    """What the reals (n, d) contribute to metrics over pairs."""

    x: Array
    radii: Array
    bandwidth: float
    mean_distance: float
    rbf: float
    cubic: float
    threshold: float


class Reference:
    """Reals (N, d) to score N fakes against; those over pairs use the first ``PAIRED`` of each.

    ``training`` (m, d): training samples among which copies are looked for. ``truth``: the exact
    density. Fakes for the mode rule may be any number. ``which``: only these keys are prepared.
    """

    def __init__(self, real: Array, which: Collection[str], *, modes: ModeSet | None = None,
                 truth: Truth | None = None, training: NDArray[np.floating] | None = None) -> None:
        self.real = real
        self.which = frozenset(which)
        self.modes = modes
        self.truth = truth
        self.paired = min(PAIRED, len(real))
        self.copy_threshold = 0.0
        self._pairs: _Pairs | None = None
        self._lines: Array | None = None
        self._sorted: list[Array] = []
        self._root: Array | None = None
        self._training: tuple[Neighbours, Array] | None = None
        if training is not None and "memorised" in self.which:
            some = training[:self.paired].astype(np.float64)
            self._training = Neighbours(training), some

    @property
    def bandwidth(self) -> float:
        """The RBF's width: the median distance between the reals."""
        return self._pairs.bandwidth if self._pairs else float("nan")

    # ---- once ----------------------------------------------------------------------------------

    def prepare(self) -> Iterator[None]:
        """Work out what belongs to the reals, a piece at a time."""
        dim = self.real.shape[1]
        if self.which & PAIRS:
            yield from self._prepare_pairs()
        if self.which & SORTED:
            self._lines = directions(dim)
            for start in range(0, len(self._lines), BLOCK):
                self._sorted.append(np.sort(self.real @ self._lines[start:start + BLOCK].T, axis=0))
                yield
        if "frechet" in self.which:
            self._root = sample_root(self.real)
            yield
        if self._training is not None:
            yield from self._prepare_copies(*self._training)
        if self.truth is not None and self.which & DENSITY:
            yield from self.truth.prepare()

    def _prepare_pairs(self) -> Iterator[None]:
        x = self.real[:self.paired]
        n = len(x)
        d = yield from distances(x, x)
        width = median_bandwidth(x)
        yield
        radii = np.partition(d, K, axis=1)[:, K]
        rbf = _rbf_total(d, width) - n
        yield
        cubic = _cubic_total(x, x) - float(((np.einsum("ij,ij->i", x, x) / x.shape[1] + 1) ** 3)
                                           .sum())
        threshold = float(np.quantile(_nearest_other(d), DUPLICATE_LEVEL))
        self._pairs = _Pairs(x, radii, width, float(d.mean()), rbf / (n * (n - 1)),
                             cubic / (n * (n - 1)), threshold)
        yield

    def _prepare_copies(self, training: Neighbours, some: Array) -> Iterator[None]:
        """The distance that a fresh sample keeps: that of training samples from one another."""
        yield from training.prepare()
        apart, _ = yield from training.nearest(some, own=True)
        self.copy_threshold = float(np.quantile(apart, COPY_LEVEL))

    # ---- each time -----------------------------------------------------------------------------

    def scores(self, fake: Array, for_modes: Array | None = None, copies: bool = True
               ) -> Generator[None, None, dict[str, float]]:
        """Score fakes (N, d), a piece at a time; ``for_modes`` (None: the same) by the mode rule.

        ``copies`` False leaves out the search among the training samples.
        Everything is NaN where a fake is not finite or absurdly large.
        """
        many = fake if for_modes is None else for_modes
        if not all(np.abs(a).max(initial=0) < 1e30 for a in (fake, many)):
            return dict.fromkeys(self.which, float("nan"))
        out: dict[str, float] = {}
        if self.modes is not None and self.which & MODES:
            report = mode_report(many, self.modes)
            out |= {"modes": report.captured, "high_quality": report.high_quality,
                    "reverse_kl": report.reverse_kl}
            yield
        if self._pairs is not None:
            out |= yield from self._pair_scores(fake[:self.paired], self._pairs)
        if self._lines is not None:
            out |= yield from self._sorted_scores(fake, self._lines)
        if self._root is not None:
            shift = self.real.mean(axis=0) - fake.mean(axis=0)
            out["frechet"] = from_roots(shift, self._root, sample_root(fake))
            yield
        if copies and self._training is not None and self.copy_threshold > 0:
            apart, _ = yield from self._training[0].nearest(fake[:self.paired])
            out["memorised"] = float((apart < self.copy_threshold).mean())
        if self.truth is not None and self.truth.masses is not None:
            out |= self.truth.scores(fake)
            yield
        return {key: value for key, value in out.items() if key in self.which}

    def _sorted_scores(self, fake: Array, lines: Array
                       ) -> Generator[None, None, dict[str, float]]:
        first = second = 0.0
        for k, real in enumerate(self._sorted):
            gaps = np.abs(np.sort(fake @ lines[k * BLOCK:(k + 1) * BLOCK].T, axis=0) - real)
            first += float(gaps.sum())
            second += float((gaps**2).sum())
            yield
        count = len(lines) * len(fake)
        w1 = first / count
        return {"sliced_w1": w1, "sliced_w2": float(np.sqrt(second / count)), "w1": w1}

    def _pair_scores(self, y: Array, real: _Pairs) -> Generator[None, None, dict[str, float]]:
        x, n = real.x, len(y)
        own = yield from distances(y, y)
        cross = yield from distances(x, y)
        mean = float(own.mean())
        out = {"diversity": mean * n / (n - 1),
               "duplicates": float((_nearest_other(own) <= real.threshold).mean()),
               "energy": float(np.sqrt(max(0.0, 2 * float(cross.mean()) - real.mean_distance
                                           - mean)))}
        if "mmd_rbf" in self.which:
            yield
            within = (_rbf_total(own, real.bandwidth) - n) / (n * (n - 1))
            yield
            out["mmd_rbf"] = real.rbf + within - 2 * _rbf_total(cross, real.bandwidth) / cross.size
        if "kid" in self.which:
            yield
            norms = float(((np.einsum("ij,ij->i", y, y) / y.shape[1] + 1) ** 3).sum())
            within = (_cubic_total(y, y) - norms) / (n * (n - 1))
            yield
            out["kid"] = real.cubic + within - 2 * _cubic_total(x, y) / cross.size
        if self.which & set(MANIFOLD):
            yield
            radii = np.partition(own, K, axis=1)[:, K]
            strictly = cross < real.radii[:, None]
            out |= {"precision": float((cross <= real.radii[:, None]).any(axis=0).mean()),
                    "recall": float((cross <= radii).any(axis=1).mean()),
                    "density": float(strictly.sum()) / (K * n),
                    "coverage": float(strictly.any(axis=1).mean())}
        yield
        return out


def distances(x: Array, y: Array) -> Pieces:
    """All distances (n, m), exact as ``cdist`` takes them, a piece at a time."""
    out = np.empty((len(x), len(y)))
    step = max(1, MOST_WORK // y.size)
    for start in range(0, len(x), step):
        out[start:start + step] = cdist(x[start:start + step], y)
        yield
    return out


def _nearest_other(d: Array) -> Array:
    """From distances of a set to itself (n, n): each point's to its nearest other, (n,)."""
    return np.asarray(np.partition(d, 1, axis=1)[:, 1])


def _rbf_total(d: Array, width: float) -> float:
    scaled = d * d
    scaled *= -0.5 / width**2
    np.exp(scaled, out=scaled)
    return float(scaled.sum())


def _cubic_total(x: Array, y: Array) -> float:
    block = x @ y.T
    block /= x.shape[1]
    block += 1
    return float(np.vdot(block * block, block))
