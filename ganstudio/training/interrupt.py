"""A word from another thread that the steps in hand are to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor


class Interrupt:
    """Set on one thread, seen on the other, also by a program that runs without Python.

    It lies in memory as one byte: a captured step reads it between two rounds, where a function
    could only be asked with the interpreter's lock in hand. Asked as a function (it may stand
    wherever ``interrupted`` is taken) it says whether it is set.
    """

    def __init__(self) -> None:
        self._flag = np.zeros(1, np.uint8)

    def __call__(self) -> bool:
        """Whether it is set."""
        return bool(self._flag[0])

    def set(self) -> None:
        """The steps in hand are to end after the present one."""
        self._flag[0] = 1

    def clear(self) -> None:
        """Go on."""
        self._flag[0] = 0

    def tensor(self) -> Tensor:
        """The byte itself, (1,), uint8; not a copy."""
        import torch  # whoever sets it may be a window that must open first

        return torch.from_numpy(self._flag)
