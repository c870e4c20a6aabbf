"""Theory beside practice, from made-up frames."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest
from PySide6.QtCore import Qt

from ganstudio.session.messages import RevertD, State, TrainD
from ganstudio.studio.docks.dynamics_theory import TheoryPage
from ganstudio.studio.docks.plotting_paint import ramp
from ganstudio.studio.theme import LIGHT
from ganstudio.training.field_frames import TheoryFrame, WantTheory
from tests.studio.docks.made import IMAGES, LINE, POINTS, event, f32, near, picture, update


def frame(flat: bool = True, output: str = "probability", jsd: float = 0.2,
          w1: float = float("nan")) -> TheoryFrame:
    if flat:
        x = np.linspace(-2, 2, 240)
        p, q = np.exp(-x**2), np.exp(-(x - 1)**2)
        star, d = p / (p + q), np.full(240, 0.5)
    else:
        x = np.empty(0)
        p = q = np.ones((8, 8))
        star, d = np.tile(np.linspace(0, 1, 8), (8, 1)), np.full((8, 8), 0.5)
    return TheoryFrame(50, (-2.0, 2.0, -2.0, 2.0), f32(x), f32(p), f32(q), f32(star), f32(d),
                       f32(d - star), output, jsd, 2 * jsd - log(4), 1.3, log(4) - 2 * jsd,
                       log(2) - 0.65, w1, 0.3, 1.5, 1.0, 0.98, False, 0.05, 0.1,
                       rest=None if output == "critic" else 0.5)


@pytest.fixture
def page(show):
    made = TheoryPage()
    made.set_theme(LIGHT)
    show(made, 760, 620)
    return made


def test_only_points_are_asked_about(page):
    assert page.wants() == {}
    page.begin(IMAGES)
    assert page.wants() == {} and "1-D or 2-D data" in page.line.message
    page.begin(LINE)
    assert page.wants() == {"theory": WantTheory()}


def test_one_dimension(page):
    page.begin(LINE)
    page.receive(update(), {"theory": frame()})
    plot, seen = page.line, frame()
    image = picture(plot)
    for k in (60, 120, 180):
        at = float(plot.to_x(seen.x[k])), float(plot.to_y(seen.d_star[k]))
        assert near(image, *at, LIGHT.text, 2, 60)
    hits = [near(image, float(plot.to_x(x)), float(plot.to_y(0.5)), LIGHT.accent, 1, 60)
            for x in np.linspace(-1.8, -0.6, 30)]
    assert any(hits), "the learned D is dashed at one half"
    assert page.headline.full == "JSD 0.2000: D proves 22 % of it"
    assert "kernel estimate, bandwidth 0.05" in page.detail.full


def test_figures_stand_beside_their_equilibrium_values(page):
    page.begin(LINE)
    page.receive(update(), {"theory": frame(w1=0.8)})
    said = {key: (cells[1].text(), cells[2].text()) for key, cells in page.cells.items()}
    assert said["jsd"] == ("0.2000", "at equilibrium 0")
    assert said["v_star"] == ("−0.9863", "at equilibrium −log 4")
    assert said["loss_d"] == ("1.3000", "at equilibrium log 4")
    assert said["w1"][0] == "0.8000" and said["lipschitz"] == ("1.5000", "")
    page.receive(update(), {"theory": frame()})
    assert page.cells["w1"][1].text() == "–"


def test_two_dimensions(page):
    page.begin(POINTS)
    page.receive(update(), {"theory": frame(flat=False)})
    assert page.stack.currentWidget().isAncestorOf(page.star)
    plot = page.star
    image = picture(plot)
    left = float(plot.to_x(-1.8)), float(plot.to_y(0.0))
    right = float(plot.to_x(1.8)), float(plot.to_y(0.0))
    ends = [f"#{colour & 0xffffff:06x}" for colour in ramp(LIGHT, vivid=True)[[0, -1]].tolist()]
    assert near(image, *left, ends[0], 2) and near(image, *right, ends[1], 2)
    assert page.heat_gap.range[0] == -page.heat_gap.range[1]


def test_a_critic_is_read_by_distances(page):
    page.begin(LINE)
    page.receive(update(), {"theory": frame(output="critic", jsd=float("nan"), w1=0.8)})
    assert page.headline.full == "W1 0.8000, the critic sees 0.3000"


def test_a_distance_of_samples_stands_beside_their_number_and_floor(page):
    page.begin(POINTS)
    made = replace(frame(False, "critic", float("nan"), 0.8), w1_count=256, w1_floor=0.1,
                   w1_floor_sd=0.02)
    page.receive(update(), {"theory": made})
    assert [cell.text() for cell in page.cells["w1"]] == [
        "W1 of 256 samples", "0.8000", "noise floor 0.1000 ± 0.0200"]
    assert page.headline.full == "W1 0.8000 (floor 0.1000), the critic sees 0.3000"
    page.begin(LINE)
    page.receive(update(), {"theory": frame(w1=0.8)})
    assert [cell.text() for cell in page.cells["w1"]] == ["W1", "0.8000", "at equilibrium 0"]


def test_a_blank_optimum_is_said_once_and_leaves_its_room(page):
    page.begin(POINTS)
    page.receive(update(), {"theory": replace(frame(False, "critic"), blank="Not shown: so it is")})
    assert page.star.message == "Not shown: so it is." and page.heat_gap.isHidden()
    assert page.pictures() == (page.star, page.learned)
    page.receive(update(), {"theory": frame(False)})
    assert page.pictures() == (page.star, page.learned, page.heat_gap)


def test_what_cannot_be_known_is_said(page):
    page.begin(POINTS)
    page.receive(update(events=[event(
        "note", 1, "dynamics.theory cannot be shown: the density is not known")]), {})
    assert page.star.message == "The density is not known"


def test_d_is_trained_only_while_paused(page):
    page.begin(LINE)
    page.receive(update(state=State.RUNNING), {})
    assert not page.train.isEnabled()
    assert not page.keep.isVisible() and not page.revert.isVisible()


def test_d_is_trained_then_kept_or_taken_back(page, qtbot):
    page.begin(LINE)
    page.receive(update(state=State.PAUSED), {})
    page.steps.setValue(300)
    with qtbot.waitSignal(page.command) as sent:
        qtbot.mouseClick(page.train, Qt.MouseButton.LeftButton)
    assert sent.args == [TrainD(300)] and not page.train.isEnabled()
    page.receive(update(events=[event("running")], state=State.RUNNING), {})
    page.receive(update(events=[event(
        "trained_d", 5, steps=300, before={"minimax": 0.5, "non_saturating": 0.4},
        after={"minimax": 0.005, "non_saturating": 0.5})], state=State.PAUSED), {})
    assert page.keep.isVisible() and page.revert.isVisible()
    assert "vanishes" in page.norms.text() and "holds" in page.norms.text()
    assert "300 steps" in page.norms.text()
    with qtbot.waitSignal(page.command) as sent:
        qtbot.mouseClick(page.revert, Qt.MouseButton.LeftButton)
    assert sent.args == [RevertD()] and not page.keep.isVisible()


@pytest.mark.parametrize("kind", ["kept_d", "reverted_d", "restored", "running"])
def test_the_question_goes_when_it_is_settled_elsewhere(page, kind):
    page.begin(LINE)
    page.receive(update(events=[event("trained_d", 5, steps=1, before={}, after={})]), {})
    assert page.keep.isVisible()
    page.receive(update(events=[event(kind, 6)]), {})
    assert not page.keep.isVisible()


def test_why_no_optimal_d_is_shown_is_said_in_its_place(page):
    page.begin(POINTS)
    page.receive(update(), {"theory": replace(frame(flat=False), blank="No formula gives it",
                                              jsd=float("nan"))})
    assert page.headline.full == "No formula gives it."
    assert page.star.message == page.heat_gap.message == "No formula gives it."
    assert not page.learned.message
    page.receive(update(), {"theory": frame(flat=False)})
    assert not page.star.message


def test_noise_that_d_judges_is_told(page):
    page.begin(POINTS)
    page.receive(update(), {"theory": replace(frame(flat=False), noise=0.25)})
    assert "noise of σ = 0.25" in page.detail.full
