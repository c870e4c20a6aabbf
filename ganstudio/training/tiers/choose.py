"""Which way a run's steps are taken: one operation at a time, or captured whole.

On a GPU whole rounds are graphs (``graphed``), which see to their own comparison. On the CPU a tier
must give the eager step's numbers bit for bit; then a run is the same run whichever took
its steps, and stopping, resuming, rewinding and replaying need not care. Each way of playing a
round (a loss, a rule, who moves) is rehearsed before it is trusted: its first two steps are
taken both ways and compared. Where a single bit differs the run stays eager and says so.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from torch import Tensor

from ganstudio.game.penalties import PENALTIES
from ganstudio.recipe import Recipe
from ganstudio.training.moves import NonFiniteLossError
from ganstudio.training.tiers.captured import Captured, penalised_moves_of
from ganstudio.training.tiers.claims import why_not
from ganstudio.training.tiers.judge import same_state

if TYPE_CHECKING:
    from ganstudio.training.tiers.graphed import Graphed
    from ganstudio.training.tiers.recorder import Recorder
    from ganstudio.training.trainer import State, Trainer

Wanted = Literal["auto", "eager"]
REHEARSED = 2
"""Steps that are taken both ways before a tier is trusted; so many eager ones come first."""
MOST_SWITCHES = 1000
DIFFERS = "the captured step differs from the eager one on this machine"


@dataclass(frozen=True, slots=True)
class Switch:
    """From ``step`` steps done on, ``tier`` computes; ``why`` it is not the faster one."""

    step: int
    tier: str
    why: str


@dataclass(frozen=True, slots=True)
class _Rehearsal:
    """What the captured tier made of the steps up to ``state``'s, which are now taken eagerly."""

    recipe: Recipe
    begun: int
    eager_steps: int
    """Eager rounds so far when it began."""
    state: State


