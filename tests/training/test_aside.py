"""Imports aside: training goes on meanwhile, and nothing is left behind."""

import sys
import threading

import pytest

from ganstudio.training import aside


def working():
    return [t for t in threading.enumerate() if t.name == "ganstudio-imports"]


@pytest.fixture
def slow_module(tmp_path, monkeypatch):
    """A module that is not there before its gate opens, and the gate."""
    gate = threading.Event()
    monkeypatch.setattr(aside, "import_module",
                        lambda name: (gate.wait(30), sys.modules.setdefault(name, aside)))
    yield "made_up_for_this_test", gate
    gate.set()
    aside.finish()
    sys.modules.pop("made_up_for_this_test", None)


def test_the_import_is_waited_for_a_little_at_a_time(slow_module):
    name, gate = slow_module
    waiting = aside.bring_in(name)
    assert next(waiting, "done") is None and len(working()) == 1
    gate.set()
    list(waiting)
    assert name in sys.modules and not working()


def test_what_is_there_is_not_waited_for():
    assert list(aside.bring_in("sys")) == []


def test_two_who_want_the_same_share_one_thread(slow_module):
    name, gate = slow_module
    both = [aside.bring_in(name), aside.bring_in(name)]
    for one in both:
        next(one)
    assert len(working()) == 1
    gate.set()
    for one in both:
        list(one)
    assert not working()


def test_an_import_that_nobody_waits_for_any_more_is_ended(slow_module):
    name, gate = slow_module
    next(aside.bring_in(name))
    gate.set()
    aside.finish()
    assert not working()
