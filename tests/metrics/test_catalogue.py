import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.metrics import catalogue
from ganstudio.metrics.catalogue import compute, floors
from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.diversity import mean_pairwise_distance
from ganstudio.metrics.frechet import frechet_distance
from ganstudio.metrics.manifold import manifold_scores
from ganstudio.metrics.mmd import energy_distance, kid, mmd2_rbf
from ganstudio.metrics.modes import mode_set
from ganstudio.metrics.table import METRICS, PROMISED, applicable, label
from ganstudio.metrics.transport import sliced_wasserstein, wasserstein_1d

from .shapes import normal, quick, ring, ring_centres

MODES = mode_set(ring_centres(), 0.01)


def test_the_keys_are_the_ones_promised():
    assert list(PROMISED) == [
        "modes", "high_quality", "reverse_kl", "frechet", "kid", "mmd_rbf", "sliced_w1",
        "sliced_w2", "w1", "energy", "precision", "recall", "density", "coverage",
        "diversity", "duplicates", "memorised"]
    assert set(applicable(1, True, True)) == set(METRICS)
    assert set(METRICS) - set(applicable(2, False, True)) == {
        "modes", "high_quality", "reverse_kl", "w1"}
    assert set(METRICS) - set(applicable(128, True, True)) == {
        "js", "kl_fake_real", "kl_real_fake", "w1"}


def test_every_metric_says_what_it_is_and_whose():
    for key, metric in METRICS.items():
        assert metric.title and metric.help.endswith(".") and metric.source[-4:].isdecimal(), key


def test_each_value_is_that_of_its_own_function():
    x, y = normal(60, 1, 0), normal(50, 1, 1, 0.5)
    found = compute(x, y, k=4, bandwidth=0.9, repeats=2)
    manifold = manifold_scores(x, y, 4)
    expected = {
        "frechet": frechet_distance(x, y), "kid": kid(x, y), "mmd_rbf": mmd2_rbf(x, y, 0.9),
        "sliced_w1": sliced_wasserstein(x, y, 1), "sliced_w2": sliced_wasserstein(x, y, 2),
        "w1": wasserstein_1d(x, y), "energy": energy_distance(x, y),
        "precision": manifold.precision, "recall": manifold.recall,
        "density": manifold.density, "coverage": manifold.coverage,
        "diversity": mean_pairwise_distance(y)}
    for key in ("duplicates", "memorised"):  # have a test of their own
        assert 0 <= found.pop(key)["value"] <= 1
    thinned = {**found.pop("diversity")}
    assert thinned["value"] == pytest.approx(expected.pop("diversity"))
    assert {key: score["value"] for key, score in found.items()} == pytest.approx(expected)
    assert all(score["n"] == 50 and score["floor_sd"] >= 0 for score in found.values())
    assert "0.9" in found["mmd_rbf"]["note"]
    assert "k = 4" in found["density"]["note"]


def test_a_collapsed_ring_stands_off_its_floor_and_a_good_one_on_it():
    real, good = ring(1500, 0), ring(1500, 1)
    bad = good[good[:, 0] > 0.5]
    at_best = compute(real, good, modes=MODES, repeats=5)
    assert at_best["modes"]["value"] == 8
    assert json.loads(json.dumps(at_best)) == at_best
    collapsed = compute(real, bad, modes=MODES, repeats=5)
    assert collapsed["modes"]["value"] == 3
    for key in collapsed:
        if key in ("high_quality", "precision", "density", "duplicates", "memorised"):
            continue  # quality is as good as ever, and nothing is copied: what is lost is variety
        far = abs(collapsed[key]["value"] - collapsed[key]["floor"])
        assert far > 5 * collapsed[key]["floor_sd"], key
        assert far > abs(at_best[key]["value"] - at_best[key]["floor"]), key


