"""Editing the recipe: typing, sliding, undoing, restarting."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from ganstudio.recipe import with_value
from ganstudio.session.messages import Status, Tweak, Update
from ganstudio.studio.docks.controls import ControlsDock
from ganstudio.studio.window import MainWindow
from tests.studio.fake_session import MADE, FakeSession

LR = "optimizer_d.lr"
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def controls(running: MainWindow) -> ControlsDock:
    return running.workspace.dock("controls")


def type_into(qtbot: QtBot, box: object, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, end)


def test_typing_a_learning_rate_tweaks(running, controls, qtbot: QtBot) -> None:
    box = controls.form.find(LR).editor.box
    type_into(qtbot, box, "2e-4")
    tweak = MADE[-1].asked(Tweak)[-1]
    assert tweak.changes == {LR: 2e-4}
    assert tweak.label == "learning rate of D → 0.0002"
    qtbot.waitUntil(lambda: running.controller.running.optimizer_d.lr == 2e-4)
    assert not running.controller.waiting


def test_nothing_is_sent_before_enter(running, controls, qtbot: QtBot) -> None:
    box = controls.form.find(LR).editor.box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "0.5")
    assert not MADE[-1].asked(Tweak)
    controls.filter_box.setFocus()
    assert MADE[-1].asked(Tweak)[-1].changes == {LR: 0.5}


@pytest.mark.parametrize("text", ["11", "-1", "1e9"])
def test_out_of_range_cannot_be_entered(controls, qtbot: QtBot, text: str) -> None:
    box = controls.form.find(LR).editor.box
    type_into(qtbot, box, text)
    assert not any(t.changes.get(LR) not in (1e-3, None) and not 0 <= t.changes[LR] <= 10
                   for t in MADE[-1].asked(Tweak))
    assert 0 <= box.value() <= 10


def test_open_bounds_are_refused(controls, qtbot: QtBot) -> None:
    box = controls.form.find("optimizer_d.beta2").editor.box
    type_into(qtbot, box, "1")
    assert box.value() < 1


def test_undo_and_redo_send_the_reverse(running, controls, qtbot: QtBot) -> None:
    type_into(qtbot, controls.form.find(LR).editor.box, "0.01")
    assert running.actions_["undo"].text() == "Undo learning rate of D"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, CTRL)
    assert MADE[-1].asked(Tweak)[-1].changes == {LR: 1e-3}
    assert controls.form.find(LR).editor.box.value() == 1e-3
    running.redo()
    assert MADE[-1].asked(Tweak)[-1].changes == {LR: 0.01}


def test_a_drag_is_one_undo_step(running, controls, qtbot: QtBot) -> None:
    slider = controls.form.find(LR).editor.slider
    slider.setSliderDown(True)
    for notch in (500, 600, 700):
        slider.setSliderPosition(notch)
        slider._report()
    slider.setSliderDown(False)
    wanted = running.controller.recipe.optimizer_d.lr
    qtbot.waitUntil(lambda: MADE[-1].asked(Tweak)[-1].changes[LR] == wanted)
    sent = [t.changes[LR] for t in MADE[-1].asked(Tweak)]
    assert len(sent) == 2 and sent == sorted(sent)  # the first at once, the last when it rests
    assert running.controller.undo_stack.count() == 1
    running.undo()
    assert running.controller.recipe.optimizer_d.lr == 1e-3


def test_a_setup_field_waits_for_a_restart(running, controls, qtbot: QtBot) -> None:
    row = controls.form.find("generator.width")
    type_into(qtbot, row.editor.box, "64")
    assert not MADE[-1].asked(Tweak)
    assert row.state == "pending" and row.chip.text() == "needs restart"
    assert not controls.pending_bar.isHidden()
    assert controls.pending_label.text().startswith("1 change waits")
    first = MADE[-1]
    qtbot.mouseClick(controls.restart_button, Qt.MouseButton.LeftButton)
    assert first.closed and len(MADE) == 2
    assert MADE[-1].recipe.generator.width == 64
    assert MADE[-1].folder != first.folder
    assert controls.pending_bar.isHidden()
    assert controls.form.find("generator.width").state == "restart"


def test_discarding_and_undoing_that(running, controls, qtbot: QtBot) -> None:
    type_into(qtbot, controls.form.find("generator.width").editor.box, "64")
    type_into(qtbot, controls.form.find(LR).editor.box, "0.01")
    qtbot.mouseClick(controls.discard_button, Qt.MouseButton.LeftButton)
    assert running.controller.recipe.generator.width == 128
    assert running.controller.recipe.optimizer_d.lr == 0.01
    running.undo()
    assert running.controller.pending == ("generator.width",)


def test_another_kind_of_data_gets_its_own_rows(running, controls) -> None:
    row = controls.form.find("data.kind")
    index = row.editor.box.findData("spiral")
    row.editor.box.setCurrentIndex(index)
    row.editor.box.activated.emit(index)
    assert running.controller.recipe.data.kind == "spiral"
    assert "data.turns" in controls.form.rows() and "data.modes" not in controls.form.rows()
    assert "data.kind" in running.controller.pending


def test_an_impossible_kind_is_refused_in_words(running, controls) -> None:
    row = controls.form.find("generator.kind")
    row.editor.box.setCurrentIndex(row.editor.box.findData("dcgan"))
    row.editor.box.activated.emit(row.editor.box.currentIndex())
    assert running.controller.recipe.generator.kind == "mlp"
    assert row.editor.box.currentData() == "mlp"
    assert "DCGAN makes images" in running.notices.notices[0].text


def test_reset_per_row(running, controls, qtbot: QtBot) -> None:
    row = controls.form.find(LR)
    assert row.reset_button.isHidden()
    type_into(qtbot, row.editor.box, "0.01")
    assert row.reset_button.isEnabled() and not row.reset_button.isHidden()
    qtbot.mouseClick(row.reset_button, Qt.MouseButton.LeftButton)
    assert MADE[-1].asked(Tweak)[-1].changes == {LR: 1e-3}
    assert row.reset_button.isHidden()


def test_fields_that_mean_nothing_are_greyed(controls) -> None:
    assert not controls.form.find("optimizer_d.momentum").editor.box.isEnabled()
    assert controls.form.find("optimizer_d.beta1").editor.box.isEnabled()


def test_g_has_an_output_unit_that_images_leave_no_choice_of(running, controls) -> None:
    box = controls.form.find("generator.out").editor.box
    assert box.isEnabled() and controls.form.find("discriminator.out") is None
    recipe = running.controller.running
    controls.form.show_recipe(with_value(recipe, "data.kind", "digits"), recipe, set(), set(),
                              whole=False)
    assert not box.isEnabled()
    controls.form.show_recipe(recipe, recipe, set(), set(), whole=False)
    assert box.isEnabled()


def test_waiting_is_worn_until_confirmed(make_window, qtbot: QtBot) -> None:
    class Slow(FakeSession):
        holds_tweaks = True

    window = make_window(Slow)
    window.start_preset("ring")
    qtbot.waitUntil(lambda: window.controller.is_ready)
    controls = window.workspace.dock("controls")
    row = controls.form.find(LR)
    type_into(qtbot, row.editor.box, "0.01")
    assert row.state == "waiting"
    qtbot.waitUntil(lambda: row.chip.text() == "at next step")
    MADE[-1].take_up(MADE[-1].asked(Tweak)[-1])
    qtbot.waitUntil(lambda: row.state == "live")
    assert row.chip.isHidden()


def test_refused_tweak_goes_back(make_window, qtbot: QtBot) -> None:
    class Stubborn(FakeSession):
        holds_tweaks = True

    window = make_window(Stubborn)
    window.start_preset("ring")
    qtbot.waitUntil(lambda: window.controller.is_ready)
    window.controller.edit(LR, 0.01)
    MADE[-1].say("refused", "No.", paths=[LR])
    qtbot.waitUntil(lambda: window.controller.recipe.optimizer_d.lr == 1e-3)
    assert window.notices.notices[0].text == "No."


def test_filter_narrows_and_escape_clears(controls, qtbot: QtBot) -> None:
    qtbot.keyClicks(controls.filter_box, "learning rate")
    shown = {p for p, row in controls.form.rows().items() if not row.isHidden()
             and not controls.form.boxes[p.split(".")[0]].isHidden()}
    assert shown == {"optimizer_d.lr", "optimizer_g.lr"}
    qtbot.keyClick(controls.filter_box, Qt.Key.Key_Escape)
    assert controls.filter_box.text() == ""
    assert not controls.form.boxes["data"].isHidden()


def test_the_wheel_leaves_unfocused_fields_alone(controls) -> None:
    for path in (LR, "optimizer_d.kind"):
        main = controls.form.find(path).editor.main
        controls.filter_box.setFocus()
        event = QWheelEvent(QPointF(5, 5), main.mapToGlobal(QPointF(5, 5)), QPoint(0, 120),
                            QPoint(0, 120), Qt.MouseButton.NoButton,
                            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
        QApplication.sendEvent(main, event)
    assert not MADE[-1].asked(Tweak)


def test_info_card_names_source_and_range(running, controls, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QLabel

    row = controls.form.find(LR)
    row.take_focus()
    running.explain()
    popup = QApplication.activePopupWidget()
    assert popup is not None
    text = popup.findChild(QLabel).text()
    assert "Heusel" in text and "at most 10" in text and LR in text
    popup.close()


def test_log_slider_values_are_round(controls) -> None:
    slider = controls.form.find("run.batch") or controls.form.find("batch")
    values = {slider.editor.slider.value_at(n) for n in range(0, 1001, 10)}
    assert {64, 128, 256, 96} <= values and 257 not in values
    lr = controls.form.find(LR).editor.slider
    assert lr.value_at(lr.notch_of(1e-3)) == pytest.approx(1e-3, rel=0.05)


def test_space_pauses_after_a_number_was_entered(running, controls, qtbot: QtBot) -> None:
    box = controls.form.find(LR).editor.box
    type_into(qtbot, box, "0.01")
    assert box.hasFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert not running.controller.going


def test_restart_of_a_paused_run_stays_paused(running, qtbot: QtBot) -> None:
    running.run_pause()
    running.restart()
    assert len(MADE) == 2 and not running.controller.going


def test_what_preparing_settles_is_no_change_of_ours(make_window, qtbot: QtBot) -> None:
    class Slow(FakeSession):
        slow_to_ready = True

    window = make_window(Slow)
    window.start_preset("ring")
    run = window.controller
    run.edit(LR, 0.01)
    MADE[-1].get_ready()
    qtbot.waitUntil(lambda: run.is_ready)
    assert run.recipe.machine.threads == 1 and run.recipe.optimizer_d.lr == 0.01
    assert run.pending == ()
    qtbot.waitUntil(lambda: not run.waiting)
    run.undo_stack.undo()
    assert run.pending == () and run.recipe == run.base


# ---- contradictions ----------------------------------------------------------------------------


def sentences(controls: ControlsDock) -> list[str]:
    return [] if controls.advice.isHidden() else list(controls.advice.lines)


def test_a_contradiction_is_told_as_it_comes_about_and_goes_when_mended(
        running, controls, qtbot: QtBot) -> None:
    assert sentences(controls) == []
    running.controller.edit("loss.kind", "wasserstein", 0)
    assert len(sentences(controls)) == 1 and "slope" in sentences(controls)[0]
    running.controller.edit("penalty.gp", 10.0, 0)
    assert sentences(controls) == []


def test_a_dismissed_contradiction_stays_away_until_it_comes_about_again(
        running, controls, qtbot: QtBot) -> None:
    running.controller.edit("loss.kind", "wasserstein", 0)
    line, = controls.advice.lines.values()
    shut = line.findChild(QToolButton)
    shut.click()
    assert sentences(controls) == []
    running.controller.edit(LR, 0.02, 0)
    assert sentences(controls) == []
    running.controller.edit("loss.kind", "hinge", 0)
    running.controller.edit("loss.kind", "wasserstein", 0)
    assert len(sentences(controls)) == 1


def test_an_interval_shows_beside_its_weight_only(running, controls, qtbot: QtBot) -> None:
    row = controls.form.find("penalty.gp_every")
    assert row.isHidden()
    running.controller.edit("penalty.gp", 10.0, 0)
    assert not row.isHidden()
    controls.filter_box.setText("r1 every")
    assert row.isHidden() and not controls.form.find("penalty.r1_every").isHidden()
    controls.filter_box.clear()
    assert not row.isHidden() and controls.form.find("penalty.r1_every").isHidden()


def test_a_scheduled_rate_is_shown_as_it_is_now(running, controls, qtbot: QtBot) -> None:
    controls.controller.edit("optimizer_d.schedule", "linear", 0)
    controls.controller.edit("optimizer_d.steps", 100, 0)
    row = controls.form.find(LR)
    controls.receive(Update(Status(step=100), (), {}, (), None))
    assert row.now.text() == "now 0.0001" and row.now.isVisibleTo(row)
    controls.controller.edit("optimizer_d.schedule", "constant", 0)
    controls.receive(Update(Status(step=100), (), {}, (), None))
    assert not row.now.isVisibleTo(row)


def test_folded_penalties_say_which_are_on(running, controls) -> None:
    header = controls.form.boxes["penalty"].header
    assert header.summary == "off"
    controls.controller.edit("penalty.r1", 10.0, 0)
    controls.refresh()
    assert header.summary == "R1 γ 10"
