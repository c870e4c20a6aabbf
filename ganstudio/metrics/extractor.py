"""What a feature extractor is, without the weight of the networks in features.py."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.float32]  # (n, channels, height, width) in [−1, 1]


@runtime_checkable
class Extractor(Protocol):
    """Turns images into points that metrics are taken on.

    ``name`` is shown with every such metric. Calling it on images (n, c, h, w) in [−1, 1] gives
    an array (n, d).
    """

    name: str

    def __call__(self, images: Images) -> npt.NDArray[np.floating]:
        """Features (n, d) of images (n, c, h, w)."""
        ...
