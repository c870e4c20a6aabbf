"""The doctor at work on one run: examinations in slices, each added to its history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganstudio.recipe import Recipe, differences
from ganstudio.training.doctor.path import Path, Sketch
from ganstudio.training.doctor.probes import IMAGES, POINTS, Probes, make_probes
from ganstudio.training.doctor.record import NAN, Symptoms
from ganstudio.training.doctor.symptoms import examine
from ganstudio.training.run_game import Copies
from ganstudio.training.trainer import Trainer

EVERY = 50
"""Steps between two examinations at first."""
MOST_KEPT = 400
"""Examinations in the history; when there are more, every second of the older half goes."""


class Doctor:
    """Examines a run and keeps what it found. Touches nothing of the run.

    Examinations lie ``every`` steps apart, and farther in a long run, so that the history spans
    it all; the newest part stays dense enough to see what happens now.
    """

    def __init__(self, trainer: Trainer, reals: Callable[[int], Tensor],
                 latents: Callable[[int], Tensor], every: int = EVERY) -> None:
        self.trainer = trainer
        self.every = every
        self.history: list[Symptoms] = []
        self._reals, self._latents = reals, latents
        self._probes: Probes | None = None
        self._path = Path()
        self._sketches: tuple[Sketch, Sketch] | None = None
        self._last: tuple[int, Tensor, Tensor] | None = None
        self._recipe: Recipe | None = None
        self._broken = 0

    # ---- when --------------------------------------------------------------------------------

    @property
    def due(self) -> bool:
        """Whether it is time for the next examination."""
        step = self.trainer.step
        self.cut_after(step)
        return not self.history or step - self.history[-1].step >= self.every

    def cut_after(self, step: int) -> None:
        """The run went back: forget what came after."""
        while self.history and self.history[-1].step > step:
            self.history.pop()

    def broke(self, step: int) -> None:
        """A loss was no number at this step, and the run went back."""
        self._broken = step

    def take_up(self, history: list[Symptoms]) -> None:
        """Go on from examinations of an earlier session."""
        first = self.history[0].step if self.history else self.trainer.step + 1
        self.history = [*(s for s in history if s.step < first), *self.history][-MOST_KEPT:]

    # ---- looking -----------------------------------------------------------------------------

    def examination(self) -> Iterator[Symptoms | None]:
        """None after each piece of work, and at last the symptoms, now part of the history."""
        trainer = self.trainer
        step, recipe, epoch = trainer.step, trainer.recipe, trainer.epoch
        copies = Copies(trainer.players)
        yield None
        if self._probes is None:
            self._probes = self._make_probes()
            yield None
        found: dict[str, Any] = {}
        for piece in examine(copies, recipe, step, self._probes):
            found |= piece
            yield None
        found |= self._motion(step, copies)
        broken, self._broken = self._broken, 0
        tweaked = () if self._recipe is None else tuple(differences(self._recipe, recipe))
        self._recipe = recipe
        symptoms = Symptoms(step, epoch=epoch, loss=recipe.loss.kind,
                            data_size=len(trainer.dataset.items), flip=recipe.loss.flip,
                            tweaked=tweaked, nonfinite=broken, **found)
        self.cut_after(step - 1)
        self.history.append(symptoms)
        self._thin()
        yield symptoms

    def examine(self) -> Symptoms:
        """A whole examination at the present step."""
        last = None
        for symptoms in self.examination():
            last = symptoms or last
        assert last is not None
        return last

    def _make_probes(self) -> Probes:
        data = self.trainer.dataset
        count = IMAGES if data.is_image else POINTS
        return make_probes(data, self.trainer.batches, self._reals(count).clone(),
                           self._latents(count).clone(), self.trainer.recipe.seed)

    def _motion(self, step: int, copies: Copies) -> dict[str, float]:
        """How far and which way the weights have gone since the last examination."""
        theta, psi = (torch.cat([w.detach().reshape(-1) for w in weights])
                      for weights in (copies.weights_g, copies.weights_d))
        if self._sketches is None:
            self._sketches = Sketch(len(theta)), Sketch(len(psi))
        found = {"move_g": NAN, "move_d": NAN}
        if self._last is not None and step - self._last[0] > 0:
            gone = step - self._last[0]
            for key, new, old in (("move_g", theta, self._last[1]), ("move_d", psi, self._last[2])):
                found[key] = float((new - old).norm() / new.norm().clamp_min(1e-30)) / gone
        self._last = step, theta, psi
        relative = [sketch(flat) / max(float(flat.norm()), 1e-30)
                    for sketch, flat in zip(self._sketches, (theta, psi), strict=True)]
        self._path.add(step, np.concatenate(relative))
        return {**found, "turn": self._path.turn(), "recurrence": self._path.recurrence()}

    def _thin(self) -> None:
        """Keep the history short: of its older half every second goes, tweaks are carried on."""
        if len(self.history) <= MOST_KEPT:
            return
        half = MOST_KEPT // 2
        old, kept = self.history[:half], []
        for first, second in zip(old[::2], old[1::2], strict=True):
            kept.append(replace(second, tweaked=first.tweaked + second.tweaked))
        self.history = [old[0], *kept, *self.history[half:]]
