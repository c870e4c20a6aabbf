"""Writing an export, whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ganstudio.recipe import leaves, to_text
from ganstudio.runs.atomic import replacing, write_bytes, write_text
from ganstudio.runs.export import events
from ganstudio.runs.export.content import Content, ExportError
from ganstudio.runs.export.kinds import KINDS
from ganstudio.runs.export.layers import plain_layers
from ganstudio.runs.export.onnx import onnx_bytes
from ganstudio.runs.export.weights import loader_text, weights_bytes
from ganstudio.runs.gallery.data import GalleryCancelled
from ganstudio.runs.gallery.meter import Meter
from ganstudio.runs.gallery.palette import LIGHT
from ganstudio.runs.gallery.timelapse import choose, draw_frames
from ganstudio.runs.script.plan import Plan, ScriptError, told
from ganstudio.runs.script.write import script_text
from ganstudio.training.frames import SCALARS

Progress = Callable[[str, int, int], None]
MOST_ROWS = 50_000
"""Rows of history in an event file; TensorBoard itself shows a thousand."""
_BLOCK = 2000


def write_export(kind: str, content: Content, out: Path,
                 progress: Progress = lambda *_: None,
                 cancelled: Callable[[], bool] = lambda: False) -> list[Path]:
    """Write one of ``KINDS`` to ``out`` and return the files made.

    ``out`` is a file, and a folder for ``tensorboard``. Files that are there are replaced.

    Raises:
        ExportError: it cannot be made; one sentence.
        GalleryCancelled: it was given up; nothing is left of it.
        OSError: what the system said.
    """
    if kind not in KINDS:
        raise ExportError(f"there is no export {kind!r}; use one of {', '.join(KINDS)}")
    if kind != "tensorboard" and out.is_dir():
        raise ExportError(f"{out} is a folder; give the name of a file")
    if kind == "tensorboard" and out.exists() and not out.is_dir():
        raise ExportError(f"{out} is a file; give the name of a folder")
    (out if kind == "tensorboard" else out.parent).mkdir(parents=True, exist_ok=True)
    try:
        return _WRITERS[kind](content, out, progress, cancelled)
    except (ScriptError, ValueError) as error:
        raise ExportError(str(error)) from error


def _script(content: Content, out: Path, progress: Progress, _: Callable[[], bool]) -> list[Path]:
    progress("script", 0, 1)
    changes, alone = told(content.start, content.done)
    plan = Plan(content.start, content.sample_shape, content.device, changes, alone)
    write_text(out, script_text(plan, max(1, content.gallery.step)))
    return [out]


def _notes(content: Content) -> dict[str, str]:
    """What a file of weights says about where it comes from."""
    gallery = content.gallery
    return {"name": gallery.name, "step": str(gallery.step), "latent": content.recipe.latent.kind,
            "averaged": str(gallery.averaged).lower(), "recipe": to_text(content.recipe)}


def _onnx(content: Content, out: Path, progress: Progress, _: Callable[[], bool]) -> list[Path]:
    progress("weights", 0, 1)
    layers = plain_layers(content.generator, content.recipe.generator)
    write_bytes(out, onnx_bytes(layers, content.recipe.latent.dim, content.sample_shape,
                                _notes(content)))
    return [out]


def _safetensors(content: Content, out: Path, progress: Progress, _: Callable[[], bool],
                 ) -> list[Path]:
    progress("weights", 0, 1)
    layers = plain_layers(content.generator, content.recipe.generator)
    loader = out.with_name(f"load_{out.stem}.py")
    gallery = content.gallery
    write_bytes(out, weights_bytes(layers, _notes(content)))
    write_text(loader, loader_text(layers, out.name, content.recipe.latent, content.sample_shape,
                                   gallery.offset, gallery.scale))
    return [out, loader]


def _recipe(content: Content, out: Path, progress: Progress, _: Callable[[], bool]) -> list[Path]:
    write_text(out, to_text(content.recipe))
    return [out]


# ---- TensorBoard ---------------------------------------------------------------------------------


def _tensorboard(content: Content, out: Path, progress: Progress,
                 cancelled: Callable[[], bool]) -> list[Path]:
    now = time.time()
    path = out / f"events.out.tfevents.{int(now)}.ganstudio"
    with replacing(path, "wb") as file:
        for records, what, done, total in _records(content, now):
            if cancelled():
                raise GalleryCancelled
            progress(what, done, total)
            file.write(records)
    return [path]


Part = tuple[bytes, str, int, int]


def _records(content: Content, now: float) -> Iterator[Part]:
    start, end = events.hparams(leaves(content.start), content.gallery.name, now)
    yield (events.opening(now) + events.event(now, 0, start)
           + events.event(now, 0, events.words("recipe/text_summary", events.recipe_words(
               to_text(content.start)))), "recipe", 0, 1)
    yield from _history(content, now)
    yield from _samples(content, now)
    rows = [events.event(now, tweak.step, events.words(
        "changes/text_summary", events.change_words(tweak.label, tweak.changes)))
        for tweak in content.gallery.changes]
    for entry in content.metrics:
        values = [events.scalar(tag, value) for tag, value in events.numbers("metrics", entry)]
        if values:
            rows.append(events.event(now, int(entry["step"]), *values))
    yield b"".join([*rows, events.event(now, content.gallery.step, end)]), "metrics", 1, 1


def _history(content: Content, now: float) -> Iterator[Part]:
    steps, values = content.gallery.steps, content.gallery.values
    if len(steps) > MOST_ROWS:
        kept = np.unique(np.linspace(0, len(steps) - 1, MOST_ROWS).astype(np.int64))
        steps, values = steps[kept], values[kept]
    tags = [f"losses/{name}" if name.startswith("loss") else f"outputs/{name}" for name in SCALARS]
    for first in range(0, len(steps), _BLOCK):
        rows = zip(steps[first:first + _BLOCK].tolist(), values[first:first + _BLOCK].tolist(),
                   strict=True)
        yield b"".join(
            events.event(now, step, *(events.scalar(tag, v) for tag, v in
                                      zip(tags, row, strict=True) if v == v))
            for step, row in rows), "losses", first, len(steps)


def _samples(content: Content, now: float) -> Iterator[Part]:
    frames = choose(content.gallery.timelapse)
    for done, frame in enumerate(frames):
        pictures = draw_frames(content.gallery, [frame], LIGHT, Meter(1, None, None))
        yield (events.event(now, frame[0], events.picture("samples", pictures[0])), "samples",
               done, len(frames))


_WRITERS = {"script": _script, "onnx": _onnx, "safetensors": _safetensors, "recipe": _recipe,
            "tensorboard": _tensorboard}
