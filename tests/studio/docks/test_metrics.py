"""The dock of metrics, by real clicks on made-up frames."""

from dataclasses import replace
from itertools import pairwise
from math import nan

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from ganstudio.metrics.table import METRICS
from ganstudio.recipe import build
from ganstudio.session.messages import State, Status, Update, Viewed
from ganstudio.studio.docks.metrics import LIVE, MetricsDock, kind_of, offered
from ganstudio.studio.docks.metrics_history import MOST, MetricsHistory
from ganstudio.studio.docks.metrics_plot import MetricPlot, floor_text, whole_run
from ganstudio.studio.theme import DARK, LIGHT
from ganstudio.training.metrics_frames import MetricsFrame, MetricValue
from tests.studio.docks.made import IMAGES, LINE, POINTS, event, near, picture, update

RING = replace(POINTS, knows_modes=True, knows_density=True)
LABELLED = replace(IMAGES, has_labels=True)


def frame(step, features="", **values):
    return MetricsFrame(step, tuple(
        MetricValue(key, value, 0.2, 0.05, 512, "how") for key, value in values.items()), features)


def fed(dock, *frames, **more):
    for one in frames:
        dock.receive(update(frames={LIVE: one}, **more))
    dock.redraw()


@pytest.fixture
def dock(show):
    made = show(MetricsDock())
    made.begin(RING)
    return made


def test_each_kind_of_data_begins_with_a_few_that_fit_it(dock):
    for run, first in ((RING, "modes"), (replace(LINE, knows_density=True), "js"),
                       (IMAGES, "frechet"), (POINTS, "sliced_w1")):
        dock.begin(run)
        assert len(dock.plots) == 4 and next(iter(dock.plots)) == first
        assert set(dock.wants()[LIVE].keys) == set(dock.plots) <= set(offered(run))
    assert kind_of(LABELLED) == "images"


def test_no_run_asks_for_nothing_and_says_why(dock):
    dock.begin(None)
    assert dock.wants() == {} and dock.message.isVisible()
    assert "Start a run" in dock.message.text()
    dock.begin(RING)
    assert not dock.message.isVisible() and dock.scroll_area.isVisible()
    assert dock.plots["modes"].message == "Measuring…"


def test_a_click_in_the_menu_adds_a_metric_and_another_takes_it_away(dock, qtbot):
    menu = dock.choose.menu()
    titles = {a.text(): a for a in menu.actions()}
    assert set(titles) == {METRICS[k].title for k in offered(RING)}
    menu.popup(dock.mapToGlobal(QPoint(0, 0)))
    for there in (True, False):
        with qtbot.waitSignal(dock.wants_changed):
            qtbot.mouseClick(menu, Qt.MouseButton.LeftButton,
                             pos=menu.actionGeometry(titles["Coverage"]).center())
        assert ("coverage" in dock.plots) is there
        assert ("coverage" in dock.wants()[LIVE].keys) is there
        menu.popup(dock.mapToGlobal(QPoint(0, 0)))
    menu.close()
    for key in dock.shown:
        dock.show_metric(key, False)
    assert dock.wants() == {} and "Choose a metric" in dock.message.text()


def test_a_frame_is_drawn_with_its_floor_and_read_in_figures(dock):
    fed(dock, *(frame(10 * k, modes=k / 20, high_quality=0.5) for k in range(1, 20)))
    plot = dock.plots["modes"]
    assert plot.read()[0] == 190 and plot.read()[1].value == 0.95
    assert plot.said() == "step 190: Modes captured 0.950, floor 0.20 ± 0.05"
    image, inner = picture(plot), plot.frame()
    x = float(plot.to_x(190))
    assert near(image, x, float(plot.to_y(0.95)), LIGHT.fake, 3, 60)
    band = image.pixelColor(int(inner.right()) - 20, round(float(plot.to_y(0.25)))).name()
    assert band != QColor(LIGHT.plot).name()  # one sd above the floor is within the band
    above = image.pixelColor(int(inner.right()) - 4, round(float(plot.to_y(0.57))))
    assert above.name() == QColor(LIGHT.plot).name()


def test_the_cursor_reads_every_plot_at_its_step(dock, qtbot):
    fed(dock, *(frame(10 * k, modes=k, high_quality=k / 10) for k in range(1, 11)))
    plot = dock.plots["modes"]
    at = QPoint(round(float(plot.to_x(42))), int(plot.frame().center().y()))
    qtbot.mouseMove(plot, at - QPoint(20, 0))
    qtbot.mouseMove(plot, at)
    qtbot.waitUntil(lambda: plot.cursor_step is not None and abs(plot.cursor_step - 42) < 2)
    assert plot.read() == (40, plot.values[3])
    assert dock.plots["high_quality"].read()[1].value == pytest.approx(0.4)
    dock._on_hover(None)
    assert plot.read()[0] == 100


