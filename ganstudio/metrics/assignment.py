"""The exact Wasserstein distance of two equally large sets in any dimension, by assignment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from ganstudio.metrics.checks import MetricsError, as_pair


def matched_w1(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Exact W1 of two sets (n, d) of equally weighted points: the least mean distance of pairs.

    Between equal weights some best plan is a permutation (Birkhoff 1946; Peyré & Cuturi 2019,
    Proposition 2.1). Some 10 to 20 ms for 256 points of the plane; the time grows as n³.

    Raises:
        MetricsError: the sets differ in size or dimension, or hold what is no number.
    """
    a, b = as_pair(x, y)
    if len(a) != len(b):
        raise MetricsError(f"The sets have {len(a)} and {len(b)} points; an assignment needs "
                           "equally many.")
    distance = cdist(a, b)
    apart = a.mean(axis=0) - b.mean(axis=0)
    along = apart / max(float(np.linalg.norm(apart)), 1e-300)
    # What depends on one end of a pair alone moves no optimum. Less the way between the means,
    # distant sets are matched up to four times as fast.
    rows, columns = linear_sum_assignment(distance - (a @ along)[:, None] + b @ along)
    return float(distance[rows, columns].mean())
