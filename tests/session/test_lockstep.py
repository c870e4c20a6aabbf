"""Runs side by side: each bit for bit the run that it would be alone, at hardly more cost."""

import time

import numpy as np
import pytest

from ganstudio.recipe import with_value
from ganstudio.session.conductor import Conductor
from ganstudio.session.lockstep import LockstepSession, Pair
from tests import tiny


@pytest.fixture(autouse=True)
def few_passes(monkeypatch):
    monkeypatch.setattr("ganstudio.training.metrics_look.PASSES", 2)


def alone(recipe, steps, path=None):
    made = Conductor(recipe, path)
    while made.step < steps:
        made.advance(steps - made.step)
    digest = made.digest()
    made.close()
    return digest


@pytest.mark.parametrize("change", [("optimizer_d.lr", 0.01), ("loss.kind", "hinge"),
                                    ("discriminator.width", 12)])
def test_a_pair_is_the_two_runs_apart(change):
    one = tiny.recipe()
    two = with_value(one, *change)
    pair = Pair([Conductor(one, None), Conductor(two, None)])
    rows = {0: [], 1: []}
    while pair.step < 37:
        pair.advance(5, until=37, heard=lambda k, chunk: rows[k].extend(chunk.steps))
        assert len({c.step for c in pair.conductors}) == 1
    assert [c.digest() for c in pair.conductors] == [alone(one, 37), alone(two, 37)]
    assert rows[0] == rows[1] == list(range(1, 38))
    for conductor in pair.conductors:
        conductor.close()


def test_one_seed_draws_the_same_batches():
    one = tiny.recipe()
    pair = Pair([Conductor(one, None), Conductor(with_value(one, "optimizer_g.lr", 0.05), None)])
    values = {0: [], 1: []}
    pair.advance(1, heard=lambda k, chunk: values[k].append(chunk.values[:, 0]))
    assert np.array_equal(values[0], values[1])  # D's first loss knows nothing of G's rate yet
    for conductor in pair.conductors:
        conductor.close()


def test_the_one_behind_is_brought_up_first_and_a_failure_stops_one_alone():
    calm = tiny.recipe(optimizer_d={"kind": "sgd"}, optimizer_g={"kind": "sgd"},
                       loss={"kind": "least_squares"})
    wild = with_value(with_value(calm, "optimizer_d.lr", 10.0), "optimizer_g.lr", 10.0)
    first, second = Conductor(calm, None), Conductor(wild, None)
    first.advance(4)
    ahead = first.step
    pair = Pair([first, second])
    pair.advance(1)
    assert first.step == ahead and second.step == 1
    for _ in range(200):
        pair.advance(5, until=200)
    assert set(pair.failed) == {1} and "loss" in pair.failed[1]
    assert first.step == 200
    first.close(), second.close()


def folders(tmp_path, steps=6):
    paths = [tmp_path / "a.run", tmp_path / "b.run"]
    for path, batch in zip(paths, (8, 16), strict=True):
        alone(tiny.recipe(batch=batch), steps, path)
    return paths


def finished(session, states=("paused", "failed", "closed")):
    news = []
    until = time.monotonic() + 60
    while time.monotonic() < until:
        news.append(session.poll())
        if news[-1].state in states:
            return news
        time.sleep(0.005)
    raise AssertionError("it never came to rest")


def test_a_session_trains_folders_from_where_they_stand(tmp_path):
    paths = folders(tmp_path)
    session = LockstepSession(paths)
    session.start(until=70)
    news = finished(session)
    assert session.close(30)
    assert news[-1].state == "paused"
    for k in (0, 1):
        steps = [s for one in news for chunk in one.sides[k].scalars for s in chunk.steps]
        assert steps == list(range(7, 71)) and news[-1].sides[k].step == 70
        assert any(one.sides[k].frame is not None for one in news)
        assert [m.step for one in news for m in one.sides[k].metrics] == [64]
    for path, batch in zip(paths, (8, 16), strict=True):
        there = Conductor(None, path, read_only=True)
        assert there.digest() == alone(tiny.recipe(batch=batch), 70)
        there.close()


def test_a_run_that_is_open_elsewhere_is_one_sentence_and_nothing_stays_locked(tmp_path):
    paths = folders(tmp_path)
    held = Conductor(None, paths[1], owner="somebody else")
    session = LockstepSession(paths)
    session.start()
    news = finished(session)
    assert news[-1].state == "failed" and "somebody else" in news[-1].error
    assert session.close(30)
    held.close()
    Conductor(None, paths[0]).close()


@pytest.mark.bench
def test_a_pair_costs_no_more_than_the_two_runs_apart():
    """Rounds of both ways in turn; the median of their ratios."""
    recipes = [tiny.recipe(generator={"width": 64}, discriminator={"width": 64}, batch=128),
               tiny.recipe(generator={"width": 64}, discriminator={"width": 64}, batch=128,
                           optimizer_d={"lr": 0.01})]
    made = [Conductor(r, None) for r in recipes for _ in range(2)]
    apart, pair = made[::2], Pair(made[1::2])
    ratios = []
    for round_ in range(9):
        begun = time.perf_counter()
        for conductor in apart:
            target = conductor.step + 300
            while conductor.step < target:
                conductor.advance(min(64, target - conductor.step))
        middle = time.perf_counter()
        target = pair.step + 300
        while pair.step < target:
            pair.advance(until=target)
        if round_:
            ratios.append((time.perf_counter() - middle) / (middle - begun))
    for conductor in made:
        conductor.close()
    print(f"a pair costs {np.median(ratios):.3f} of the two runs apart")
    assert np.median(ratios) < 1.05