def test_the_hover_explains_and_the_name_says_the_features(dock):
    dock.begin(LABELLED)
    fed(dock, frame(5, "random features", frechet=3.0, kid=0.1))
    plot = dock.plots["frechet"]
    assert plot.name == "Fréchet distance in random features"
    told = plot.explanation()
    assert "FID" not in told and "Heusel et al. 2017" in told and "512" in told
    assert "Lower is better" in told


def test_features_are_chosen_from_a_menu(dock, qtbot, monkeypatch):
    assert not dock.features_button.isVisible()
    dock.begin(IMAGES)
    assert dock.features_button.isVisible()
    titles = [a.text() for a in dock.features_button.menu().actions() if a.text()]
    assert titles == ["Random features", "Pixels", "Your own…"]
    dock.begin(LABELLED)
    actions = {a.text(): a for a in dock.features_button.menu().actions()}
    with qtbot.waitSignal(dock.wants_changed):
        actions["Classifier on the labels"].trigger()
    assert dock.wants()[LIVE].features == "classifier"
    monkeypatch.setattr("ganstudio.studio.docks.metrics.QInputDialog.getText",
                        lambda *a, **k: ("mine:net", True))
    {a.text(): a for a in dock.features_button.menu().actions()}["Your own…"].trigger()
    assert dock.wants()[LIVE].features == "mine:net"
    other = dock.save_state()
    dock.features = "random"
    dock.restore_state(other)
    assert dock.features == "random"  # code of the person's own is only run when asked for


def test_going_back_takes_the_later_points_away(dock):
    fed(dock, *(frame(10 * k, modes=k) for k in range(1, 8)))
    dock.receive(update(events=[event("restored", 40)]))
    dock.redraw()
    assert dock.plots["modes"].steps == [10, 20, 30, 40]


def test_a_run_that_was_taken_up_shows_what_was_measured_before(dock):
    past = tuple(frame(k, modes=k) for k in (1, 2, 3))
    dock.receive(Update(Status(State.PAUSED), (), {}, (), RING, metrics=past))
    dock.redraw()
    assert dock.plots["modes"].steps == [1, 2, 3]
    fed(dock, frame(4, modes=4))
    assert dock.plots["modes"].steps == [1, 2, 3, 4]


def test_another_branch_does_not_mix_with_the_one_in_training(dock):
    fed(dock, frame(1, modes=1), frame(5, modes=5))
    dock.receive(Update(Status(State.PAUSED), (), {}, (), None,
                        viewed=Viewed("b", "hotter", (), (frame(2, modes=7),))))
    fed(dock, frame(3, modes=8))
    assert dock.plots["modes"].steps == [2, 3] and dock.note.text() == "hotter, step 3"
    dock.receive(Update(Status(State.PAUSED), (), {}, (), None, viewed=Viewed()))
    dock.redraw()
    assert dock.plots["modes"].steps == [1, 5] and dock.note.text() == "step 5"


def test_a_look_that_cannot_be_is_told_in_place_of_the_plots(dock):
    dock.receive(update(events=[event("note", 1, f"{LIVE} cannot be shown: the data have 9 "
                                      "samples")]))
    assert dock.message.isVisible() and "9 samples" in dock.message.text()
    dock.show_metric("coverage", True)
    assert not dock.message.isVisible()


def test_values_that_are_not_numbers_do_no_harm(dock):
    fed(dock, frame(1, modes=nan), frame(2, modes=nan))
    assert dock.plots["modes"].said().startswith("step 2: Modes captured –")
    picture(dock)
    dock.history.add([MetricsFrame(3, (MetricValue("modes", 1.0, nan, nan, 9),))])
    dock.redraw()
    assert "floor not yet known" in dock.plots["modes"].said()
    picture(dock)


def test_a_floor_that_is_known_holds_for_every_step(dock):
    fed(dock, *(replace(frame(k, modes=k), values=(MetricValue("modes", k, nan, nan, 512),))
                for k in (10, 20)), frame(30, modes=30))
    plot = dock.plots["modes"]
    dock.set_cursor(12)
    assert plot.read()[0] == 10 and "floor 0.20 ± 0.05" in plot.said()
    fed(dock, replace(frame(40, modes=4), values=(MetricValue("modes", 4, nan, nan, 512),)))
    dock.set_cursor(None)
    assert plot.read()[0] == 40 and "floor 0.20 ± 0.05" in plot.said()
    fed(dock, replace(frame(50, modes=4), values=(MetricValue("modes", 4, nan, nan, 99),)))
    assert "floor not yet known" in plot.said(), "fewer samples have another floor"


def test_the_bar_says_the_step_of_what_is_read(dock):
    fed(dock, frame(30, modes=30), frame(10, modes=10))  # the second came of looking back
    assert dock.note.text() == "step 30"
    dock.set_cursor(11)
    dock.redraw()
    assert dock.note.text() == "step 10"


