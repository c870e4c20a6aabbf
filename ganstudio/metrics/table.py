"""What every metric is called, which way is better, and whose it is. Needs nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower", "floor"]
Family = Literal["modes", "density", "sorted", "pairs", "copies"]


@dataclass(frozen=True, slots=True)
class Law:
    """How mean and scatter between sets of one distribution go with h = NM/(N+M): h^−power."""

    mean: float
    sd: float


SHARE = Law(0.0, 0.5)
ROOT = Law(0.5, 0.5)
LINEAR = Law(1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """A line of the table.

    ``better``: "floor" means as near to the floor as can be, from either side. ``family``: how
    it is worked out, and so what it costs. ``ends``: the value of the worst and of the best
    generator where it is bounded. ``help``: one plain line; ``source``: the paper.
    """

    title: str
    better: Better
    family: Family
    law: Law
    help: str
    source: str
    ends: tuple[float | None, float | None] = (None, None)


_MODES = "Srivastava et al. 2017; Lin et al. 2018"
_PR = "Kynkäänniemi et al. 2019"
_DC = "Naeem et al. 2020"
_KL = "Kullback & Leibler 1951"

METRICS: dict[str, Metric] = {
    "modes": Metric("Modes captured", "higher", "modes", SHARE,
                    "Modes with at least one sample within 3σ of their centre.", _MODES,
                    (0.0, None)),
    "high_quality": Metric("High-quality share", "higher", "modes", SHARE,
                           "Share of samples within 3σ of their nearest mode.", _MODES,
                           (0.0, 1.0)),
    "reverse_kl": Metric("Reverse KL over modes", "lower", "modes", LINEAR,
                         "Imbalance of the samples between the modes, in nats.", _MODES,
                         (None, 0.0)),
    "js": Metric("Jensen-Shannon divergence", "lower", "density", LINEAR,
                 "From the exact density, both blurred by one kernel; 0 to log 2 = 0.693 nats.",
                 "Lin 1991", (None, 0.0)),
    "kl_fake_real": Metric("KL(fake ‖ real)", "lower", "density", LINEAR,
                           "Large where fakes lie where the exact density is small: quality. "
                           "Both blurred by one kernel, in nats.", _KL, (None, 0.0)),
    "kl_real_fake": Metric("KL(real ‖ fake)", "lower", "density", LINEAR,
                           "Large where real data have no fakes near: variety. Both blurred by "
                           "one kernel, in nats.", _KL, (None, 0.0)),
    "frechet": Metric("Fréchet distance", "lower", "sorted", LINEAR,
                      "Squared distance between the Gaussians fitted to both sets.",
                      "Dowson & Landau 1982; Heusel et al. 2017", (None, 0.0)),
    "kid": Metric("Kernel distance (cubic)", "lower", "pairs", LINEAR,
                  "Unbiased MMD² with the kernel (x·y/d + 1)³; may fall below 0.",
                  "Bińkowski et al. 2018", (None, 0.0)),
    "mmd_rbf": Metric("MMD² (RBF)", "lower", "pairs", LINEAR,
                      "Unbiased MMD² with a Gaussian kernel; may fall below 0.",
                      "Gretton et al. 2012", (None, 0.0)),
    "sliced_w1": Metric("Sliced W1", "lower", "sorted", ROOT,
                        "Mean W1 over projections on lines.", "Bonneel et al. 2015",
                        (None, 0.0)),
    "sliced_w2": Metric("Sliced W2", "lower", "sorted", ROOT,
                        "Root of the mean squared W2 over projections on lines.",
                        "Bonneel et al. 2015", (None, 0.0)),
    "w1": Metric("W1", "lower", "sorted", ROOT, "Exact Wasserstein distance on the line.",
                 "Villani 2003", (None, 0.0)),
    "energy": Metric("Energy distance", "lower", "pairs", ROOT,
                     "√(2E‖x−y‖ − E‖x−x'‖ − E‖y−y'‖).", "Székely & Rizzo 2013", (None, 0.0)),
    "precision": Metric("Precision", "higher", "pairs", SHARE,
                        "Share of fakes among the reals' neighbours: quality.", _PR, (0.0, 1.0)),
    "recall": Metric("Recall", "higher", "pairs", SHARE,
                     "Share of reals among the fakes' neighbours: variety.", _PR, (0.0, 1.0)),
    "density": Metric("Density", "higher", "pairs", SHARE,
                      "How densely reals surround the fakes; 1 when both are alike.", _DC,
                      (0.0, None)),
    "coverage": Metric("Coverage", "higher", "pairs", SHARE,
                       "Share of reals with a fake among their neighbours.", _DC, (0.0, 1.0)),
    "diversity": Metric("Pairwise diversity", "floor", "copies", SHARE,
                        "Mean distance between two fakes; the floor is that between two reals, "
                        "and 0 is total collapse.", "Zhang et al. 2018", (0.0, None)),
    "duplicates": Metric("Near-duplicates", "lower", "copies", SHARE,
                         "Share of fakes closer to another fake than all but 1 % of reals are to "
                         "a real: the birthday test.", "Arora & Zhang 2017", (1.0, 0.0)),
    "memorised": Metric("Copies of training data", "lower", "copies", SHARE,
                        "Share of fakes closer to a training sample than all but 5 % of fresh "
                        "data would be.", "Meehan et al. 2020", (1.0, 0.0)),
}
"""Every metric by key."""

PROMISED = tuple(key for key, metric in METRICS.items()
                 if metric.family != "density")
"""The keys of ``ganstudio metrics``: all that two sample sets can tell."""


def label(key: str, features: str | None = None, *, inception: bool = False) -> str:
    """The name to show, which says what features were used.

    "FID" and "KID" are said only of the published Inception features (Heusel et al. 2017;
    Bińkowski et al. 2018).
    """
    published = {"frechet": "FID", "kid": "KID"}
    if inception and key in published:
        return published[key]
    return METRICS[key].title + (f" in {features}" if features else "")


def applicable(dim: int, modes: bool, density: bool = False) -> tuple[str, ...]:
    """Keys of the metrics that apply to d-dimensional points or features.

    ``modes`` and ``density``: whether they are known.
    """
    return tuple(key for key, metric in METRICS.items()
                 if (metric.family != "modes" or modes)
                 and (metric.family != "density" or (density and dim <= 2))
                 and (key != "w1" or dim == 1))
