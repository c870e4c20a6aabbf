"""Icons: our own line drawings, tinted with the theme's colours."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ganstudio.studio.paths import resource
from ganstudio.studio.theme import Theme

_SIZES = (16, 24, 32, 48)


@cache
def _drawing(name: str) -> str:
    path = resource(f"icons/{name}.svg")
    return path.read_text(encoding="utf-8") if path.exists() else ""


@cache
def pixmap(name: str, colour: str, side: int) -> QPixmap:
    """The drawing in one colour, ``side`` pixels square."""
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    drawing = _drawing(name)
    if drawing:
        renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
        painter = QPainter(picture)
        renderer.render(painter, QRectF(0, 0, side, side))
        painter.end()
    return picture


@cache
def _icon(name: str, normal: str, disabled: str) -> QIcon:
    made = QIcon()
    for side in _SIZES:
        made.addPixmap(pixmap(name, normal, side), QIcon.Mode.Normal)
        made.addPixmap(pixmap(name, disabled, side), QIcon.Mode.Disabled)
    return made


def icon(name: str, theme: Theme, colour: str = "") -> QIcon:
    """The icon in the theme's text colour (or the one given), faint where disabled."""
    return _icon(name, colour or theme.text, mix(theme.muted, theme.panel, 0.55))


def mix(one: str, other: str, share: float) -> str:
    """The colour ``share`` of the way from ``one`` to ``other``."""
    a, b = (tuple(int(c[i:i + 2], 16) for i in (1, 3, 5)) for c in (one, other))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in zip(a, b, strict=True))


def app_icon() -> QIcon:
    """The program's own icon."""
    return QIcon(str(resource("ganstudio.svg")))
