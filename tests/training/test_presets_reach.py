"""Each stabiliser trains the ring within the budget that its preset states."""

import pytest
import torch

from ganstudio.data.catalogue import load_dataset
from ganstudio.metrics.modes import mode_report, mode_set
from ganstudio.recipe import PRESETS, preset, with_value
from ganstudio.training.trainer import Trainer

SAMPLES = 2500
STEADIED = [name for name, p in PRESETS.items() if p.group == "stabilised"]


def test_every_one_states_its_budget():
    assert STEADIED and all(PRESETS[name].steps > 0 for name in STEADIED)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", STEADIED)
def test_at_least_seven_modes_and_over_four_fifths_of_high_quality(name: str, seed: int):
    recipe = with_value(with_value(preset(name), "seed", seed), "machine.threads", 1)
    dataset = load_dataset(recipe.data, seed)
    trainer = Trainer(recipe, dataset)
    trainer.advance(PRESETS[name].steps)
    noise = trainer.latent.draw(SAMPLES, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        samples = trainer.players.average.module(noise).numpy()
    report = mode_report(samples, mode_set(dataset.modes.centres, dataset.modes.sigma))
    print(f"{name} seed {seed}: {report.captured} modes, {report.high_quality:.3f}")
    assert report.captured >= 7 and report.high_quality > 0.8