class Tiers:
    """Chooses for one trainer; asked before every step."""

    def __init__(self, trainer: Trainer, wanted: Wanted = "auto") -> None:
        self.trainer = trainer
        self.wanted: Wanted = wanted
        self.name = ""
        """The tier of the last round; empty before the first."""
        self.why = ""
        """Why that was not the faster one."""
        self.recorder: Recorder | None = None
        """What rounds are recorded with; None is CUDA's where the run is on such a GPU."""
        self.switches: deque[Switch] = deque(maxlen=MOST_SWITCHES)
        """See ``taken``."""
        self._captured: Captured | None = None
        self._graphed: Graphed | None = None
        self._no_graphs = ""
        self._judged: tuple[Recipe, str] | None = None
        self._rehearsal: _Rehearsal | None = None
        self._proven: set[tuple[Any, ...]] = set()
        self._failed: dict[tuple[Any, ...], str] = {}
        self._eager_steps = 0

    def room(self, most: int, interrupted: object = None) -> int:
        """How many rounds, at most ``most``, to take in one call now; 0 for an eager one."""
        self.why = self._why_not()
        if self.why:
            self._note("eager")
            self._eager_steps += 1
            return 0
        self._note(self._fast.name)
        return min(most, self._fast.at_once(interrupted))

    @property
    def _fast(self) -> Captured | Graphed:
        fast = self._graphed or self._captured
        assert fast is not None
        return fast

    def advance(self, count: int, interrupted: object = None
                ) -> tuple[Tensor, NonFiniteLossError | None]:
        """Take ``count`` rounds; see ``Captured.advance`` and ``Graphed.advance``."""
        return self._fast.advance(count, interrupted)

    def displaced(self) -> None:
        """The trainer has taken up another state: what was rehearsed does not lead there."""
        self._rehearsal = None

    def taken(self) -> list[Switch]:
        """The switches since the last call, for whoever records the run."""
        taken = list(self.switches)
        self.switches.clear()
        return taken

    def _note(self, name: str) -> None:
        if self.trainer.recipe.machine.precision == "bf16":
            name += ", bf16"
        if name != self.name:
            self.name = name
            self.switches.append(Switch(self.trainer.step, name, self.why))

    # ---- why not -----------------------------------------------------------------------------

    def _why_not(self) -> str:
        trainer = self.trainer
        recipe = trainer.recipe
        if self.wanted == "eager":
            return "the eager step was asked for"
        if self.recorder is not None or trainer.device.type == "cuda":
            return self._why_no_graph()
        if trainer.device.type != "cpu":
            return "the captured step is for the CPU"
        if trainer.dataset.is_image:
            return "images need the eager step"
        if self._judged is None or self._judged[0] is not recipe:
            self._judged = recipe, why_not(recipe)
        if self._judged[1]:
            return self._judged[1]
        if (recipe.average.decay > 0) != (trainer.players.average is not None):
            return "the average begins or ends"
        return self._unproven(manner_of(recipe))

    def _why_no_graph(self) -> str:
        if self._no_graphs:
            return self._no_graphs
        if self._graphed is None:
            from ganstudio.training.tiers.graphed import Graphed
            from ganstudio.training.tiers.recorder import CudaRecorder

            try:
                self._graphed = Graphed(self.trainer,
                                        self.recorder or CudaRecorder(self.trainer.device))
            except Exception as error:  # the eager step does not need it
                self._no_graphs = f"this GPU takes no graphs ({error})"
                return self._no_graphs
        return self._graphed.why_not()

    def _unproven(self, manner: tuple[Any, ...]) -> str:
        """Why this way of playing is not to be captured yet, or at all."""
        if manner in self._proven:
            return ""
        if manner in self._failed:
            return self._failed[manner]
        waited = self._eager_steps >= REHEARSED
        try:
            if self._rehearsed(manner):
                return self._unproven(manner)
            if waited and self._rehearsal is None and self._shows_all():
                self._rehearse()
        except Exception as error:  # whatever fails here, the eager step does not need it
            self._failed[manner] = f"the captured step could not be made ({error})"
        return self._failed.get(manner, "the captured step is being prepared")

    def _shows_all(self) -> bool:
        """Whether steps from here on show what they are made of: a lazy penalty must be due."""
        trainer = self.trainer
        return (penalised_moves_of(trainer.recipe.update) == 0
                or trainer.stabilisers.pays_next())

    def _rehearse(self) -> None:
        captured = self._captured = self._captured or Captured(self.trainer)
        state, failed = self.trainer.rehearse(lambda: captured.advance(REHEARSED)[1])
        if failed is None:  # else the eager step is about to fail as well
            self._rehearsal = _Rehearsal(self.trainer.recipe, self.trainer.step,
                                         self._eager_steps, state)

    def _rehearsed(self, manner: tuple[Any, ...]) -> bool:
        """Whether a rehearsal has just come to its end, and so to a judgement."""
        done = self._rehearsal
        if done is None:
            return False
        taken = self.trainer.step - done.begun
        if done.recipe is not self.trainer.recipe or taken != self._eager_steps - done.eager_steps:
            self._rehearsal = None  # tweaked meanwhile, or one player was moved alone
            return False
        if taken < REHEARSED:
            return False
        self._rehearsal = None
        if same_state(done.state, self.trainer.state()):
            self._proven.add(manner)
        else:
            self._failed[manner] = DIFFERS
        return True


def manner_of(recipe: Recipe) -> tuple[Any, ...]:
    """What makes the program run along other lines; the other numbers only pass through it."""
    update = recipe.update
    return (recipe.loss.kind, recipe.loss.clip > 0, recipe.loss.smooth > 0,
            recipe.loss.real_weight != 1,
            recipe.instance_noise.sigma > 0, recipe.average.decay > 0, recipe.batch,
            update.rule, update.first, update.fresh_noise, update.k_d, update.k_g,
            update.train_d, update.train_g,
            tuple(name for name in PENALTIES if getattr(recipe.penalty, name) > 0))
