"""Runs one after another: order, failures, going on, and the same bits as alone."""

import pytest

from ganstudio.recipe import with_value
from ganstudio.recipe.sweep import Axis, combinations
from ganstudio.runs.lock import RunLockedError
from ganstudio.runs.sweep import SweepFolder, make_jobs
from ganstudio.session.conductor import Conductor
from ganstudio.session.queue import Queue
from tests import tiny


@pytest.fixture(autouse=True)
def few_passes(monkeypatch):
    monkeypatch.setattr("ganstudio.training.metrics_look.PASSES", 2)


def swept(path, *axes, steps=12, base=None):
    points = combinations(base or tiny.recipe(), axes)
    jobs = make_jobs([(p.recipe, p.values) for p in points], steps)
    return SweepFolder.create(path, "tiny", jobs)


def finish(queue):
    while queue.work():
        pass
    queue.close()
    return queue.results


def test_every_run_is_trained_in_order_and_is_the_run_that_it_would_be_alone(tmp_path):
    sweep = swept(tmp_path / "s", Axis("batch", (8, 16)), Axis("loss.kind", ("hinge", "minimax")))
    results = finish(Queue(sweep))
    assert list(results) == [j.run for j in sweep.jobs] and len(results) == 4
    for job in sweep.jobs:
        result = results[job.run]
        assert result.state == "done" and result.step == 12 and result.rate > 0
        assert "sliced_w1" in result.metrics and result.losses["loss_d"] is not None
        alone = Conductor(job.recipe, None)
        while alone.step < 12:
            alone.advance(12 - alone.step)
        there = Conductor(None, sweep.run_path(job), read_only=True)
        assert there.digest() == alone.digest()
        alone.close(), there.close()
    assert SweepFolder.open(sweep.path).results() == results


def diverging():
    """Networks that run away: their loss is no number after a few steps."""
    return tiny.recipe(loss={"kind": "least_squares"}, optimizer_d={"kind": "sgd"},
                       optimizer_g={"kind": "sgd"})


def test_a_failure_is_recorded_with_its_sentence_and_the_next_run_begins(tmp_path):
    sweep = swept(tmp_path / "s", Axis("optimizer_d.lr", (0.01, 10.0, 0.02)), steps=40,
                  base=diverging())
    results = [finish(Queue(sweep))[j.run] for j in sweep.jobs]
    assert [r.state for r in results] == ["done", "failed", "done"]
    assert "loss became" in results[1].error and "lower" in results[1].error
    assert results[1].step < 40


def test_what_cannot_begin_is_a_failure_too(tmp_path):
    (tmp_path / "good.csv").write_text("x,y\n" + "1,2\n3,4\n5,7\n" * 20)
    recipe = tiny.recipe(data={"kind": "points", "path": str(tmp_path / "good.csv")})
    sweep = swept(tmp_path / "s", Axis("data.path", (str(tmp_path / "none.csv"),
                                                     str(tmp_path / "good.csv"))), base=recipe)
    results = [finish(Queue(sweep))[j.run] for j in sweep.jobs]
    assert [r.state for r in results] == ["failed", "done"]
    assert "none.csv" in results[0].error and results[0].step == 0


def test_what_was_left_in_the_middle_goes_on_and_what_is_done_is_not_done_again(tmp_path,
                                                                              monkeypatch):
    sweep = swept(tmp_path / "s", Axis("batch", (8, 16)), steps=30)
    monkeypatch.setattr("ganstudio.session.unattended.CHUNK", 4)
    queue = Queue(sweep)
    while len(queue.results) < 1 or queue.step < 8:
        assert queue.work()
    stopped = queue.step
    queue.close()
    begun = []
    real = Queue._begin
    monkeypatch.setattr(Queue, "_begin", lambda self, job, *rest: (
        begun.append(job.run), real(self, job, *rest))[1])
    again = Queue(SweepFolder.open(sweep.path))
    assert [j.run for j in again.waiting()] == [sweep.jobs[1].run]
    assert again.work() and again.begun_at == again.step == stopped
    finish(again)
    assert begun == [sweep.jobs[1].run]
    whole = Conductor(sweep.jobs[1].recipe, None)
    while whole.step < 30:
        whole.advance(30 - whole.step)
    there = Conductor(None, sweep.run_path(sweep.jobs[1]), read_only=True)
    assert there.digest() == whole.digest()
    whole.close(), there.close()
    finish(Queue(SweepFolder.open(sweep.path)))
    assert len(begun) == 1


def test_a_failure_is_tried_again_once_when_the_queue_is_taken_up(tmp_path):
    path = tmp_path / "late.csv"
    recipe = tiny.recipe(data={"kind": "points", "path": str(path)})
    sweep = swept(tmp_path / "s", base=recipe)
    assert finish(Queue(sweep))[sweep.jobs[0].run].state == "failed"
    assert finish(Queue(SweepFolder.open(sweep.path)))[sweep.jobs[0].run].state == "failed"
    path.write_text("x,y\n" + "1,2\n3,4\n5,7\n" * 20)
    assert finish(Queue(SweepFolder.open(sweep.path)))[sweep.jobs[0].run].state == "done"


def test_skip_remove_and_add_while_it_works(tmp_path):
    sweep = swept(tmp_path / "s", Axis("batch", (8, 16, 32)))
    queue = Queue(sweep)
    queue.work()
    queue.skip()
    queue.remove(sweep.jobs[1].run)
    extra = make_jobs([(with_value(tiny.recipe(), "batch", 4), {"batch": 4})], 5,
                      [j.run for j in sweep.jobs])
    queue.add(extra)
    assert [j.values["batch"] for j in queue.waiting()] == [32, 4]
    results = finish(queue)
    assert [r.state for r in results.values()] == ["skipped", "done", "done"]
    queue = Queue(SweepFolder.open(sweep.path))
    assert queue.waiting() == []
    queue.retry(sweep.jobs[0].run)
    assert finish(queue)[sweep.jobs[0].run].state == "done"


def test_two_processes_do_not_work_on_one_queue(tmp_path):
    sweep = swept(tmp_path / "s")
    queue = Queue(sweep, owner="the first")
    with pytest.raises(RunLockedError, match="the first"):
        Queue(SweepFolder.open(sweep.path))
    queue.close()


def test_a_result_that_cannot_be_recorded_is_told_and_the_queue_goes_on(tmp_path, monkeypatch):
    told = []
    sweep = swept(tmp_path / "s", Axis("batch", (8, 16)))

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sweep, "add_result", full)
    results = finish(Queue(sweep, on_note=told.append))
    assert [r.state for r in results.values()] == ["done", "done"]
    assert len(told) == 2 and "No space left" in told[0]
