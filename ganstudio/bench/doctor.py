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
    """One run judged. ``named`` is what it is called at the end ("" for healthy), ``found`` the
    step at which it was first called by its name (0: never), ``alarms`` every disease that was
    ever named first, in order.
    """

    scenario: str
    disease: str
    seed: int
    named: str
    found: int
    alarms: tuple[str, ...]

    @property
    def right(self) -> bool:
        """An ill run was called by its name in time; a healthy one was never called ill."""
        return self.found > 0 if self.disease else not self.alarms

    @property
    def kept(self) -> bool:
        """Right, and called so at the end as well."""
        return self.right and self.named == self.disease


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
    alarms = list(dict.fromkeys(v.disease for v in verdicts if v.disease))
    found = next((v.step for v in verdicts if v.disease and v.disease == scenario.disease), 0)
    return Outcome(scenario.name, scenario.disease, seed, verdicts[-1].disease, found,
                   tuple(alarms))


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
    lines = [f"{'run':<22} {'what it is':<17} {'right':>5} {'at the end':>11} "
             f"{'named at step':>15}  else called"]
    for scenario in SCENARIOS:
        of = [o for o in outcomes if o.scenario == scenario.name]
        if not of:
            continue
        steps = [o.found for o in of if o.found]
        when = f"{min(steps)} … {max(steps)}" if steps else "–"
        others = sorted({a for o in of for a in o.alarms if a != scenario.disease})
        lines.append(
            f"{scenario.name:<22} {scenario.disease or 'healthy':<17} {_share(of, 'right'):>5} "
            f"{_share(of, 'kept'):>11} {when:>15}  {', '.join(others)}".rstrip())
    ill = [o for o in outcomes if o.disease]
    well = [o for o in outcomes if not o.disease]
    lines.append(f"named rightly: {sum(o.right for o in ill)} of {len(ill)} ill runs, "
                 f"{sum(o.kept for o in ill)} to the end; "
                 f"false alarms: {sum(not o.right for o in well)} of {len(well)} healthy runs")
    return lines


def _share(outcomes: Sequence[Outcome], what: str) -> str:
    return f"{sum(getattr(o, what) for o in outcomes)}/{len(outcomes)}"


def doctor(seeds: int | None, *, as_json: bool) -> None:
    """Run the whole table and print it."""
    outcomes = run(range(seeds or SEEDS))
    if as_json:
        print(json.dumps({"outcomes": [
            {"scenario": o.scenario, "disease": o.disease, "seed": o.seed, "named": o.named,
             "found": o.found, "alarms": list(o.alarms), "right": o.right, "kept": o.kept}
            for o in outcomes]}, ensure_ascii=False))
    else:
        print("\n".join(table(outcomes)))
