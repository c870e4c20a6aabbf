"""On a real disk that is really full, or can really only be read: nothing saved is damaged, one
sentence says so, training goes on, and saving too once there is room again.
"""

import pytest
import tiny
from disk import tiny_disk

from ganstudio.recipe.sweep import Axis, combinations
from ganstudio.runs.checkpoint import load_checkpoint, state_digest
from ganstudio.runs.errors import RunNotWritableError
from ganstudio.runs.folder import RunFolder
from ganstudio.runs.sweep import SweepFolder, make_jobs
from ganstudio.session import autosave
from ganstudio.session.conductor import Conductor
from ganstudio.session.messages import Export, Snapshot, State, Tweak
from ganstudio.session.queue import Queue
from ganstudio.session.replay import replay
from ganstudio.session.timeline_messages import Fork, Switch

FULL = "No space left on device"


@pytest.fixture
def disk(tmp_path):
    made = tiny_disk(tmp_path / "disk")
    if isinstance(made, str):
        pytest.skip(made)
    yield made
    made.gone()


def go(run, target):
    while run.step < target:
        run.advance(target - run.step)


def files(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*")
            if p.is_file() and p.name != "lock"}


def whole(path):
    """The run as it lies there: readable throughout, and what its journal says."""
    folder = RunFolder.open(path)
    kept = folder.latest()
    rows = folder.history.rows()["step"].tolist()
    assert rows == list(range(1, len(rows) + 1)) and len(rows) >= kept.step
    for file in folder.checkpoint_files():
        load_checkpoint(file)
    folder.timelapse.frames(), folder.metrics.read()
    assert replay(folder).same
    return kept


def one_sentence(text):
    assert "\n" not in text and text.count(FULL) == 1 and len(text) < 300
    return True


def test_a_full_disk_harms_nothing_that_was_saved_and_saving_resumes(session, disk):
    path = disk.path / "x.run"
    one = session(tiny.recipe(), path)
    one.run_to(20)
    one.send(Snapshot())
    one.event("saved")
    before = state_digest(whole(path).state)
    disk.fill()
    one.send(Tweak({"batch": 9}))
    one.event("tweaked")
    assert one_sentence(one.event("unsaved").text)
    told = len(one.events)
    one.run_to(60)
    one.send(Snapshot())
    one.until(lambda w: FULL in " ".join(e.text for e in w.events[told:]))
    assert all(one_sentence(e.text) for e in one.events if e.kind == "unsaved")
    assert one.status.state is State.PAUSED and one.status.step == 60
    kept = whole(path)
    assert kept.step == 20 and state_digest(kept.state) == before
    told = len(one.events)
    disk.free()
    one.run_to(80)
    one.send(Snapshot())
    one.event("saved", told)
    one.close()
    kept = whole(path)
    assert kept.step == 80 and kept.recipe.batch == 9
    assert [(e["step"], e["kind"]) for e in RunFolder.open(path).journal.tweaks()] == [
        (20, "tweak")]
    assert not list(path.rglob(".*"))


def test_autosave_on_a_full_disk_complains_once_and_goes_on(disk, monkeypatch):
    monkeypatch.setattr(autosave, "AUTOSAVE_SECONDS", 0.0)
    monkeypatch.setattr(autosave, "FLUSH_SECONDS", 0.0)
    path, said = disk.path / "x.run", []
    run = Conductor(tiny.recipe(), path, on_unsaved=said.append)
    go(run, 5)
    run.save()
    disk.fill()
    while run.step < 60:
        run.advance(1)
    assert not run.saver.wait()
    assert said and len(set(said)) <= 2 and all(one_sentence(s) for s in said)
    assert len(said) <= 2
    assert whole(path).step <= 60
    disk.free()
    while run.step < 70:
        run.advance(1)
    assert run.close()
    assert whole(path).step == 70


