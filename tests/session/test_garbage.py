"""A search for dead cycles must not stop the window again and again for all that torch brought."""

import gc

import tiny

from ganstudio.session import garbage


def test_what_was_there_before_the_first_run_is_left_out_of_searches(session, monkeypatch):
    spared = []
    monkeypatch.setattr(gc, "freeze", lambda: spared.append(True))
    garbage.spare_what_stays.cache_clear()
    session(tiny.recipe(), None)
    assert spared == [True]
    session(tiny.recipe(), None)
    assert spared == [True]  # not again: what the first run made must be found when it has gone


def test_cycles_made_later_are_found():
    garbage.spare_what_stays()
    gc.collect()
    made: list[object] = []
    made.append(made)
    del made
    assert gc.isenabled() and gc.collect() >= 1