@quick
@given(st.permutations(range(30)))
def test_order_does_not_matter_to_values(order):
    x, y = normal(30, 2, 2), normal(40, 2, 3)
    first = compute(x, y, bandwidth=1.0, with_floor=False)
    second = compute(x[list(order)], y, bandwidth=1.0, with_floor=False)
    for key, score in first.items():
        assert second[key]["value"] == pytest.approx(score["value"], abs=1e-12)


def test_without_floors_they_can_be_taken_once_and_are_the_same():
    x, y = normal(80, 2, 4), normal(60, 2, 5)
    bare, full = compute(x, y, with_floor=False), compute(x, y)
    once = floors(x, 60)
    assert all(score["floor"] is None for score in bare.values())
    assert {key: score["floor"] for key, score in full.items()} == {
        key: floor.mean for key, floor in once.items()}
    assert {k: s["value"] for k, s in full.items()} == {k: s["value"] for k, s in bare.items()}


def test_which_leaves_the_rest_out():
    found = compute(normal(20, 2, 6), normal(20, 2, 7), which=["recall", "kid"], repeats=2)
    assert list(found) == ["kid", "recall"]


def test_large_sets_are_thinned_where_pairs_are_counted_and_say_so(monkeypatch):
    monkeypatch.setattr(catalogue, "MOST_PAIRED", 100)
    found = compute(normal(300, 2, 8), normal(150, 2, 9), repeats=2)
    assert found["kid"]["n"] == 100
    assert "100 reals and 100 fakes used" in found["kid"]["note"]
    assert found["frechet"]["n"] == 150 == found["duplicates"]["n"]
    assert "used" not in found["frechet"]["note"]


def test_features_are_named_and_never_called_fid():
    class Flat:
        name = "flat pixels"

        def __call__(self, images):
            return images.reshape(len(images), -1)

    images = np.random.default_rng(0).uniform(-1, 1, (30, 1, 2, 2)).astype(np.float32)
    found = compute(images, images[::-1], features=Flat(), repeats=2)
    assert all("flat pixels" in score["note"] for score in found.values())
    assert label("frechet", "flat pixels") == "Fréchet distance in flat pixels"
    assert label("frechet") == "Fréchet distance"
    assert label("frechet", "x", inception=True) == "FID"
    assert label("recall", "x", inception=True) == "Recall in x"
    with pytest.raises(MetricsError, match="Modes are for points"):
        compute(images, images, features=Flat(), modes=MODES)


@pytest.mark.parametrize(("x", "y", "options", "message"), [
    (normal(9, 2, 0), normal(9, 3, 0), {}, "REAL has 2 dimensions and FAKE has 3"),
    (normal(1, 2, 0), normal(9, 2, 0), {}, "REAL has 1 point; at least 2"),
    (normal(9, 2, 0), normal(3, 2, 0), {}, "FAKE has 3 points; with k = 3"),
    (normal(9, 2, 0), np.full((9, 2), np.nan), {}, "FAKE holds NaN or infinite values in 9"),
    (normal(9, 2, 0), normal(9, 2, 0), {"k": 0}, "k is 0"),
    (normal(9, 2, 0), normal(9, 2, 0), {"bandwidth": -1.0}, "bandwidth is -1"),
    (normal(9, 2, 0), normal(9, 2, 0), {"bandwidth": float("nan")}, "bandwidth is nan"),
    (normal(9, 2, 0), normal(9, 2, 0), {"which": ["fid"]}, "no metric 'fid'"),
    (normal(9, 3, 0), normal(9, 3, 0), {"modes": MODES}, "modes have 2 dimensions and REAL has 3"),
    (normal(9, 2, 0), 1e200 * normal(9, 2, 0), {}, "overflow"),
    (np.ones((9, 2)), normal(9, 2, 0), {}, "coincide"),
    (np.zeros((9, 2, 2)), normal(9, 2, 0), {}, "shape"),
    ([["a", "b"]], normal(9, 2, 0), {}, "numbers only"),
])
def test_faults_are_one_sentence(x, y, options, message):
    with pytest.raises(MetricsError, match=message) as caught:
        compute(x, y, **options)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
