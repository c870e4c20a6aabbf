"""The floor counts the products that a round cannot do without."""

from ganstudio.bench.floor import products
from ganstudio.bench.recipes import points_recipe, small_games
from ganstudio.recipe import with_value
from ganstudio.training.tiers.claims import why_not


def flops(recipe):
    return sum(2 * n * k * m for n, k, m in products(recipe, 2))


def test_the_products_of_a_round_by_hand():
    recipe = with_value(points_recipe(10), "generator.depth", 0)
    recipe = with_value(recipe, "discriminator.depth", 0)
    # G 2→2 and D 2→1 without hidden layers, batch 10
    assert sorted(products(recipe, 2)) == sorted([
        (10, 2, 2), (10, 2, 2),             # fakes for D and, afresh, for G
        (20, 2, 1), (1, 20, 2),             # D on both, its gradient
        (10, 2, 1), (10, 1, 2), (2, 10, 2)])  # D on fakes, back through it, G's gradient


def test_it_grows_with_batch_and_moves():
    assert flops(points_recipe(256)) == 4 * flops(points_recipe(64))
    assert flops(with_value(points_recipe(64), "update.k_d", 3)) > 2 * flops(points_recipe(64))
    shared = with_value(points_recipe(64), "update.fresh_noise", False)
    assert flops(shared) < flops(points_recipe(64))


def test_the_small_games_are_captured():
    for recipe in small_games().values():
        assert why_not(recipe) == ""
