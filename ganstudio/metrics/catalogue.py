"""Two sample sets scored: every metric that applies, each beside its noise floor."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from ganstudio.metrics.checks import Array, MetricsError, as_pair, as_points, one_thread, positive
from ganstudio.metrics.copies import MOST as MOST_COPIES
from ganstudio.metrics.copies import copy_scores
from ganstudio.metrics.extractor import Extractor
from ganstudio.metrics.floor import REPEATS, Floor, bootstrap_floor, split_floor
from ganstudio.metrics.frechet import frechet_distance
from ganstudio.metrics.manifold import self_precision
from ganstudio.metrics.mmd import median_bandwidth
from ganstudio.metrics.modes import ModeSet, kl_floor
from ganstudio.metrics.scores import MANIFOLD, Options, mode_scores, pair_scores, sorted_scores
from ganstudio.metrics.table import METRICS, PROMISED, applicable
from ganstudio.metrics.transport import PROJECTIONS

DEFAULT_K = 3
LARGEST = 1e40  # the cubic kernel takes the sixth power of it
MOST_PAIRED = 10_000  # points of each set in metrics over all pairs
FLOOR_PAIRED = 1_000  # points of REAL in one repeat of such a metric's floor
FLOOR_SORTED = 20_000  # and of each set in one repeat of the others'


class Scored(TypedDict):
    """One answer: ``n`` fakes were scored; the floor is None where REAL is too small for one."""

    value: float
    floor: float | None
    floor_sd: float | None
    n: int
    note: str


def compute(
    real: npt.ArrayLike,
    fake: npt.ArrayLike,
    *,
    modes: ModeSet | None = None,
    k: int = DEFAULT_K,
    bandwidth: float | None = None,
    features: Extractor | None = None,
    seed: int = 0,
    which: Collection[str] | None = None,
    with_floor: bool = True,
    repeats: int = REPEATS,
) -> dict[str, Scored]:
    """Score fakes (M, d) against reals (N, d), each metric beside its noise floor.

    With ``features`` both are images, float32 (n, channels, height, width) in [−1, 1], and d is
    what the extractor makes of them. ``modes`` are for points only. ``k``: neighbours in
    precision, recall, density and coverage. ``bandwidth``: width h of the RBF kernel (None: the
    median distance between reals, so that all scores of a run share one width). ``which``: only
    these keys. ``with_floor`` False leaves floors None: for many fakes against one REAL take
    them once, from :func:`floors`. The same ``seed`` gives the same numbers.

    Raises:
        MetricsError: sets that do not fit together, are too small or hold NaN; unknown keys.
    """
    if features is not None:
        if modes is not None:
            raise MetricsError("Modes are for points; they do not apply to images.")
        real, fake = features(np.asarray(real)), features(np.asarray(fake))
    x, y = as_pair(real, fake, 2)
    if max(np.abs(x).max(), np.abs(y).max()) > LARGEST:
        raise MetricsError(f"The samples reach beyond {LARGEST:g}, where the metrics overflow: "
                           "scale both sets down.")
    options = _options(x, modes, k, bandwidth, seed, which)
    _check_neighbours(len(x), len(y), options)
    thin_x, thin_y = _thinned(x, seed, MOST_PAIRED), _thinned(y, seed + 1, MOST_PAIRED)
    with one_thread():
        values = (mode_scores(y, options) | sorted_scores(x, y, options)
                  | pair_scores(thin_x, thin_y, options) | copy_scores(x, y, options))
        known = _floors(x, len(y), options, repeats) if with_floor else {}
    said = f"Features: {features.name}. " if features is not None else ""
    out: dict[str, Scored] = {}
    dim = x.shape[1]
    for key in options.keys:
        if key not in values:
            continue
        note = said + _note(key, options, bandwidth is None, dim)
        sizes = (len(x), len(y))
        if METRICS[key].family == "copies":
            sizes = (len(x), min(*sizes, MOST_COPIES))
        elif METRICS[key].family == "pairs" and sizes != (len(thin_x), len(thin_y)):
            sizes = (len(thin_x), len(thin_y))
            note += f"{sizes[0]:,} reals and {sizes[1]:,} fakes used. "
        if key == "frechet" and dim > 1 and _few_for_frechet(*sizes, dim):
            note += "Fewer than ten points to a dimension: the value is mostly their number's. "
        if with_floor and key not in known:
            note += "REAL is too small for a floor. "
        floor = known.get(key)
        out[key] = Scored(value=values[key], floor=floor.mean if floor else None,
                          floor_sd=floor.sd if floor else None, n=sizes[1], note=note.strip())
    return out


def floors(
    real: npt.ArrayLike,
    n_fake: int,
    *,
    modes: ModeSet | None = None,
    k: int = DEFAULT_K,
    bandwidth: float | None = None,
    seed: int = 0,
    which: Collection[str] | None = None,
    repeats: int = REPEATS,
) -> dict[str, Floor]:
    """Noise floors of ``n_fake`` fakes against these reals (N, d), points or features.

    Metrics for which REAL is too small are left out. ``repeats`` (2 or more) trades time for
    steadiness. Raises MetricsError as :func:`compute` does.
    """
    x = as_points(real, "REAL", 2)
    with one_thread():
        return _floors(x, n_fake, _options(x, modes, k, bandwidth, seed, which), repeats)


def _options(x: Array, modes: ModeSet | None, k: int, bandwidth: float | None, seed: int,
             which: Collection[str] | None) -> Options:
    """Check the settings against the reals and fill in what was left open."""
    dim = x.shape[1]
    if modes is not None and modes.dim != dim:
        raise MetricsError(f"The modes have {modes.dim} dimensions and REAL has {dim}; "
                           "both must have the same.")
    if k < 1:
        raise MetricsError(f"k is {k}; at least 1 neighbour is needed.")
    unknown = sorted(set(which or ()) - set(PROMISED))
    if unknown:
        raise MetricsError(f"There is no metric {unknown[0]!r} of two sets; there are "
                           f"{', '.join(PROMISED)}.")
    keys = tuple(key for key in applicable(dim, modes is not None)
                 if key in PROMISED and (which is None or key in which))
    if bandwidth is not None:
        positive(bandwidth, "The bandwidth")
    elif "mmd_rbf" in keys:
        bandwidth = median_bandwidth(x, seed=seed)
    return Options(keys, modes, k, bandwidth or 1.0, seed)


def _check_neighbours(n_real: int, n_fake: int, options: Options) -> None:
    if not any(key in MANIFOLD for key in options.keys):
        return
    for name, n in (("REAL", n_real), ("FAKE", n_fake)):
        if n <= options.k:
            raise MetricsError(f"{name} has {n} points; with k = {options.k} neighbours at least "
                               f"{options.k + 1} are needed.")


def _few_for_frechet(n_real: int, n_fake: int, dim: int) -> bool:
    return min(n_real, n_fake) < 10 * dim


def _thinned(x: Array, seed: int, most: int) -> Array:
    """At most ``most`` of the points, drawn without replacement."""
    if len(x) <= most:
        return x
    return x[np.random.default_rng(seed).choice(len(x), most, replace=False)]


def _floors(x: Array, n_fake: int, options: Options, repeats: int) -> dict[str, Floor]:
    laws = {key: METRICS[key].law for key in options.keys}
    found = bootstrap_floor(x, n_fake, lambda _, b: mode_scores(b, options), laws,
                            repeats=repeats, seed=options.seed)
    if options.modes is not None and "reverse_kl" in found:
        # REAL's own imbalance by chance is in every resample, and is no part of the floor.
        kl = found["reverse_kl"]
        chance = min(kl_floor(len(options.modes), len(x)), kl.mean / 2)
        found["reverse_kl"] = Floor(kl.mean - chance, kl.sd)
    found |= bootstrap_floor(x, n_fake, lambda a, b: sorted_scores(a, b, options), laws,
                             repeats=repeats, most=FLOOR_SORTED, seed=options.seed)
    if "frechet" in options.keys and _few_for_frechet(len(x), n_fake, x.shape[1]):
        # Repeated points flatter the covariances of so few; disjoint parts come nearer.
        found |= split_floor(x, n_fake, lambda a, b: {"frechet": frechet_distance(a, b)}, laws,
                             repeats=repeats, most=FLOOR_SORTED, seed=options.seed)
    thin, m = _thinned(x, options.seed, MOST_PAIRED), min(n_fake, MOST_PAIRED)
    found |= split_floor(x, m, lambda a, b: pair_scores(a, b, options), laws, n_real=len(thin),
                         repeats=repeats, most=FLOOR_PAIRED, seed=options.seed,
                         least=options.k + 1 if set(MANIFOLD) & set(options.keys) else 2)
    alike = min(len(x), n_fake, MOST_COPIES)  # copies are looked for in sets of one size
    found |= split_floor(x, alike, lambda a, b: copy_scores(a, b, options), laws, n_real=alike,
                         repeats=repeats, most=FLOOR_PAIRED, seed=options.seed)
    # Precision goes by the number of reals and recall by that of fakes, and both slowly: one
    # pass that leaves each real out in turn has the right size, and the parts give its scatter.
    for key, size in (("precision", len(thin)), ("recall", min(len(thin), m))):
        if key in found:
            found[key] = Floor(self_precision(_thinned(x, options.seed, size), options.k),
                               found[key].sd)
    return {key: found[key] for key in options.keys if key in found}


def _note(key: str, options: Options, median: bool, dim: int) -> str:
    """What a reader must know to make the same number."""
    if key == "mmd_rbf":
        how = ", the median distance between reals" if median else ""
        return f"Unbiased MMD², RBF bandwidth {options.bandwidth:.4g}{how}. "
    if key in MANIFOLD:
        return f"k = {options.k} nearest neighbours. "
    if key in ("sliced_w1", "sliced_w2"):
        return f"{1 if dim == 1 else PROJECTIONS} projections. "
    if key == "memorised":
        return METRICS[key].help + " REAL is taken for what was trained on. "
    return METRICS[key].help + " "
