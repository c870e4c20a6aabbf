"""Made-up runs, rows, events and frames, and ways to look at pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from ganstudio.session.messages import Event, State, Status, Update
from ganstudio.studio.docks.base import Dock
from ganstudio.training.frames import (
    Frame,
    LineFrame,
    MosaicFrame,
    PointsFrame,
    RunInfo,
    ScalarChunk,
    SurfaceFrame,
    WalkFrame,
)


def f32(values: Any) -> np.ndarray:
    return np.asarray(values, np.float32)


def info(shape: tuple[int, ...] = (2,), latent: int = 2, kind: str = "normal",
         offset: Sequence[float] = (0, 0), scale: Sequence[float] = (1, 1)) -> RunInfo:
    return RunInfo("made", shape, kind, latent, 100, "cpu", 10, 10, (-2.0, 2.0, -2.0, 2.0),
                   f32(offset), f32(scale))


POINTS, LINE, IMAGES = info(), info((1,), 1), info((1, 4, 4), 16)


def update(scalars: Sequence[ScalarChunk] = (), events: Sequence[Event] = (),
           frames: Mapping[str, Frame] | None = None, state: State = State.RUNNING) -> Update:
    return Update(Status(state), tuple(scalars), frames or {}, tuple(events), None)


def rows(first: int, values: Any) -> ScalarChunk:
    values = f32(values)
    return ScalarChunk(np.arange(first, first + len(values), dtype=np.int64), values)


def steady(count: int, d: float = 1.0, g: float = 2.0, real: float = 0.75,
           fake: float = 0.25) -> ScalarChunk:
    return rows(1, np.tile([d, g, real, fake], (count, 1)))


def event(kind: str, step: int = 0, text: str = "something", details: str = "",
          **data: Any) -> Event:
    return Event(kind, step, text, 1.7e9 + step, details, data)


def tweak(step: int, label: str = "", **changes: Any) -> Event:
    return event("tweaked", step, "changed", changes={
        path.replace("__", "."): pair for path, pair in changes.items()}, label=label)


def points(real: Any, fake: Any) -> PointsFrame:
    return PointsFrame(1, f32(real), f32(fake))


def surface(d: Any, output: str = "probability",
            extent: tuple[float, float, float, float] = (-2, 2, -2, 2)) -> SurfaceFrame:
    return SurfaceFrame(1, extent, f32(d), output, None if output == "critic" else 0.5)


def line(output: str = "probability", d: float = 0.5) -> LineFrame:
    x = np.linspace(-2, 2, 240)
    bell = np.exp(-x ** 2 * 2) * 0.8
    z = np.linspace(-2, 2, 9)
    return LineFrame(1, f32(x), f32(bell), f32(np.roll(bell, 40)), f32(np.full(240, d)), f32(z),
                     f32(z / 2), True, 0.1, output, None if output == "critic" else 0.5)


def mosaic(rows: int, columns: int, scores: bool = False, side: int = 4) -> MosaicFrame:
    """Tile k is all of grey 5·k."""
    greys = (5 * np.arange(rows * columns)).astype(np.uint8).reshape(rows, columns)
    image = np.kron(greys, np.ones((side, side), np.uint8))
    count = rows * columns
    return MosaicFrame(1, image, rows, columns, (side, side),
                       f32(np.arange(count) / 100 if scores else []),
                       f32(np.arange(count * 16).reshape(count, 16)))


def walk(stops: Any, at: Any, d: float = 0.4, z: Sequence[float] = (0.1, 0.2)) -> WalkFrame:
    return WalkFrame(1, np.asarray(stops), np.asarray(at), f32(z), d)


# ---- looking -----------------------------------------------------------------------------------


def fed(dock: Dock, **frames: Any) -> Dock:
    """Hand a samples dock its frames by their short names."""
    dock.receive(update(frames={f"samples.{key}": frame for key, frame in frames.items()}))
    return dock


def picture(widget: QWidget) -> QImage:
    QApplication.processEvents()
    return widget.grab().toImage()


def near(image: QImage, x: float, y: float, colour: str | QColor, reach: int = 2,
         tolerance: int = 40) -> bool:
    """Whether a pixel within ``reach`` of (x, y) has about this colour."""
    want = QColor(colour)
    ratio = image.devicePixelRatio()
    for dx in range(-reach, reach + 1):
        for dy in range(-reach, reach + 1):
            px, py = round((x + dx) * ratio), round((y + dy) * ratio)
            if not image.valid(px, py):
                continue
            have = image.pixelColor(px, py)
            if max(abs(have.red() - want.red()), abs(have.green() - want.green()),
                   abs(have.blue() - want.blue())) <= tolerance:
                return True
    return False


def wheel(widget: QWidget, x: float, y: float, turn: int) -> None:
    at = QPointF(x, y)
    QApplication.sendEvent(widget, QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False))
