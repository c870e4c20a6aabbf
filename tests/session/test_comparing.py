"""What a comparison reads from run folders and branches."""

import numpy as np

from ganstudio.recipe import with_value
from ganstudio.runs import branches
from ganstudio.session.comparing import Reader, flattened, grown, read_subject
from ganstudio.session.conductor import Conductor
from ganstudio.training.frames import SCALARS, ScalarPart
from tests import tiny


def train(path, recipe=None, steps=30):
    made = Conductor(recipe or tiny.recipe(), path)
    while made.step < steps:
        made.advance(steps - made.step)
    made.close()


def test_a_run_is_read_whole(tmp_path):
    train(tmp_path / "a.run")
    found = read_subject(tmp_path / "a.run")
    assert found.error == "" and found.name == "tiny" and found.step == 30
    assert list(found.steps) == list(range(1, 31)) and found.values.shape == (30, len(SCALARS))
    step, points = found.frame_at(25)
    assert step <= 25 and points.shape[1] == 2 and found.real.shape[1] == 2
    assert found.frame_at(-1) is None
    assert found.recipe == tiny.recipe()


def test_a_branch_is_read_with_its_ancestors_up_to_where_it_left_them(tmp_path):
    root = tmp_path / "a.run"
    made = Conductor(tiny.recipe(), root)
    while made.step < 10:
        made.advance(10 - made.step)
    new = with_value(made.recipe, "optimizer_d.lr", 0.02)
    branch = branches.create(root, branches.Fork("", made.trainer.state(), made.recipe, new, {
        "optimizer_d.lr": (made.recipe.optimizer_d.lr, 0.02)}), "hotter D")
    while made.step < 20:
        made.advance(20 - made.step)
    made.close()
    train(branch.path, steps=15)
    main, fork = read_subject(root), read_subject(branch.path)
    assert fork.name == "tiny, hotter D" and list(fork.steps) == list(range(1, 16))
    assert np.array_equal(fork.values[:10], main.values[:10])
    assert not np.array_equal(fork.values[10:], main.values[10:15])
    assert fork.frame_at(9)[0] == 9 and set(fork.frames.values()) == {
        root / "timelapse", branch.path / "timelapse"}


def test_what_cannot_be_read_is_one_sentence(tmp_path):
    assert "not a run folder" in read_subject(tmp_path).error
    train(tmp_path / "a.run", steps=2)
    (tmp_path / "a.run" / "run.json").write_text("{")
    reader = Reader()
    reader.ask(tmp_path / "a.run")
    reader.close()
    found, = reader.poll()
    assert "run.json is damaged" in found.error and "\n" not in found.error
    assert found.frame_at(5) is None and reader.poll() == []


def test_a_long_history_is_one_rising_line():
    fine = ScalarPart(1, 80, np.arange(81, 101), (np.ones((20, 4), np.float32),))
    coarse = ScalarPart(8, 0, np.arange(1, 98, 8), tuple(
        np.full((13, 4), k, np.float32) for k in (2, 4, 3)))
    steps, values = flattened([fine, coarse])
    assert (np.diff(steps) > 0).all() and steps[-1] == 100 and steps[0] == 1
    assert set(values[steps < 81, 0]) == {3} and set(values[steps >= 81, 0]) == {1}
    assert len(flattened([])[0]) == 0


def test_rows_that_come_in_take_the_place_of_those_that_went(tmp_path):
    train(tmp_path / "a.run", steps=6)
    found = read_subject(tmp_path / "a.run")
    more = grown(found, np.array([5, 6, 7]), np.zeros((3, 4), np.float32), ())
    assert list(more.steps) == [1, 2, 3, 4, 5, 6, 7] and more.step == 7
    assert (more.values[4:] == 0).all() and np.array_equal(more.values[:4], found.values[:4])
