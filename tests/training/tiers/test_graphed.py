"""Rounds replayed as graphs are the eager step's, bit for bit, as far as the CPU can play a GPU."""

import pytest
import tiny
import torch

from ganstudio.recipe import with_value
from ganstudio.training.interrupt import Interrupt
from ganstudio.training.moves import NonFiniteLossError
from ganstudio.training.tiers import graphed
from ganstudio.training.tiers.claims import graph_why_not
from ganstudio.training.tiers.graph_round import GraphRound

from .recorder import CaptureError, CpuRecorder, as_on_a_gpu, on_a_gpu
from .test_equality import LOSSES, MOVES, STEADIED


@pytest.fixture(autouse=True)
def gpu():
    with as_on_a_gpu():
        yield


def pair(**parts):
    """A trainer with graphs and one without."""
    recipe = tiny.recipe(**parts)
    return on_a_gpu(tiny.trainer(recipe)), tiny.trainer(recipe, tier="eager")


def both(trainers, steps):
    fast, eager = trainers
    ours, theirs = fast.advance(steps), eager.advance(steps)
    assert ours.values.tobytes() == theirs.values.tobytes()
    assert tiny.same(fast.state(), eager.state())


def recorded(trainer):
    return trainer.tiers.recorder.recorded


def graph(trainer):
    """Whether the last rounds were replayed."""
    return trainer.tiers.name.startswith("graph")


ALL = {**tiny.ZOO, **tiny.STEADIED, **{f"steadied-{name}": p for name, p in STEADIED.items()}}
QUICK = ("batch-norm-average", "dropout", "clipped-critic", "g-first", "simultaneous", "dcgan",
         "wgan-gp", "labels", "historical", "boosted")


def quick(names, few):
    """Names for a test, of which but a few are in the default run."""
    return [name if name in few else pytest.param(name, marks=pytest.mark.slow) for name in names]


def test_plain_rounds_over_many_epochs():
    trainers = pair()
    both(trainers, 120)
    fast = trainers[0]
    assert fast.tiers.why == "" and len(recorded(fast)) == 1
    assert [s.tier for s in fast.tiers.switches] == ["eager", "graph"]
    assert recorded(fast)[0].replays == 120 - graphed.SETTLED + graphed.COMPARED
    assert fast.epoch > 9


@pytest.mark.parametrize("name", QUICK)
def test_runs_of_every_make(name):
    trainers = pair(**ALL[name])
    both(trainers, 20)
    assert graph(trainers[0])


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_all_that_is_claimed_and_all_that_is_not_over_a_hundred_rounds(name):
    trainers = pair(**ALL[name])
    both(trainers, 110)
    fast = trainers[0]
    if graph_why_not(fast.recipe):
        assert not recorded(fast) and "needs the eager step" in fast.tiers.why
    else:
        assert graph(fast) and sum(each.replays for each in recorded(fast)) > 90


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("moves", MOVES)
def test_every_loss_in_every_order_of_moves(loss, moves):
    trainers = pair(loss={"kind": loss}, update=MOVES[moves], average={"decay": 0.9})
    both(trainers, 40)
    assert graph(trainers[0]) or moves.endswith("g-held")  # an average that cannot begin


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sgd", "momentum", "rmsprop", "adam"])
@pytest.mark.parametrize("moves", MOVES)
def test_every_optimizer_in_every_order_of_moves(kind, moves):
    optimizer = {"kind": kind, "lr": 3e-3}
    trainers = pair(optimizer_d=optimizer, optimizer_g=optimizer, update=MOVES[moves],
                    loss={"clip": 0.05, "historical": 0.1})
    both(trainers, 40)
    assert graph(trainers[0])


def test_bf16_is_recorded_and_labelled():
    trainers = pair(**tiny.DCGAN, machine={"device": "cpu", "threads": 1, "precision": "bf16"})
    both(trainers, 8)
    assert trainers[0].tiers.name == "graph, bf16"


# ---- while it runs ---------------------------------------------------------------------------


def test_what_may_change_with_every_step_needs_no_other_graph():
    trainers = pair(optimizer_d={"schedule": "cosine", "steps": 50, "warmup": 9},
                    optimizer_g={"schedule": "exponential", "steps": 30, "final": 0.1},
                    instance_noise={"sigma": 0.4, "decay": "exponential", "steps": 60},
                    average={"decay": 0.999})
    both(trainers, 60)
    for number in range(4):
        for each in trainers:
            for path in ("optimizer_d.lr", "optimizer_g.lr", "instance_noise.sigma"):
                each.apply(with_value(each.recipe, path, 1e-3 * (number + 1)))
            each.apply(with_value(each.recipe, "average.decay", 0.9 + 0.01 * number))
        both(trainers, 5)
    assert graph(trainers[0]) and len(recorded(trainers[0])) == 1


