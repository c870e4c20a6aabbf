"""Who is told of an update when: never all the panels in one turn of the event loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from PySide6.QtCore import QObject, QTimer

from ganstudio.session.messages import State, Update
from ganstudio.studio.hurry import eventful

APART_MS = 3
"""Between two panels: room for training to take the interpreter, and for clicks."""


class Turns(QObject):
    """Hands each update to every panel once, in order.

    While training goes on, and when a run begins, a panel that has something to draw gets a turn
    of its own, and so draws by itself: all of them in one go would hold the interpreter, which
    training needs between two calls, for longer than one of those calls takes, and the window for
    longer than a picture. What else comes (events, news of a run that stands) goes to all at once.
    """

    def __init__(self, deliver: Callable[[str, Update], None],
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._deliver = deliver
        self._waiting: dict[str, list[Callable[[], None]]] = {}
        """What each panel has still to hear; the first of them is the next."""
        self._beginning = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(APART_MS)
        self._timer.timeout.connect(self._next)

    def begin(self, panels: Iterable[str], act: Callable[[str], None]) -> None:
        """A run begins: forget what waits; each panel takes it up in a turn of its own."""
        self.forget()
        for panel in panels:
            self._add(panel, partial(act, panel))
        self._beginning = bool(self._waiting)

    def after(self, panel: str, call: Callable[[], None]) -> None:
        """Now; but where the panel has something to hear still, in the same turn after that."""
        if panel in self._waiting:
            self._add(panel, call)
        else:
            call()

    def hand_out(self, update: Update, panels: Mapping[str, bool]) -> None:
        """Tell these panels; True for one that draws something of every update.

        A panel's pictures are those whose key begins with its own.
        """
        drawing = {key.partition(".")[0] for key in update.frames}
        prompt = not self._beginning and (update.status.state is not State.RUNNING
                                          or eventful(update.events))
        if prompt:
            self.finish()
        for panel, draws in panels.items():
            tell = partial(self._deliver, panel, update)
            if prompt or not (draws or panel in drawing):
                self.after(panel, tell)
            else:
                self._add(panel, tell)

    def _add(self, panel: str, call: Callable[[], None]) -> None:
        self._waiting.setdefault(panel, []).append(call)
        if not self._timer.isActive():
            self._timer.start()

    def _next(self) -> None:
        self._tell_one()
        if self._waiting:
            self._timer.start()

    def _tell_one(self) -> None:
        panel = next(iter(self._waiting))
        calls = self._waiting[panel]
        while calls:  # what it hears may lead to more, or to none of it being told any more
            calls.pop(0)()
        self._waiting.pop(panel, None)
        self._beginning = self._beginning and bool(self._waiting)

    def finish(self) -> None:
        """Tell those that still wait, now."""
        self._timer.stop()
        while self._waiting:
            self._tell_one()

    def forget(self) -> None:
        """What still waits is of a run that is gone."""
        self._timer.stop()
        for calls in self._waiting.values():
            calls.clear()
        self._waiting.clear()
        self._beginning = False
