"""D trained alone on approval: kept, or taken back without a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ganstudio.training.frames import ScalarChunk
from ganstudio.training.slopes import discriminator_loss, generator_slopes

if TYPE_CHECKING:
    from ganstudio.session.conductor import Conductor


class Trial:
    """Some steps of D at the present G, of which the run folder learns only when they are kept.

    So a run that is cut short in a trial is the run before it, and replay knows nothing of
    trials that were taken back.

    D moves as in its own turns, by its own optimizer. Under a rule with a memory of its own
    (extragradient, OGDA, …, see ``RuleMoves``) that memory, moments included, waits meanwhile and
    is taken up again where it stood; D's optimizer in turn goes on from the last kept trial.
    """

    def __init__(self, conductor: Conductor) -> None:
        self._trainer = conductor.trainer
        self._observer = conductor.observer
        self._state = self._trainer.state()
        self.rows: list[ScalarChunk] = []
        self.slopes_before, self.loss_before = self._measured()

    def _measured(self) -> tuple[dict[str, float], float]:
        still = self._observer.slow.still()
        return generator_slopes(still), discriminator_loss(still)

    @property
    def steps(self) -> int:
        """D's steps so far."""
        return sum(len(chunk.steps) for chunk in self.rows)

    def advance(self, count: int, interrupted: Callable[[], object]) -> ScalarChunk:
        """Train D alone for up to ``count`` steps.

        Raises:
            Exception: what a step raised; the trial has been taken back then.
        """
        try:
            chunk = self._trainer.advance(count, interrupted, "d")
        except Exception:
            self.take_back()
            raise
        self.rows.append(chunk)
        return chunk

    def take_back(self) -> None:
        """The trainer is again, bit for bit, what it was."""
        self._trainer.load(self._state)
        self.rows.clear()

    def numbers(self) -> dict[str, Any]:
        """What became of the generator's gradient: norms by loss, before and now."""
        slopes, loss = self._measured()
        return {"steps": self.steps, "before": self.slopes_before, "after": slopes,
                "loss_d_before": self.loss_before, "loss_d_after": loss}
