import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.runs.timelapse import Timelapse, next_frame_step


@pytest.fixture
def timelapse(tmp_path):
    return Timelapse(tmp_path / "timelapse")


def test_the_first_frames_come_at_each_step_and_then_ever_more_rarely():
    steps, step = [], 0
    while step < 1_000_000:
        step = next_frame_step(step)
        steps.append(step)
    assert steps[:8] == [1, 2, 3, 4, 5, 6, 7, 8]
    gaps = np.diff(steps)
    assert (gaps > 0).all() and (np.diff(gaps) >= 0).all()
    assert len(steps) < 200  # whatever the length
    assert (gaps[20:] <= 0.09 * np.array(steps[20:-1])).all()


@given(st.integers(0, 10_000_000))
def test_the_next_frame_depends_on_the_step_alone(step):
    due = next_frame_step(step)
    assert due > step and next_frame_step(due - 1) == due


def test_pictures_and_points_come_back(timelapse):
    assert timelapse.frames() == [] and timelapse.steps() == []
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8)
    colour = np.arange(192, dtype=np.uint8).reshape(8, 8, 3)
    points = np.array([[1.5, -2.5]], np.float32)
    timelapse.add_picture(10, grey)
    timelapse.add_picture(2, colour)
    timelapse.add_points(7, points)
    frames = timelapse.frames()
    assert [step for step, _ in frames] == [2, 7, 10]
    for (_, got), want in zip(frames, (colour, points, grey), strict=True):
        assert np.array_equal(got, want) and got.dtype == want.dtype


@pytest.mark.parametrize("name", ["0000000005.png", "0000000005.npy"])
@pytest.mark.parametrize("content", [
    b"", b"rubbish", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, b"\x93NUMPY\x01\x00",
    b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }" + b" " * 60,
    b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999,), }"
    + b" " * 40 + b"\n",
])
def test_a_damaged_frame_is_left_out(timelapse, name, content):
    timelapse.add_points(1, np.zeros((2, 2), np.float32))
    (timelapse.folder / name).write_bytes(content)
    assert [step for step, _ in timelapse.frames()] == [1]


def test_a_picture_cut_short_is_left_out(timelapse):
    timelapse.add_picture(1, np.random.default_rng(0).integers(0, 255, (40, 40), dtype=np.uint8))
    path = timelapse.folder / "0000000001.png"
    for length in (8, 30, 60, path.stat().st_size - 9):
        path.write_bytes(path.read_bytes()[:length])
        assert timelapse.frames() == []


def test_other_files_are_left_alone(timelapse):
    timelapse.add_points(5, np.zeros((1, 2), np.float32))
    (timelapse.folder / "notes.txt").write_text("mine")
    (timelapse.folder / "holiday.png").write_text("mine")
    timelapse.cut_after(0)
    assert sorted(p.name for p in timelapse.folder.iterdir()) == ["holiday.png", "notes.txt"]
