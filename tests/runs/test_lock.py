import json
import os
import signal
import stat
import subprocess
import sys

import pytest

from ganstudio.runs import lock
from ganstudio.runs.lock import RunLock, RunLockedError, standing

HOLD = """
import sys
from pathlib import Path
from ganstudio.runs.lock import RunLock
held = RunLock(Path(sys.argv[1]), "ganstudio train")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the folder."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_another_process_is_named_until_it_dies(tmp_path, other):
    with pytest.raises(RunLockedError) as refusal:
        RunLock(tmp_path, "the GAN Studio window")
    said = str(refusal.value)
    assert f"is open in ganstudio train (process {other.pid}, since 20" in said
    assert said.endswith("UTC); close it there first") and "\n" not in said
    assert standing(tmp_path).open_in.pid == other.pid
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert standing(tmp_path).open_in is None
    assert standing(tmp_path).left_by.what == "ganstudio train"
    mine = RunLock(tmp_path, "me")
    assert mine.interrupted.pid == other.pid
    mine.release()
    assert standing(tmp_path) == lock.Standing()


def test_released_it_leaves_no_trace_and_dropped_it_does(tmp_path):
    first = RunLock(tmp_path, "one")
    assert first.interrupted is None
    with pytest.raises(RunLockedError, match="is open in one"):
        RunLock(tmp_path, "two")
    first.release()
    first.release()
    assert list(tmp_path.iterdir()) == []
    second = RunLock(tmp_path, "two")
    second.drop()
    assert standing(tmp_path).left_by.what == "two"
    third = RunLock(tmp_path, "three")
    assert third.interrupted.what == "two"
    assert json.loads((tmp_path / "lock").read_text())["pid"] == os.getpid()
    third.release()


def test_a_lock_that_another_has_replaced_is_not_taken_away(tmp_path):
    first = RunLock(tmp_path, "one")
    (tmp_path / "lock").unlink()
    second = RunLock(tmp_path, "two")
    first.release()
    assert standing(tmp_path).open_in.what == "two"
    second.release()


@pytest.mark.parametrize("content", [b"", b"rubbish", b"[]", b"[" * 4000, b"\xff" * 9000,
                                     b'{"pid": "x", "what": 5}', b'{"pid": 1e400}'],
                         ids=lambda v: str(v[:9]))
def test_whatever_the_file_says_it_can_be_taken_over(tmp_path, content):
    (tmp_path / "lock").write_bytes(content)
    assert standing(tmp_path).left_by is not None
    RunLock(tmp_path, "me").release()
    assert standing(tmp_path).left_by is None


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "lock").symlink_to(tmp_path / "mine.txt")
    with pytest.raises(OSError, match="lock"):
        RunLock(tmp_path, "me")
    assert standing(tmp_path) == lock.Standing()
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_file_system_without_locks_says_so(tmp_path, monkeypatch):
    def none(_):
        raise OSError(95, "Operation not supported")
    monkeypatch.setattr(lock, "_seize", none)
    with pytest.raises(OSError, match="not supported"):
        RunLock(tmp_path, "me")


@pytest.mark.skipif(os.name == "nt", reason="no modes there")
def test_asking_changes_nothing(tmp_path):
    RunLock(tmp_path, "me").drop()
    before = (tmp_path / "lock").stat()
    standing(tmp_path)
    after = (tmp_path / "lock").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert stat.S_ISREG(after.st_mode)
