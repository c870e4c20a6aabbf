"""What the studio remembers between starts. Nothing in it can ever stop the start."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, TypeVar

from ganstudio.studio.paths import config_dir

T = TypeVar("T")
MAX_BYTES = 4_000_000


class Settings:
    """A small JSON object on disk: read tolerantly, written atomically.

    A file that is missing, corrupt, too large or of another shape reads as empty; a value of
    the wrong type reads as its default.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or config_dir() / "settings.json"
        self.values: dict[str, Any] = {}
        self.complaint = ""
        """Why the file could not be read or written, for the log; empty when all is well."""
        self._load()

    def _load(self) -> None:
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise ValueError("it is too large")
            loaded = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(loaded, dict):
                raise ValueError("it holds no object")
            self.values = loaded
        except FileNotFoundError:
            pass
        except (OSError, ValueError, RecursionError) as error:
            self.complaint = f"The settings in {self.path} were left aside: {error}."

    def get(self, key: str, default: T) -> T:
        """The value of ``key`` if it has the type of ``default``, else ``default``."""
        value = self.values.get(key, default)
        if isinstance(value, bool) is not isinstance(default, bool):
            return default
        return value if isinstance(value, type(default)) else default

    def set(self, key: str, value: Any) -> None:
        """Remember plain JSON data; it reaches the disk with ``save``."""
        self.values[key] = value

    def save(self) -> bool:
        """Write everything in one go; False (and a complaint) where that cannot be done."""
        import tempfile
        temporary = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=".settings-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self.values, file, indent=1, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
            return True
        except (OSError, TypeError, ValueError) as error:
            self.complaint = f"The settings could not be written to {self.path}: {error}."
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)
            return False
