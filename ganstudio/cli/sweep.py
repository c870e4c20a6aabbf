"""Several runs one after another: ``ganstudio train`` with ``--sweep`` or several recipes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganstudio.cli.main import complain
from ganstudio.cli.progress import ProgressBar
from ganstudio.cli.train import Interrupted, free_folder, recipe_for
from ganstudio.metrics.table import METRICS
from ganstudio.recipe import RecipeError, warnings
from ganstudio.recipe.data import IMAGE_KINDS
from ganstudio.recipe.sweep import Point, combinations, parse_axis, said
from ganstudio.runs.errors import RunError
from ganstudio.runs.ranking import LOSSES, best_key, floor_of, keys_of, ranked, value_of
from ganstudio.runs.sweep import Job, Result, SweepFolder, is_sweep, make_jobs


def sweep(arguments: argparse.Namespace) -> int:
    """Train every combination of every recipe, in a new folder."""
    if arguments.doctor:
        return complain("--doctor is for one run; leave it out of a sweep, or examine its runs "
                        "one by one")
    try:
        _check_sort(arguments.sort)
        points = [point for name in arguments.recipes
                  for point in _points(name, arguments)]
    except RecipeError as error:
        return complain(str(error))
    for text in dict.fromkeys(w for point in points for w in warnings(point.recipe)):
        print(f"ganstudio: warning: {text}", file=sys.stderr)
    first = recipe_for(arguments.recipes[0], arguments)
    folder = Path(arguments.folder) if arguments.folder else free_folder(first, "sweep")
    if is_sweep(folder):
        return complain(f"{folder} already holds a sweep; go on with it by ganstudio resume "
                        f"{folder}, or choose a new folder")
    jobs = make_jobs(((p.recipe, p.values) for p in points), arguments.steps)
    try:
        made = SweepFolder.create(folder, first.name, jobs)
    except RunError as error:
        return complain(str(error))
    return _work(made, arguments)


def _points(name: str, arguments: argparse.Namespace) -> list[Point]:
    recipe = recipe_for(name, arguments)
    return combinations(recipe, [parse_axis(recipe, text) for text in arguments.sweep])


def resume_sweep(folder: Path, arguments: argparse.Namespace) -> int:
    """Train what is left of a sweep."""
    if arguments.steps:
        return complain("a sweep goes on to the steps that it was made for; leave --steps out")
    if arguments.doctor:
        return complain("--doctor is for one run; leave it out of a sweep")
    try:
        _check_sort(arguments.sort)
        return _work(SweepFolder.open(folder), arguments)
    except (RecipeError, RunError) as error:
        return complain(str(error))


def _check_sort(key: str) -> None:
    if key and key not in METRICS and key not in LOSSES:
        raise RecipeError(f"--sort {key}: sort by one of {', '.join((*METRICS, *LOSSES))}")


def _work(made: SweepFolder, arguments: argparse.Namespace) -> int:
    from ganstudio.session.queue import Queue

    stop = Interrupted()
    try:
        queue = Queue(made, on_note=lambda text: print(f"ganstudio: {text}", file=sys.stderr),
                      tier=arguments.tier)
    except RunError as error:
        return complain(str(error))
    with stop.listening():
        try:
            _train_all(queue, stop)
        finally:
            queue.close()
    results = [queue.results[job.run] for job in made.jobs if job.run in queue.results]
    _report(made, results, arguments)
    if stop.asked:
        return 130
    failed = sum(result.state == "failed" for result in results)
    if failed:
        complain(f"{failed} of {len(made.jobs)} runs failed; ganstudio resume {made.path} tries "
                 "them again")
    return 2 if failed else 0


def _train_all(queue: Any, stop: Interrupted) -> None:
    total = len(queue.sweep.jobs)
    seen: Job | None = None
    bar: ProgressBar | None = None
    known = list(queue.results.values())
    try:
        while not stop.asked and queue.work(stop):
            job = queue.current
            if bar is not None and job is not seen:
                bar.end()
                bar = None
            if job is not None and job is not seen:
                number = queue.sweep.jobs.index(job) + 1
                bar = ProgressBar(f"{number} of {total}, {said(job.values) or job.title}", "steps")
            seen = job
            for result in [r for r in queue.results.values() if r not in known]:
                known.append(result)
                if result.error:
                    print(f"ganstudio: {result.run} failed: {result.error}", file=sys.stderr)
            if bar is not None and job is not None:
                bar.show(queue.step - queue.begun_at, job.steps - queue.begun_at)
    finally:
        if bar is not None:
            bar.end()


# ---- the answer ---------------------------------------------------------------------------------


def _report(made: SweepFolder, results: list[Result], arguments: argparse.Namespace) -> None:
    images = any(job.recipe.data.kind in IMAGE_KINDS for job in made.jobs)
    key = arguments.sort or best_key(results, images)
    jobs = {job.run: job for job in made.jobs}
    results = ranked(results, key)
    if arguments.json:
        rows = [_document(made, jobs[r.run], r) for r in results]
        print(json.dumps({"sweep": str(made.path), "sort": key, "runs": rows,
                          "left": [j.run for j in made.jobs if j.run not in
                                   {r.run for r in results}]}, ensure_ascii=False))
        return
    print(f"{len(results)} of {len(jobs)} runs in {made.path}")
    for line in table(results, jobs, key):
        print(line)


def _document(made: SweepFolder, job: Job, result: Result) -> dict[str, Any]:
    return {"run": str(made.run_path(job)), "name": job.title, "values": dict(job.values),
            "state": result.state, "step": result.step,
            "steps_per_second": result.rate or None, "losses": dict(result.losses),
            "metrics": dict(result.metrics), "error": result.error or None}


def table(results: list[Result], jobs: Mapping[str, Job], key: str) -> list[str]:
    """The results as lines for people, in the order given."""
    fields = list(dict.fromkeys(path for job in jobs.values() for path in job.values))
    others = [k for k in keys_of(results) if k not in (key, *LOSSES)][:2]
    columns = [key, *others, *(k for k in LOSSES if k != key)]
    head = ["run", *fields, "state", "step", *columns]
    rows = []
    for result in results:
        values = jobs[result.run].values
        rows.append([result.run, *(_short(values.get(f)) for f in fields), result.state,
                     f"{result.step:,}", *(_short(value_of(result, k)) for k in columns)])
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    numeric = range(len(fields) + 2, len(head))
    lines = ["  ".join(cell.rjust(w) if i in numeric else cell.ljust(w)
                       for i, (cell, w) in enumerate(zip(row, widths, strict=True))).rstrip()
             for row in [head, *rows]]
    lines += [f"{r.run}: {r.error}" for r in results if r.error]
    if key in METRICS:
        metric = METRICS[key]
        floor, sd = next((floor_of(r.metrics, key) for r in results if key in r.metrics),
                         (float("nan"),) * 2)
        way = "nearer to its floor" if metric.better == "floor" else metric.better
        lines.append(f"sorted by {metric.title}: {way} is better, floor {_short(floor)} ± "
                     f"{_short(sd)}; another with --sort")
    return lines


def _short(value: Any) -> str:
    if value is None or value != value:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
