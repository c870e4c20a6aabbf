"""When the captured step takes over, when it gives way, and what is said about it."""

import threading
import time

import pytest
import tiny
import torch

from ganstudio.recipe import leaves, with_value
from ganstudio.training.interrupt import Interrupt
from ganstudio.training.moves import NonFiniteLossError
from ganstudio.training.tiers import captured, choose
from ganstudio.training.tiers.captured import Captured
from ganstudio.training.tiers.claims import ANY, SOME, why_not
from ganstudio.training.trainer import KEEP_EVERY

EXPLODES = {
    "loss": {"kind": "wasserstein"},
    "optimizer_d": {"kind": "sgd", "lr": 0.3}, "optimizer_g": {"kind": "sgd", "lr": 0.3},
}


def tiers_of(trainer):
    return [(s.step, s.tier) for s in trainer.tiers.switches]


def test_the_first_steps_are_eager_and_the_rest_captured():
    trainer = tiny.trainer()
    trainer.advance(1)
    assert (trainer.tiers.name, trainer.tiers.why) == (
        "eager", "the captured step is being prepared")
    trainer.advance(50)
    assert trainer.tiers.why == ""
    assert tiers_of(trainer) == [(0, "eager"), (2 * choose.REHEARSED, "captured")]


def test_the_first_step_compiles_nothing(monkeypatch):
    monkeypatch.setattr(captured, "compiled", lambda: pytest.fail("compiled"))
    tiny.trainer().advance(choose.REHEARSED)


def test_eager_can_be_had_by_asking():
    trainer = tiny.trainer(tier="eager")
    trainer.advance(20)
    assert (trainer.tiers.name, trainer.tiers.why) == ("eager", "the eager step was asked for")


def test_a_tweak_that_it_cannot_express_drops_to_eager_at_once_and_back():
    trainer, eager = tiny.trainer(), tiny.trainer(tier="eager")
    for value in (0.0, 0.1, 0.0):
        for each in (trainer, eager):
            each.apply(with_value(each.recipe, "loss.flip", value))
        for each in (trainer, eager):
            each.advance(20)
        assert trainer.tiers.name == ("eager" if value else "captured")
        if value:
            assert "lip" in trainer.tiers.why
    assert tiers_of(trainer) == [(0, "eager"), (4, "captured"), (20, "eager"), (40, "captured")]
    assert tiny.same(trainer.state(), eager.state())


def test_another_loss_is_rehearsed_before_it_is_trusted():
    trainer = tiny.trainer()
    trainer.advance(10)
    trainer.apply(with_value(trainer.recipe, "loss.kind", "hinge"))
    trainer.advance(10)
    assert tiers_of(trainer)[2:] == [(10, "eager"), (10 + choose.REHEARSED, "captured")]


def test_an_average_that_begins_and_ends_begins_and_ends_where_it_would():
    trainer, eager = tiny.trainer(), tiny.trainer(tier="eager")
    for decay in (0.0, 0.9, 0.5, 0.0, 0.9):
        for each in (trainer, eager):
            each.apply(with_value(each.recipe, "average.decay", decay))
            each.advance(10)
        assert tiny.same(trainer.state(), eager.state())
    assert trainer.tiers.name == "captured"


def test_one_bit_of_difference_and_it_stays_eager(monkeypatch):
    trainer, eager = tiny.trainer(), tiny.trainer(tier="eager")
    real = Captured.advance

    def off(self, count):
        rows = real(self, count)
        weight = self.trainer.players.weights_g[0].detach().view(-1)
        weight[0] = torch.nextafter(weight[0], torch.tensor(9.0))
        return rows

    monkeypatch.setattr(Captured, "advance", off)
    trainer.advance(20)
    eager.advance(20)
    assert (trainer.tiers.name, trainer.tiers.why) == ("eager", choose.DIFFERS)
    assert tiny.same(trainer.state(), eager.state())


def tweaked(trainer):
    trainer.apply(with_value(trainer.recipe, "optimizer_d.lr", 0.0123))


def one_move_of_g(trainer):
    trainer.advance(1, only="g")


def taken_back(trainer):
    other = tiny.trainer(seed=3, tier="eager")
    other.advance(trainer.step)
    trainer.load(other.state())


@pytest.mark.parametrize("disturb", [tweaked, one_move_of_g, taken_back])
@pytest.mark.parametrize("after", [0, 1])
def test_what_comes_between_the_rehearsal_and_its_judgement_is_no_difference(disturb, after):
    trainer = tiny.trainer()
    trainer.advance(choose.REHEARSED + after)
    disturb(trainer)
    trainer.advance(1)
    disturb(trainer)
    trainer.advance(20)
    assert (trainer.tiers.name, trainer.tiers.why) == ("captured", "")


def test_where_it_cannot_be_compiled_the_run_goes_on_eagerly(monkeypatch):
    def refuse():
        raise OSError("no source")

    monkeypatch.setattr(captured, "compiled", refuse)
    trainer, eager = tiny.trainer(), tiny.trainer(tier="eager")
    trainer.advance(20)
    eager.advance(20)
    assert "no source" in trainer.tiers.why
    assert tiny.same(trainer.state(), eager.state())


