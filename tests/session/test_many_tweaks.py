"""The thousandth tweak costs what the hundredth did: counted in calls and bytes, not in time."""

import sys
import tracemalloc

import tiny

from ganstudio.runs.journal import Journal
from ganstudio.session.messages import Tweak
from ganstudio.session.session import Session
from ganstudio.session.worker import Worker


def calls(act):
    """How many functions are called meanwhile."""
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def test_a_tweak_on_a_paused_run_costs_the_same_after_many(tmp_path):
    session = Session(tiny.recipe(), tmp_path / "x.run")
    worker = Worker(session)
    worker._prepare()
    done = 0

    def tweak():
        nonlocal done
        worker._tweak([Tweak({"optimizer_g.lr": 1e-3 * (1.01 + done % 97 / 100)}, f"rate {done}")])
        worker.timeline.work()  # what is told to the window of the past
        session.poll()
        done += 1

    def some(number):
        for _ in range(number):
            tweak()

    try:
        some(100)
        first = calls(lambda: some(20))
        some(1_000)
        last = calls(lambda: some(20))
        assert last < 1.5 * first
        tracemalloc.start()
        some(100)
        before = tracemalloc.get_traced_memory()[0]
        some(200)
        grown = tracemalloc.get_traced_memory()[0] - before
        assert grown < 200 * 1_000  # a line of the journal has 150 bytes, a state 40,000
    finally:
        tracemalloc.stop()
        worker._end()
    lines = Journal(tmp_path / "x.run" / "journal.jsonl").tweaks()
    assert len(lines) == done == 1_440
