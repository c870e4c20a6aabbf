"""Who is told of an update when: never all the panels in one turn of the event loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QTimer

from ganstudio.session.messages import State, Update

APART_MS = 3
"""Between two panels: room for training to take the interpreter, and for clicks."""


class Turns(QObject):
    """Hands each update to every panel once, in order.

    While training goes on a panel that has something to draw gets a turn of its own, and so draws
    by itself: all of them in one go would hold the interpreter, which training needs between two
    calls, for longer than one of those calls takes. What else comes (events, news of a run that
    stands) goes to all at once.
    """

    def __init__(self, deliver: Callable[[str, Update], None],
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._deliver = deliver
        self._waiting: deque[tuple[str, Update]] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(APART_MS)
        self._timer.timeout.connect(self._next)

    def hand_out(self, update: Update, panels: Mapping[str, bool]) -> None:
        """Tell these panels; True for one that draws something of every update.

        A panel's pictures are those whose key begins with its own.
        """
        self.finish()
        drawing = {key.partition(".")[0] for key in update.frames}
        prompt = update.status.state is not State.RUNNING or bool(update.events)
        for panel, draws in panels.items():
            if prompt or not (draws or panel in drawing):
                self._deliver(panel, update)
            else:
                self._waiting.append((panel, update))
        if self._waiting:
            self._timer.start()

    def _next(self) -> None:
        self._deliver(*self._waiting.popleft())
        if self._waiting:
            self._timer.start()

    def finish(self) -> None:
        """Tell those that still wait, now."""
        self._timer.stop()
        while self._waiting:
            self._deliver(*self._waiting.popleft())

    def forget(self) -> None:
        """What still waits is of a run that is gone."""
        self._timer.stop()
        self._waiting.clear()
