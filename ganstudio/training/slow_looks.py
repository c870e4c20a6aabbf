"""Looks that take longer than a window can wait: begun, laid down and taken up again in slices."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ganstudio.recipe import Recipe
from ganstudio.recipe.base import Part
from ganstudio.training.field_frames import (
    FieldFrame,
    FieldLikeFrame,
    FieldWant,
    SpectrumFrame,
    WantField,
    WantPathAngle,
    WantSpectrum,
    WantTheory,
)
from ganstudio.training.field_look import field_frames
from ganstudio.training.frames import SlowWant
from ganstudio.training.metrics_frames import MetricsFrame, WantMetrics
from ganstudio.training.metrics_look import MetricsLook
from ganstudio.training.path_look import path_frames
from ganstudio.training.players import Players
from ganstudio.training.run_game import Batch, Copies
from ganstudio.training.spectrum_look import spectrum_frames
from ganstudio.training.still_game import StillGame
from ganstudio.training.theory_look import Known, theory_frames
from ganstudio.training.trace import Moment, Trace, flat_weights
from ganstudio.training.trainer import Trainer

SLICE_SECONDS = 0.008
MOST_SAMPLES = 128
"""Real samples and latents in the fixed batch: half the usual batch halves what a look costs."""
FIELD_SAMPLES = 64
"""Of these, those on which the field is drawn: hundreds of evaluations make one picture."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The tensors of a trainer's state after ``step`` steps."""

    step: int
    tensors: Mapping[str, Tensor]


@dataclass
class _Begun:
    """A look that is under way, at the weights of ``step``."""

    step: int
    game: tuple[Part, ...]
    frames: Iterator[FieldLikeFrame | MetricsFrame | None]
    spent: float = 0.0
    resumed: float = 0.0

    def seconds(self) -> float:
        """What it has cost so far, the slice in hand included."""
        return self.spent + (time.perf_counter() - self.resumed)


