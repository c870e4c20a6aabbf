"""Metrics of a run: its generator's samples against fixed reals, in pieces.

Latents and reals come from streams of their own and are the same at every look, so that what
changes in a number is the generator; a run that is measured is the run that is not.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from math import nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from ganstudio.metrics.table import METRICS, applicable
from ganstudio.training.aside import bring_in
from ganstudio.training.latents import FixedLatents
from ganstudio.training.metrics_frames import MetricsFrame, MetricValue, WantMetrics
from ganstudio.training.run_game import copied
from ganstudio.training.streams import Stream
from ganstudio.training.trainer import Trainer

if TYPE_CHECKING:
    from ganstudio.training.metrics_space import Prepared

HEAVY = "ganstudio.training.metrics_space"
PASSES = 16
"""Fresh sets of reals that a floor is taken from."""
PIXELS_AT_ONCE = 1 << 14
POINTS_AT_ONCE = 1024


@dataclass
class _Ready:
    """What a set of features and metrics needs before its first number, kept between looks."""

    work: Iterator[None]
    prepared: Prepared | None = None
    floor_work: Iterator[None] | None = None
    floors: dict[str, tuple[float, float]] = field(default_factory=dict)
    complete: bool = False


class MetricsLook:
    """Makes the frames of ``WantMetrics``."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.latents = FixedLatents(trainer.recipe.seed, trainer.latent, Stream.METRIC_LATENTS)
        self._ready: dict[tuple[str, frozenset[str]], _Ready] = {}
        self._longest = 0.0

    def frames(self, want: WantMetrics) -> Iterator[MetricsFrame | None]:
        """None after each piece of work, a frame as soon as there are numbers, and at last one
        with floors.

        Raises:
            ValueError: the data are too few, or the features cannot be had.
        """
        begun, self._longest = time.perf_counter(), 0.0
        yield from bring_in(HEAVY)  # scipy takes longer than training may wait
        pieces = self._frames(want, begun)
        from ganstudio.metrics.checks import one_thread

        while True:
            start = time.perf_counter()
            try:
                with one_thread():
                    frame = next(pieces)
            except StopIteration:
                return
            self._longest = max(self._longest, time.perf_counter() - start)
            yield frame

    def _frames(self, want: WantMetrics, begun: float) -> Iterator[MetricsFrame | None]:
        data = self.trainer.dataset
        dim = 3 if data.is_image else data.shape[0]
        known = applicable(dim, data.modes is not None and not data.is_image,
                           data.density is not None)
        if dim == 1:  # where sliced distances are W1 and W2 themselves
            known = tuple(key for key in known if not key.startswith("sliced"))
        keys = tuple(key for key in known if key in want.keys)
        if not keys:
            raise ValueError("none of these metrics applies to this run's data")
        features = want.features if data.is_image else ""
        ready = yield from self._made_ready(features, frozenset(METRICS[k].family for k in keys),
                                            known)
        prepared = ready.prepared
        assert prepared is not None
        step = self.trainer.step
        network = copied(self.trainer.players.sampler(want.averaged)).eval()
        yield None
        fake, many = yield from self._generate(network, prepared)
        values = yield from prepared.reference.scores(fake, many)

        def frame() -> MetricsFrame:
            found = tuple(
                MetricValue(key, values.get(key, nan), *ready.floors.get(key, (nan, nan)),
                            prepared.count(key), prepared.note(key))
                for key in keys if key in prepared.reference.which)
            return MetricsFrame(step, found, prepared.features, prepared.inception,
                                want.averaged, ready.complete, time.perf_counter() - begun,
                                self._longest)
        if not ready.complete:
            yield frame()
            yield from self._floored(ready, prepared)
        yield frame()

    # ---- once -----------------------------------------------------------------------------------

    def _made_ready(self, features: str, families: frozenset[str], known: tuple[str, ...]
                    ) -> Generator[None, None, _Ready]:
        from ganstudio.training.metrics_space import prepare

        key = features, families
        ready = self._ready.get(key)
        if ready is None:
            which = tuple(k for k in known if METRICS[k].family in families)
            ready = self._ready[key] = _Ready(iter(()))
            ready.work = prepare(self.trainer, which, features,
                                 lambda made: setattr(ready, "prepared", made))
        try:
            # A plain loop, so that what is prepared outlives a look that is given up.
            for _ in ready.work:
                yield
        except Exception:
            self._ready.pop(key, None)
            raise
        return ready

    def _floored(self, ready: _Ready, prepared: Prepared) -> Iterator[None]:
        """Take the floors, or go on where another look left off."""
        if ready.floor_work is None:
            ready.floor_work = _take_floors(ready, prepared)
        for _ in ready.floor_work:
            yield
        ready.complete = True

    # ---- each time ------------------------------------------------------------------------------

    def _generate(self, network: nn.Module, prepared: Prepared
                  ) -> Generator[None, None, tuple[np.ndarray, np.ndarray]]:
        """Fakes as points or features, and as many as the mode rule asks for."""
        count = max(prepared.size, prepared.mode_count)
        z = self.latents.first(count)
        shape = self.trainer.dataset.shape
        at_once = (max(4, PIXELS_AT_ONCE // int(np.prod(shape))) if len(shape) == 3
                   else POINTS_AT_ONCE)
        parts = []
        for start in range(0, count, at_once):
            with torch.no_grad():
                made: Tensor = network(z[start:start + at_once])
            parts.append(prepared.extract(made.to("cpu", torch.float32).contiguous().numpy()))
            yield
        whole = np.concatenate(parts)
        return whole[:prepared.size], whole


def _take_floors(ready: _Ready, prepared: Prepared) -> Iterator[None]:
    """Score fresh reals as if they were fakes, again and again."""
    runs = []
    for k in range(PASSES):
        fresh, many = prepared.fresh(k)
        yield
        runs.append((yield from prepared.reference.scores(fresh, many, copies=False)))
    for key in runs[0]:
        values = np.array([run[key] for run in runs])
        ready.floors[key] = float(values.mean()), float(values.std(ddof=1)) * prepared.widen
    if prepared.training:  # what fresh samples score is known: the threshold was put there
        level, n = prepared.copy_level, prepared.count("memorised")
        ready.floors["memorised"] = level, sqrt(level * (1 - level) / n)
