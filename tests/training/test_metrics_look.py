"""Measuring a run changes nothing of it, and says what fresh real data would score."""

import time
from math import isfinite, isnan

import numpy as np
import pytest
import tiny

from ganstudio.metrics.catalogue import compute
from ganstudio.metrics.modes import mode_report, mode_set
from ganstudio.metrics.table import METRICS
from ganstudio.training import metrics_look, metrics_space
from ganstudio.training.frames import WantMetrics
from ganstudio.training.observer import Observer

ALL = WantMetrics(tuple(METRICS))


@pytest.fixture(autouse=True)
def few_passes(monkeypatch):
    monkeypatch.setattr(metrics_look, "PASSES", 3)


def looked(want=ALL, steps=3, **parts):
    trainer = tiny.trainer(**parts)
    trainer.advance(steps)
    observer = Observer(trainer)
    return trainer, observer, observer.look(want)


def by_key(frame):
    return {v.key: v for v in frame.values}


def test_every_metric_of_a_ring_has_its_floor():
    _, _, frame = looked()
    assert frame.step == 3 and frame.complete and frame.features == ""
    assert set(by_key(frame)) == set(METRICS) - {"w1"}
    for value in frame.values:
        assert isfinite(value.floor) and value.floor_sd >= 0 and value.n > 0, value.key
    found = by_key(frame)
    assert found["modes"].floor == 8 and found["modes"].n == 2500
    assert found["high_quality"].floor == pytest.approx(0.98889, abs=0.006)
    assert found["recall"].n == 512 and found["js"].n == 1024


def test_values_are_those_of_the_generator(tmp_path):
    trainer, observer, frame = looked(WantMetrics(("modes", "high_quality", "energy", "recall")))
    slow = observer.slow.metrics
    with trainer.players.observed():
        fake = trainer.players.g(slow.latents.first(2500)).detach().double().numpy()
    modes = trainer.dataset.modes
    report = mode_report(fake, mode_set(modes.centres, modes.sigma))
    found = by_key(frame)
    assert (found["modes"].value, found["high_quality"].value) == (report.captured,
                                                                   report.high_quality)
    real = next(iter(slow._ready.values())).prepared.reference.real[:512]
    expected = compute(real, fake[:512], which=["energy", "recall"], with_floor=False)
    assert found["energy"].value == pytest.approx(expected["energy"]["value"], abs=1e-4)
    assert found["recall"].value == pytest.approx(expected["recall"]["value"], abs=0.005)


@pytest.mark.parametrize("name", ["plain", "dropout", "batch-norm-average", "digits",
                                  "spectral-average"])
def test_a_measured_run_is_the_unmeasured_run(name):
    watched, free = tiny.trainer(**tiny.ZOO[name]), tiny.trainer(**tiny.ZOO[name])
    observer, want = Observer(watched), WantMetrics(("recall", "frechet", "modes"))
    observer.watch([want])
    for _ in range(6):
        watched.advance(1)
        observer.glance(want)
        free.advance(1)
    assert tiny.same(watched.state(), free.state())


def test_the_same_step_gives_the_same_numbers_in_slices_or_at_once():
    _, observer, whole = looked()
    trainer = tiny.trainer()
    trainer.advance(3)
    other, frames, finished = Observer(trainer), [], False
    while not finished:
        frame, finished = other.glance(ALL)
        frames += [frame] if frame else []
    assert [f.complete for f in frames] == [False, True]
    assert all(isnan(v.floor) for v in frames[0].values)
    assert frames[-1].values == whole.values
    assert observer.look(ALL).values == whole.values


def test_training_is_not_held_up_while_it_is_prepared():
    trainer = tiny.trainer()
    observer, finished, most = Observer(trainer), False, 0.0
    observer.look(WantMetrics(("modes",)))  # what is imported and compiled at first use
    while not finished:
        begun = time.thread_time()
        _, finished = observer.glance(ALL)
        most = max(most, time.thread_time() - begun)
    assert most < 0.1  # 8 ms and one piece; the rest is room for a busy machine


