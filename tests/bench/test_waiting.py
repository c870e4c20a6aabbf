"""The time without a core is told from the time asleep."""

import sys
import threading

import pytest

from ganstudio.bench.waiting import waited


def test_a_thread_asleep_waits_for_no_core():
    go = threading.Event()
    asleep = threading.Thread(target=go.wait)
    asleep.start()
    before = waited(asleep)
    go.wait(0.2)
    assert 0 <= waited(asleep) - before < 0.19
    go.set()
    asleep.join()
    assert waited(threading.Thread()) == 0.0  # never begun


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_it_never_runs_backwards():
    mine = threading.current_thread()
    told = [waited(mine) for _ in range(50)]
    assert told == sorted(told)
