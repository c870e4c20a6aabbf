import numpy as np
import pytest

from ganstudio.runs.export.content import Content
from ganstudio.runs.gallery.data import GalleryData
from ganstudio.runs.retrace import script_of
from tests import tiny


def content_of(steps=3, journal=(), metrics=(), averaged=True, **parts):
    """A tiny run after a few steps, as an export sees it; and its trainer."""
    trainer = tiny.trainer(tiny.recipe(**parts))
    chunk = trainer.advance(steps)
    network = trainer.players.sampler(averaged).eval()
    shape = trainer.dataset.shape
    image = len(shape) == 3
    samples = np.zeros((4, *shape[1:]), np.uint8) if image else np.zeros((4, *shape), np.float32)
    frame = (np.zeros((shape[1] * 2, shape[2] * 2), np.uint8) if image
             else np.linspace(-1, 1, 8 * shape[0], dtype=np.float32).reshape(8, -1))
    gallery = GalleryData(
        recipe=trainer.recipe, name=trainer.recipe.name, step=trainer.step, epoch=1.0, seed=0,
        rows=2, columns=2, averaged=averaged, samples=samples, latents=np.zeros((4, 2)),
        offset=trainer.dataset.offset, scale=trainer.dataset.scale,
        timelapse=((0, frame), (steps, frame)), steps=chunk.steps, values=chunk.values,
        tweaks=[(e["step"], e.get("label", ""), e["changes"]) for e in journal],
        extent=None if image else (-2, 2, -2, 2))
    return Content(trainer.recipe, "cpu", shape, network, gallery, script_of(journal),
                   metrics), trainer


@pytest.fixture
def made():
    return content_of