TWEAKS = [("loss.kind", "hinge"), ("update.k_d", 3), ("penalty.r1", 1.0), ("penalty.r1_every", 3),
          ("optimizer_d.beta1", 0.1), ("batch", 30), ("loss.flip", 0.1), ("penalty.r1", 0.0),
          ("average.decay", 0.9), ("loss.smooth", 0.1), ("update.fresh_noise", False),
          ("loss.clip", 0.1), ("average.decay", 0.0), ("loss.historical", 0.2),
          ("instance_noise.sigma", 0.2), ("loss.historical", 0.0), ("update.train_g", False),
          ("instance_noise.sigma", 0.0), ("update.train_g", True), ("average.decay", 0.5)]


def test_tweaks_of_every_sort_while_it_runs():
    trainers = pair()
    both(trainers, 5)
    for path, value in TWEAKS:
        for each in trainers:
            each.apply(with_value(each.recipe, path, value))
        both(trainers, 4)
    assert graph(trainers[0]) and len(recorded(trainers[0])) > 10


def test_a_change_back_takes_up_the_graph_of_before():
    trainers = pair()
    for value in (0.5, 0.9, 0.5, 0.9):
        for each in trainers:
            each.apply(with_value(each.recipe, "optimizer_d.beta1", value))
        both(trainers, 6)
    assert len(recorded(trainers[0])) == 2


def test_a_slider_that_is_dragged_records_nothing():
    trainers = pair()
    for number in range(20):
        for each in trainers:
            each.apply(with_value(each.recipe, "optimizer_d.beta1", 0.02 * number))
        both(trainers, graphed.SETTLED)
    assert not recorded(trainers[0]) and trainers[0].tiers.why == graphed.PREPARING


def test_no_more_than_so_many_graphs_are_kept(monkeypatch):
    monkeypatch.setattr(graphed, "MOST_KINDS", 2)
    trainers = pair()
    for number in range(5):
        for each in trainers:
            each.apply(with_value(each.recipe, "optimizer_d.beta1", 0.1 * number))
        both(trainers, 5)
    fast = trainers[0].tiers._graphed
    assert len(fast._rounds) == 2 and len(fast._number_of) <= 2
    for each in trainers:
        for path, value in (("r1", 1.0), ("r1_every", 3), ("gp", 0.1), ("gp_every", 4)):
            each.apply(with_value(each.recipe, f"penalty.{path}", value))
    both(trainers, 40)
    assert len(fast._rounds) == 2 and graphed.TOO_MANY in fast._failed.values()


# ---- stopping, going back, failing -------------------------------------------------------------


@pytest.mark.parametrize("name", quick(
    ["wgan-gp", "batch-norm-average", "historical", "instance-noise"], ["historical"]))
def test_a_run_taken_up_elsewhere_and_rewound_is_the_unbroken_one(name):
    fast, eager = pair(**ALL[name])
    start = fast.state()
    fast.advance(30)
    at_30 = fast.state()
    fast.advance(30)
    eager.advance(60)
    assert tiny.same(fast.state(), eager.state())
    for state, left in ((at_30, 30), (start, 60), (at_30, 30)):
        fast.load(state)
        fast.advance(left)
        assert graph(fast) and tiny.same(fast.state(), eager.state())
    other = on_a_gpu(tiny.trainer(fast.recipe))
    other.load(at_30)
    other.advance(30)
    assert graph(other) and tiny.same(other.state(), eager.state())


def test_graphs_are_left_when_what_they_work_on_is_replaced():
    trainers = pair(average={"decay": 0.9}, loss={"flip": 0.1})
    both(trainers, 10)
    for decay in (0.0, 0.9):  # the average ends, and another begins
        for each in trainers:
            each.apply(with_value(each.recipe, "average.decay", decay))
        both(trainers, 10)
    assert graph(trainers[0]) and len(recorded(trainers[0])) == 3


@pytest.mark.parametrize("name", quick(
    [name for name in (*tiny.ZOO, *tiny.STEADIED) if not graph_why_not(tiny.recipe(**ALL[name]))],
    ["batch-norm-average", "labels", "historical"]))
def test_loading_a_state_writes_into_the_tensors_that_are_there(name):
    """All but what a graph does not read, or is asked about before it is replayed."""
    trainer = tiny.trainer(**ALL[name])
    trainer.advance(3)
    state = trainer.state()
    trainer.advance(2)

    def places():
        free = ("batches.", "reading.", "noise.", "layers.", "chance.")
        return {key: t.data_ptr() for key, t in trainer._live_tensors().items()
                if not key.startswith(free)}

    before, streams = places(), trainer.stabilisers.chance.existing()
    trainer.load(state)
    assert places() == before
    after = trainer.stabilisers.chance.existing()
    assert len(after) == len(streams) and all(
        a is b for a, b in zip(after, streams, strict=True))


