"""Samples at the fixed latents over training: a few hundred frames, whatever the length."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from ganstudio.runs.atomic import plain_files, write_bytes
from ganstudio.training.frames import Bytes, Floats

GROWTH = 1.08
MOST_FRAMES = 2000
"""Far more than the rule below ever makes; of more than that, evenly chosen ones are read."""
MOST_PIXELS = 16_000_000
MOST_BYTES = 64_000_000


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
        return sorted({int(path.stem) for path in self._files()})

    def _files(self) -> list[Path]:
        return plain_files(self.folder, ".png") + plain_files(self.folder, ".npy")

    def frames(self) -> list[tuple[int, Bytes | Floats]]:
        """All readable frames in order of step; a damaged one is left out."""
        found: list[tuple[int, Bytes | Floats]] = []
        files = sorted(self._files(), key=lambda path: int(path.stem))
        for path in files[::-(-len(files) // MOST_FRAMES) or 1]:
            picture = _read_or_none(path)
            if picture is not None:
                found.append((int(path.stem), picture))
        return found

    def frame(self, step: int) -> Bytes | Floats | None:
        """The frame of one step, as ``frames`` gives it; None where none is readable."""
        for ending in (".png", ".npy"):
            path = self.folder / f"{step:010d}{ending}"
            if path.is_file() and not path.is_symlink():
                return _read_or_none(path)
        return None

    def cut_after(self, step: int) -> None:
        """Drop the frames later than ``step``."""
        for path in self._files():
            if int(path.stem) > step:
                path.unlink(missing_ok=True)


def _read_or_none(path: Path) -> Bytes | Floats | None:
    try:
        return _read(path) if path.stat().st_size <= MOST_BYTES else None
    except Exception:
        # Pillow and numpy raise all manner of things for files that are cut short or lie,
        # from EOFError to a tokenizer's error; one frame less is all that it means.
        return None


def _read(path: Path) -> Bytes | Floats:
    if path.suffix == ".npy":
        # Mapped first: a header that claims more than the file holds is refused and not allocated.
        points = np.load(path, mmap_mode="r", allow_pickle=False)
        if points.dtype.kind != "f" or points.ndim != 2:
            raise ValueError("not a cloud of points")
        return np.array(points, np.float32)
    with Image.open(path, formats=("PNG",)) as image:
        if image.width * image.height > MOST_PIXELS or image.mode not in ("L", "RGB"):
            raise ValueError("not a mosaic of ours")
        return np.asarray(image)
