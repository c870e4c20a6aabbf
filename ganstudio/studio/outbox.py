"""Live changes on their way to the run: those of one drag go together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer

DRAG_MS = 33
"""While a slider is dragged its value goes to the run no oftener; the last one always does."""


class Outbox(QObject):
    """Hands changes (path → value) and their label to ``act``."""

    def __init__(self, act: Callable[[dict[str, Any], str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._act = act
        self._held: dict[str, Any] = {}
        self._label = ""
        self._dragged = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAG_MS)
        self._timer.timeout.connect(self.flush)

    def put(self, changes: Mapping[str, Any], label: str, dragged: bool) -> None:
        """At once; but while ``dragged`` what follows soon waits, and only the newest counts."""
        self._held.update(changes)
        self._label, self._dragged = label, dragged
        if not (dragged and self._timer.isActive()):
            self._hand_over()

    def flush(self) -> None:
        """Hand over now what waits."""
        if self._held:
            self._hand_over()

    def clear(self) -> None:
        """Forget what waits."""
        self._held = {}
        self._timer.stop()

    def _hand_over(self) -> None:
        changes, self._held = self._held, {}
        if self._dragged:
            self._timer.start()
        self._act(changes, self._label)