def test_an_interrupt_is_seen_between_two_replays_and_nothing_is_drawn_ahead():
    fast, eager = pair(update={"k_d": 3}, penalty={"r1": 1.0, "r1_every": 4})
    interrupt = Interrupt()
    fast.advance(30, interrupt)
    for _ in range(3):
        interrupt.set()
        assert len(fast.advance(1000, interrupt).steps) == 1
        interrupt.clear()
        assert len(fast.advance(5, interrupt).steps) == 5
    eager.advance(fast.step)
    assert tiny.same(fast.state(), eager.state())


def test_one_wait_for_a_call_and_none_for_a_round():
    fast, _ = pair()
    fast.advance(30)
    fast.tiers._graphed._seconds = 1e-9  # calls of as many rounds as may be
    waits, replays = fast.tiers.recorder.waits, recorded(fast)[0].replays
    fast.advance(34)  # up to the next copy of the state
    assert recorded(fast)[0].replays == replays + 34
    assert fast.tiers.recorder.waits == waits + 1


def test_no_tape_no_moves_only_replays(monkeypatch):
    fast, _ = pair()
    fast.advance(20)
    for name in ("play", "_real", "_z"):
        monkeypatch.setattr(type(fast), name, lambda *_: pytest.fail("Python made a move"))
    fast.advance(20)


EXPLODES = {
    "loss": {"kind": "wasserstein"},
    "optimizer_d": {"kind": "sgd", "lr": 0.3}, "optimizer_g": {"kind": "sgd", "lr": 0.3},
}


@pytest.mark.parametrize("chunk", [7, 50])
def test_a_loss_that_is_no_number_is_found_at_the_end_of_the_chunk(chunk):
    fast, eager = pair(**EXPLODES)
    eager.looks_late = True
    for trainer in (fast, eager):
        with pytest.raises(NonFiniteLossError) as failure:
            while True:
                trainer.advance(chunk)
        trainer.failure = failure.value.step, failure.value.player, trainer.step
    assert fast.failure == eager.failure and graph(fast)
    assert fast.finished.values.tobytes() == eager.finished.values.tobytes()
    assert tiny.same(fast.state(), eager.state())
    for each in (fast, eager):
        for path in ("optimizer_d.lr", "optimizer_g.lr"):
            each.apply(with_value(each.recipe, path, 1e-4))
    both((fast, eager), 20)
    assert graph(fast)


def test_what_cannot_be_recorded_is_left_to_the_eager_step(monkeypatch):
    from ganstudio.training import trainer as module
    real = module.move_g

    def looks(players, recipe, fake, *rest):
        fake.sum().item()
        return real(players, recipe, fake, *rest)

    monkeypatch.setattr(module, "move_g", looks)
    trainers = pair(loss={"flip": 0.1}, average={"decay": 0.9})
    both(trainers, 20)
    why = trainers[0].tiers.why
    assert "could not be recorded" in why and "not permitted" in why and why.count(".") == 0
    assert trainers[0].tiers.name == "eager" and not recorded(trainers[0])


def test_a_failure_anywhere_in_preparing_leaves_the_run_as_it_was(monkeypatch):
    for name in ("aside", "record"):
        def fails(self, *_):
            raise CaptureError("out of memory")
        with monkeypatch.context() as patch:
            patch.setattr(CpuRecorder, name, fails)
            trainers = pair(**ALL["every-penalty"])
            both(trainers, 20)
        assert trainers[0].tiers.why == "the graph could not be recorded (out of memory)"


def test_one_bit_of_difference_and_it_stays_eager(monkeypatch):
    real = GraphRound.play

    def off(self, trainer, waited):
        weight = trainer.players.weights_g[0].detach().view(-1)
        weight[0] = torch.nextafter(weight[0], torch.tensor(9.0))
        return real(self, trainer, waited)

    monkeypatch.setattr(GraphRound, "play", off)
    trainers = pair()
    both(trainers, 20)
    assert (trainers[0].tiers.name, trainers[0].tiers.why) == ("eager", graphed.DIFFERS)


def test_a_rate_that_runs_under_another_optimizer_stays_eager_until_it_stands():
    trainers = pair(optimizer_d={"kind": "sgd", "warmup": 12})
    both(trainers, 10)
    assert "learning rate" in trainers[0].tiers.why
    both(trainers, 10)
    assert graph(trainers[0])


def test_eager_can_be_asked_for_and_taken_back():
    trainers = pair()
    for wanted, name in (("eager", "eager"), ("auto", "graph"), ("eager", "eager")):
        trainers[0].tiers.wanted = wanted
        both(trainers, 6)
        assert trainers[0].tiers.name == name


def test_without_a_gpu_of_that_make_nothing_is_recorded():
    trainer = tiny.trainer()
    trainer.advance(20)
    assert trainer.tiers.name == "captured" and trainer.tiers._graphed is None
