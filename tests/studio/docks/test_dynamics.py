"""The Dynamics dock with toy games: real clicks, keys and drags, on the real thread."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ganstudio.game.catalogue import GAMES, RULES
from ganstudio.studio.docks.dynamics import DynamicsDock
from ganstudio.studio.docks.dynamics_look import LOOKS, speed_colours
from ganstudio.studio.theme import DARK, LIGHT
from tests.studio.docks.made import POINTS, near, picture

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dock(show, qtbot: QtBot):
    made = DynamicsDock()
    show(made, 1000, 680)
    settle(made, qtbot)
    yield made
    made.shut()


def settle(dock: DynamicsDock, qtbot: QtBot) -> None:
    """Wait until what is asked has been drawn."""
    qtbot.waitUntil(lambda: dock.lab.picture is not None and not dock.session.busy
                    and dock.lab.picture.serial == dock.session._asked, timeout=60_000)


def click_into(button, qtbot: QtBot) -> None:
    qtbot.mouseClick(button, LEFT, pos=QPoint(8, button.height() // 2))


def pixel_of(plane, x: float, y: float) -> QPoint:
    return QPoint(round(float(plane.to_x(x))), round(float(plane.to_y(y))))


def test_the_first_picture_says_that_the_bilinear_game_spirals_out(dock):
    assert dock.lab.headline.full == "Spirals out: |λ| = 1.005, +0.5 % a step"
    assert "this start: diverges" in dock.lab.detail.full


def test_choosing_a_rule_changes_eigenvalues_path_and_verdict(dock, qtbot: QtBot):
    before = dock.lab.picture.tracks[0]
    box = dock.lab.panel.rule_box
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    settle(dock, qtbot)
    after = dock.lab.picture.tracks[0]
    assert after.mover.rule == "alternating"
    assert dock.lab.headline.full.startswith("Circles")
    assert not np.allclose(before.path, after.path)
    assert dock.lab.field.eigen.label == "|λ| = 1.000"


def test_dragging_the_start_moves_the_path_and_not_the_view(dock, qtbot: QtBot):
    plane = dock.lab.field.plane
    view = plane.extent
    QTest.mousePress(plane, LEFT, pos=pixel_of(plane, 1.0, 1.0))
    QTest.mouseMove(plane, pixel_of(plane, 0.2, 0.5))
    target = pixel_of(plane, -0.8, 0.6)
    QTest.mouseMove(plane, target)
    QTest.mouseRelease(plane, LEFT, pos=target)
    settle(dock, qtbot)
    assert plane.extent == view
    assert dock.lab.start == pytest.approx((-0.8, 0.6), abs=0.02)
    assert tuple(dock.lab.picture.tracks[0].path[0]) == dock.lab.start


def test_a_drag_elsewhere_moves_the_view_and_not_the_start(dock, qtbot: QtBot):
    plane = dock.lab.field.plane
    view, home = plane.extent, dock.lab.start
    QTest.mousePress(plane, LEFT, pos=pixel_of(plane, -1.0, -1.0))
    QTest.mouseMove(plane, pixel_of(plane, -0.5, -1.0))
    QTest.mouseRelease(plane, LEFT, pos=pixel_of(plane, -0.5, -1.0))
    settle(dock, qtbot)
    assert plane.extent != view and dock.lab.start == home
    assert dock.lab.picture.spec.view[0] == pytest.approx(plane.visible().x0)


def test_shift_and_a_click_bring_the_start(dock, qtbot: QtBot):
    plane = dock.lab.field.plane
    QTest.mouseClick(plane, LEFT, Qt.KeyboardModifier.ShiftModifier, pixel_of(plane, -1.0, -1.0))
    assert dock.lab.start == pytest.approx((-1.0, -1.0), abs=0.02)


def test_arrow_keys_move_the_start_and_with_control_the_view(dock, qtbot: QtBot):
    plane = dock.lab.field.plane
    plane.setFocus()
    x, y = dock.lab.start
    view = plane.extent
    QTest.keyClick(plane, Qt.Key.Key_Right)
    coarse = dock.lab.start[0] - x
    assert coarse > 0 and dock.lab.start[1] == y and plane.extent == view
    QTest.keyClick(plane, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert 0 < dock.lab.start[1] - y < coarse / 3
    QTest.keyClick(plane, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert plane.extent != view
    QTest.keyClick(plane, Qt.Key.Key_Home)
    assert plane.extent == view
    settle(dock, qtbot)


def test_the_picture_shows_path_start_and_equilibrium(dock, qtbot: QtBot):
    dock.lab.layers["arrows"].setChecked(False)
    settle(dock, qtbot)
    plane = dock.lab.field.plane
    image = picture(plane)
    for x, y in dock.lab.picture.tracks[0].path[5:60:9]:
        at = pixel_of(plane, x, y)
        assert near(image, at.x(), at.y(), LIGHT.text, 2, 90)
    start = pixel_of(plane, 1.0, 1.0)
    assert near(image, start.x() + 4, start.y(), LIGHT.accent, 2)
    rest = pixel_of(plane, 0.0, 0.0)
    assert near(image, rest.x() + 7, rest.y(), LIGHT.text, 2, 90)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_arrows_are_coloured_by_speed_in_either_theme(dock, qtbot: QtBot, theme):
    dock.set_theme(theme)
    settle(dock, qtbot)
    plane = dock.lab.field.plane
    picture_, colours = dock.lab.picture.fields[0], speed_colours(theme.dark)
    speed = np.hypot(picture_.vx, picture_.vy)
    image = picture(plane)
    share = np.minimum(speed / plane.scale.value, 1.0)
    e, seen, right = plane.visible(), 0, 0
    for k in range(0, len(speed), 7):
        x, y = picture_.x[k], picture_.y[k]
        apart = np.hypot(*(dock.lab.picture.tracks[0].path - (x, y)).T).min()
        inside = e.x0 < x < e.x1 and e.y0 < y < e.y1
        if share[k] < 0.3 or apart < 0.2 or not inside:
            continue
        colour = colours[min(int(share[k] * len(colours)), len(colours) - 1)]
        at = pixel_of(plane, x, y)
        seen += 1
        right += near(image, at.x(), at.y(), colour, 2, 75)
    assert seen >= 15 and right >= 0.85 * seen


def test_nullclines_and_contours_are_drawn(dock, qtbot: QtBot):
    dock.lab.layers["arrows"].setChecked(False)
    click_into(dock.lab.layers["nullclines"], qtbot)
    settle(dock, qtbot)
    plane = dock.lab.field.plane
    image = picture(plane)
    axis = pixel_of(plane, -0.6, 0.0)
    assert near(image, axis.x(), axis.y(), LIGHT.player_g, 2, 60), "θ rests on ψ = 0: solid"
    across = [near(image, p.x(), p.y(), LIGHT.player_d, 1, 60) for p in
              (pixel_of(plane, 0.0, -0.4 - 0.02 * k) for k in range(30))]
    assert any(across) and not all(across), "ψ rests on θ = 0: dashed"


def test_play_pause_step_and_reset(dock, qtbot: QtBot):
    transport = dock.lab.transport
    click_into(transport.step_button, qtbot)
    settle(dock, qtbot)
    assert dock.lab.picture.tracks[0].taken == 1
    transport.speed_slider.slider.setValue(transport.speed_slider.slider.maximum())
    click_into(transport.run_button, qtbot)
    assert transport.run_button.text() == "Pause"
    qtbot.waitUntil(lambda: dock.lab.picture.tracks[0].taken > 50, timeout=20_000)
    click_into(transport.run_button, qtbot)
    settle(dock, qtbot)
    assert transport.run_button.text() == "Run" and not dock.session.playing
    click_into(transport.reset_button, qtbot)
    settle(dock, qtbot)
    assert dock.lab.picture.tracks[0].taken == 0


def test_space_on_the_plane_runs_and_pauses(dock, qtbot: QtBot):
    plane = dock.lab.field.plane
    plane.setFocus()
    QTest.keyClick(plane, Qt.Key.Key_Space)
    assert dock.session.playing
    QTest.keyClick(plane, Qt.Key.Key_Space)
    assert not dock.session.playing
    settle(dock, qtbot)


def test_nothing_moves_while_nobody_looks(dock, qtbot: QtBot):
    dock.lab.transport.run_button.click()
    assert dock.session.playing
    dock.hide()
    assert not dock.session.playing and not dock._timer.isActive()
    dock.show()
    settle(dock, qtbot)
    assert dock.lab.transport.run_button.text() == "Run"


def test_three_fields_follow_the_weight(dock, qtbot: QtBot):
    click_into(dock.lab.views["three"], qtbot)
    settle(dock, qtbot)
    assert "Own field: spirals out. Sum: spirals in" in dock.lab.headline.full
    slider = dock.lab.three.row.slider
    slider.setFocus()
    radius = dock.lab.picture.tracks[1].radius
    for _ in range(3):
        QTest.keyClick(slider, Qt.Key.Key_PageUp)
    settle(dock, qtbot)
    assert dock.lab.three.gamma > 1 and dock.lab.picture.spec.gamma == dock.lab.three.gamma
    assert dock.lab.picture.tracks[1].radius < radius
    widths = [p.width() for p in dock.lab.three.planes]
    assert max(widths) - min(widths) <= 2


def test_the_surface_turns_with_mouse_and_keys(dock, qtbot: QtBot):
    dock.lab.panel.choose("quadratic")
    click_into(dock.lab.views["surface"], qtbot)
    settle(dock, qtbot)
    view = dock.lab.surface
    view.setFocus()
    before = picture(view)
    yaw = view.yaw
    QTest.mousePress(view, LEFT, pos=QPoint(200, 200))
    QTest.mouseMove(view, QPoint(260, 210))
    QTest.mouseRelease(view, LEFT, pos=QPoint(260, 210))
    assert view.yaw != yaw and picture(view) != before
    yaw = view.yaw
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.yaw != yaw
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert picture(view) == before
    # Along θ the saddle rises from the equilibrium, along ψ it falls.
    rises = view._bends(dock.lab.picture, 0.0, 0.0)
    assert rises[0] > 0 > rises[1]


def test_one_player_descends_to_an_end(dock, qtbot: QtBot):
    box = dock.lab.panel.game_box
    box.setCurrentIndex(box.findData("xor"))
    settle(dock, qtbot)
    assert dock.lab.headline.full.startswith("Descends to the end")
    assert len(dock.lab.picture.contours), "the potential is shown by its level lines"
    assert dock.lab.picture.tracks[0].distance[-1] < dock.lab.picture.tracks[0].distance[0]


def test_compare_draws_each_rule_in_its_own_look(dock, qtbot: QtBot):
    dock.tabs.setCurrentIndex(1)
    dock.lab.layers["arrows"].setChecked(False)
    settle(dock, qtbot)
    assert len(dock.lab.picture.tracks) == 5
    assert dock.lab.headline.full == "Of 5 rules: 3 come in, 1 circle, 1 go out"
    plane, image = dock.lab.field.plane, picture(dock.lab.field.plane)
    looks = dock.lab.panel.rules.looks()
    assert len(set(looks)) == 5
    for k, track in enumerate(dock.lab.picture.tracks[:3]):
        colour = LOOKS[looks[k]].colour(LIGHT)
        hits = [near(image, p.x(), p.y(), colour, 2, 70) for p in
                (pixel_of(plane, *place) for place in track.path[4:40:3])]
        assert sum(hits) >= 3, track.mover.rule


def test_ticks_in_the_list_choose_what_is_compared(dock, qtbot: QtBot):
    dock.tabs.setCurrentIndex(1)
    settle(dock, qtbot)
    rules = dock.lab.panel.rules
    kept = dict(zip(rules.checked(), rules.looks(), strict=True))
    item = rules.list.item(list(RULES).index("sga"))
    rules.list.scrollToItem(item)
    box = rules.list.visualItemRect(item)
    qtbot.mouseClick(rules.list.viewport(), LEFT, pos=QPoint(box.left() + 10, box.center().y()))
    settle(dock, qtbot)
    assert "sga" in [t.mover.rule for t in dock.lab.picture.tracks]
    after = dict(zip(rules.checked(), rules.looks(), strict=True))
    assert all(after[name] == look for name, look in kept.items()), "colours stay"


def test_one_rate_serves_all_compared_rules(dock, qtbot: QtBot):
    dock.tabs.setCurrentIndex(1)
    settle(dock, qtbot)
    dock.lab.panel.rules.form.rows["lr"].box.setValue(0.05)
    settle(dock, qtbot)
    assert {t.mover.params["lr"] for t in dock.lab.picture.tracks} == {0.05}


def test_distances_are_drawn_on_a_log_axis(dock, qtbot: QtBot):
    dock.tabs.setCurrentIndex(1)
    settle(dock, qtbot)
    plot = dock.lab.field.distance
    assert plot.isVisible()
    labels = [text for _, text in plot.y_ticks()]
    assert any(text.startswith("10") for text in labels)
    image, k = picture(plot), 2  # consensus: a straight line down
    track = dock.lab.picture.tracks[k]
    colour = LOOKS[plot.looks[k]].colour(LIGHT)
    hits = [near(image, float(plot.to_x(i)), float(plot.to_y(np.log10(track.distance[i]))),
                 colour, 2, 70) for i in (60, 120, 180, 240)]
    assert sum(hits) >= 3


def test_two_rates_are_offered_and_used(dock, qtbot: QtBot):
    form = dock.lab.panel.rule_form
    form.two_rates.setChecked(True)
    assert not form.rows["lr"].box.isVisible() and form.rows["lr_d"].box.isVisible()
    form.rows["lr_d"].box.setValue(0.3)
    settle(dock, qtbot)
    params = dock.lab.picture.tracks[0].mover.params
    assert "lr" not in params and (params["lr_g"], params["lr_d"]) == (0.1, 0.3)


@pytest.mark.parametrize("game", sorted(GAMES))
def test_every_game_can_be_chosen(dock, qtbot: QtBot, game: str):
    dock.lab.panel.choose(game)
    settle(dock, qtbot)
    assert dock.lab.picture.spec.game == game and not dock.lab.picture.error
    assert dock.lab.headline.full


def test_every_rule_shows_its_own_parameters(dock, qtbot: QtBot):
    for name, entry in RULES.items():
        dock.lab.panel.choose("bilinear", name)
        assert set(dock.lab.panel.rule_form.rows) == {p.name for p in entry.params}
    settle(dock, qtbot)
    assert not dock.lab.picture.error


def test_what_the_mathematics_refuses_is_said(dock, qtbot: QtBot):
    dock.lab.panel.choose("bilinear", "adam")
    form = dock.lab.panel.rule_form
    form.rows["alternating"].box.setChecked(True)
    form.rows["consensus_gamma"].box.setValue(1.0)
    qtbot.waitUntil(lambda: "not both" in dock.lab.headline.full, timeout=20_000)
    form.rows["alternating"].box.setChecked(False)
    settle(dock, qtbot)
    assert "not both" not in dock.lab.headline.full


@pytest.mark.parametrize("size", [(300, 560), (300, 260), (620, 240), (1500, 900)])
@pytest.mark.parametrize("view", ["field", "three", "surface", "compare"])
def test_any_size_is_usable(dock, qtbot: QtBot, size, view):
    if view == "compare":
        dock.tabs.setCurrentIndex(1)
    else:
        dock.lab.set_view(view)
    dock.resize(*size)
    settle(dock, qtbot)
    assert dock.width() == size[0], "nothing forces it wider"
    plane = dock.lab.pictures()[0]
    assert plane.width() >= 90 and plane.height() >= 80
    assert dock.rect().contains(plane.mapTo(dock, plane.rect().center()))
    assert not picture(dock).isNull()


def test_choices_come_back(dock, qtbot: QtBot, show):
    dock.lab.panel.choose("dirac", "consensus")
    dock.lab.panel.game_form.rows["r1_gamma"].box.setValue(0.5)
    dock.lab.panel.rule_form.rows["gamma"].box.setValue(2.0)
    dock.lab.layers["streams"].setChecked(True)
    dock.lab.density.setValue(17)
    settle(dock, qtbot)
    other = DynamicsDock()
    other.restore_state(dock.save_state())
    spec, same = dock.lab.spec(), other.lab.spec()
    assert (spec.game, spec.game_params, spec.movers, spec.layers) == (
        same.game, same.game_params, same.movers, same.layers)
    assert other.lab.density.value() == 17
    other.shut()


@pytest.mark.parametrize("state", [
    {}, {"tab": 99, "lab": 3}, {"lab": {"panel": {"game": "chess", "rule": 5}, "start": ["a", 1]}},
    {"lab": {"panel": {"game_params": {"a": "x", "zz": 1}, "compare": {"checked": [1, "sga"],
             "values": {"sga": {"lambda": "no"}}, "rates": {"lr": -4}}}, "view": "tower",
             "gamma": "much"}},
    {"real": {"view": 7, "plane": -3}},
])
def test_corrupt_choices_are_ignored(state, qtbot: QtBot):
    dock = DynamicsDock()
    dock.restore_state(state)
    assert dock.lab.panel.game.name in GAMES
    dock.shut()
    dock.deleteLater()


def test_the_thread_starts_when_seen_and_ends_when_shut(show, qtbot: QtBot):
    dock = DynamicsDock()
    assert not [t for t in threading.enumerate() if t.name == "toy games"]
    show(dock)
    settle(dock, qtbot)
    assert [t for t in threading.enumerate() if t.name == "toy games"]
    dock.shut()
    assert not [t for t in threading.enumerate() if t.name == "toy games"]


def test_the_thread_ends_with_a_dock_that_was_not_told(qtbot: QtBot):
    dock = DynamicsDock()
    dock.show()
    session = dock.session
    qtbot.waitUntil(lambda: session._thread is not None)
    thread = session._thread
    dock.deleteLater()
    del dock
    qtbot.waitUntil(lambda: not thread.is_alive(), timeout=20_000)


def test_svg_png_and_tables(dock, qtbot: QtBot, tmp_path):
    from ganstudio.studio.docks.dynamics_export import (
        eigenvalue_table,
        trajectory_table,
        write_picture,
        write_tables,
    )
    sheet = dock.composition()
    assert dock.save(tmp_path / "a.svg", lambda path: write_picture(path, sheet))
    text = (tmp_path / "a.svg").read_text()
    assert "<svg" in text and "Spirals out" in text and text.count("<polyline") > 100
    assert "<image" not in text, "everything is drawn as lines and text"
    assert dock.save(tmp_path / "a.png", lambda path: write_picture(path, sheet))
    image = QImage(str(tmp_path / "a.png"))
    assert image.width() == 3 * sheet.size.width()
    assert image.pixelColor(3, 3) == QColor(LIGHT.panel)
    now = dock.lab.picture
    assert dock.save(tmp_path / "t.csv", lambda path: write_tables(path, trajectory_table(now)))
    rows = (tmp_path / "t.csv").read_text().splitlines()
    assert rows[0] == "rule,step,theta,psi,distance,played" and len(rows) == 402
    assert [float(v) for v in rows[2].split(",")[2:4]] == list(now.tracks[0].path[1])
    eigen = eigenvalue_table(now).splitlines()
    assert len(eigen) == 3 and float(eigen[1].split(",")[3]) == pytest.approx(1.00498756)


def test_a_save_that_fails_says_so_and_leaves_nothing(dock, tmp_path):
    from ganstudio.studio.docks.dynamics_export import write_picture
    sheet = dock.composition()
    gone = tmp_path / "no such folder" / "a.svg"
    assert not dock.save(gone, lambda path: write_picture(path, sheet))
    assert "could not be written" in dock.lab.detail.full
    assert not list(tmp_path.iterdir())


def test_the_start_can_be_told_from_afar(dock):
    plane = dock.lab.field.plane
    at = pixel_of(plane, 1.0, 1.0)
    assert plane.over_start(QPointF(at.x() + 8, at.y()))
    assert not plane.over_start(QPointF(at.x() + 40, at.y()))


@pytest.mark.bench
@pytest.mark.parametrize(("game", "rule"), [("bilinear", "simultaneous"), ("dirac", "alternating"),
                                            ("quadratic", "consensus")])
def test_field_path_and_eigenvalues_of_30_by_30_are_redrawn_in_16_ms(dock, qtbot: QtBot, game,
                                                                     rule):
    """Computing and painting, each on its own thread's clock or the worker's own watch."""
    dock.lab.density.setValue(30)
    dock.lab.panel.choose(game, rule)
    settle(dock, qtbot)
    taken = []
    for k in range(40):
        before = dock.lab.picture.serial
        dock.lab.panel.rule_form.rows["lr"].box.setValue(0.05 + 0.001 * k)
        qtbot.waitUntil(lambda b=before: dock.lab.picture.serial > b)
        begun = time.thread_time()
        dock.lab.field.plane.repaint()
        dock.lab.field.eigen.repaint()
        taken.append(1000 * (time.thread_time() - begun) + dock.lab.picture.milliseconds)
    settle(dock, qtbot)
    assert len(dock.lab.picture.fields[0].x) >= 900
    assert sorted(taken)[len(taken) // 2] < 16


def test_making_it_shows_no_windows_of_their_own(qapp, qtbot: QtBot):
    class Watcher(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def eventFilter(self, watched, event) -> bool:  # noqa: N802
            if (event.type() == QEvent.Type.Show and isinstance(watched, QWidget)
                    and watched.isWindow()):
                self.seen.append(repr(watched))
            return False

    watcher = Watcher()
    qapp.installEventFilter(watcher)
    dock = DynamicsDock()
    for name in RULES:
        dock.lab.panel.choose("dirac", name)
    for view in ("three", "surface", "field"):
        dock.lab.set_view(view)
    dock.set_mode("compare")
    dock.begin(POINTS)
    qapp.removeEventFilter(watcher)
    dock.shut()
    dock.deleteLater()
    assert not watcher.seen


def test_a_moment_in_sight_starts_no_thread(qtbot: QtBot):
    dock = DynamicsDock()
    dock.show()
    dock.hide()
    qtbot.wait(60)
    assert dock.session._thread is None
    dock.shut()
    dock.deleteLater()
