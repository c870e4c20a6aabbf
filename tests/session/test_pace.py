"""The pace on a clock of our own."""

import pytest

from ganstudio.session.pace import QUEUED_SECONDS, Pace


def run(pace, seconds, cost, now=50.0):
    """Serve the pace for so long; each step takes ``cost`` seconds. When each step was done."""
    done, end = [], now + seconds
    pace.start(now)
    while now < end:
        count = pace.steps_now(now)
        assert count >= 0
        if count:
            now += count * cost
            pace.took(count, count * cost)
            done += [now] * count
        # A real clock never stands still, and a wait is never exact.
        now += pace.wait_for(now) + 1e-6
    return done


@pytest.mark.parametrize("rate", [0.5, 1, 7, 30, 100, 450])
def test_the_average_rate_is_the_one_asked_for(rate):
    pace = Pace()
    pace.set(rate, 0.0)
    seconds = max(20, 20 / rate)
    done = run(pace, seconds, 0.001)
    assert len(done) / seconds == pytest.approx(rate, rel=0.06)


def test_in_slow_motion_the_first_step_comes_at_once_and_then_one_by_one():
    pace = Pace()
    pace.set(2, 0.0)
    done = run(pace, 3.2, 0.001)
    assert [t - 50 for t in done] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5, 3], abs=0.01)


def test_in_slow_motion_a_late_step_does_not_hurry_the_next():
    pace = Pace()
    pace.set(10, 0.0)
    pace.start(0.0)
    assert pace.steps_now(1.0) == 1  # nine are overdue
    pace.took(1, 0.001)
    assert pace.steps_now(1.001) == 0
    assert pace.wait_for(1.001) == pytest.approx(0.099)


def test_flat_out_takes_steps_in_chunks_of_thirty_milliseconds():
    pace = Pace()
    assert pace.wait_for(1.0) == 0 and pace.steps_now(1.0) == 1
    done = run(pace, 5, 0.0005)
    assert len(done) == pytest.approx(5 / 0.0005, rel=0.01)
    assert pace.steps_now(99.0) == 60  # 30 ms of half-millisecond steps


def test_where_steps_are_only_queued_chunks_are_shorter():
    pace = Pace()
    pace.chunk_seconds = QUEUED_SECONDS  # a command waits for all of them: 20 ms is the goal
    run(pace, 5, 0.0005)
    assert pace.steps_now(99.0) == 40


def test_slow_steps_are_taken_one_at_a_time():
    pace = Pace()
    run(pace, 10, 0.5)
    assert pace.steps_now(99.0) == 1


def test_what_cannot_be_kept_up_with_is_not_owed_for_ever():
    pace = Pace()
    pace.set(1000, 0.0)
    run(pace, 30, 0.01)  # a hundred a second is all it can
    now = 500.0
    pace.start(now)
    for _ in range(300):
        count = pace.steps_now(now)
        now += max(count, 1) * 0.01
        pace.took(count, count * 0.01)
    pace.set(1, now)
    assert pace.steps_now(now) == 0
    assert pace.wait_for(now) == pytest.approx(1)


def test_nothing_is_owed_for_the_time_it_stood_still():
    pace = Pace()
    pace.set(10, 0.0)
    run(pace, 2, 0.001)
    pace.start(1000.0)
    assert pace.steps_now(1000.0) == 1


def test_a_change_of_pace_acts_at_once():
    pace = Pace()
    pace.set(0.1, 0.0)
    pace.start(0.0)
    pace.took(1, 0.001)
    assert pace.wait_for(0.0) == pytest.approx(10, rel=0.01)
    pace.set(10, 0.5)
    assert pace.wait_for(0.5) == pytest.approx(0.1)
    pace.set(None, 0.6)
    assert pace.wait_for(0.6) == 0
