"""``ganstudio train`` and ``ganstudio resume``: the engine without a window."""

from __future__ import annotations

import argparse
import json
import math
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from ganstudio.cli.main import complain
from ganstudio.cli.progress import ProgressBar
from ganstudio.recipe import (
    PRESETS,
    Recipe,
    RecipeError,
    load,
    parse_assignment,
    preset,
    warnings,
    with_value,
)
from ganstudio.training.frames import SCALARS, ScalarChunk
from ganstudio.training.metrics_frames import MetricsFrame, latest

if TYPE_CHECKING:
    from ganstudio.data.dataset import Dataset
    from ganstudio.session.conductor import Conductor

STEPS = 10_000
"""How many where nobody says."""
NAMED = 5
"""Skipped files that are named one by one."""


class Interrupted:
    """Whether Ctrl+C (or a polite kill) has come; the step in hand is finished first."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """Whether to stop."""
        return self.asked

    @contextmanager
    def listening(self) -> Iterator[Interrupted]:
        """Take the signals over while the block lasts; a second Ctrl+C stops at once."""
        old: dict[int, Any] = {}

        def note(number: int, _: FrameType | None) -> None:
            self.asked = True
            signal.signal(number, old[number])

        for number in (signal.SIGINT, signal.SIGTERM):
            old[number] = signal.getsignal(number)
            signal.signal(number, note)
        try:
            yield self
        finally:
            for each, handler in old.items():
                signal.signal(each, handler)


def recipe_for(name: str, arguments: argparse.Namespace) -> Recipe:
    """The recipe that a ``train`` line describes where it says ``name``.

    Raises:
        RecipeError: with one sentence.
    """
    if name in PRESETS:
        recipe = preset(name, arguments.data)
    elif Path(name).is_file():
        recipe = load(Path(name))
        if arguments.data:
            recipe = with_value(recipe, "data.path", str(Path(arguments.data)))
    else:
        raise RecipeError(f"there is no preset and no file {name!r}; the presets are "
                          f"{', '.join(PRESETS)}")
    if arguments.data and "path" not in type(recipe.data).model_fields:
        raise RecipeError(f"--data is for data that is read from files; {name!r} draws its own")
    for text in arguments.changes:
        recipe = with_value(recipe, *parse_assignment(text))
    if arguments.seed is not None:
        recipe = with_value(recipe, "seed", arguments.seed)
    if arguments.device is not None:
        recipe = with_value(recipe, "machine.device", arguments.device)
    return recipe


def free_folder(recipe: Recipe, ending: str = "run") -> Path:
    """A new place under ./runs named after the recipe."""
    stem = "".join(c if c.isalnum() else "-" for c in recipe.name.lower()).strip("-") or "run"
    number = 1
    while (path := Path("runs") / f"{stem}-{number}.{ending}").exists():
        number += 1
    return path


def train(arguments: argparse.Namespace) -> int:
    """Train from a preset or a recipe file."""
    if arguments.sweep or len(arguments.recipes) > 1:
        from ganstudio.cli.sweep import sweep
        return sweep(arguments)
    try:
        recipe = recipe_for(arguments.recipes[0], arguments)
    except RecipeError as error:
        return complain(str(error))
    for text in warnings(recipe):
        print(f"ganstudio: warning: {text}", file=sys.stderr)
    folder = Path(arguments.folder) if arguments.folder else free_folder(recipe)
    from ganstudio.runs.folder import is_run_folder

    if is_run_folder(folder):
        return complain(f"{folder} already holds a run; go on with it by ganstudio resume "
                        f"{folder}, or choose a new folder")
    return _conduct(recipe, folder, arguments)


def resume(arguments: argparse.Namespace) -> int:
    """Go on with a run, or with a sweep that was left."""
    from ganstudio.runs.folder import is_run_folder
    from ganstudio.runs.sweep import is_sweep

    folder = Path(arguments.folder)
    if is_sweep(folder):
        from ganstudio.cli.sweep import resume_sweep
        return resume_sweep(folder, arguments)
    arguments.steps = arguments.steps or STEPS
    if not is_run_folder(folder):
        return complain(f"{folder} is not a run folder: there is no run.json in it")
    return _conduct(None, folder, arguments)


def _conduct(recipe: Recipe | None, folder: Path, arguments: argparse.Namespace) -> int:
    from ganstudio.data.dataset import Cancelled, DataError
    from ganstudio.runs.errors import RunError
    from ganstudio.session.conductor import Conductor
    from ganstudio.training.machine import precision_note
    from ganstudio.training.moves import NonFiniteLossError

    if arguments.features:
        from ganstudio.metrics.features import check_spec
        try:
            check_spec(arguments.features)  # before a run folder is made
        except ValueError as error:
            return complain(str(error))
    stop = Interrupted()
    with stop.listening():
        reading = ProgressBar("reading data", unit="files")
        try:
            conductor = Conductor(recipe, folder, on_progress=reading.show, cancelled=stop,
                                  on_unsaved=lambda text: print(f"ganstudio: {text}",
                                                                file=sys.stderr))
        except Cancelled:
            return 130
        except (RecipeError, RunError, DataError, ValueError) as error:
            return complain(str(error))
        finally:
            reading.end()
        _tell_of_data(conductor.dataset)
        slow = precision_note(conductor.recipe, conductor.trainer.device)
        if slow:
            print(f"ganstudio: warning: {slow}", file=sys.stderr)
        if arguments.features:
            try:
                conductor.measuring.choose(arguments.features)
            except ValueError as error:
                conductor.close()
                return complain(str(error))
        try:
            conductor.trainer.tiers.wanted = arguments.tier
            rows, seconds = _run(conductor, arguments.steps, stop, arguments.doctor)
        except NonFiniteLossError as error:
            return complain(
                f"the {error.player}'s loss became {error.value} at step {error.step}; the last "
                f"good state, step {conductor.step}, is saved in {folder}; lower that player's "
                "learning rate or change the loss")
        finally:
            saved = conductor.close()
    _report(conductor, folder, rows, seconds, arguments)
    if not saved:
        return 2  # why has been said when it happened
    return 130 if stop.asked else 0


def _tell_of_data(data: Dataset) -> None:
    """What was done to it, and which files were of no use (the first few)."""
    for note in (*data.notes, data.skipped_note):
        if note:
            print(f"ganstudio: {note}", file=sys.stderr)
    for name, why in data.skipped[:NAMED]:
        print(f"ganstudio:   {name}: {why}", file=sys.stderr)
    if len(data.skipped) > NAMED:
        print(f"ganstudio:   and {len(data.skipped) - NAMED:,} more", file=sys.stderr)


def _run(conductor: Conductor, steps: int, stop: Interrupted, doctor: bool
         ) -> tuple[ScalarChunk | None, float]:
    """Train, and measure now and then; the last rows, and the seconds that training took."""
    from ganstudio.session.unattended import Unattended

    first = conductor.step
    work = Unattended(conductor, first + steps, doctor)
    bar = ProgressBar("training", unit="steps")
    try:
        while not work.done and not stop.asked:
            work.advance(stop)
            bar.show(conductor.step - first, steps)
    finally:
        bar.end()
    return work.last, work.seconds


def last_losses(chunk: ScalarChunk | None) -> dict[str, float | None]:
    """The newest row by column; None where a player has not moved yet."""
    if chunk is None or not len(chunk.steps):
        return dict.fromkeys(SCALARS)
    return {name: float(value) if math.isfinite(value) else None
            for name, value in zip(SCALARS, chunk.values[-1], strict=True)}


def _measured(conductor: Conductor) -> tuple[MetricsFrame, ...]:
    """What is recorded of the run; a damaged file is told of and is no reason to fail."""
    from ganstudio.runs.errors import RunError

    try:
        return conductor.measuring.past()
    except RunError as error:
        complain(str(error))
        return ()


def metric_lines(metrics: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Each metric with its floor, for people."""
    def number(value: float | None) -> str:
        return "–" if value is None else f"{value:.4g}"
    width = max((len(one["name"]) for one in metrics.values()), default=0)
    return [f"{one['name']:<{width}}  {number(one['value']):>9}  "
            f"floor {number(one['floor'])} ± {number(one['floor_sd'])}"
            for one in metrics.values()]


