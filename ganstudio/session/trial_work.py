"""The worker's part in training D to optimality: its commands, and how it goes on in chunks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ganstudio.session.conductor import Conductor
from ganstudio.session.messages import KeepD, RevertD, State, TrainD

if TYPE_CHECKING:
    from ganstudio.session.trial import Trial
    from ganstudio.session.worker import Worker

NAMES: dict[str, str] = {"minimax": "minimax", "non_saturating": "non-saturating",
                              "wasserstein": "Wasserstein"}
UNDECIDED = "Keep the trained discriminator or go back first"


class TrialWork:
    """Belongs to a worker; ``left`` steps of D alone are still to come."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.left = 0

    def obey(self, command: TrainD | KeepD | RevertD, conductor: Conductor) -> None:
        """Begin (or lengthen), keep or take back a trial."""
        worker = self.worker
        if isinstance(command, TrainD):
            if worker.state is State.RUNNING:
                worker.say("refused", "Pause the run first: D is trained alone at one generator")
            elif command.steps < 1:
                worker.say("refused", f"D cannot be trained for {command.steps} steps; "
                           "use at least 1")
            else:
                conductor.begin_trial()
                self.left = command.steps
                worker.state = State.RUNNING
                worker.say("running", f"Training D alone for {command.steps} steps")
        elif conductor.trial is None:
            worker.say("refused", "There is no trained discriminator to decide about")
        elif isinstance(command, KeepD):
            self.settle("Kept the trained discriminator")
        else:
            self._take_back(conductor)

    def undecided(self) -> bool:
        """Whether a trial is open, in which case it is said that it comes first."""
        worker = self.worker
        if worker.conductor is None or worker.conductor.trial is None:
            return False
        worker.say("refused", UNDECIDED)
        return True

    def settle(self, text: str = "Kept the trained discriminator: the run goes on from it") -> None:
        """Keep an open trial; nothing where there is none."""
        conductor = self.worker.conductor
        if conductor is None or conductor.trial is None:
            return
        if self.left:
            self.left, self.worker.state = 0, State.PAUSED
        steps = conductor.keep_trial()
        self.worker.say("kept_d", text, data={"steps": steps})

    def _take_back(self, conductor: Conductor) -> None:
        worker = self.worker
        self.left, worker.state = 0, State.PAUSED
        conductor.take_back_trial()
        worker.budget.all_stale()
        worker.say("reverted_d", "The discriminator is again what it was")
        worker.say("restored", f"Back at step {worker.step}")

    def train(self, conductor: Conductor) -> None:
        """One chunk; where it was the last, tell what became of the generator's gradient."""
        worker = self.worker
        count = min(self.left, worker.pace.chunk)
        begun = time.monotonic()
        try:
            chunk = conductor.advance_trial(count, worker.session.inbox.pending)
        except Exception:
            self.left = 0
            raise
        finally:
            worker.mailbox.put_scalars(conductor.finished)
        worker.spent_training(begun, len(chunk.steps))
        self.left -= len(chunk.steps)
        if self.left <= 0:
            self.stop()

    def stop(self) -> None:
        """No more steps: the trial waits for a decision."""
        worker = self.worker
        conductor = worker.conductor
        assert conductor is not None and conductor.trial is not None
        self.left, worker.state = 0, State.PAUSED
        worker.budget.all_stale()
        numbers = conductor.trial.numbers()
        worker.say("trained_d", _sentence(conductor.trial, numbers), data=numbers)
        worker.report()


def _sentence(trial: Trial, numbers: dict[str, Any]) -> str:
    before, after = numbers["before"], numbers["after"]
    changes = ", ".join(f"{name} {before[kind]:.3g} → {after[kind]:.3g}"
                        for kind, name in NAMES.items())
    return (f"D trained alone for {trial.steps} steps. "
            f"The generator's gradient norm: {changes}")
