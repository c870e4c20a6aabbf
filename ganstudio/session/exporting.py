"""Taking a gallery away while training goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from ganstudio.runs.errors import RunError
from ganstudio.runs.export.content import ExportError
from ganstudio.runs.export.kinds import KINDS
from ganstudio.runs.gallery.data import GalleryCancelled, GalleryData, GalleryError
from ganstudio.runs.gallery.dynamics import Extra
from ganstudio.runs.gallery.write import write_gallery
from ganstudio.runs.history import ScalarHistory, as_chunk
from ganstudio.session.conductor import Conductor
from ganstudio.session.export_dynamics import take_dynamics
from ganstudio.session.failures import sentence, traceback_of
from ganstudio.session.messages import Export
from ganstudio.training.frames import Bytes, Floats, SurfaceFrame, WantSurface
from ganstudio.training.host_copies import owned
from ganstudio.training.latents import FixedLatents
from ganstudio.training.metrics_frames import MetricsFrame
from ganstudio.training.mosaic import pictures
from ganstudio.training.streams import Stream

SAMPLE_BATCH = 256
MOST_ROWS = 400_000
"""Rows of history that go into a gallery; a longer one is thinned to its extremes."""
PIECE_ROWS = 500_000
"""Rows that are read at a time."""


Write = Callable[[Callable[[str, int, int], None]], Path]
"""Writes an export, telling (what, done, total), and says where it is."""


class Say(Protocol):
    """How the exporter tells what happened."""

    def __call__(self, kind: str, text: str, details: str = "",
                 data: Mapping[str, Any] | None = None) -> None:
        """Tell that ``kind`` happened; as ``messages.Event``."""


def gallery_samples(conductor: Conductor, count: int, seed: int, averaged: bool
                    ) -> tuple[Bytes | Floats, Floats]:
    """``count`` samples of the generator as it is, and their latents.

    Drawn from the gallery's own seed, so the same step and seed give the same gallery.
    """
    trainer = conductor.trainer
    z = FixedLatents(seed, trainer.latent, Stream.GALLERY).first(count)
    parts: list[Any] = []
    with trainer.players.observed(), torch.no_grad():
        network = trainer.players.sampler(averaged)
        for start in range(0, count, SAMPLE_BATCH):
            made = network(z[start:start + SAMPLE_BATCH])
            parts.append(owned(pictures(made) if made.ndim == 4 else made))
    return np.concatenate(parts), owned(z)


def gather(conductor: Conductor, export: Export, cancelled: Callable[[], bool] = lambda: False
           ) -> Callable[[], GalleryData]:
    """Take from the trainer what a gallery needs, on its own thread.

    Returns what reads the rest from the run folder and computes what is dear, for another thread to
    call; it asks whether it was ``cancelled``.
    """
    trainer = conductor.trainer
    samples, z = gallery_samples(conductor, export.rows * export.columns, export.seed,
                                 export.averaged)
    surface: SurfaceFrame | None = None
    if conductor.dataset.shape == (2,):
        looked = conductor.observer.look(WantSurface(96))
        assert isinstance(looked, SurfaceFrame)
        surface = looked
    if conductor.dataset.is_image:
        batch = trainer.dataset.items[: export.rows * export.columns]
        real: Bytes | Floats = (batch[:, 0] if batch.shape[1] == 1
                                else np.moveaxis(batch, 1, -1).copy())
    else:
        real = trainer.dataset.items[:4096]
    if conductor.folder is not None:
        conductor.folder.history.flush()
    dynamics = take_dynamics(conductor)
    digest, epoch, step = conductor.digest(), trainer.epoch, trainer.step
    recipe, folder, data = conductor.recipe, conductor.folder, conductor.dataset

    measured = _measured(conductor)

    def complete() -> GalleryData:
        more: dict[str, Any] = {}
        if folder is not None and folder.history.count:
            history = as_chunk(thinned(folder.history))
            more = {"steps": history.steps, "values": history.values}
        return GalleryData(
            recipe=recipe, name=recipe.name, step=step, epoch=epoch, seed=export.seed,
            rows=export.rows, columns=export.columns, averaged=export.averaged, samples=samples,
            latents=z, offset=np.asarray(data.offset), scale=np.asarray(data.scale), real=real,
            timelapse=tuple(folder.timelapse.frames()) if folder else (),
            tweaks=[(t["step"], t.get("label", ""), t.get("changes", {}))
                    for t in folder.journal.tweaks()] if folder else (),
            d_surface=surface, dynamics=dynamics(cancelled),
            extras=tuple(Extra(*extra) for extra in export.extras),
            extent=None if data.is_image else data.extent,
            state_digest=digest, run_folder=str(folder.path) if folder else None,
            metrics=measured, **more)

    return complete


def _measured(conductor: Conductor) -> tuple[MetricsFrame, ...]:
    """What was measured; a gallery can do without what cannot be read."""
    try:
        return conductor.measuring.past()
    except RunError:
        return ()


def thinned(history: ScalarHistory) -> Any:
    """At most ``MOST_ROWS`` rows, keeping in each stretch those with the extreme losses."""
    count = history.count
    if count <= MOST_ROWS:
        return history.rows()
    stretch = -(-count * 4 // MOST_ROWS)
    piece = stretch * (PIECE_ROWS // stretch + 1)
    return np.concatenate([_extremes(history.rows(first, min(piece, count - first)), stretch)
                           for first in range(0, count, piece)])


def _extremes(rows: Any, stretch: int) -> Any:
    whole = len(rows) // stretch * stretch
    picks = [np.arange(whole, len(rows))]
    for name in ("loss_d", "loss_g"):
        blocks = np.nan_to_num(np.asarray(rows[name][:whole])).reshape(-1, stretch)
        base = np.arange(len(blocks)) * stretch
        picks += [base + blocks.argmin(1), base + blocks.argmax(1)]
    return rows[np.unique(np.concatenate(picks))]


class Exporter:
    """One export at a time, on a thread of its own."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self._thread: threading.Thread | None = None
        self._cancelled = threading.Event()

    def start(self, conductor: Conductor, export: Export) -> None:
        """Begin an export; what becomes of it is told by events."""
        if self._thread is not None and self._thread.is_alive():
            self.say("refused", "An export is already being written; wait for it or cancel it")
            return
        self._cancelled.clear()
        try:
            write = self._gallery(conductor, export) if export.kind == "gallery" else (
                self._other(conductor, export))
        except Exception as error:  # a failed export is no reason to stop the training
            self._failed(error, export)
            return
        self._thread = threading.Thread(target=self._write, args=(write, export),
                                        name="ganstudio-export")
        self._thread.start()

    def _gallery(self, conductor: Conductor, export: Export) -> Write:
        complete = gather(conductor, export, self._cancelled.is_set)
        return lambda progress: write_gallery(complete(), Path(export.out), progress,
                                              self._cancelled.is_set)

    def _other(self, conductor: Conductor, export: Export) -> Write:
        from ganstudio.runs.export.write import write_export
        from ganstudio.session.taking import take

        complete = take(conductor, export)
        return lambda progress: write_export(export.kind, complete(), Path(export.out), progress,
                                             self._cancelled.is_set)[0]

    def cancel(self) -> None:
        """Give up the export in hand, if there is one."""
        self._cancelled.set()

    def close(self) -> None:
        """Give up and join."""
        self.cancel()
        if self._thread is not None:
            self._thread.join()

    def _write(self, write: Write, export: Export) -> None:
        def progress(what: str, done: int, total: int) -> None:
            self.say("progress", f"Exporting: {what}",
                     data={"what": "export", "done": done, "total": total, "part": what})

        try:
            written = write(progress)
        except GalleryCancelled:
            self.say("export_cancelled", "The export was cancelled; nothing was left behind")
        except Exception as error:
            self._failed(error, export)
        else:
            self.say("exported", f"{_name(export)} written to {written}",
                     data={"path": str(written), "to": export.kind})

    def _failed(self, error: Exception, export: Export) -> None:
        expected = isinstance(error, GalleryError | ExportError | RunError | OSError)
        what = "gallery" if export.kind == "gallery" else "export"
        self.say("export_failed", f"The {what} was not written: {sentence(error)}",
                 "" if expected else traceback_of(error), {"path": export.out})


def _name(export: Export) -> str:
    kind = KINDS.get(export.kind)
    return kind.title if kind else "Gallery"
