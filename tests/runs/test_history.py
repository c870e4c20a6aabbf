import errno
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.runs.history import ROW, ScalarHistory, as_chunk
from ganstudio.training.frames import SCALARS, ScalarChunk


def chunk(first, count):
    steps = np.arange(first, first + count, dtype=np.int64)
    return ScalarChunk(steps, np.stack([steps + k / 10 for k in range(4)], 1).astype(np.float32))


@pytest.fixture
def history(tmp_path):
    return ScalarHistory(tmp_path / "scalars.bin")


def steps(history):
    return history.rows()["step"].tolist()


def test_rows_come_back(history):
    assert len(history.rows()) == 0
    history.flush()
    assert not history.path.exists()
    history.add(chunk(1, 0))
    history.add(chunk(1, 3))
    history.add(chunk(4, 2))
    assert len(history.rows()) == 0  # not before they are flushed
    history.flush()
    history.sync()
    back = as_chunk(history.rows())
    assert back.steps.tolist() == [1, 2, 3, 4, 5]
    assert np.array_equal(back.values, np.concatenate([chunk(1, 3).values, chunk(4, 2).values]))
    assert ROW.itemsize == 8 + 4 * len(SCALARS) and history.path.stat().st_size == 5 * ROW.itemsize
    history.flush()
    assert len(steps(history)) == 5


def test_numbers_that_are_none_survive(history):
    history.add(ScalarChunk(np.array([1]), np.array([[np.nan, np.inf, -0.0, 1]], np.float32)))
    history.flush()
    values = as_chunk(history.rows()).values
    assert np.isnan(values[0, 0]) and np.isposinf(values[0, 1])


@given(st.integers(1, 60))
def test_a_torn_row_is_left_out_and_then_mended(tmp_path_factory, cut):
    history = ScalarHistory(tmp_path_factory.mktemp("run") / "scalars.bin")
    history.add(chunk(1, 5))
    history.flush()
    whole = history.path.read_bytes()
    history.path.write_bytes(whole[:-cut])
    left = (len(whole) - cut) // ROW.itemsize
    assert steps(history) == list(range(1, left + 1))
    history.add(chunk(left + 1, 2))
    history.flush()
    assert steps(history) == list(range(1, left + 3))


class FullDisk(io.FileIO):
    """Takes some bytes, then says that there is no room; as ``Path.open`` gives it."""

    room = 0

    def write(self, data):
        taken = min(len(data), FullDisk.room)
        if taken == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        FullDisk.room -= taken
        return super().write(bytes(data[:taken]))


@pytest.mark.parametrize("room", [0, 1, ROW.itemsize, 2 * ROW.itemsize + 5])
def test_a_full_disk_loses_nothing_and_writes_nothing_twice(history, room, monkeypatch):
    history.add(chunk(1, 2))
    history.flush()
    history.add(chunk(3, 3))
    with monkeypatch.context() as patch:
        FullDisk.room = room
        patch.setattr("pathlib.Path.open", lambda self, mode, buffering=-1: FullDisk(
            self, mode.replace("b", "")))
        with pytest.raises(OSError, match="No space"):
            history.flush()
    assert steps(history) == [1, 2]
    history.add(chunk(6, 1))
    history.flush()
    assert steps(history) == [1, 2, 3, 4, 5, 6]


@given(st.integers(0, 12), st.integers(0, 10), st.integers(0, 5))
def test_cut_after_drops_rows_on_disk_and_those_that_wait(tmp_path_factory, at, written, waiting):
    history = ScalarHistory(tmp_path_factory.mktemp("run") / "scalars.bin")
    if written:
        history.add(chunk(1, written))
        history.flush()
    history.add(chunk(written + 1, waiting))
    history.cut_after(at)
    history.flush()
    kept = min(at, written + waiting)
    assert steps(history) == list(range(1, kept + 1))
    history.add(chunk(kept + 1, 2))
    history.flush()
    assert steps(history) == list(range(1, kept + 3))
