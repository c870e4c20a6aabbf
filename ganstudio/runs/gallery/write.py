"""Writing a gallery: a whole folder, or nothing."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganstudio import __version__
from ganstudio.recipe import to_text
from ganstudio.runs.atomic import TargetRefused, fresh_folder
from ganstudio.runs.gallery.curves import curves_scene
from ganstudio.runs.gallery.data import FORMAT, VERSION, GalleryData, GalleryError
from ganstudio.runs.gallery.dynamics import dynamics_scene, words
from ganstudio.runs.gallery.meter import Cancelled, Meter, Progress
from ganstudio.runs.gallery.metrics import metrics_csv
from ganstudio.runs.gallery.page import Pictures, Shown, page
from ganstudio.runs.gallery.palette import DARK, LIGHT
from ganstudio.runs.gallery.raster import png, render, to_image
from ganstudio.runs.gallery.scatter import make_view, points_scene
from ganstudio.runs.gallery.sheet import caption, preview, sheet_page
from ganstudio.runs.gallery.tables import (
    curves_csv,
    eigenvalues_csv,
    field_csv,
    latents_csv,
    samples_csv,
    trajectory_csv,
)
from ganstudio.runs.gallery.timelapse import STRIP, choose, draw_frames, to_gif, to_webp
from ganstudio.runs.gallery.vector import to_svg

MANIFEST = "gallery.json"
CLUTTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
STILLS = 6
STEADY = 14
"""Units of work that every gallery has, beside its samples and frames."""


def write_gallery(data: GalleryData, out: Path, progress: Progress | None = None,
                  cancelled: Cancelled | None = None) -> Path:
    """Write the gallery into the folder ``out``, and return where it stands.

    ``progress`` is told (what is being done, units done, units in all), never backwards.
    ``cancelled`` is asked often. ``out`` must be new, empty, or an older gallery of ours with
    nothing else in it, which is then replaced.

    Raises:
        GalleryError: it could not be written; ``out`` is as it was.
        GalleryCancelled: the same, because the person wanted so.
    """
    out = Path(out).absolute()
    frames = choose(data.timelapse)
    samples = len(data.samples) if data.is_image else 0
    passes = 2 if data.is_image else 3
    meter = Meter(STEADY + 3 * samples + passes * len(frames), progress, cancelled)
    try:
        with fresh_folder(out, refusal=refusal,
                          on_file=lambda: meter.tick("Saving to disk")) as folder:
            _fill(_Store(folder), data, frames, meter)
    except TargetRefused as error:
        raise GalleryError(str(error)) from None
    except OSError as error:
        raise GalleryError(_sentence(error, out)) from error
    except MemoryError:
        raise GalleryError(f"there is not enough memory for {len(data.samples):,} samples in one "
                           "gallery; choose fewer rows or columns") from None
    if progress is not None:
        progress("Done", meter.total, meter.total)
    return out


def _sentence(error: OSError, out: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full, so no gallery was written to {out}; make room or choose another"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"no permission to write a gallery to {out}; choose a folder of your own"
    if error.errno == errno.ENAMETOOLONG:
        return f"the name {out.name[:40]}… is too long for a folder; choose a shorter one"
    return f"no gallery could be written to {out}: {error.strerror or error}"


def refusal(folder: Path) -> str | None:
    """Why this folder must not be replaced; None if it is an older gallery and nothing else."""
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        ours = document["format"] == FORMAT
        listed = set(document["files"])
    except (OSError, ValueError, KeyError, TypeError):
        ours, listed = False, set()
    if not ours:
        return f"{folder} is not empty and is no gallery; choose a new or an empty folder"
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*")
               if p.name not in CLUTTER and (p.is_symlink() or not p.is_dir())}
    added = sorted(present - listed - {MANIFEST})
    if added:
        return (f"{folder} holds a gallery and also {added[0]}, which is not part of it; "
                "move that away or choose another folder")
    return None


class _Store:
    """Writes files into the folder and remembers what they hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, dict[str, int | str]] = {}

    def write(self, name: str, content: bytes) -> None:
        # Everything is encoded in memory first: Pillow, writing by itself, hides why it failed.
        with (self.folder / name).open("xb") as file:
            file.write(content)
        self.files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    @property
    def sizes(self) -> dict[str, int]:
        return {name: int(entry["bytes"]) for name, entry in self.files.items()}


def _fill(store: _Store, data: GalleryData, frames: Sequence[tuple[int, NDArray[Any]]],
          meter: Meter) -> None:
    meter.tick("Laying out samples", 0)
    sheet, real = _images(store, data, meter) if data.is_image else (
        _points(store, data, meter), None)
    store.write("latents.csv", latents_csv(data, meter))
    meter.tick("Writing tables")
    moving, still, strip = _timelapse(store, data, frames, meter)
    inline = _curves(store, data, meter)
    dynamics = _dynamics(store, data, meter)
    for extra in data.extras:
        store.write(extra.name, extra.content)
    store.write("recipe.json", to_text(data.recipe).encode())
    html = page(data, Pictures(sheet, inline, real, moving, still, strip, dynamics), store.sizes)
    store.write("index.html", html.encode())
    meter.tick("Writing the page")
    store.write(MANIFEST, (json.dumps(_manifest(store, data), indent=1) + "\n").encode())
    meter.tick("Writing the page")


