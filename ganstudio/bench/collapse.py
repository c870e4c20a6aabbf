"""Mode collapse as the literature measures it: a plain GAN against PacGAN2, on ring and grid.

Data, networks and the rule of counting are those of Lin et al. 2018, table 1 (there 400 epochs of
1,000 steps by Adam at a rate of 1e-4 and β₁ .8, ten runs): that is ``full``. The default has a few
minutes a run, so its rate begins ten times as high and falls exponentially to a hundredth. At that
rate β₁ .8 did not settle (under 5 % of high quality after 4,000 steps); .5 does. The two rows of a
set differ in the pack alone.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from statistics import fmean

from ganstudio.metrics.modes import standard_error, true_high_quality
from ganstudio.recipe import Recipe, with_value
from ganstudio.recipe.data import Grid, Ring
from ganstudio.recipe.game import Optimizer
from ganstudio.recipe.presets.published import pac_recipe

SAMPLES = 2500
SHORT_STEPS, SHORT_SEEDS = 12_000, 2
SHORT_RATE, SHORT_FINAL, SHORT_BETA1 = 1e-3, 0.01, 0.5
FULL_STEPS, FULL_SEEDS = 400_000, 10

PUBLISHED = {
    ("ring", 1): (6.3, 0.5, 98.2), ("ring", 2): (7.9, 0.1, 95.6),
    ("grid", 1): (17.3, 0.8, 94.8), ("grid", 2): (23.8, 0.7, 91.3),
}
"""Modes, their standard error, and the high-quality share in %, by set and pack."""


@dataclass(frozen=True, slots=True)
class Job:
    """One training run of the table."""

    data: str
    pack: int
    seed: int
    steps: int
    full: bool

    def recipe(self) -> Recipe:
        """The published networks with this seed; the published rates too if ``full``."""
        made = pac_recipe(self.pack, Ring() if self.data == "ring" else Grid())
        made = with_value(with_value(made, "seed", self.seed), "machine.threads", 1)
        if self.full:
            return made
        adam = Optimizer(lr=SHORT_RATE, beta1=SHORT_BETA1, schedule="exponential",
                         steps=self.steps, final=SHORT_FINAL)
        return made.model_copy(update={"optimizer_d": adam, "optimizer_g": adam})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: means over seeds with their standard errors."""

    data: str
    pack: int
    seeds: int
    modes: float
    modes_se: float
    high_quality: float
    high_quality_se: float

    @property
    def title(self) -> str:
        """As the paper calls it."""
        return "GAN" if self.pack == 1 else f"PacGAN{self.pack}"

    def line(self) -> str:
        """As text, beside the published row."""
        modes, error, quality = PUBLISHED[self.data, self.pack]
        return (f"  {self.data:<5} {self.title:<8} {self.modes:5.1f} ± {self.modes_se:3.1f} modes"
                f"  {100 * self.high_quality:5.1f} ± {100 * self.high_quality_se:3.1f} %"
                f"   published {modes:4.1f} ± {error:.1f}, {quality:.1f} %")


def run(job: Job) -> tuple[int, float]:
    """Train, and count modes captured and the share of high quality among 2,500 samples."""
    import torch

    from ganstudio.data.catalogue import load_dataset
    from ganstudio.metrics.modes import mode_report, mode_set
    from ganstudio.training.machine import prepare_thread
    from ganstudio.training.trainer import Trainer
    prepare_thread(1)
    recipe = job.recipe()
    dataset = load_dataset(recipe.data, recipe.seed)
    assert dataset.modes is not None
    trainer = Trainer(recipe, dataset)
    trainer.advance(job.steps)
    generator = trainer.players.g.eval()
    with torch.no_grad():
        noise = trainer.latent.draw(SAMPLES, torch.Generator().manual_seed(job.seed))
        samples = generator(noise).numpy()
    report = mode_report(samples, mode_set(dataset.modes.centres, dataset.modes.sigma))
    return report.captured, report.high_quality


def rows(jobs: list[Job], workers: int = 0) -> Iterator[Row]:
    """Run all jobs, as many at once as there are cores, and yield each line when it is whole."""
    found: dict[tuple[str, int], list[tuple[int, float]]] = {}
    wanted: dict[tuple[str, int], int] = {}
    for job in jobs:
        wanted[job.data, job.pack] = wanted.get((job.data, job.pack), 0) + 1
    # Spawned, since a fork of a process that holds torch's threads may hang.
    with ProcessPoolExecutor(workers or os.cpu_count() or 1, get_context("spawn")) as pool:
        futures = {pool.submit(run, job): job for job in jobs}
        for done, future in enumerate(as_completed(futures), 1):
            job = futures[future]
            print(f"bench: collapse, run {done} of {len(jobs)}", file=sys.stderr, flush=True)
            results = found.setdefault((job.data, job.pack), [])
            results.append(future.result())
            if len(results) == wanted[job.data, job.pack]:
                yield summary(job.data, job.pack, results)


def summary(data: str, pack: int, results: list[tuple[int, float]]) -> Row:
    """Means and standard errors over seeds (an error of NaN where there is one seed)."""
    modes, quality = zip(*results, strict=True)
    return Row(data, pack, len(results), fmean(modes), _error(modes), fmean(quality),
               _error(quality))


def _error(values: Sequence[float]) -> float:
    return standard_error(values) if len(values) > 1 else math.nan


def collapse(seeds: int, steps: int, *, full: bool, as_json: bool) -> None:
    """Print the table; ``steps`` of 0 is the short or the full length."""
    steps = steps or (FULL_STEPS if full else SHORT_STEPS)
    seeds = seeds or (FULL_SEEDS if full else SHORT_SEEDS)
    jobs = [Job(data, pack, seed, steps, full)
            for data in ("grid", "ring") for pack in (1, 2) for seed in range(seeds)]
    truth = true_high_quality(2)
    if not as_json:
        deviation = math.sqrt(truth * (1 - truth) / SAMPLES)
        rates = "published rates" if full else f"rates from {SHORT_RATE:g} to a hundredth"
        print(f"collapse: {seeds} seeds, {steps:,} steps of 100 packs, {rates}; {SAMPLES} samples\n"
              f"  true data: every mode, {100 * truth:.1f} ± {100 * deviation:.1f} %")
    table = []
    for row in rows(jobs):
        table.append({**asdict(row), "published": PUBLISHED[row.data, row.pack]})
        if not as_json:
            print(row.line(), flush=True)
    if as_json:
        print(json.dumps({"steps": steps, "full": full, "samples": SAMPLES,
                          "true_high_quality": truth, "rows": table}))
