"""``ganstudio metrics REAL FAKE``: two sample sets, every metric that applies, each with its floor.
"""

from __future__ import annotations

import json
import sys

from ganstudio.metrics.catalogue import Scored, compute
from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.extractor import Extractor
from ganstudio.metrics.images import matched
from ganstudio.metrics.io import load, load_modes
from ganstudio.metrics.table import METRICS, label


def metrics(
    real: str,
    fake: str,
    *,
    modes: str | None = None,
    k: int = 3,
    bandwidth: float | None = None,
    features: str = "random",
    as_json: bool = False,
) -> int:
    """Score FAKE against REAL and print the answer; returns the exit code.

    ``real`` and ``fake``: .npy, .npz or .csv files, or folders of images. ``modes``: a file of
    centres and σ. ``k``: neighbours. ``bandwidth``: width of the RBF kernel (None: median
    distance). ``features``: what images are scored on, "random", "pixels", "classifier" or
    "module:function". The caller's mistakes: one sentence on stderr, and 2.
    """
    try:
        scores, used = _scores(real, fake, modes, k, bandwidth, features)
    except MetricsError as error:
        print(error, file=sys.stderr)
        return 2
    except MemoryError:
        print("The sample sets are too large for this machine's memory.", file=sys.stderr)
        return 2
    print(json.dumps(scores, indent=2, allow_nan=False) if as_json else _table(scores, used))
    return 0


def _scores(
    real: str, fake: str, modes: str | None, k: int, bandwidth: float | None, features: str
) -> tuple[dict[str, Scored], Extractor | None]:
    a, b = load(real, "REAL"), load(fake, "FAKE")
    known = load_modes(modes) if modes is not None else None
    if a.points is not None and b.points is not None:
        return compute(a.points, b.points, modes=known, k=k, bandwidth=bandwidth), None
    if a.images is None or b.images is None:
        raise MetricsError("One of the sets holds images and the other points; "
                           "both must be of one kind.")
    x, y = matched(a.images, b.images)
    from ganstudio.metrics.features import extractor  # brings torch: only when there are images

    network = extractor(features, x, a.labels)
    return compute(x, y, modes=known, k=k, bandwidth=bandwidth, features=network), network


def _table(scores: dict[str, Scored], features: Extractor | None) -> str:
    """The answer for people: metric, value, floor, which way is better, remarks."""
    lines = []
    for key, score in scores.items():
        floor = ("no floor" if score["floor"] is None
                 else f"{score['floor']:.4g} ± {score['floor_sd']:.2g}")
        lines.append((_name(key, features), f"{score['value']:.4g}", floor,
                      f"{METRICS[key].better} is better", score["note"]))
    head = ("metric", "value", "floor ± sd", "", "")
    widths = [max(len(line[i]) for line in (head, *lines)) for i in range(4)]
    rows = ["  ".join([*(cell.ljust(w) for cell, w in zip(line, widths, strict=False)), line[4]])
            .rstrip() for line in (head, *lines)]
    return "\n".join([*rows, "", "The floor is what fresh real data would score at these sizes."])


def _name(key: str, features: Extractor | None) -> str:
    """The metric's name; features are named in the remarks, but for the published ones."""
    return label(key, inception=bool(getattr(features, "inception", False)))
