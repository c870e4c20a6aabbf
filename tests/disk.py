"""A small disk of its own, for tests that fill it or make it read-only."""

import os
import subprocess
from pathlib import Path


class TinyDisk:
    """A file system in memory at ``path``; ``fill`` leaves not a byte, ``free`` gives it back."""

    def __init__(self, path: Path, megabytes: int) -> None:
        self.path = path
        self._balloon = path / "balloon"
        path.mkdir()
        self._mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs")

    def _mount(self, *words: str) -> None:
        subprocess.run(["mount", *words, str(self.path)], check=True, capture_output=True)

    def fill(self) -> None:
        with self._balloon.open("ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        self._balloon.unlink()

    def read_only(self, on: bool = True) -> None:
        self._mount("-o", f"remount,{'ro' if on else 'rw'}")

    def gone(self) -> None:
        subprocess.run(["umount", "-l", str(self.path)], check=True, capture_output=True)


def tiny_disk(path: Path, megabytes: int = 4) -> TinyDisk | str:
    """A disk, or why there can be none here."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "mounting a disk needs root"
    try:
        return TinyDisk(path, megabytes)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no disk can be mounted here: {error}"
