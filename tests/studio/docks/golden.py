"""Pictures as they should be, kept beside the tests.

Only the ground between the axes is compared, brought to one small size. How high and wide letters
are moves everything else by pixels, so ``letters.txt`` says which they were, and where others are
installed the comparison is skipped. ``GOLDEN=write`` in the environment keeps what is drawn now;
look at it before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from tests.studio.docks.made import picture

PLACE = Path(__file__).parent / "golden"
FAR = 8
"""Of 255, in any colour: more than another rounding does."""


def _values(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return rows[:, :image.width(), :3].astype(int)


def _letters(widget: QWidget) -> str:
    metrics = widget.fontMetrics()
    return f"{metrics.height()} {metrics.horizontalAdvance('step 1,000 of the branch')}"


def far_off(widget: QWidget, name: str, area: QRectF, width: int = 160, height: int = 60) -> float:
    """The share of pixels of the widget's ``area`` that differ from those of the kept picture."""
    drawn = picture(widget).copy(area.toRect()).scaled(
        width, height, Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation)
    path = PLACE / f"{name}.png"
    if os.environ.get("GOLDEN") == "write":
        PLACE.mkdir(exist_ok=True)
        (PLACE / "letters.txt").write_text(_letters(widget) + "\n")
        drawn.convertToFormat(QImage.Format.Format_RGB32).save(str(path))
    if (PLACE / "letters.txt").read_text().strip() != _letters(widget):
        pytest.skip("other letters are installed here than where the pictures were made")
    kept = QImage(str(path))
    assert not kept.isNull(), f"there is no {path}"
    return float((np.abs(_values(drawn) - _values(kept)).max(axis=2) > FAR).mean())
