"""What the Run button does, and on which run. A part of the window."""

from __future__ import annotations

from typing import Any

AWAY = "The open run is not in sight: go back to it to train on"
RUN_TEXT, PAUSE_TEXT = "Run", "Pause"


class RunCommands:
    """Methods that the table of actions names, mixed into the window."""

    actions_: Any
    appearance: Any
    compare_page: Any
    controller: Any
    pages: Any
    queue_page: Any
    toolbar: Any
    workspace: Any
    _going_shown: Any = None

    def behind(self) -> Any:
        """What trains behind a page that is about something else, so that it can be paused from
        anywhere; None where nothing does, and beside the open run itself.
        """
        if self.controller is None or self.pages.currentWidget() is self.workspace:
            return None
        if self.controller.going:
            return self.controller
        return next((page.session for page in (self.queue_page, self.compare_page)
                     if page is not None and page.going), None)

    def run_pause(self) -> None:
        """Run, or pause."""
        behind = self.behind()
        if behind is not None:
            behind.pause()
        elif self.controller.going:
            self.controller.pause()
        else:
            self.controller.run()

    def why_not(self, in_sight: bool) -> str:
        """Why the open run cannot be trained or changed now; nothing where that needs no words."""
        run = self.controller
        if run is None or run.session is None:
            return ""
        if run.read_only:
            return f"Not possible: this run is open to be looked at only, since {run.looked_why}"
        return "" if in_sight else AWAY

    def show_going(self) -> None:
        """The run button says what a press would do."""
        from ganstudio.studio.icons import icon
        going = self.controller is not None and (
            self.controller.going or self.behind() is not None)
        action, theme = self.actions_["run"], self.appearance.theme
        text = PAUSE_TEXT if going else RUN_TEXT
        if self._going_shown == (text, theme):
            return
        self._going_shown = text, theme
        action.setIconVisibleInMenu(False)  # its icon has the colour for the accented button
        action.setText(text)
        action.setIconText(text)
        action.setIcon(icon(text.lower(), theme, theme.accent_text))
        self.toolbar.buttons["run"].setAccessibleName(text)
