"""Samples: what the generator makes, beside what is real, in the picture that suits the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedLayout

from ganstudio.session.messages import State, Update
from ganstudio.studio.docks.base import Dock
from ganstudio.studio.docks.samples_images import ImagesPage
from ganstudio.studio.docks.samples_line import LinePage
from ganstudio.studio.docks.samples_page import Page
from ganstudio.studio.docks.samples_plane import PlanePage
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.frames import RunInfo, Want

EMPTY = "Start a run to see samples."


class SamplesDock(Dock):
    """One of three pages, by the shape of a sample; words where there is no run."""

    key: ClassVar[str] = "samples"
    title: ClassVar[str] = "Samples"

    def __init__(self) -> None:
        super().__init__()
        self.words = QLabel(EMPTY)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        self.words.setContentsMargins(12, 12, 12, 12)
        self.images, self.plane, self.line = ImagesPage(), PlanePage(), LinePage()
        self._pages: dict[str, Page] = {"images": self.images, "plane": self.plane,
                                        "line": self.line}
        self._page: Page | None = None
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.words)
        for page in self._pages.values():
            self._stack.addWidget(page)
            page.wants_changed.connect(self._on_wants)
        self.set_theme(LIGHT)

    def _on_wants(self) -> None:
        if self.sender() is self._page:
            self.wants_changed.emit()

    def begin(self, info: RunInfo | None) -> None:
        """See Dock."""
        self._page = None
        if info is None:
            self.words.setText(EMPTY)
            self._stack.setCurrentWidget(self.words)
        else:
            page: Page = (self.images if info.is_image else
                          self.line if info.sample_shape == (1,) else self.plane)
            page.begin(info)
            self._page = page
            self._stack.setCurrentWidget(page)
        self.wants_changed.emit()

    def wants(self) -> Mapping[str, Want]:
        """See Dock."""
        page = self._page
        return {f"{self.key}.{k}": w for k, w in page.wants().items()} if page else {}

    def receive(self, update: Update) -> None:
        """See Dock."""
        if self._page is None:
            preparing = update.status.state == State.PREPARING
            self.words.setText("Preparing the run…" if preparing else EMPTY)
            return
        mark = f"{self.key}."
        frames = {k.removeprefix(mark): f for k, f in update.frames.items() if k.startswith(mark)}
        if frames:
            self._page.receive(frames)

    def set_recipe(self, recipe: Any) -> None:
        """Offer averaged samples only where the run keeps an averaged generator."""
        for page in self._pages.values():
            page.set_average(recipe.average.decay > 0)

    def set_theme(self, theme: Theme) -> None:
        """See Dock."""
        for page in self._pages.values():
            page.set_theme(theme)

    def save_state(self) -> dict[str, Any]:
        """See Dock."""
        return {name: page.save_state() for name, page in self._pages.items()}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """See Dock."""
        for name, page in self._pages.items():
            part = state.get(name) if isinstance(state, Mapping) else None
            if isinstance(part, Mapping):
                page.restore_state(part)
