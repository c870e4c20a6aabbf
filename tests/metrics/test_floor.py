import numpy as np
import pytest

from ganstudio.metrics.catalogue import compute, floors
from ganstudio.metrics.floor import bootstrap_floor, split_floor
from ganstudio.metrics.modes import mode_set
from ganstudio.metrics.table import METRICS, ROOT, SHARE, Law

from .shapes import normal, ring, ring_centres

TWO_SETS = ("frechet", "kid", "mmd_rbf", "sliced_w1", "sliced_w2", "energy", "precision",
            "recall", "density", "coverage")


@pytest.mark.parametrize(("n", "m"), [(400, 400), (600, 200)])
def test_the_floor_is_what_fresh_real_data_score(n, m):
    """The whole point: over many fresh pairs of sets, mean and scatter are where the floor says."""
    options = {"bandwidth": 1.0, "which": TWO_SETS}
    fresh = [compute(normal(n, 2, s), normal(m, 2, s + 1000), with_floor=False, **options)
             for s in range(40)]
    told = [floors(normal(n, 2, s + 5000), m, repeats=8, **options) for s in range(8)]
    for key in TWO_SETS:
        values = [run[key]["value"] for run in fresh]
        mean, sd = np.mean(values), np.std(values)
        floor = np.mean([f[key].mean for f in told])
        assert abs(floor - mean) < 0.6 * sd, key
        assert np.mean([f[key].sd for f in told]) == pytest.approx(sd, rel=0.55), key


def test_floors_of_modes_are_those_of_fresh_samples():
    modes = mode_set(ring_centres(), 0.01)
    which = ("modes", "high_quality", "reverse_kl")
    told = [floors(ring(4000, s), 1000, modes=modes, which=which) for s in range(12)]
    assert np.mean([f["reverse_kl"].mean for f in told]) == pytest.approx(7 / 2000, rel=0.25)
    assert np.mean([f["high_quality"].mean for f in told]) == pytest.approx(0.98889, abs=0.0015)
    assert np.mean([f["high_quality"].sd for f in told]) == pytest.approx(0.0033, rel=0.3)
    assert {f["modes"].mean for f in told} == {8}


def test_reals_that_are_not_balanced_have_a_floor_that_says_so():
    x = ring(4000, 0)
    lopsided = x[(x[:, 0] > 0.5) | (np.arange(4000) % 4 == 0)]
    found = compute(lopsided, lopsided, modes=mode_set(ring_centres(), 0.01),
                    which=["reverse_kl"])["reverse_kl"]
    assert found["floor"] == pytest.approx(found["value"], rel=0.1)
    assert found["value"] > 0.1


def test_a_law_brings_small_parts_to_full_size():
    def score(a, b):
        return {"gap": float(np.abs(a.mean() - b.mean()))}

    x = normal(4000, 1, 1)
    small = split_floor(x, 4000, score, {"gap": ROOT}, most=200, repeats=200)["gap"]
    large = split_floor(x, 4000, score, {"gap": ROOT}, most=4000, repeats=200)["gap"]
    expected = np.sqrt(2 / np.pi) * np.sqrt(2 / 4000)
    assert small.mean == pytest.approx(expected, rel=0.2)
    assert large.mean == pytest.approx(expected, rel=0.2)
    thin = bootstrap_floor(x, 4000, score, {"gap": ROOT}, most=500, repeats=200)["gap"]
    assert thin.mean == pytest.approx(expected, rel=0.2)


def test_parts_keep_the_ratio_of_the_sets_and_do_not_overlap():
    seen = []

    def score(a, b):
        seen.append((set(a.ravel()), set(b.ravel())))
        return {"x": 0.0}

    split_floor(np.arange(90.0)[:, None], 45, score, {"x": SHARE}, repeats=3)
    assert all((len(a), len(b)) == (60, 30) and not a & b for a, b in seen)
    assert seen[0] != seen[1]


def test_too_few_reals_leave_the_floor_out():
    law = {"x": Law(0, 0)}
    assert split_floor(np.zeros((5, 1)), 5, lambda a, b: {"x": 0.0}, law, least=3) == {}
    found = compute(normal(6, 2, 0), normal(9, 2, 1), k=3)
    assert found["precision"]["floor"] is None
    assert "too small for a floor" in found["precision"]["note"]
    assert found["frechet"]["floor"] is not None


def test_floors_are_the_same_for_the_same_seed_and_for_any_choice_of_metrics():
    x = normal(200, 2, 3)
    all_of_them = floors(x, 100, bandwidth=1.0)
    assert floors(x, 100, bandwidth=1.0) == all_of_them
    assert floors(x, 100, bandwidth=1.0, seed=1) != all_of_them
    for key in ("sliced_w1", "kid", "coverage"):
        alone = floors(x, 100, bandwidth=1.0, which=[key])
        assert alone[key].mean == pytest.approx(all_of_them[key].mean)


def test_every_metric_of_the_catalogue_says_its_direction_and_law():
    for metric in METRICS.values():
        assert metric.better in ("higher", "lower", "floor")
        assert metric.help.endswith(".")


@pytest.mark.parametrize(("n", "dim"), [(500, 64), (150, 100)])
def test_frechet_of_few_points_in_many_dimensions_has_a_floor_near_the_truth(n, dim):
    scale = 1 / np.sqrt(np.arange(1, dim + 1))
    fresh = [compute(normal(n, dim, s) * scale, normal(n, dim, s + 100) * scale,
                     which=["frechet"], with_floor=False)["frechet"] for s in range(8)]
    mean = np.mean([score["value"] for score in fresh])
    floor = floors(normal(n, dim, 999) * scale, n, which=["frechet"], repeats=8)["frechet"]
    assert floor.mean == pytest.approx(mean, rel=0.2)
    assert "ten points to a dimension" in fresh[0]["note"]
