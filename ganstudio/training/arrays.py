"""The kinds of array that frames are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Steps = NDArray[np.int64]


def frozen(values: ArrayLike) -> Floats:
    """A read-only float32 copy."""
    array: NDArray[Any] = np.array(values, np.float32)
    array.flags.writeable = False
    return array