def _manifest(store: _Store, data: GalleryData) -> dict[str, Any]:
    return {
        "format": FORMAT, "version": VERSION, "program": f"GAN Studio {__version__}",
        "name": data.name, "step": data.step, "epoch": data.epoch, "seed": data.seed,
        "rows": data.rows, "columns": data.columns, "averaged": data.averaged,
        "kind": "images" if data.is_image else "points", "samples": len(data.samples),
        "state_digest": data.state_digest,
        "tweaks": [{"step": t.step, "label": t.label, "changes": dict(t.changes)}
                   for t in data.changes],
        "files": store.files,
    }


def _images(store: _Store, data: GalleryData, meter: Meter) -> tuple[Shown, Shown | None]:
    store.write("sheet.png", png(sheet_page(data.samples, data.columns, data.name, caption(data),
                                            meter)))
    shown = Shown("webp", preview(data.samples, data.columns, meter))
    # Encoding a large sheet is as dear as writing half of its samples.
    half = 2 + len(data.samples) // 2
    meter.tick("Laying out samples", half)
    real = None
    if data.real is not None and len(data.real):
        some = data.real[:len(data.samples)]
        note = "real images from the training data"
        store.write("real.png", png(sheet_page(some, data.columns, data.name, note, meter)))
        real = Shown("webp", preview(some, data.columns, meter))
    meter.tick("Laying out samples", half)
    (store.folder / "samples").mkdir()
    digits = max(4, len(str(len(data.samples))))
    for number, image in enumerate(data.samples, 1):
        store.write(f"samples/{number:0{digits}d}.png", png(to_image(image)))
        meter.tick("Writing samples")
    return shown, real


def _points(store: _Store, data: GalleryData, meter: Meter) -> Shown:
    view = make_view(data, small=False)
    scene = points_scene(data, view)
    light, dark = png(render(scene, LIGHT)), png(render(scene, DARK))
    store.write("sheet.png", light)
    meter.tick("Laying out samples", 3)
    store.write("samples.csv", samples_csv(data, meter))
    return Shown("png", light, dark, round(scene.width), round(scene.height))


def _timelapse(store: _Store, data: GalleryData, frames: Sequence[tuple[int, NDArray[Any]]],
               meter: Meter) -> tuple[Shown | None, Shown | None, list[tuple[int, Shown]]]:
    if not frames:
        return None, None, []
    steps = [step for step, _ in frames]
    drawn = draw_frames(data, frames, LIGHT, meter)
    colour = not data.is_image or any(frame.ndim == 3 for _, frame in frames)
    gif = to_gif(drawn, colour, meter)
    store.write("timelapse.gif", gif)
    # Flat drawings and greatly enlarged pixels are smaller without loss than with it.
    exact = not data.is_image or max(frames[-1][1].shape[:2]) <= 170
    moving = to_webp(drawn, exact)
    store.write("timelapse.webp", moving)
    meter.tick("Writing the time-lapse", 2)
    kept = sorted({round(k) for k in np.linspace(0, len(drawn) - 1, min(STILLS, len(drawn)))})
    light = [_small(drawn[k]) for k in kept]
    last, size = to_webp(drawn[-1:], exact), drawn[-1].size
    dark_moving, dark_last, dark = b"", b"", [b""] * len(kept)
    if not data.is_image:
        drawn = draw_frames(data, frames, DARK, meter)
        dark_moving, dark_last = to_webp(drawn, exact), to_webp(drawn[-1:], exact)
        dark = [_small(drawn[k]) for k in kept]
    strip = [(steps[k], Shown("webp", a, b)) for k, a, b in zip(kept, light, dark, strict=True)]
    return (Shown("webp", moving, dark_moving, *size), Shown("webp", last, dark_last, *size), strip)


def _small(frame: Image.Image) -> bytes:
    """A frame for the film strip, without the strip beneath it: the page writes the step."""
    small = frame.crop((0, 0, frame.width, frame.height - STRIP))
    small.thumbnail((280, 280), Image.Resampling.BOX)
    return to_webp([small], exact=False)


def _curves(store: _Store, data: GalleryData, meter: Meter) -> str:
    store.write("curves.csv", curves_csv(data, meter))
    if data.metrics:
        store.write("metrics.csv", metrics_csv(data.metrics))
    meter.tick("Drawing curves")
    scene, inline = curves_scene(data), curves_scene(data, heading=False)
    words = (f"{data.name}: curves", f"Losses of both players and D’s output on real and fake "
             f"samples over {data.step:,} steps")
    store.write("curves.svg", (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + to_svg(scene, *words) + "\n").encode())
    store.write("curves.png", png(render(scene, LIGHT)))
    meter.tick("Drawing curves", 2)
    return to_svg(inline, *words, palette=None)


def _dynamics(store: _Store, data: GalleryData, meter: Meter) -> str:
    """The game's picture and numbers as files, and the picture for the page."""
    seen = data.dynamics
    if seen is None:
        return ""
    store.write("field.csv", field_csv(seen.field).encode())
    if len(seen.field.path) > 1:
        store.write("trajectory.csv", trajectory_csv(seen.field).encode())
    if seen.spectrum is not None:
        store.write("eigenvalues.csv", eigenvalues_csv(seen.spectrum).encode())
    meter.tick("Drawing the dynamics", 0)
    scene, told = dynamics_scene(seen, data.name), (f"{data.name}: dynamics", words(seen))
    store.write("dynamics.svg", (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + to_svg(scene, *told) + "\n").encode())
    store.write("dynamics.png", png(render(scene, LIGHT)))
    return to_svg(dynamics_scene(seen), *told, palette=None)
