"""What the actions do to set runs side by side. A part of the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


class CompareCommands:
    """Methods that the table of actions names, mixed into the window."""

    compare_page: Any
    queue_page: Any
    controller: Any
    pages: Any

    def compare_runs(self) -> None:
        """Compare the open run with another, or the two newest."""
        folder = self.controller.folder if self.controller.session is not None else None
        self.show_comparison([folder] if folder is not None else [])

    def compare_branches(self, branch: str, other: str) -> None:
        """Two branches are to be seen together."""
        self.show_comparison([Path(branch), Path(other)])

    def show_comparison(self, paths: Sequence[Path]) -> None:
        """Go to the page of comparisons with these runs."""
        window: Any = self
        if self.compare_page is None:
            from ganstudio.studio.compare_page import ComparePage
            self.compare_page = ComparePage()
            self.compare_page.set_theme(window.appearance.theme)
            self.compare_page.left.connect(self._leave_comparison)
            self.compare_page.lockstep_wanted.connect(self._train_comparison)
            self.compare_page.going_changed.connect(window.enable_actions)
            self.pages.addWidget(self.compare_page)
        from ganstudio.session.messages import Snapshot
        from ganstudio.studio.compare_choices import choices
        if self.controller.is_ready and not self.controller.read_only:
            self.controller.send(Snapshot())  # so that what is read is the run as it is now
        window.leave_workspace()
        self.compare_page.open(choices(window.settings), [path.absolute() for path in paths])
        self.pages.setCurrentWidget(self.compare_page)
        self.compare_page.pickers.boxes[-1].setFocus()

    def _train_comparison(self) -> None:
        """A run may be open in one place only: the window lets go of its own."""
        self.controller.leave(self.compare_page.train)

    def show_sweep(self, folder: Path) -> None:
        """Go to the queue of a sweep's folder; one that was open is paused, its run saved."""
        if self.queue_page is not None and self.queue_page.folder != folder:
            self.queue_page.shut()
            self.pages.removeWidget(self.queue_page)
            self.queue_page.deleteLater()
            self.queue_page = None
        self._go_to_queue(folder)

    def show_queue(self) -> None:
        """Go to the queue, which is opened the first time."""
        from ganstudio.studio.paths import runs_dir
        self._go_to_queue(runs_dir() / "queue.sweep")

    def _go_to_queue(self, folder: Path) -> None:
        window: Any = self
        if self.queue_page is None:
            from ganstudio.studio.queue_page import QueuePage
            self.queue_page = QueuePage(folder)
            self.queue_page.set_theme(window.appearance.theme)
            self.queue_page.left.connect(self._leave_comparison)
            self.queue_page.going_changed.connect(window.enable_actions)
            self.queue_page.compared.connect(self.show_comparison)
            self.queue_page.run_opened.connect(window.resume)
            self.pages.addWidget(self.queue_page)
        window.leave_workspace()
        self.queue_page.offer(self.controller.recipe if self.controller.session is not None
                              else None)
        self.pages.setCurrentWidget(self.queue_page)
        self.queue_page.form.recipe_box.setFocus()

    def _leave_comparison(self) -> None:
        window: Any = self
        if self.controller.session is not None and window.workspace is not None:
            self.pages.setCurrentWidget(window.workspace)
            window.workspace.show_floating(True)
            window.workspace.setFocus()
        else:
            window.start_page.refresh_recent()
            self.pages.setCurrentWidget(window.start_page)
            window.start_page.setFocus()
