"""Which states stay: the newest, those at marks, and fewer and fewer further back."""

import math
from itertools import pairwise

import pytest
import tiny
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.runs.snapshots import NEWEST, Snapshot, Snapshots, retained

STEPS = st.dictionaries(st.integers(0, 10**9), st.integers(1, 100), max_size=40)


@given(STEPS, st.integers(0, 2500), st.integers(1, 50), st.data())
def test_what_stays_is_within_the_budget_with_the_newest_and_the_marks(sizes, budget, most, data):
    marks = set(data.draw(st.lists(st.sampled_from(sorted(sizes) or [0]), max_size=10)))
    kept = retained(sizes, marks, budget, most)
    steps = sorted(sizes)
    assert kept <= set(sizes)
    assert set(steps[-NEWEST:]) <= kept
    over = sum(sizes[s] for s in kept) > budget or len(kept) > most
    assert not over or kept == set(steps[-NEWEST:])
    lost = marks & set(sizes) - kept
    assert not lost or kept <= marks | set(steps[-NEWEST:])
    assert retained({s: sizes[s] for s in kept}, marks, budget, most) == kept


@given(STEPS, st.integers(0, 2500))
def test_nothing_goes_that_need_not(sizes, budget):
    kept = retained(sizes, (), budget)
    dropped = sorted(set(sizes) - kept)
    if sum(sizes.values()) <= budget:
        assert not dropped
    elif dropped:  # the last one to go was one too many
        assert sum(sizes[s] for s in kept) + max(sizes[s] for s in dropped) > budget


@pytest.mark.parametrize("most", [12, 24, 48])
def test_the_gaps_grow_with_the_age(most):
    """As a run goes on for long, a kept state ``a`` steps back stands about a·c apart."""
    kept: set[int] = set()
    for step in range(1, 4001):
        kept = retained(dict.fromkeys({*kept, step}, 1), (), 10**9, most)
    steps = [0, *sorted(kept)]
    assert len(steps) == most + 1
    share = 6 * math.log(4000) / most  # even ratios would give log(4000)/most
    for before, after in pairwise(steps):
        assert after - before <= max(2, share * (4000 - before)), (before, after)
    assert steps[-1] - steps[-3] <= 4


def snapshot(step):
    trainer = tiny.trainer()
    state = trainer.state()
    state.values["step"] = step
    return Snapshot(state, trainer.recipe)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_order_of_the_data_is_counted_once_for_all_states_of_an_epoch(elsewhere, monkeypatch):
    trainer = tiny.trainer()
    if elsewhere:  # as from a GPU: main memory gets a copy of whatever it is asked for
        move = torch.Tensor.to
        monkeypatch.setattr(torch.Tensor, "to", lambda tensor, *to, **how: tensor.clone()
                            if to == ("cpu",) else move(tensor, *to, **how))
    kept = Snapshots()
    for _ in range(3):
        trainer.advance(1)
        kept.add("", Snapshot(trainer.state(), trainer.recipe))
    first, second, _ = (kept.get("", step) for step in (1, 2, 3))
    order = first.state.tensors["batches.order"]
    assert second.state.tensors["batches.order"].data_ptr() == order.data_ptr()
    whole = order.numel() * order.element_size()
    assert kept.nbytes == 3 * (first.nbytes - whole) + whole
    before = order.clone()
    assert first.state.tensors["batches.order"].equal(trainer.state().tensors["batches.order"])
    while trainer.epoch <= 1:
        trainer.advance(1)
    assert order.equal(before)  # another epoch has an order of its own
    kept.add("", Snapshot(trainer.state(), trainer.recipe))
    assert kept.nbytes == 4 * (first.nbytes - whole) + 2 * whole
    kept.cut_after("", 0)
    assert kept.nbytes == 0


def test_memory_is_kept_within_the_budget_over_all_branches():
    one = snapshot(0).nbytes
    kept = Snapshots(6 * one)
    for step in range(10):
        kept.add("", snapshot(step))
    assert len(kept.steps("")) == 6 and kept.steps("")[-2:] == [8, 9]
    assert kept.nbytes == 6 * one
    for step in range(10, 16):
        kept.add("b", snapshot(step), {10})
    assert kept.steps("b") == [10, 14, 15]
    kept.budget = 4 * one
    kept.thin("")
    assert kept.steps("") == [8, 9]
    assert kept.get("b", 14).step == 14 and kept.get("b", 9) is None
    kept.cut_after("b", 14)
    assert kept.steps("b") == [10, 14]
    kept.drop("b")
    assert kept.steps("b") == [] and kept.nbytes == 2 * one


def test_a_state_at_the_same_step_takes_the_place_of_the_older():
    kept = Snapshots()
    kept.add("", snapshot(3))
    newer = snapshot(3)
    kept.add("", newer)
    assert kept.steps("") == [3] and kept.nbytes == newer.nbytes
