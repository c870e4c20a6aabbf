"""Looking stays cheap, whatever it costs, and nobody is forgotten."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.training.budget import ProbeBudget

costs = st.dictionaries(st.sampled_from("abcdefg"), st.floats(1e-5, 0.2), min_size=1, max_size=6)


def simulate(budget, costs, seconds, step=0.004, now=100.0):
    """Train in chunks of ``step`` seconds, look whenever something is due; who looked when."""
    looks, trained = [], 0.0
    end = now + seconds
    while now < end:
        now += step
        trained += step
        budget.trained(step)
        while (key := budget.due(now, dict.fromkeys(costs, True))) is not None:
            now += costs[key]
            budget.looked(key, now, costs[key])
            looks.append((key, now))
    return looks, trained


@given(costs, st.floats(0.02, 0.5), st.floats(0.5, 8.0))
def test_looking_takes_no_more_than_its_share(costs, share, seconds):
    budget = ProbeBudget(share=share)
    budget.watch(costs, costs)
    looks, trained = simulate(budget, costs, seconds)
    spent = sum(costs[key] for key, _ in looks)
    # The first look at each was asked for; after that at most one look goes beyond.
    debt = sum(costs.values()) + max(costs.values())
    assert spent <= share * trained + budget.purse + debt + 1e-9


def test_over_a_long_time_the_share_is_used_and_kept():
    costs = {"a": 0.001, "b": 0.004, "c": 0.02}
    budget = ProbeBudget(share=0.1)
    budget.watch(costs, costs)
    looks, trained = simulate(budget, costs, 60)
    assert sum(costs[k] for k, _ in looks) / trained == pytest.approx(0.1, rel=0.1)


@given(costs)
def test_nobody_starves(costs):
    budget = ProbeBudget(share=0.1)
    budget.watch(costs, costs)
    # Even if all were as dear as the dearest, this would be time for a few rounds.
    seconds = 5 * len(costs) * max(costs.values()) / 0.1 + 5
    looks, _ = simulate(budget, costs, seconds, step=0.02)
    seen = [key for key, _ in looks]
    assert all(seen.count(key) >= 3 for key in costs)


def test_the_dear_come_more_rarely():
    costs = {"cheap": 0.002, "dear": 0.05}
    budget = ProbeBudget(share=0.05)
    budget.watch(costs, costs)
    looks, _ = simulate(budget, costs, 60)
    seen = [key for key, _ in looks]
    assert seen.count("cheap") == pytest.approx(25 * seen.count("dear"), rel=0.1)


def test_who_has_more_weight_gets_more_of_the_time():
    costs = {"picture": 0.002, "number": 0.002}
    budget = ProbeBudget(share=0.05)
    budget.watch(costs, costs, {"picture": 3.0})
    looks, _ = simulate(budget, costs, 60)
    seen = [key for key, _ in looks]
    assert seen.count("picture") == pytest.approx(3 * seen.count("number"), rel=0.05)


def slices(budget, long, seconds, others=("quick",), step=0.004, now=100.0):
    """As ``simulate`` with one look of ``long`` seconds in slices of 8 ms; when it was whole."""
    whole, left, looking, end = [], long, 0.0, now + seconds
    while now < end:
        now += step
        budget.trained(step)
        while (key := budget.due(now, {})) is not None:
            cost = 0.002 if key in others else min(0.008, left)
            now, looking = now + cost, looking + cost
            if key in others:
                budget.looked(key, now, cost)
                continue
            left -= cost
            budget.looked(key, now, cost, finished=left <= 1e-9)
            if left <= 1e-9:
                whole.append(now)
                left = long
    return whole, looking / seconds


def test_the_first_whole_picture_of_a_long_look_does_not_keep_anybody_waiting():
    """2 s of looking beside four others: within half a minute; after that it is one of many."""
    budget, others = ProbeBudget(), ("a", "b", "c", "d")
    budget.watch(["long", *others], ["long", *others], dict.fromkeys(others, 3.0) | {"long": 3.0})
    whole, _ = slices(budget, 2.0, 40.0, others)
    assert len(whole) == 1 and whole[0] - 100.0 < 30.0
    _, share = slices(budget, 2.0, 60.0, others, now=140.0)
    assert share == pytest.approx(budget.share, rel=0.15)
    budget.watch(["long", *others], ["long"])  # asked for anew: another plane, say
    whole, share = slices(budget, 2.0, 40.0, others, now=200.0)
    assert whole and whole[0] - 200.0 < 30.0 and share < budget.opening


def test_a_long_look_that_is_no_longer_wanted_is_not_awaited():
    budget = ProbeBudget()
    budget.watch(["long", "quick"], ["long", "quick"])
    slices(budget, 2.0, 1.0)
    budget.watch(["quick"], [])
    _, share = slices(budget, 2.0, 60.0)
    assert share == pytest.approx(budget.share, rel=0.1)


def test_one_who_could_not_be_served_does_not_make_up_for_it():
    budget = ProbeBudget(share=1.0)
    budget.watch("ab", "ab")
    looks = []
    for step, taken in enumerate([False] * 200 + [True] * 20):
        budget.rested(0.1)
        key = budget.due(0.1 * step, {"a": taken, "b": True})
        looks.append(key)
        budget.looked(key, 0.1 * step, 0.01)
    assert set(looks[:200]) == {"b"}
    assert 9 <= looks[200:].count("a") <= 11


def test_what_has_just_been_asked_for_comes_first_and_on_credit():
    budget = ProbeBudget()
    budget.watch(["old"], ["old"])
    budget.looked("old", 1.0, 5.0)  # deep in debt
    assert budget.credit < 0 and budget.due(99.0, {"old": True}) is None
    budget.watch(["old", "new"], ["new"])
    assert budget.due(99.0, {"old": True, "new": True}) == "new"
    budget.looked("new", 99.0, 0.1)
    assert budget.due(100.0, {"old": True, "new": True}) is None
    budget.all_stale()
    assert budget.due(100.0, {"old": True, "new": False}) == "old"


def test_what_was_asked_for_leaves_little_debt_and_other_looks_all_of_theirs():
    budget = ProbeBudget(share=0.1)
    budget.watch("ab", "ab")
    budget.looked("a", 1.0, 5.0)
    budget.looked("b", 1.0, 5.0)
    assert budget.credit == -budget.purse
    budget.looked("a", 2.0, 5.0)  # by its turn
    assert budget.credit == pytest.approx(-budget.purse - 5.0)
    budget.all_stale()
    budget.looked("b", 3.0, 5.0)
    assert budget.credit == pytest.approx(-budget.purse - 5.0)


def test_a_frame_that_nobody_has_taken_is_not_made_again():
    budget = ProbeBudget()
    budget.watch("a", "a")
    assert budget.due(1.0, {"a": False}) is None
    assert budget.due(1.0, {}) == "a"


def test_a_changed_want_is_due_again_and_an_unchanged_one_is_not():
    budget = ProbeBudget()
    budget.watch("ab", "ab")
    for key in "ab":
        budget.looked(key, 1.0, 0.001)
    budget.watch("ab", "b")
    assert budget.due(1.001, {}) == "b"
    budget.looked("b", 1.001, 0.001)
    assert budget.due(1.002, {}) is None  # nobody could see it so soon
    assert budget.due(1.002 + 1, {}) is not None


def test_what_is_no_longer_wanted_is_forgotten():
    budget = ProbeBudget()
    budget.watch("ab", "ab")
    budget.watch("b", "")
    assert set(budget.costs) == {"b"}
    budget.looked("a", 1.0, 0.01)  # a look that was under way: paid, not booked
    assert budget.credit == pytest.approx(budget.purse - 0.01)
    budget.watch((), ())
    assert budget.due(5.0, {}) is None


def test_credit_does_not_pile_up():
    budget = ProbeBudget()
    budget.trained(1000)
    assert budget.credit == budget.purse
    budget.looked("x", 0.0, 1.0)
    budget.rested(0.5)
    assert budget.credit == pytest.approx(budget.purse - 0.5)
    budget.rested(100)
    assert budget.credit == budget.purse


def test_no_more_often_than_the_eye_sees():
    costs = dict.fromkeys("abc", 1e-5)
    budget = ProbeBudget()
    budget.watch(costs, costs)
    looks, _ = simulate(budget, costs, 10, step=random.Random(0).uniform(0.001, 0.002))
    assert max(sum(key == k for key, _ in looks) for k in costs) <= 10 / budget.shortest + 1