def test_a_look_given_up_loses_nothing_that_was_prepared():
    full = sum(1 for _ in Observer(tiny.trainer()).slow.metrics.frames(ALL))
    look = Observer(tiny.trainer()).slow.metrics
    begun = look.frames(ALL)
    for _ in range(full // 2):
        next(begun)
    begun.close()
    assert sum(1 for _ in look.frames(ALL)) < 0.75 * full


def test_another_choice_of_the_same_families_prepares_nothing_anew():
    _, observer, _ = looked(WantMetrics(("recall",)))
    held = dict(observer.slow.metrics._ready)
    frame = observer.look(WantMetrics(("coverage", "energy")))
    assert observer.slow.metrics._ready == held
    assert set(by_key(frame)) == {"coverage", "energy"} and frame.complete


def test_points_on_a_line():
    _, _, frame = looked(**tiny.LINE)
    assert "w1" in by_key(frame) and "sliced_w1" not in by_key(frame)
    assert by_key(frame)["w1"].floor < 0.1 < by_key(frame)["w1"].value


@pytest.mark.parametrize(("features", "name"), [
    ("random", "random features"), ("pixels", "pixels"), ("classifier", "classifier features")])
def test_images_are_scored_in_named_features(features, name, monkeypatch):
    monkeypatch.setattr("ganstudio.metrics.features.CLASSIFIER_STEPS", 5)
    _, _, frame = looked(WantMetrics(("frechet", "recall", "modes", "js"), features),
                         **tiny.IMAGES)
    assert set(by_key(frame)) == {"frechet", "recall"}
    assert frame.name("frechet").startswith(f"Fréchet distance in {name}")
    assert by_key(frame)["frechet"].value > by_key(frame)["frechet"].floor


def test_a_persons_own_features(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "their_features.py").write_text(
        "def means(x):\n    return x.reshape(len(x), -1)[:, ::8]\n")
    _, _, frame = looked(WantMetrics(("recall",), "their_features:means"), **tiny.IMAGES)
    assert frame.features == "their_features:means"
    with pytest.raises(ValueError, match="cannot be loaded"):
        looked(WantMetrics(("recall",), "no_such_module:f"), **tiny.IMAGES)


def test_data_without_a_density_have_floors_from_their_own_rows(tmp_path):
    rows = np.random.default_rng(0).normal(size=(800, 2))
    np.savetxt(tmp_path / "points.csv", rows, delimiter=",")
    data = {"kind": "points", "path": str(tmp_path / "points.csv")}
    _, _, frame = looked(WantMetrics(("energy", "sliced_w1", "js", "memorised")), data=data)
    found = by_key(frame)
    assert set(found) == {"energy", "sliced_w1", "memorised"}
    assert found["energy"].n == 200 and 0 < found["energy"].floor < 0.4
    assert found["memorised"].floor == 0.05


@pytest.mark.parametrize(("most", "words"), [(100, "100 of 1,797"), (9999, "1,797")])
def test_the_note_says_among_how_many_training_samples_copies_were_looked_for(
        most, words, monkeypatch):
    monkeypatch.setattr(metrics_space, "MOST_TRAINING", {True: most, False: most})
    _, _, frame = looked(WantMetrics(("memorised",), "pixels"), **tiny.IMAGES)
    assert by_key(frame)["memorised"].note == f"Looked for among {words} training samples."


def test_a_generator_that_repeats_its_training_data_is_caught():
    trainer, observer, _ = looked(WantMetrics(("memorised",), "pixels"), **tiny.IMAGES)
    prepared = next(iter(observer.slow.metrics._ready.values())).prepared
    copies = prepared.extract(metrics_space._images(trainer.dataset, np.arange(1000, 1400)))
    pieces = prepared.reference.scores(copies)
    with pytest.raises(StopIteration) as end:
        while True:
            next(pieces)
    assert end.value.value["memorised"] == 1


def test_too_few_data_are_refused_in_words(tmp_path):
    np.savetxt(tmp_path / "points.csv", np.eye(2).repeat(8, 0), delimiter=",")
    data = {"kind": "points", "path": str(tmp_path / "points.csv")}
    with pytest.raises(ValueError, match="have 16 samples; metrics need at least 64"):
        looked(data=data)
    with pytest.raises(ValueError, match="none of these metrics"):
        looked(WantMetrics(("modes",)), **tiny.IMAGES)


def test_a_generator_that_has_run_away_is_a_blank_and_no_error():
    trainer, observer, _ = looked(WantMetrics(("recall",)))
    for weight in trainer.players.weights_g:
        weight.data.fill_(float("nan"))
    value = by_key(observer.look(WantMetrics(("recall",))))["recall"]
    assert isnan(value.value) and isfinite(value.floor)


def test_the_floor_is_what_a_perfect_generator_scores(monkeypatch):
    """Its samples are fresh draws, so each value lies about as far off as the floor says."""
    monkeypatch.setattr(metrics_look, "PASSES", 12)
    trainer = tiny.trainer()
    observer = Observer(trainer)
    frame = observer.look(ALL)
    ready = next(iter(observer.slow.metrics._ready.values()))
    rng = np.random.default_rng(5)
    fake = trainer.dataset.density.sample(2500, rng)
    pieces = ready.prepared.reference.scores(fake[:1024], fake)
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            scores = end.value
            break
    for value in frame.values:
        off = abs(scores[value.key] - value.floor)
        assert off < 6 * max(value.floor_sd, 1e-3), value.key
