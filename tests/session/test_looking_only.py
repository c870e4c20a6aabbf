"""A run that another process holds, opened to be looked at only."""

import pytest
import tiny

from ganstudio.runs.folder import RunFolder
from ganstudio.session.conductor import Conductor
from ganstudio.session.messages import Run, Snapshot, Step, TrainD, Tweak
from ganstudio.session.timeline_messages import DeleteBranch, Fork, Live, Look, SetBudget
from tests.session.conftest import train


@pytest.fixture
def locked(tmp_path):
    """A run of 8 steps, open elsewhere."""
    path = tmp_path / "x.run"
    run = Conductor(tiny.recipe(), path)
    for _ in range(8):
        run.advance(1)
    run.save()
    run.folder.history.flush()
    yield path
    run.close()


def everything(path):
    return {p: (p.stat().st_mtime_ns, p.read_bytes() if p.is_file() else b"")
            for p in path.rglob("*")}


def test_a_run_that_is_locked_is_offered_to_be_looked_at(session, locked):
    event = session(None, locked, ready=False).event("error")
    assert "is open in ganstudio" in event.text and event.data == {"lookable": str(locked)}


def test_a_run_that_trains_elsewhere_is_followed(session, conduct):
    trained = conduct(tiny.recipe())
    train(trained, 8)
    trained.save()
    one = session(None, trained.folder.path, read_only=True)
    one.until(lambda w: w.status.step == 8)
    train(trained, 14)
    trained.folder.history.flush()
    one.until(lambda w: max(w.steps()) == 14)  # the curves at once, the state when it is saved
    assert one.status.step == 8 and sorted(set(one.steps())) == one.steps()
    trained.tweak({"optimizer_g.lr": 0.5})
    trained.save()
    one.at(14)
    assert one.session.recipe.optimizer_g.lr == 0.5
    assert "step 14" in one.event("followed").text
    one.close()
    assert one.session._worker.conductor.digest() == trained.digest()


def test_following_waits_while_the_past_is_looked_at(session, conduct):
    trained = conduct(tiny.recipe())
    train(trained, 8)
    trained.save()
    one = session(None, trained.folder.path, read_only=True)
    one.send(Look(3))
    one.until(lambda w: w.timeline and w.timeline.looking and w.timeline.looking.exact)
    train(trained, 12)
    trained.save()
    one.until(lambda w: max(w.steps()) == 12)
    assert one.status.step == 8 and one.timeline.looking.step == 3
    one.send(Live())
    one.at(12)


def test_other_troubles_are_no_such_offer(session, locked):
    (locked / "run.json").write_text("{")
    event = session(None, locked, ready=False).event("error")
    assert "damaged" in event.text and event.data == {}


@pytest.mark.parametrize("command", [
    Run(), Step(), TrainD(5), Snapshot(), Tweak({"batch": 9}), Fork(3), DeleteBranch("a")],
    ids=lambda c: type(c).__name__)
def test_nothing_changes_in_it(session, locked, command):
    before = everything(locked)
    one = session(None, locked, read_only=True)
    one.send(SetBudget(0, 0))
    one.send(command)
    assert "looked at only" in one.event("refused").text
    assert "refused" not in one.kinds()[one.kinds().index("refused") + 1:]
    one.send(Look(3))
    one.until(lambda w: w.timeline and w.timeline.looking and w.timeline.looking.exact)
    one.send(Live())
    assert one.session.step == 8
    one.close()
    assert everything(locked) == before
    assert RunFolder.open(locked).latest().step == 8
