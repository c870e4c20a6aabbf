"""How often the doctor is right: runs that are ill on purpose, and healthy ones, over seeds."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ganstudio.bench.doctor_scenarios import SCENARIOS, Scenario
from ganstudio.training.doctor.diagnosis import Verdict, diagnose
from ganstudio.training.doctor.look import EVERY, Doctor
from ganstudio.training.doctor.record import Symptoms
from ganstudio.training.machine import prepare_thread
from ganstudio.training.moves import NonFiniteLossError
from ganstudio.training.observer import Observer
from ganstudio.training.trainer import Trainer

SEEDS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run judged. ``named`` is what it is called at the end ("" for healthy), ``since`` the
    step from which it was called that without a break, ``alarms`` every disease that was ever
    named first, in order.
    """

    scenario: str
    disease: str
    seed: int
    named: str
    since: int
    alarms: tuple[str, ...]

    @property
    def right(self) -> bool:
        """An ill run is called by its name at the end; a healthy one was never called ill."""
        return self.named == self.disease if self.disease else not self.alarms


def examined(scenario: Scenario, seed: int) -> list[Symptoms]:
    """Train the scenario to its step, examined every ``EVERY`` steps."""
    recipe, data = scenario.make(seed)
    trainer = Trainer(recipe, data)
    observer = Observer(trainer)
    doctor = observer.doctor.doctor
    doctor.examine()
    while trainer.step < scenario.within:
        try:
            trainer.advance(EVERY)
        except NonFiniteLossError as error:
            _after(doctor, trainer, error.step)
            break
        doctor.examine()
    return doctor.history


def _after(doctor: Doctor, trainer: Trainer, broken: int) -> None:
    """The run went back to its last good state; go on to just before it breaks again."""
    doctor.broke(broken)
    doctor.cut_after(trainer.step)
    trainer.advance(max(1, min(10, broken - trainer.step - 2)))
    doctor.examine()


def judged(scenario: Scenario, seed: int, history: Sequence[Symptoms]) -> Outcome:
    """What the doctor said along the run."""
    verdicts: list[Verdict] = [diagnose(history[:n]) for n in range(1, len(history) + 1)]
    named, since = verdicts[-1].disease, verdicts[-1].step
    for verdict in reversed(verdicts):
        if verdict.disease != named:
            break
        since = verdict.step
    alarms: list[str] = []
    for verdict in verdicts:
        if verdict.disease and verdict.disease not in alarms:
            alarms.append(verdict.disease)
    return Outcome(scenario.name, scenario.disease, seed, named, since, tuple(alarms))


def run(seeds: Iterable[int], names: Sequence[str] = ()) -> list[Outcome]:
    """Every scenario (or those named) with every seed."""
    prepare_thread(1)
    found = []
    for scenario in SCENARIOS:
        for seed in seeds if not names or scenario.name in names else ():
            found.append(judged(scenario, seed, examined(scenario, seed)))
            print(f"bench: {scenario.name}, seed {seed}", file=sys.stderr, flush=True)
    return found


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """One line a scenario, and the sums."""
    lines = [f"{'run':<22} {'what it is':<17} {'right':>6} {'called so from step':>20}  "
             "also or else called"]
    for scenario in SCENARIOS:
        of = [o for o in outcomes if o.scenario == scenario.name]
        if not of:
            continue
        right = [o for o in of if o.right]
        first, last = (min((o.since for o in right), default=0),
                       max((o.since for o in right), default=0))
        when = f"{first} … {last}" if scenario.disease and right else "–"
        others = sorted({a for o in of for a in o.alarms if a != scenario.disease})
        lines.append(f"{scenario.name:<22} {scenario.disease or 'healthy':<17} "
                     f"{len(right)}/{len(of):<4} {when:>20}  {', '.join(others)}".rstrip())
    ill = [o for o in outcomes if o.disease]
    well = [o for o in outcomes if not o.disease]
    lines.append(f"named rightly: {sum(o.right for o in ill)} of {len(ill)} ill runs; "
                 f"false alarms: {sum(not o.right for o in well)} of {len(well)} healthy runs")
    return lines


def doctor(seeds: int | None, *, as_json: bool) -> None:
    """Run the whole table and print it."""
    outcomes = run(range(seeds or SEEDS))
    if as_json:
        print(json.dumps({"outcomes": [
            {"scenario": o.scenario, "disease": o.disease, "seed": o.seed, "named": o.named,
             "since": o.since, "alarms": list(o.alarms), "right": o.right} for o in outcomes]},
            ensure_ascii=False))
    else:
        print("\n".join(table(outcomes)))
