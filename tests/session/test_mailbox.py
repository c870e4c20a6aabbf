import threading

import numpy as np

from ganstudio.session.mailbox import Mailbox
from ganstudio.session.messages import Event, Pause, Run, State, Status, Stop, Tweak
from ganstudio.session.session import Inbox
from ganstudio.training.frames import LatentMapFrame, ScalarChunk


def chunk(*steps):
    return ScalarChunk(np.array(steps, np.int64), np.zeros((len(steps), 4), np.float32))


def frame(step):
    return LatentMapFrame(step, np.zeros((1, 1, 2), np.float32))


def test_scalars_and_events_pile_up_and_frames_replace():
    box = Mailbox()
    for step in (1, 2, 3):
        box.put_scalars(chunk(step))
        box.put_event(Event("note", step, "", 0.0))
        box.put_frame("a", frame(step))
        box.put_status(Status(State.RUNNING, step))
    box.put_scalars(chunk())
    update = box.collect()
    assert [c.steps.tolist() for c in update.scalars] == [[1], [2], [3]]
    assert [e.step for e in update.events] == [1, 2, 3]
    assert update.frames["a"].step == 3 and update.status.step == 3
    empty = box.collect()
    assert (empty.scalars, empty.events, dict(empty.frames), empty.info) == ((), (), {}, None)
    assert empty.status.step == 3  # the status stays


def test_info_is_delivered_once():
    box = Mailbox()
    box.put_info("what it is")
    assert box.collect().info == "what it is"
    assert box.collect().info is None


def test_taken_tells_whether_the_last_frame_was_collected():
    box = Mailbox()
    assert box.taken("a")
    box.put_frame("a", frame(1))
    assert not box.taken("a") and box.taken("b")
    box.collect()
    assert box.taken("a")


def test_frames_that_nobody_wants_are_forgotten():
    box = Mailbox()
    box.put_frame("a", frame(1))
    box.put_frame("b", frame(1))
    box.forget({"b"})
    assert set(box.collect().frames) == {"b"}


def test_between_two_threads_nothing_is_lost_or_turned_round():
    box, got = Mailbox(), []
    total = 5000

    def fill():
        for step in range(total):
            box.put_scalars(chunk(step))

    filler = threading.Thread(target=fill)
    filler.start()
    while filler.is_alive():
        got += [s for c in box.collect().scalars for s in c.steps.tolist()]
    filler.join()
    got += [s for c in box.collect().scalars for s in c.steps.tolist()]
    assert got == list(range(total))


def test_the_inbox_gives_everything_that_waits_in_order():
    inbox = Inbox()
    assert inbox.take(0) == [] and not inbox.pending()
    words = [Run(), Tweak({"batch": 3}), Pause()]
    for word in words:
        inbox.put(word)
    assert inbox.pending() and inbox.take(None) == words and not inbox.pending()
    assert inbox.take(0.001) == []


def test_the_inbox_wakes_who_waits_and_knows_the_end():
    inbox, got = Inbox(), []
    waiter = threading.Thread(target=lambda: got.extend(inbox.take(None)))
    waiter.start()
    assert not inbox.stopping
    inbox.put(Stop())
    waiter.join(10)
    assert got == [Stop()] and inbox.stopping


def test_metrics_of_before_are_delivered_once():
    from ganstudio.training.metrics_frames import MetricsFrame

    box = Mailbox()
    box.put_metrics((MetricsFrame(3, ()), MetricsFrame(4, ())))
    assert [f.step for f in box.collect().metrics] == [3, 4]
    assert box.collect().metrics == ()


def test_how_far_a_work_has_come_replaces_how_far_it_had():
    """Reading many files tells of each: the window shows the last it was told of."""
    box = Mailbox()

    def come(what, done):
        box.put_event(Event("progress", 0, "", 0.0, data={"what": what, "done": done}))

    for done in range(100):
        come("data", done)
    come("export", 1)
    box.put_event(Event("note", 0, "", 0.0))
    come("export", 2)
    come("export", 3)
    told = [(e.kind, e.data.get("what"), e.data.get("done")) for e in box.collect().events]
    assert told == [("progress", "data", 99), ("progress", "export", 1), ("note", None, None),
                    ("progress", "export", 3)]
    come("export", 4)  # it was seen in the meantime: the next is news
    assert len(box.collect().events) == 1
