"""The folder of a queue: its list, and what came of it."""

import json

import pytest

from ganstudio.recipe import Recipe, with_value
from ganstudio.runs.errors import RunError
from ganstudio.runs.lock import RunLockedError
from ganstudio.runs.ranking import best_key, ranked
from ganstudio.runs.sweep import Job, Result, SweepFolder, make_jobs

RECIPES = [(with_value(Recipe(name="A ring!"), "batch", b), {"batch": b}) for b in (8, 16)]


@pytest.fixture
def sweep(tmp_path):
    return SweepFolder.create(tmp_path / "s", "mine", make_jobs(RECIPES, 40))


def test_what_was_written_is_read_again(sweep):
    back = SweepFolder.open(sweep.path)
    assert back.name == "mine" and back.jobs == sweep.jobs
    assert [j.run for j in back.jobs] == ["01-batch-8.run", "02-batch-16.run"]
    assert back.open_jobs(back.results()) == back.jobs


def test_the_last_result_of_a_run_counts(sweep):
    first, second = sweep.jobs
    sweep.add_result(Result(first.run, "failed", 3, error="why"))
    sweep.add_result(Result(first.run, "done", 40, 9.5, {"loss_d": 1.0, "loss_g": None},
                            {"w1": {"value": 0.5, "floor": 0.1}}))
    sweep.add_result(Result(second.run, "failed", 7, error="lost"))
    sweep.add_result(Result("another.run", "done", 7))
    results = SweepFolder.open(sweep.path).results()
    assert results == {first.run: Result(first.run, "done", 40, 9.5,
                                         {"loss_d": 1.0, "loss_g": None},
                                         {"w1": {"value": 0.5, "floor": 0.1}}),
                       second.run: Result(second.run, "failed", 7, error="lost")}
    assert sweep.open_jobs(results) == [second]


def test_folders_of_added_jobs_are_numbered_on(sweep):
    more = make_jobs([(Recipe(name="../../x/ü"), {})], 5, [j.run for j in sweep.jobs])
    assert [j.run for j in more] == ["03-x.run"]
    sweep.set_jobs([*sweep.jobs, *more])
    assert [j.run for j in SweepFolder.open(sweep.path).jobs][-1] == "03-x.run"


def test_one_process_at_a_time(sweep):
    sweep.hold("a test")
    with pytest.raises(RunLockedError, match="a test"):
        SweepFolder.open(sweep.path).hold("another")
    sweep.release()


@pytest.mark.parametrize("damage", [
    lambda d: d | {"format": 99}, lambda d: d | {"format": True}, lambda d: d | {"jobs": 3},
    lambda d: d | {"jobs": [7]}, lambda d: d | {"jobs": [d["jobs"][0]] * 2},
    lambda d: [], lambda d: d | {"jobs": [d["jobs"][0] | {"steps": -1}]},
    *(lambda d, run=run: d | {"jobs": [d["jobs"][0] | {"run": run}]}
      for run in ("../x.run", "/etc/x.run", "a/b.run", "x", ".run", 5, "x.run\n")),
    lambda d: d | {"jobs": [d["jobs"][0] | {"recipe": {"batch": 0}}]},
])
def test_a_damaged_list_is_one_sentence(sweep, damage):
    mark = sweep.path / "sweep.json"
    mark.write_text(json.dumps(damage(json.loads(mark.read_text()))))
    with pytest.raises(RunError) as told:
        SweepFolder.open(sweep.path)
    assert str(sweep.path) in str(told.value) and "\n" not in str(told.value)


def test_no_sweep_and_a_place_that_is_taken(sweep, tmp_path):
    with pytest.raises(RunError, match="not a sweep"):
        SweepFolder.open(tmp_path)
    with pytest.raises(RunError, match="already holds"):
        SweepFolder.create(sweep.path, "x", [])


def test_ranking_knows_which_way_is_better():
    def result(run, **values):
        return Result(run, "done", 1, metrics={
            k: {"value": v, "floor": 1.0, "floor_sd": 0.1} for k, v in values.items()})
    a, b, c = result("a", w1=.5, modes=3, diversity=3.0), result(
        "b", w1=.2, modes=2, diversity=1.1), Result("c", "failed", 0)
    assert [r.run for r in ranked([c, a, b], "w1")] == ["b", "a", "c"]
    assert [r.run for r in ranked([c, b, a], "modes")] == ["a", "b", "c"]
    assert [r.run for r in ranked([c, a, b], "diversity")] == ["b", "a", "c"]
    assert best_key([a, c], images=False) == "w1"
    assert best_key([c], images=False) == "loss_d"


def test_jobs_are_told_apart_by_their_folders():
    jobs = make_jobs([(Recipe(name="x" * 200), {}), (Recipe(), {"a.b": [1, 2], "c": 1e-5})], 3)
    assert jobs[0].run == f"01-{'x' * 60}.run" and jobs[1].run == "02-a.b-1-2-c-1e-05.run"
    assert isinstance(jobs[0], Job) and jobs[0].title == "x" * 200
