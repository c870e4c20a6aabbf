"""Gathering what an export is made from, on the thread that owns the run."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from ganstudio.nets.base import Generator
from ganstudio.nets.units import Dropout
from ganstudio.runs import branches
from ganstudio.runs.export.content import Content
from ganstudio.runs.folder import RunFolder
from ganstudio.runs.retrace import Script
from ganstudio.session.conductor import Conductor
from ganstudio.session.exporting import gather
from ganstudio.session.messages import Export


def take(conductor: Conductor, export: Export) -> Callable[[], Content]:
    """Take from the trainer what an export needs; the rest is read when the answer is called."""
    trainer = conductor.trainer
    gallery = gather(conductor, replace(export, rows=4, columns=4))
    network = trainer.players.sampler(export.averaged)
    # The stream of dropout's coins is the run's own, and no business of a copy at rest.
    streams = {id(m.rng): None for m in network.modules() if isinstance(m, Dropout) and m.rng}
    generator = cast(Generator, copy.deepcopy(network, dict(streams)).cpu().eval())
    folder, start = conductor.folder, conductor.recipe
    device, shape = str(trainer.device), conductor.dataset.shape
    if folder is not None:
        # A branch goes on from its ancestors, and so begins where the main line did.
        start = RunFolder(branches.root_of(folder.path)).recipe()

    def complete() -> Content:
        done = branches.script(branches.lineage(folder.path)) if folder else Script()
        return Content(start, device, shape, generator, gallery(), done,
                       tuple(folder.metrics.read()) if folder else ())

    return complete
