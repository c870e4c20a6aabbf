"""The doctor's dock: verdicts read, evidence drawn, remedies handed on."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from ganstudio.recipe import preset, with_value
from ganstudio.session.messages import Event, State, Status, Update
from ganstudio.studio.docks.doctor import DoctorDock
from ganstudio.studio.docks.losses_markers import marker_of
from ganstudio.studio.theme import DARK
from ganstudio.training.doctor.diagnosis import diagnose
from ganstudio.training.doctor.frames import DoctorFrame, WantDoctor
from tests.studio.docks.made import info
from tests.training.doctor.test_diagnosis import SIGNS, history


def framed(seen):
    return DoctorFrame(seen[-1].step, seen[-1], diagnose(seen))


def update(*frames, events=()):
    return Update(Status(), (), {"doctor": frames[-1]} if frames else {}, tuple(events), None)


@pytest.fixture
def dock(qtbot):
    made = DoctorDock()
    qtbot.addWidget(made)
    made.resize(500, 700)
    made.begin(info())
    made.set_recipe(with_value(preset("ring"), "loss.kind", "minimax"))
    made.show()
    return made


def test_it_asks_for_nothing_without_a_run(qtbot):
    made = DoctorDock()
    qtbot.addWidget(made)
    assert made.wants() == {}


def test_before_the_first_examination_it_says_what_is_under_way(dock):
    def stands(state):
        dock.receive(replace(update(), status=Status(state)))
        return dock.head.headline.text()
    assert "when the run moves" in stands(State.PAUSED) and dock.paragraph.isHidden()
    assert "Examining" in stands(State.RUNNING) and "many steps" in dock.paragraph.text()
    assert "when the run moves" in stands(State.PAUSED)
    dock.receive(update(framed(history(**SIGNS["vanishing"]))))
    assert "vanished" in stands(State.RUNNING)


def test_a_disease_is_read_with_evidence_and_remedies(dock):
    dock.receive(update(framed(history(**SIGNS["vanishing"]))))
    assert "vanished" in dock.head.headline.text()
    assert "Almost certain" in dock.head.sure.text()
    assert len(dock.views) == 3 and all(v.accessibleName() for v in dock.views)
    assert dock.rows[0].button.text() == "Swap to the non-saturating loss"
    dock.set_theme(DARK)
    assert not dock.grab().isNull()


def test_a_remedy_is_handed_on_and_not_applied(dock, qtbot):
    dock.receive(update(framed(history(**SIGNS["vanishing"]))))
    with qtbot.waitSignal(dock.remedy_chosen) as caught:
        qtbot.mouseClick(dock.rows[0].button, Qt.MouseButton.LeftButton)
    assert dict(caught.args[0].changes) == {"loss.kind": "non_saturating"}
    assert dock.recipe.loss.kind == "minimax"


def test_remedies_follow_the_recipe_in_force(dock):
    dock.receive(update(framed(history(**SIGNS["vanishing"]))))
    dock.set_recipe(preset("ring"))
    assert all("non-saturating" not in row.button.text() for row in dock.rows)


def test_a_remedy_that_was_taken_stays_in_its_place_until_it_is_undone(dock, qtbot):
    dock.receive(update(framed(history(**SIGNS["vanishing"]))))
    before, recipe = [row.button.text() for row in dock.rows], dock.recipe
    qtbot.mouseClick(dock.rows[0].button, Qt.MouseButton.LeftButton)
    dock.set_recipe(with_value(recipe, "loss.kind", "non_saturating"))
    assert not dock.rows[0].button.isEnabled()
    assert dock.rows[0].button.text() == f"Applied: {before[0]}"
    assert [row.button.text() for row in dock.rows][1:4] == before[1:]
    dock.set_recipe(recipe)
    assert [row.button.text() for row in dock.rows] == before
    assert all(row.button.isEnabled() for row in dock.rows)


def test_buttons_stay_while_the_verdict_does(dock):
    dock.receive(update(framed(history(20, **SIGNS["vanishing"]))))
    before = [id(row) for row in dock.rows]
    dock.receive(update(framed(history(21, **SIGNS["vanishing"]))))
    assert [id(row) for row in dock.rows] == before


def test_a_remedy_that_starts_anew_says_so(dock):
    dock.receive(update(framed(history(**SIGNS["collapse_partial"]))))
    assert any(row.button.text().startswith("Start anew: Pack 2") for row in dock.rows)


def test_health_and_watching_offer_nothing(dock):
    dock.receive(update(framed(history())))
    assert "All is well" in dock.head.headline.text() and not dock.rows and dock.views
    dock.begin(info())
    dock.receive(update(framed(history(3))))
    assert dock.head.headline.text() == "Still watching" and not dock.rows


def test_several_diseases_can_each_be_read(dock, qtbot):
    seen = [replace(s, auc_held=0.7, epoch=30.0) for s in history(**SIGNS["memorisation"])]
    dock.receive(update(framed(seen)))
    assert {b.property("disease") for b in dock._group.buttons()} == {"overfit", "memorisation"}
    other = next(b for b in dock._group.buttons() if not b.isChecked())
    qtbot.mouseClick(other, Qt.MouseButton.LeftButton)
    assert dock.shown == other.property("disease")


def test_a_run_that_went_back_is_judged_anew(dock):
    dock.receive(update(framed(history(**SIGNS["vanishing"]))))
    dock.receive(update(events=[Event("restored", 10, "Back", 0.0)]))
    assert dock.frame is None and not dock.rows


def test_pausing_is_off_at_first_and_remembered(dock):
    assert dock.wants() == {"doctor": WantDoctor()} and not dock.looks_while_hidden
    dock.pause.setChecked(True)
    assert dock.wants() == {"doctor": WantDoctor(pause=True)} and dock.looks_while_hidden
    again = DoctorDock()
    again.restore_state(dock.save_state())
    assert again.pause.isChecked()


def test_a_diagnosis_is_a_marker_on_the_curves():
    event = Event("diagnosis", 400, "Divergence: the run diverges (likely)", 0.0,
                  data={"text": "Divergence", "disease": "divergence", "began": True})
    assert marker_of(event).label == "Divergence"
    assert marker_of(Event("diagnosis", 1, "?", 0.0)) is None


def test_the_page_scrolls_no_further_than_its_words(dock, qtbot):
    dock.resize(500, 250)
    dock.receive(update(framed(history(**SIGNS["vanishing"]))))
    page, bar = dock.area.widget(), dock.area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    last = dock.rows[-1]
    qtbot.waitUntil(lambda: page.height() - last.geometry().bottom() < 3 * last.height())
    assert page.height() == page.heightForWidth(page.width())
