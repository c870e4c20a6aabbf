"""What every dock is: a widget that says what it wants to see and draws what it gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ganstudio.session.messages import Update
from ganstudio.studio.theme import Theme
from ganstudio.training.frames import RunInfo, Want


class Dock(QWidget):
    """The contents of one dock. It knows nothing of torch, of threads or of the window.

    ``key`` names the dock in layouts and prefixes the keys of its wants (``samples.points``).
    The window calls ``begin`` when a run is ready (or gone: None), ``receive`` with each poll
    while the dock is visible (scalars and events come also while hidden, see
    ``hears_while_hidden``), and asks ``wants`` again whenever ``wants_changed`` fires.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    hears_while_hidden: ClassVar[bool] = False
    draws_always: ClassVar[bool] = False
    """Whether it draws something of every update, and not only of its own frames."""
    least_height: ClassVar[float] = 6
    """In font heights: below this nothing can be made out."""

    button_row: QWidget | None = None
    """The dock's row of buttons, if it may stand in the title bar where there is room."""

    wants_changed = Signal()
    command = Signal(object)
    """A session command that the dock asks the window to send."""

    def wants(self) -> Mapping[str, Want]:
        """What is to be looked at while the dock is visible; keys begin with ``key``."""
        return {}

    def begin(self, info: RunInfo | None) -> None:
        """Clear everything of the last run; ``info`` describes the new one."""

    def set_cursor(self, step: int | None) -> None:
        """The panels show the moment after ``step`` steps; None is the present."""

    def receive(self, update: Update) -> None:
        """Take in what is new. Called from the window's one timer, at most 30 times a second."""

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""

    def extras(self) -> tuple[tuple[str, bytes, str], ...]:
        """What is in sight as files for a gallery: (name, content, caption of a picture)."""
        return ()

    def shut(self) -> None:
        """The window closes: end whatever of the dock's own still runs, and wait for it."""

    def save_state(self) -> dict[str, Any]:
        """The dock's own choices (layers switched on, smoothing) as plain JSON data."""
        return {}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Take up choices from ``save_state``; anything unknown or wrong is ignored."""
