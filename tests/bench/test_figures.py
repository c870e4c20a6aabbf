"""Figures: medians, goals, and loops timed in turn."""

from __future__ import annotations

import json
import math

import pytest

from ganstudio.bench.figures import Spread, at_least, at_most, interleaved
from ganstudio.cli import main


def test_spread_is_the_median_with_its_extremes() -> None:
    spread = Spread.of([3.0, 1.0, 2.0, 10.0, 2.5])
    assert (spread.median, spread.low, spread.high) == (2.5, 1.0, 10.0)


def test_spread_of_nothing_is_not_a_number() -> None:
    assert math.isnan(Spread.of([]).median)


@pytest.mark.parametrize(("values", "goal", "holds"), [
    ([1.1, 1.3, 1.2], 1.2, True), ([1.1, 1.19, 1.3], 1.2, False), ([1.0], None, None)])
def test_a_figure_holds_when_its_median_reaches_the_goal(values, goal, holds) -> None:
    figure = at_least("key", "title", values, goal)
    assert figure.holds is holds
    assert ("MISSED" in figure.line()) is (holds is False)


def test_a_ceiling_holds_at_its_own_value() -> None:
    assert at_most("key", "title", [33.0], 33.0).holds is True
    assert at_most("key", "title", [33.1], 33.0).holds is False


def test_loops_are_timed_in_turn_and_equally_often() -> None:
    calls: list[str] = []
    rates = interleaved({"a": lambda n: calls.append("a"), "b": lambda n: calls.append("b")},
                        rounds=4, seconds=0.0)
    assert [len(rates[name]) for name in ("a", "b")] == [4, 4]
    timed = calls[2:]  # the first call of each warms it up
    assert timed == ["a", "b", "b", "a", "a", "b", "b", "a"]


def test_an_unknown_part_is_refused_with_the_known_ones(capsys) -> None:
    assert main(["bench", "nonsense"]) == 2
    err = capsys.readouterr().err
    assert "nonsense" in err and "headless" in err and "memory" in err


@pytest.mark.bench
def test_headless_bench_prints_one_document(capsys) -> None:
    assert main(["bench", "headless", "--rounds", "1", "--seconds", "0.05", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    keys = {figure["key"] for figure in document["figures"]}
    assert {"headless_mlp_256", "headless_mlp_64", "headless_dcgan"} <= keys
    assert all(figure["median"] > 0 for figure in document["figures"])
