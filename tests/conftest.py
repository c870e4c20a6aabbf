"""What holds for every test: no display, no files of the person's own, no thread left behind."""

import os
import tempfile
from pathlib import Path

# Before anything can import Qt, torch or a module that reads its folders from here.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["OMP_NUM_THREADS"] = "1"
_HOME = tempfile.TemporaryDirectory(prefix="ganstudio-tests-", ignore_cleanup_errors=True)
for _variable, _name in (("GANSTUDIO_CONFIG", "config"), ("GANSTUDIO_RUNS", "runs"),
                         ("XDG_CACHE_HOME", "cache")):
    _folder = Path(_HOME.name) / _name
    _folder.mkdir()
    os.environ[_variable] = str(_folder)

import sys  # noqa: E402
import threading  # noqa: E402

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

settings.register_profile("ganstudio", deadline=None, print_blob=True,
                          suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ganstudio")

LAST_BREATH = 5.0
"""Seconds that a thread which is ending already gets to do so."""


@pytest.fixture(autouse=True)
def no_thread_left_alive():
    """Fails a test that leaves a thread running, and names the thread."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(LAST_BREATH)
    alive = [thread.name for thread in left if thread.is_alive()]
    if alive:
        pytest.fail(f"left alive after the test: {', '.join(alive)}")


@pytest.fixture(autouse=True)
def one_torch_thread():
    """A conductor sets the thread count of the thread it runs on; tests get it back."""
    yield
    torch = sys.modules.get("torch")
    if torch is not None and torch.get_num_threads() != 1:
        torch.set_num_threads(1)