def _report(conductor: Conductor, folder: Path, last: ScalarChunk | None, seconds: float,
            arguments: argparse.Namespace) -> None:
    moved = conductor.step
    answer: dict[str, Any] = {
        "run": str(folder), "step": moved,
        "steps_per_second": None, "losses": last_losses(last),
        "metrics": latest(_measured(conductor)), "warnings": list(warnings(conductor.recipe)),
        "tier": conductor.trainer.tiers.name, "tier_why": conductor.trainer.tiers.why,
    }
    if last is not None and seconds > 0:
        answer["steps_per_second"] = round((moved - conductor.started_at) / seconds, 2)
    if arguments.doctor:
        from ganstudio.cli.doctor import verdict_of
        verdict, words = verdict_of(conductor)
        answer |= verdict
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    losses = ", ".join(f"{name} {value:.4g}" for name, value in answer["losses"].items()
                       if value is not None)
    print(f"step {moved} of the run in {folder}"
          + (f" ({answer['steps_per_second']} steps/s)" if answer["steps_per_second"] else ""))
    if losses:
        print(losses)
    for line in metric_lines(answer["metrics"]):
        print(line)
    if arguments.doctor:
        print(words)
    if answer["tier"]:
        print(f"steps computed by the {answer['tier']} tier"
              + (f" ({answer['tier_why']})" if answer["tier_why"] else ""))
