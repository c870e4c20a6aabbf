"""The system's dialogs for files; Qt's part is loaded when one is first shown."""

from __future__ import annotations

from typing import Any


def folder(parent: Any, title: str, start: str = "") -> str:
    """A folder that exists, or an empty text."""
    from PySide6.QtWidgets import QFileDialog
    return QFileDialog.getExistingDirectory(parent, title, start)


def file(parent: Any, title: str, start: str = "", kinds: str = "") -> str:
    """A file that exists, or an empty text."""
    from PySide6.QtWidgets import QFileDialog
    return QFileDialog.getOpenFileName(parent, title, start, kinds)[0]


def new_file(parent: Any, title: str, start: str = "", kinds: str = "") -> str:
    """Where a file is to be written, or an empty text."""
    from PySide6.QtWidgets import QFileDialog
    return QFileDialog.getSaveFileName(parent, title, start, kinds)[0]
