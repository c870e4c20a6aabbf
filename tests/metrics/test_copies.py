"""Diversity, near-duplicates and copies of REAL, as the command line tells them."""

import numpy as np
import pytest

from ganstudio.metrics import copies
from ganstudio.metrics.catalogue import compute
from ganstudio.metrics.diversity import duplicate_threshold, memorisation, near_duplicates

from .shapes import normal

KEYS = ("diversity", "duplicates", "memorised")


def scored(real, fake, **options):
    return compute(real, fake, which=KEYS, **{"repeats": 4, **options})


@pytest.mark.parametrize("dim", [2, 20])
def test_fresh_samples_stand_at_the_floor(dim):
    runs = [scored(normal(700, dim, s), normal(700, dim, s + 50), with_floor=False)
            for s in range(8)]
    floor = scored(normal(700, dim, 99), normal(700, dim, 98), repeats=12)
    for key in KEYS:
        mean = np.mean([run[key]["value"] for run in runs])
        assert abs(mean - floor[key]["floor"]) < 2 * floor[key]["floor_sd"], key
    assert floor["memorised"]["floor"] == pytest.approx(0.05, abs=0.02)
    assert floor["duplicates"]["floor"] == pytest.approx(0.01, abs=0.012)


@pytest.mark.parametrize("dim", [2, 20])
def test_copies_of_real_are_found_wherever_in_it_they_come_from(dim, monkeypatch):
    monkeypatch.setattr(copies, "MOST", 200)
    real = normal(3000, dim, 0)
    fake = np.concatenate([real[1000:1100] + 1e-9, normal(100, dim, 1)])
    found = scored(real, fake)["memorised"]
    assert found["value"] == pytest.approx(0.525, abs=0.04) and found["n"] == 200
    assert "REAL is taken for what was trained on" in found["note"]
    assert scored(real, real[:500])["memorised"]["value"] == 1


def test_repeats_are_duplicates_and_a_collapse_has_no_diversity():
    real, one = normal(400, 2, 2), normal(4, 2, 3)
    repeats = scored(real, np.tile(one, (100, 1)))
    assert repeats["duplicates"]["value"] == 1
    collapsed = scored(real, np.tile(one[:1], (100, 1)))
    assert collapsed["diversity"]["value"] == 0 < collapsed["diversity"]["floor"]


def test_the_functions_of_single_metrics_agree():
    real, fake = normal(300, 3, 4), normal(300, 3, 5)
    found = scored(real, fake, with_floor=False)
    share = near_duplicates(fake, duplicate_threshold(real)).share
    assert found["duplicates"]["value"] == pytest.approx(share)
    # held-out reals put the threshold where reals among themselves put it, but for noise
    told = [memorisation(fake, real, normal(300, 3, s)).share for s in range(30, 50)]
    assert found["memorised"]["value"] == pytest.approx(np.mean(told), abs=0.03)


def test_reals_that_coincide_leave_copies_out():
    real = np.tile(normal(20, 2, 6), (5, 1))
    found = scored(real, normal(60, 2, 7))
    assert set(found) == {"diversity", "duplicates"}
    assert found["duplicates"]["floor"] > 0.5  # reals repeat themselves as well
