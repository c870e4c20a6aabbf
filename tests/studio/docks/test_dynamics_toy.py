"""A toy game under one rule: pictures, play, and what is said of it."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ganstudio.game.catalogue import GAMES
from ganstudio.studio.docks.dynamics_look import speed_colours
from ganstudio.studio.theme import DARK, LIGHT
from tests.studio.docks.made import near, picture
from tests.studio.docks.toys import LEFT, click_into, pixel_of, settle


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


def test_three_fields_follow_the_weight(dock, qtbot: QtBot):
    click_into(dock.lab.views["three"], qtbot)
    settle(dock, qtbot)
    assert "Own: spirals out. Sum: spirals in" in dock.lab.headline.full
    slider = dock.lab.three.row.slider
    slider.setFocus()
    radius = dock.lab.picture.tracks[1].radius
    for _ in range(3):
        QTest.keyClick(slider, Qt.Key.Key_PageUp)
    settle(dock, qtbot)
    assert dock.lab.three.gamma > 1 and dock.lab.picture.spec.gamma == dock.lab.three.gamma
    assert dock.lab.picture.tracks[1].radius < radius
    widths = [p.frame().width() for p in dock.lab.three.planes]
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


@pytest.mark.parametrize("game", sorted(GAMES))
def test_every_game_can_be_chosen(dock, qtbot: QtBot, game: str):
    dock.lab.panel.choose(game)
    settle(dock, qtbot)
    assert dock.lab.picture.spec.game == game and not dock.lab.picture.error
    assert dock.lab.headline.full


def test_what_the_mathematics_refuses_is_said(dock, qtbot: QtBot):
    dock.lab.panel.choose("bilinear", "adam")
    form = dock.lab.panel.rule_form
    form.rows["alternating"].box.setChecked(True)
    form.rows["consensus_gamma"].box.setValue(1.0)
    qtbot.waitUntil(lambda: "not both" in dock.lab.headline.full, timeout=20_000)
    form.rows["alternating"].box.setChecked(False)
    settle(dock, qtbot)
    assert "not both" not in dock.lab.headline.full


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
