import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.recipe import preset, with_value
from ganstudio.recipe.game import Optimizer, Update
from ganstudio.recipe.schedules import d_steps_at, rate_at, scheduled, sigma_at
from ganstudio.recipe.stabilisers import InstanceNoise


@given(st.floats(0, 10), st.integers(0, 10**9))
def test_a_constant_rate_is_its_own_number_bit_for_bit(lr, step):
    assert rate_at(Optimizer(lr=lr), step) == lr


@pytest.mark.parametrize(("schedule", "middle"), [
    ("linear", 0.55), ("cosine", 0.55), ("exponential", math.sqrt(0.1))])
def test_schedules_begin_whole_and_end_at_their_last_share(schedule, middle):
    settings = Optimizer(lr=2.0, schedule=schedule, steps=100, final=0.1)
    assert rate_at(settings, 0) == 2.0
    assert rate_at(settings, 50) == pytest.approx(2 * middle)
    for step in (100, 1000):
        assert rate_at(settings, step) == pytest.approx(0.2)
    falling = [rate_at(settings, s) for s in range(0, 101, 5)]
    assert falling == sorted(falling, reverse=True)


def test_warm_up_climbs_evenly_to_the_rate():
    settings = Optimizer(lr=1.0, warmup=4)
    assert [rate_at(settings, s) for s in range(6)] == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


def test_an_exponential_fall_to_nothing_goes_on():
    settings = Optimizer(lr=1.0, schedule="exponential", steps=10, final=0)
    assert rate_at(settings, 10) == pytest.approx(0.01)
    assert rate_at(settings, 20) == pytest.approx(0.0001)


def test_noise_fades_as_it_is_told():
    assert sigma_at(InstanceNoise(sigma=0.4), 10**6) == 0.4
    linear = InstanceNoise(sigma=0.4, decay="linear", steps=10)
    assert [sigma_at(linear, s) for s in (0, 5, 10, 11)] == pytest.approx([0.4, 0.2, 0, 0])
    faint = InstanceNoise(sigma=0.4, decay="exponential", steps=10)
    assert sigma_at(faint, 10) == pytest.approx(0.004)


def test_boosted_rounds_are_those_of_the_wgan_code():
    update = Update(k_d=5, boost_k=100)
    boosted = [s for s in range(1100) if d_steps_at(update, s) == 100]
    assert boosted == [*range(25), 500, 1000]
    assert {d_steps_at(update, s) for s in range(25, 500)} == {5}
    assert d_steps_at(Update(k_d=5), 3) == 5
    assert d_steps_at(Update(k_d=5, boost_k=9, boost_every=0), 500) == 5


def test_only_what_differs_from_what_is_set_is_told():
    recipe = preset("ring")
    assert scheduled(recipe, 10) == {}
    recipe = with_value(with_value(recipe, "optimizer_d.schedule", "linear"),
                        "optimizer_d.steps", 100)
    assert scheduled(recipe, 0) == {}
    assert scheduled(recipe, 50) == {"optimizer_d.lr": rate_at(recipe.optimizer_d, 50)}
    boosted = with_value(preset("wgan"), "update.boost_first", 2)
    assert scheduled(boosted, 1)["update.k_d"] == 100 and "update.k_d" not in scheduled(boosted, 3)