class SlowLooks:
    """Makes the frames of ``FieldWant`` from copies of the weights, without touching the run.

    The batch is chosen once, so that what changes in a picture is the game and not the sample.
    The recent path is kept only while something that shows it is watched.
    """

    def __init__(self, trainer: Trainer, reals: Callable[[int], Tensor],
                 latents: Callable[[int], Tensor]) -> None:
        self.trainer = trainer
        self.trace = Trace()
        self.metrics = MetricsLook(trainer)
        self._reals, self._latents = reals, latents
        pack = trainer.recipe.minibatch.pack
        most = min(trainer.recipe.batch, MOST_SAMPLES, len(trainer.dataset.items))
        self._count = max(most // pack, 1) * pack
        self._batch: Batch | None = None
        self._start: Moment | None = None
        self.kept: Callable[[int], Kept | None] = lambda step: None
        """The state that the run's timeline keeps at a step, or next before it."""
        self._known: Known = {}
        self._paths = False
        self._begun: dict[SlowWant, _Begun] = {}
        self._shown: set[SlowWant] = set()
        """Wants of which a whole frame has been seen, so that unfinished ones would be a step
        back."""

    # ---- the run goes on ---------------------------------------------------------------------

    def watch(self, wants: Collection[object]) -> None:
        """Only these are looked at from now on."""
        self._begun = {want: begun for want, begun in self._begun.items() if want in wants}
        self._shown &= set(wants)
        self._paths = any(isinstance(want, WantField | WantPathAngle) for want in wants)
        if not self._paths:
            self.trace.clear()
        self.trainer.keep_before = any(
            isinstance(want, WantField)
            and "last_step" in (want.plane, want.direction_g, want.direction_d)
            for want in wants)
        self.note()

    def note(self) -> None:
        """The run has moved: keep the moment if a path is watched."""
        if self._paths:
            self.trace.note(self.trainer.players, self.trainer.step)

    # ---- looking -----------------------------------------------------------------------------

    def look(self, want: SlowWant) -> FieldLikeFrame | MetricsFrame:
        """The whole frame at the present step, however long it takes.

        Raises:
            ValueError: the want does not fit the run.
        """
        begun, last = self._begin(want), None
        begun.resumed = time.perf_counter()
        for frame in begun.frames:
            last = frame or last
        assert last is not None
        return last

    def glance(self, want: SlowWant, resting: bool = False, seconds: float = SLICE_SECONDS
               ) -> tuple[FieldLikeFrame | MetricsFrame | None, bool]:
        """Work for about ``seconds``: (a frame if there is one to show, whether it is finished).

        Never stops within one evaluation of the game. A picture that is new is shown as it
        grows; later ones only once they are whole. Where the run is ``resting`` only its present
        step is worth finishing.

        Raises:
            ValueError: the want does not fit the run.
        """
        begun = self._begun.get(want)
        if begun is None or begun.game != _game(self.trainer.recipe) or (
                resting and begun.step != self.trainer.step):
            begun = self._begun[want] = self._begin(want)
        begun.resumed = time.perf_counter()
        shown: FieldLikeFrame | MetricsFrame | None = None
        finished = False
        while True:
            try:
                frame = next(begun.frames)
            except StopIteration:
                finished = True
                break
            except Exception:
                self._begun.pop(want, None)
                raise
            if frame is not None and (_whole(frame) or want not in self._shown):
                shown = frame
            if time.perf_counter() - begun.resumed >= seconds:
                break
        begun.spent = begun.seconds()
        if finished:
            self._begun.pop(want, None)
            self._shown.add(want)
        return shown, finished

    def still(self, samples: int | None = None) -> StillGame:
        """The game as it is at this moment, on the fixed batch or the first ``samples`` of it
        (whole packs).
        """
        trainer, (real, z) = self.trainer, self._fixed_batch()
        if samples is not None:
            pack = trainer.recipe.minibatch.pack
            samples = max(samples // pack, 1) * pack
        return StillGame.take(trainer.players, trainer.recipe, trainer.step,
                              (real[:samples], z[:samples]), self.trace, trainer.before,
                              trainer.stabilisers.history.means)

    def _begin(self, want: SlowWant) -> _Begun:
        trainer = self.trainer
        if isinstance(want, WantMetrics):
            return _Begun(trainer.step, _game(trainer.recipe), self.metrics.frames(want))
        self.note()
        still = self.still(FIELD_SAMPLES if isinstance(want, WantField) else None)
        begun = _Begun(trainer.step, _game(trainer.recipe), self._frames(want, still))
        still.spent = begun.seconds
        return begun

    def _frames(self, want: FieldWant, still: StillGame) -> Iterator[FieldLikeFrame | None]:
        if isinstance(want, WantField):
            return field_frames(still, want)
        if isinstance(want, WantSpectrum):
            return spectrum_frames(still, want)
        if isinstance(want, WantTheory):
            return theory_frames(still, want, self.trainer.dataset, self._latents,
                                 self._known)
        if want.to_step is not None and want.to_step != still.step:
            still = self._still_at(want.to_step, still)
        return path_frames(still, want, self._moment(want.from_step, still))

    def _fixed_batch(self) -> Batch:
        if self._batch is None:
            self._batch = self._reals(self._count).clone(), self._latents(self._count).clone()
        return self._batch

    def _moment(self, step: int | None, still: StillGame) -> Moment:
        """The weights of the kept moment next to ``step``; those of ``still`` where none is."""
        if step == 0:
            return self._first_weights()
        found = self.trace.first if step is None else self.trace.nearest(step)
        kept = None if step is None else self.kept(step)
        if kept is not None and step is not None and (
                found is None or abs(kept.step - step) <= abs(found.step - step)):
            found = Moment(kept.step, flat_weights(self._copies(kept)))
        return found or Moment(still.step, still.flat)

    def _still_at(self, step: int, now: StillGame) -> StillGame:
        """The game at a kept moment, as the present losses have it; ``now`` where none is kept."""
        kept = self.kept(step)
        if kept is None:
            return now
        return StillGame(kept.step, now.recipe, self._copies(kept), now.batch, spent=now.spent)

    def _copies(self, kept: Kept) -> Copies:
        copies = Copies(self.trainer.players)
        for prefix, network in (("g.", copies.g), ("d.", copies.d)):
            network.load_state_dict({name.removeprefix(prefix): tensor for name, tensor
                                     in kept.tensors.items() if name.startswith(prefix)})
        return copies

    def _first_weights(self) -> Moment:
        """The weights that the run began with: the seed draws them again."""
        if self._start is None:
            trainer = self.trainer
            drawn = Players(trainer.recipe, trainer.dataset.shape, trainer.device)
            with torch.no_grad():
                self._start = Moment(0, flat_weights(drawn))
        return self._start


def _game(recipe: Recipe) -> tuple[Part, ...]:
    """What decides which game is seen."""
    return recipe.loss, recipe.penalty, recipe.instance_noise


def _whole(frame: FieldLikeFrame | MetricsFrame) -> bool:
    return not isinstance(frame, FieldFrame | SpectrumFrame) or frame.complete
