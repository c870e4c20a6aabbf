"""What the actions do about the past. A part of the window."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QUndoCommand

from ganstudio.session.timeline_messages import DeleteBranch, RestoreBranch, Switch


class Deletion(QUndoCommand):
    """A branch put into the trash, and taken out again."""

    def __init__(self, controller: Any, branch: str, name: str) -> None:
        super().__init__(f"deleting branch {name}")
        self.controller = controller
        self.branch = branch

    def redo(self) -> None:
        """Delete it."""
        self.controller.send(DeleteBranch(self.branch))

    def undo(self) -> None:
        """Bring it back."""
        self.controller.send(RestoreBranch(self.branch))


class TimeCommands:
    """Methods that the table of actions names, mixed into the window."""

    def bind_timeline(self) -> None:
        """Connect the timeline's wishes, once it is made."""
        self.beside: list[Any] = []
        dock = self.workspace.dock("timeline")
        if dock is None:
            return
        dock.cursor_moved.connect(self.workspace.set_cursor)
        dock.height_wanted.connect(self.workspace.heighten)
        dock.delete_wanted.connect(self.delete_branch)
        dock.beside_wanted.connect(self.open_beside)
        dock.view.chosen.connect(lambda branch: self.controller.send(Switch(branch)))
        dock.compare_wanted.connect(self.compare_branches)

    def _timeline(self) -> Any:
        return self.workspace.dock("timeline") if self.workspace is not None else None

    def _in_timeline(self, method: str, *arguments: Any) -> None:
        dock = self._timeline()
        if dock is not None:
            getattr(dock, method)(*arguments)

    def time_back(self) -> None:
        """One step back in time."""
        self._in_timeline("move", -1)

    def time_forward(self) -> None:
        """One step forward in time."""
        self._in_timeline("move", 1)

    def time_first(self) -> None:
        """To the first step."""
        self._in_timeline("to_first")

    def time_mark_back(self) -> None:
        """To the change or diagnosis before."""
        self._in_timeline("to_mark", -1)

    def time_mark_forward(self) -> None:
        """To the next change or diagnosis."""
        self._in_timeline("to_mark", 1)

    def time_play(self) -> None:
        """Play the history, or stop."""
        dock = self._timeline()
        if dock is not None:
            dock.play_button.toggle()

    def time_live(self) -> None:
        """Back to the present."""
        self._in_timeline("go_live")

    def time_fork(self) -> None:
        """Continue from the moment that is shown."""
        dock = self._timeline()
        if dock is not None and dock.moment is None:
            self.status_bar.showMessage("Go to a moment of the timeline first", 4000)
        else:
            self._in_timeline("continue_here")

    def time_compare(self) -> None:
        """Fork without the last change."""
        dock = self._timeline()
        if dock is not None and dock.last_tweak() is None:
            self.status_bar.showMessage("No setting has been changed yet", 4000)
        else:
            self._in_timeline("fork_and_compare")

    def time_budget(self) -> None:
        """How much may be kept."""
        self._in_timeline("ask_budget")

    def delete_branch(self, branch: str, name: str) -> None:
        """Delete a branch, undoably."""
        self.controller.undo_stack.push(Deletion(self.controller, branch, name))

    def open_beside(self, path: str) -> None:
        """Open a branch in a second window."""
        make: Any = type(self)
        window = make(self.settings, self.appearance, self.session_factory, path)
        self.beside.append(window)
        window.resize(self.size())
        window.show()

    def close_beside(self) -> None:
        """The windows that were opened beside this one go with it."""
        for window in getattr(self, "beside", []):
            window.close()

    def react_to_branches(self, event: Any) -> None:
        """Tell what became of branches."""
        if event.kind in ("forked", "switched", "branch_restored"):
            self.status_bar.showMessage(event.text, 5000)
        elif event.kind == "branch_deleted":
            self.notices.add("info", event.text, action=("Undo", self.undo))
        if event.kind in ("forked", "switched") and not event.data.get("stay"):
            from ganstudio.studio.recent import remember
            remember(self.settings, self.controller.folder)
            self._tell_recipe()
