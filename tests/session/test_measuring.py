import pytest
import tiny

from ganstudio.runs.errors import RunError
from ganstudio.session.conductor import Conductor
from ganstudio.session.measuring import next_metrics_step
from ganstudio.training import metrics_look
from ganstudio.training.frames import WantMetrics, WantPoints
from ganstudio.training.metrics_frames import MetricsFrame


@pytest.fixture(autouse=True)
def few_passes(monkeypatch):
    monkeypatch.setattr(metrics_look, "PASSES", 2)


@pytest.fixture
def conductor(tmp_path):
    made = Conductor(tiny.recipe(), tmp_path / "run")
    yield made
    made.close()


def go_to(conductor, step):
    while conductor.step < step:
        conductor.advance(step - conductor.step)


def look(conductor):
    frame = conductor.observer.look(WantMetrics(("recall",)))
    conductor.measuring.note(frame)
    return frame


def test_the_schedule_depends_on_the_step_alone():
    due, step = [], 0
    while step < 1_000_000:
        step = next_metrics_step(step)
        due.append(step)
    assert due[:4] == [64, 96, 144, 216] and len(due) < 30
    assert next_metrics_step(100) == next_metrics_step(143) == 144


def test_what_is_measured_is_there_when_the_run_is_taken_up(conductor, tmp_path):
    go_to(conductor, 2)
    frame = look(conductor)
    conductor.measuring.note(conductor.observer.look(WantPoints(4)))  # is no metric
    conductor.close()
    again = Conductor(None, tmp_path / "run")
    past = again.measuring.past()
    again.close()
    assert [f.step for f in past] == [2]
    assert [(v.key, v.value, v.floor) for v in past[0].values] == [
        (v.key, v.value, v.floor) for v in frame.values]


def test_entries_come_in_some_distance(conductor):
    for step in range(1, 301):
        conductor.measuring.note(MetricsFrame(step, ()))
    conductor.measuring.note(MetricsFrame(900, (), complete=False))
    steps = [f.step for f in conductor.measuring.past()]
    assert steps[:50] == list(range(1, 51)) and len(steps) < 270 and steps[-1] <= 300


def test_a_run_that_goes_back_forgets_what_it_measured_later(conductor, monkeypatch):
    go_to(conductor, 4)
    look(conductor)
    go_to(conductor, 66)
    look(conductor)
    assert [f.step for f in conductor.measuring.past()] == [4, 66]
    for weight in conductor.trainer.players.weights_d:
        weight.data.fill_(float("nan"))
    with pytest.raises(ArithmeticError, match="loss"):
        conductor.advance(1)
    assert conductor.step < 66
    assert [f.step for f in conductor.measuring.past()] == [4]
    conductor.advance(1)
    look(conductor)
    assert conductor.measuring.past()[-1].step == conductor.step


def test_steps_on_approval_are_not_recorded(conductor):
    conductor.begin_trial()
    conductor.advance_trial(3)
    look(conductor)
    conductor.take_back_trial()
    assert conductor.measuring.past() == ()


def test_damage_is_told_and_training_goes_on(conductor):
    conductor.folder.metrics.path.write_text("rubbish\n")
    with pytest.raises(RunError, match="line 1"):
        conductor.measuring.past()
    conductor.advance(1)
    assert conductor.measuring.measure() is not None


def test_without_a_folder_it_measures_all_the_same():
    conductor = Conductor(tiny.recipe(), None)
    conductor.advance(1)
    assert conductor.measuring.measure().step == 1 and conductor.measuring.past() == ()
    conductor.close()
