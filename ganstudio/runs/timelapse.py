"""Samples at the fixed latents over training: a few hundred frames, whatever the length."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from ganstudio.runs.atomic import write_bytes
from ganstudio.training.frames import Bytes, Floats

GROWTH = 1.08


def next_frame_step(step: int) -> int:
    """The first step after ``step`` at which a frame is due: 0, 1, 2, 3, … then 8 % further each.

    The rule depends on the step alone, so a resumed run has the frames of an unbroken one.
    """
    due = 0
    while due <= step:
        due = max(due + 1, int(due * GROWTH))
    return due


class Timelapse:
    """Frames in one folder: PNG mosaics for images, NPY (n, d) for points, named by their step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add_picture(self, step: int, picture: Bytes) -> None:
        """Keep a mosaic."""
        buffer = BytesIO()
        Image.fromarray(picture).save(buffer, "PNG", compress_level=3)
        self._write(f"{step:010d}.png", buffer.getvalue())

    def add_points(self, step: int, points: Floats) -> None:
        """Keep a cloud of points."""
        buffer = BytesIO()
        np.save(buffer, points, allow_pickle=False)
        self._write(f"{step:010d}.npy", buffer.getvalue())

    def _write(self, name: str, data: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_bytes(self.folder / name, data)

    def steps(self) -> list[int]:
        """The steps of which there are frames."""
        return sorted(int(p.stem) for p in self.folder.glob("*.*")
                      if p.suffix in (".png", ".npy") and p.stem.isdecimal())

    def frames(self) -> list[tuple[int, Bytes | Floats]]:
        """All readable frames in order of step; a damaged one is left out."""
        found: list[tuple[int, Bytes | Floats]] = []
        for step in self.steps():
            picture = self.folder / f"{step:010d}.png"
            try:
                if picture.exists():
                    with Image.open(picture) as image:
                        found.append((step, np.asarray(image)))
                else:
                    found.append((step, np.load(picture.with_suffix(".npy"),
                                                allow_pickle=False)))
            except (OSError, ValueError, EOFError, SyntaxError, MemoryError,
                    Image.DecompressionBombError):
                # What Pillow and numpy raise for files that are cut short, or lie about their size.
                continue
        return found

    def cut_after(self, step: int) -> None:
        """Drop the frames later than ``step``."""
        for later in self.steps():
            if later > step:
                for suffix in (".png", ".npy"):
                    (self.folder / f"{later:010d}{suffix}").unlink(missing_ok=True)