def test_a_failure_in_the_program_leaves_a_step_boundary(monkeypatch):
    trainer = tiny.trainer()
    trainer.advance(KEEP_EVERY + 2)
    monkeypatch.setattr(captured, "compiled", lambda: lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        trainer.advance(5)
    assert trainer.step == KEEP_EVERY
    twin = tiny.trainer(tier="eager")
    twin.advance(KEEP_EVERY)
    assert tiny.same(trainer.state(), twin.state())


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_a_loss_that_is_no_number_is_found_at_its_step(chunk):
    ends = []
    for tier in ("auto", "eager"):
        trainer = tiny.trainer(**EXPLODES, tier=tier)
        with pytest.raises(NonFiniteLossError) as failure:
            while True:
                trainer.advance(chunk)
        ends.append((failure.value.step, failure.value.player, trainer.step,
                     trainer.finished.steps.tolist(), trainer.finished.values.tobytes(),
                     trainer.state()))
        assert trainer.tiers.name == ("captured" if tier == "auto" else "eager")
    assert ends[0][:5] == ends[1][:5]
    assert tiny.same(ends[0][5], ends[1][5])


def test_weights_before_the_last_step_are_still_to_be_had():
    trainer, eager = tiny.trainer(), tiny.trainer(tier="eager")
    for each in (trainer, eager):
        each.keep_before = True
        each.advance(30)
    assert trainer.tiers.name == "captured"
    assert torch.equal(trainer.before, eager.before)


@pytest.mark.parametrize("at", [3, 4, 37, 64])
def test_a_run_taken_up_anywhere_is_the_run_that_was_not_left(at):
    whole, first, second = tiny.trainer(), tiny.trainer(), tiny.trainer()
    whole.advance(100)
    first.advance(at)
    second.load(first.state())
    second.advance(100 - at)
    assert second.tiers.name == "captured"
    assert tiny.same(whole.state(), second.state())


def test_a_rehearsal_that_is_broken_off_proves_nothing():
    trainer, eager = tiny.trainer(), tiny.trainer(tier="eager")
    start = trainer.state()
    trainer.advance(choose.REHEARSED + 1)  # half of it
    trainer.load(start)
    trainer.advance(30)
    eager.advance(30)
    assert tiny.same(trainer.state(), eager.state())


def test_no_call_that_nothing_can_stop_is_long():
    """Its length is Pause's."""
    trainer = tiny.trainer()
    trainer.advance(300)
    each = trainer.tiers._captured
    seconds = []
    for _ in range(9):
        begun = time.perf_counter()
        each.advance(each.at_once())
        seconds.append(time.perf_counter() - begun)
    assert sorted(seconds)[4] < 4 * captured.CALL_SECONDS
    asked = []
    assert len(trainer.advance(10_000, lambda: asked.append(1) or True).steps) <= each.at_once() * 4


@pytest.mark.parametrize("changes", [
    {}, {"loss": {"kind": "relativistic_paired"}}, {"update": {"k_d": 3}},
    {"instance_noise": {"sigma": 0.3}},
    {"penalty": {"gp": 0.1, "gp_every": 3, "r1": 1.0}, "update": {"k_d": 2}}])
def test_an_interrupt_ends_a_call_at_the_next_round_and_nothing_is_lost(changes):
    """Epochs of twelve batches, calls of dozens of rounds: what was drawn ahead is given back."""
    recipe = tiny.recipe(**changes)
    trainer, eager = tiny.trainer(recipe), tiny.trainer(recipe, tier="eager")
    interrupt = Interrupt()
    trainer.advance(choose.REHEARSED * 2, interrupt)
    assert trainer.tiers.room(1000, interrupt) > 3 * trainer.tiers.room(1000)
    for _ in range(7):
        interrupt.set()
        assert len(trainer.advance(1000, interrupt).steps) == 1
        interrupt.clear()
        assert len(trainer.advance(5, interrupt).steps) == 5
    assert trainer.tiers.name == "captured"
    eager.advance(trainer.step)
    assert tiny.same(trainer.state(), eager.state())


def test_a_lazy_penalty_is_rehearsed_when_it_is_due():
    """Trusting what was seen without it would trust what nobody has compared."""
    trainer = tiny.trainer(penalty={"r1": 1.0, "r1_every": 7})
    trainer.advance(30)
    assert tiers_of(trainer) == [(0, "eager"), (7 + choose.REHEARSED, "captured")]


def test_an_interrupt_from_another_thread_is_seen_within_a_call():
    trainer, interrupt = tiny.trainer(), Interrupt()
    trainer.advance(40, interrupt)
    each = trainer.tiers._captured
    each.advance(1, interrupt)
    setter = threading.Timer(0.05, interrupt.set)
    setter.start()
    rows, failed = each.advance(100_000, interrupt)  # minutes, if nothing ended it
    setter.join()
    assert failed is None and 0 < len(rows) < 100_000


def test_a_field_that_nobody_has_thought_of_is_refused():
    """Every field that is not listed has to stand at its default."""
    recipe = tiny.recipe()
    unlisted = [p for p in leaves(recipe) if p not in ANY and p not in SOME
                and not p.startswith("data.")]
    tried = 0
    for path in unlisted:
        for value in (True, 2, 0.25, "linear", "batch", "stddev", "epochs"):
            try:
                other = with_value(recipe, path, value)
            except ValueError:
                continue
            if other != recipe and path not in IDLE:
                tried += 1
                assert why_not(other), (path, value)
    assert tried > 10


IDLE = {
    *(f"{net}.pieces" for net in ("generator", "discriminator")),
    "instance_noise.decay", "instance_noise.steps", "minibatch.kernels", "minibatch.size",
    "minibatch.group", "loss.clip_before", "loss.adversarial", "update.boost_first",
    "update.boost_every", "update.gamma", "update.sga_lambda", "update.sga_align",
    "update.unroll_k", "update.unroll_eta", "update.lookahead_eta",
    *(f"optimizer_{who}.{name}" for who in "dg" for name in ("steps", "final")),
}
"""Fields that mean nothing beside the others' values in the tiny recipe."""
