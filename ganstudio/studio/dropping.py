"""What is dropped on the window opens: a run folder, a recipe, or data to train on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent


def dropped(mime: QMimeData) -> Path | None:
    """The first file or folder of this machine; for a run's own run.json, the run."""
    from ganstudio.studio.opening import RUN_MARK  # not before the window's first paint
    for url in mime.urls():
        if url.isLocalFile():
            path = Path(url.toLocalFile())
            return path.parent if path.name == RUN_MARK else path
    return None


class DropTarget:
    """Makes a whole window take files, wherever no part of it takes them itself."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and folders from this machine are welcome."""
        if dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Anywhere will do."""
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the first; an open run is saved and closed before."""
        path = dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.open_any(path)