def test_the_first_values_set_the_scale(dock):
    fed(dock)
    fed(dock, frame(5, sliced_w1=0.003))
    dock.plots["sliced_w1"].values = []
    fed(dock, MetricsFrame(6, (MetricValue("sliced_w1", 0.002, nan, nan, 9),)))
    e = dock.plots["sliced_w1"].extent
    assert e.x0 < 5  # so that the first dot is whole
    dock.begin(POINTS)
    fed(dock, MetricsFrame(6, (MetricValue("sliced_w1", 7.0, nan, nan, 9),)))
    e = dock.plots["sliced_w1"].extent
    assert 1 < e.y0 < 7 < e.y1 < 14


def test_nothing_is_drawn_while_hidden_and_nothing_is_missed(dock, monkeypatch):
    dock.hide()
    drawn = []
    monkeypatch.setattr(dock._pace, "_action", lambda: drawn.append(1))
    dock.receive(update(frames={LIVE: frame(3, modes=1)}))
    assert not drawn and dock.history.of("modes")[0] == [3]
    dock.show()
    assert drawn


def test_choices_are_kept_and_nonsense_is_not(dock, show):
    dock.show_metric("coverage", True)
    dock.averaged.setChecked(False)
    other = show(MetricsDock())
    other.restore_state(dock.save_state())
    assert other.save_state() == dock.save_state()
    for nonsense in ({}, {"chosen": 3, "averaged": "x", "features": 3}, {"chosen": {"modes": 3}},
                     {"chosen": {"no": ["modes"]}, "features": "os:getcwd"}, [], None):
        other.restore_state(nonsense)
        assert other.save_state() == dock.save_state()


def test_the_average_is_offered_only_where_the_run_keeps_one(dock):
    plain, kept = (build({"average": {"decay": decay}}) for decay in (0, 0.9))
    dock.set_recipe(plain)
    assert not dock.averaged.isEnabled() and "no averaged" in dock.averaged.toolTip()
    dock.set_recipe(kept)
    assert dock.averaged.isEnabled() and "no averaged" not in dock.averaged.toolTip()
    dock.begin(None)
    dock.set_recipe(plain)
    dock.begin(RING)
    assert not dock.averaged.isEnabled()


@pytest.mark.parametrize("width", [180, 420, 1300])
def test_it_is_laid_out_for_its_width(show, width):
    dock = show(MetricsDock(), width, 400)
    dock.begin(RING)
    fed(dock, frame(5, modes=3, high_quality=0.5, reverse_kl=0.1, sliced_w1=0.2))
    lefts = {plot.x() for plot in dock.plots.values()}
    assert len(lefts) == {180: 1, 420: 1 if dock.fontMetrics().height() > 14 else 2,
                          1300: 4}[width] or width == 420
    dock.set_theme(DARK)
    picture(dock)


def test_the_history_is_bounded_and_keeps_order():
    history = MetricsHistory()
    history.add(frame(k, modes=k) for k in range(3 * MOST))
    steps, values = history.of("modes")
    assert len(steps) <= MOST and steps == sorted(steps) and steps[-1] == 3 * MOST - 1
    assert [v.value for v in values] == steps
    history.add([frame(7, modes=7)])
    assert history.of("modes")[0] == sorted(history.of("modes")[0])
    history.add([frame(1, "pixels", modes=1)])
    assert history.of("modes")[0] == [1], "other features are another history"


def test_small_pieces():
    assert whole_run(0, 0)[1] >= 20 and whole_run(0, 1000)[1] >= 1000
    assert floor_text(MetricValue("modes", 1, 8.0, 0.0, 9)) == "floor 8"
    for said, mean, spread in (
            ("0.0015 ± 0.0009", 0.00148, 0.00093), ("0.988 ± 0.003", 0.98765, 0.0026),
            ("12 ± 3", 12.34, 3.2), ("1.5e−7 ± 2e−8", 1.5e-7, 2e-8)):
        assert floor_text(MetricValue("js", 1, mean, spread, 9)) == f"floor {said}"
    assert np.isfinite(whole_run(5, 1e9)).all()


@pytest.mark.parametrize("last", [20, 45, 99, 450, 451, 1_900, 25_000, 3_400_000])
@pytest.mark.parametrize("width", [170, 230])
def test_one_number_alone_tells_no_scale(show, last, width):
    plot = show(MetricPlot("sliced_w1"), width, 120)
    plot.show_values("Sliced W1", [0, last], list(frame(0, sliced_w1=1.0).values) * 2,
                     *whole_run(0, last))
    labels = plot.x_ticks()
    assert len(labels) >= 2
    wide = [plot.metrics().horizontalAdvance(text) for _, text in labels]
    at = [plot.to_x(x) for x, _ in labels]
    assert all(b - a > (v + w) / 2 for (a, b), (v, w) in zip(
        pairwise(at), pairwise(wide), strict=True))