def test_dying_on_a_full_disk_loses_the_last_interval_only(disk):
    path = disk.path / "x.run"
    run = Conductor(tiny.recipe(), path)
    go(run, 7)
    run.save()
    disk.fill()
    go(run, 30)
    assert not run.save()
    run.saver.close()
    run.saver = None
    run.folder.lock.drop()  # as a process that dies
    disk.free()
    again = Conductor(None, path)
    assert again.step == 7 and again.folder.lock.interrupted is not None
    go(again, 30)
    assert again.digest() == run.digest()
    assert again.close() and whole(path).step == 30


def test_a_new_run_does_not_begin_on_a_full_disk(disk):
    disk.fill()
    with pytest.raises((OSError, ValueError)) as told:
        Conductor(tiny.recipe(), disk.path / "x.run")
    assert FULL in str(told.value) and not (disk.path / "x.run").exists()


def test_a_branch_that_finds_no_room_is_refused_and_can_be_made_later(session, disk):
    path = disk.path / "x.run"
    one = session(tiny.recipe(), path)
    one.run_to(30)
    one.send(Snapshot())
    one.event("saved")
    disk.fill()
    one.send(Fork(10))
    # Others complain of the full disk too; only a refusal says that the branch was given up.
    told = one.event("refused")
    assert one_sentence(told.text) and "forked" not in one.kinds()
    assert not list(path.glob("branches/*/")) and not list(path.glob("branches/.*"))
    assert one.status.step == 30
    disk.free()
    one.send(Fork(10))
    assert one.event("forked").step == 10
    one.run_to(20)
    one.send(Switch(""))
    one.event("switched")
    one.close()
    assert whole(path).step == 30 and len(list(path.glob("branches/*/"))) == 1


def test_a_gallery_that_finds_no_room_leaves_nothing_half_written(session, disk, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.run_to(10)
    disk.fill()
    one.send(Export(str(disk.path / "gallery"), 2, 2))
    told = one.event("export_failed").text
    assert "the disk is full" in told and "\n" not in told
    assert [p.name for p in disk.path.iterdir()] == ["balloon"]
    disk.free()
    told = []
    while "exported" not in told:  # refused while the thread of the first is not quite gone
        before = len(one.events)
        one.send(Export(str(disk.path / "gallery"), 2, 2))
        told = one.until(lambda w, n=before: {"exported", "refused"} & {
            e.kind for e in w.events[n:]})


def test_a_sweep_on_a_full_disk_says_so_and_is_done_later(disk, monkeypatch):
    monkeypatch.setattr("ganstudio.training.metrics_look.PASSES", 2)
    points = combinations(tiny.recipe(), [Axis("batch", (8, 12))])
    sweep = SweepFolder.create(disk.path / "s", "s", make_jobs(
        [(p.recipe, p.values) for p in points], 10))
    notes = []
    queue = Queue(sweep, on_note=notes.append)
    disk.fill()
    while queue.work():
        pass
    assert [r.state for r in queue.results.values()] == ["failed", "failed"]
    assert all(FULL in r.error and "\n" not in r.error for r in queue.results.values())
    assert all("\n" not in note for note in notes)
    disk.free()
    for job in sweep.jobs:
        queue.retry(job.run)
    while queue.work():
        pass
    queue.close()
    assert [r.state for r in SweepFolder.open(sweep.path).results().values()] == ["done"] * 2
    assert all(whole(sweep.run_path(j)).step == 10 for j in sweep.jobs)


def test_a_disk_that_can_only_be_read_is_only_read(session, disk):
    path = disk.path / "x.run"
    run = Conductor(tiny.recipe(), path)
    go(run, 10)
    run.close()
    before = files(path)
    disk.read_only()
    with pytest.raises(RunNotWritableError) as told:
        Conductor(None, path)
    assert "\n" not in str(told.value) and str(path) in str(told.value)
    one = session(None, path, ready=False)
    assert one.event("error").data["lookable"] == str(path)
    other = session(None, path, read_only=True)
    assert other.status.step == 10
    other.send(Tweak({"batch": 3}))
    assert "looked at only" in other.event("refused").text
    other.close()
    assert files(path) == before
    disk.read_only(False)
    again = Conductor(None, path)
    go(again, 15)
    assert again.close() and whole(path).step == 15
