"""What the doctor finds is recorded and journaled once, told, and can pause the run."""

import pytest

from ganstudio.session.conductor import Conductor
from ganstudio.session.doctoring import tell
from ganstudio.training.doctor.diagnosis import diagnose
from ganstudio.training.doctor.frames import DoctorFrame, WantDoctor
from ganstudio.training.moves import NonFiniteLossError
from tests.tiny import recipe
from tests.training.doctor.test_diagnosis import SIGNS, history


@pytest.fixture
def conductor(tmp_path):
    made = Conductor(recipe(), tmp_path / "a.run")
    yield made
    made.close()


def frame(count=20, **signs):
    seen = history(count, **signs)
    return DoctorFrame(seen[-1].step, seen[-1], diagnose(seen))


def go_to(conductor, step):
    while conductor.step < step:
        conductor.advance(step - conductor.step)


def diagnoses(conductor):
    return [(e["disease"], e["began"]) for e in conductor.folder.journal.read()
            if e["kind"] == "diagnosis"]


def test_a_disease_is_journaled_when_it_begins_and_when_it_has_passed(conductor):
    ill = frame(**SIGNS["collapse_total"])
    assert [c.began for c in conductor.doctoring.examined(ill)] == [True]
    assert conductor.doctoring.examined(ill) == ()
    assert [c.began for c in conductor.doctoring.examined(frame())] == [False]
    assert diagnoses(conductor) == [("collapse_total", True), ("collapse_total", False)]


def test_the_entry_names_its_evidence(conductor):
    conductor.doctoring.examined(frame(**SIGNS["collapse_total"]))
    entry = conductor.folder.journal.read()[-1]
    assert entry["evidence"]["spread"] == 0.001 and entry["confidence"] > 0.9


def test_examinations_are_recorded_and_taken_up_again(conductor, tmp_path):
    for _ in range(3):
        conductor.doctoring.examine()
        go_to(conductor, conductor.step + 60)
    conductor.doctoring.examined(frame(**SIGNS["collapse_total"]))
    conductor.save()
    assert [e["step"] for e in conductor.folder.symptoms.read()][:3] == [0, 60, 120]
    conductor.close()
    again = Conductor(None, tmp_path / "a.run")
    try:
        assert [s.step for s in again.doctoring.look.doctor.history][:3] == [0, 60, 120]
        assert again.doctoring.examined(frame(**SIGNS["collapse_total"])) == ()
    finally:
        again.close()


def test_an_ill_examination_is_recorded_once(conductor):
    ill = frame(**SIGNS["collapse_total"])
    for _ in range(2):
        conductor.doctoring.examined(ill)
    assert len(conductor.folder.symptoms.read()) == 1


def test_a_broken_run_is_diverging(tmp_path):
    wild = {"kind": "sgd", "lr": 10.0}
    made = Conductor(recipe(loss={"kind": "wasserstein"}, optimizer_d=wild, optimizer_g=wild),
                     tmp_path / "b.run")
    try:
        with pytest.raises(NonFiniteLossError):
            go_to(made, 2000)
        seen, _ = made.doctoring.examine()
        assert seen.verdict.disease == "divergence"
    finally:
        made.close()


@pytest.mark.parametrize("pause", (False, True))
def test_it_pauses_only_where_that_was_asked(conductor, pause):
    said, paused = [], []
    ill = frame(**SIGNS["hopping"])
    for _ in range(2):
        tell(conductor, ill, WantDoctor(pause=pause), lambda kind, text, data: said.append(kind),
             paused.append)
    assert said == ["diagnosis"] and len(paused) == pause
