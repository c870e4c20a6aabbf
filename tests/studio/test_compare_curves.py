"""Curves of several runs over one another: drawn with their noise faint, readable together."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ganstudio.studio.compare_curves import Curve, CurvesView, averaged
from ganstudio.studio.theme import LIGHT
from tests.studio.docks.made import near, picture


def noisy(level: float, colour: str, count: int = 3000) -> Curve:
    noise = np.random.default_rng(3).normal(0, .5, count)
    return Curve(colour, colour, np.arange(1, count + 1), level + noise)


@pytest.fixture
def plot(qtbot: QtBot) -> CurvesView:
    made = CurvesView()
    qtbot.addWidget(made)
    made.set_theme(LIGHT)
    made.resize(600, 300)
    return made


def test_the_average_of_noise_is_its_level_and_each_column_has_one() -> None:
    x = np.sort(np.random.default_rng(0).uniform(0, 500, 20_000))
    y = 7 + np.random.default_rng(1).normal(0, 1, len(x))
    at, mean = averaged(x, y, 1000)
    assert len(at) == 500 and np.all(np.diff(at) > 0)
    assert np.abs(mean[100:] - 7).max() < .2
    assert mean[0] == pytest.approx(y[x < 1].mean())  # not pulled to 0 at its beginning


def test_noisy_curves_can_be_told_apart(plot: CurvesView) -> None:
    plot.show_curves([noisy(1.0, LIGHT.real), noisy(1.4, LIGHT.fake)])
    image = picture(plot)
    for level, colour in ((1.0, LIGHT.real), (1.4, LIGHT.fake)):
        x, y = float(plot.to_x(2000)), float(plot.to_y(level))
        assert any(near(image, x, y + d, colour) for d in range(-8, 9))


def test_few_values_are_drawn_as_they_are(plot: CurvesView) -> None:
    curve = noisy(1.0, LIGHT.real, 40)
    plot.show_curves([curve])
    assert plot._line(curve, plot.frame(), plot._memory())[2] is None


def test_both_plots_share_their_steps_and_the_whole_floor_is_in_sight(plot: CurvesView) -> None:
    one = Curve("one", LIGHT.real, np.array([900]), np.array([3.0]), dots=True)
    plot.show_curves([one], (1.0, .25), last=2000)
    aside = 1999 / 50  # a dot at either end is seen whole
    assert (plot.extent.x0, plot.extent.x1) == (1 - aside, 2000 + aside)
    assert plot.extent.y0 < .5 and plot.extent.y1 > 3
