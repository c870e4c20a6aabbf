"""Settings that are legal together and yet work against each other, each with the reason why."""

from __future__ import annotations

from collections.abc import Iterator

from ganstudio.recipe.data import IMAGE_KINDS
from ganstudio.recipe.game import LABELLED, WEIGHTED
from ganstudio.recipe.reach import reach
from ganstudio.recipe.tree import Recipe

PENALTY_NAMES = {"gp": "the gradient penalty", "lp": "the one-sided penalty", "dragan": "DRAGAN",
                 "r1": "R1", "r2": "R2"}
TOWARDS_ONE = ("gp", "lp", "dragan")
"""Penalties that bound D's slope rather than flatten it."""


def warnings(recipe: Recipe) -> tuple[str, ...]:
    """One sentence for each contradiction; none where all is well. Nothing is forbidden by them."""
    return (*_about_slopes(recipe), *_about_company(recipe), *_about_labels(recipe),
            *_about_weight(recipe), *_about_output(recipe), *_about_moves(recipe),
            *_about_precision(recipe))


def _on(recipe: Recipe) -> list[str]:
    """The penalties that have a weight."""
    return [name for name in PENALTY_NAMES if getattr(recipe.penalty, name)]


def _listed(names: list[str]) -> str:
    """The penalties in words, the first capital."""
    words = " and ".join(PENALTY_NAMES[name] for name in names)
    return words[0].upper() + words[1:]


def _about_slopes(recipe: Recipe) -> Iterator[str]:
    d, loss, on = recipe.discriminator, recipe.loss, _on(recipe)
    if on and d.norm == "batch":
        verb = "needs" if len(on) == 1 else "need"
        yield (f"{_listed(on)} {verb} the slope at each sample by itself, and batch norm in D "
               "mixes the batch: use layer norm or none in D instead.")
    if d.norm == "spectral" and loss.clip:
        yield ("Spectral norm already bounds each layer of D, and it divides by the size that "
               "clipping takes away: clipping D's weights changes little but their direction; "
               "use one of the two.")
    if loss.clip and any(name in on for name in TOWARDS_ONE):
        yield ("Clipped weights keep D's slope far below the one that the penalty asks for, so "
               "the two pull against each other: set the clipping or the penalty to 0.")
    if d.norm == "spectral" and any(name in on for name in ("gp", "dragan")):
        yield ("Spectral norm keeps D's slope at or below one, often far below, and the penalty "
               "pulls it up to one again: use one of the two, or the one-sided penalty.")
    if loss.kind == "wasserstein" and not (loss.clip or d.norm == "spectral" or on):
        yield ("Nothing bounds the slope of the Wasserstein critic, so its loss can fall for ever: "
               "give it a gradient penalty, spectral norm or clipped weights.")
    held = [name for name in TOWARDS_ONE if name in on]
    if len(held) > 1:
        yield (f"{_listed(held)} hold D's slope to the same bound at different points: one of "
               "them is usually enough.")


def _about_company(recipe: Recipe) -> Iterator[str]:
    company, on = recipe.minibatch, _on(recipe)
    if on and company.layer != "none":
        layer = ("Minibatch discrimination" if company.layer == "discrimination"
                 else "Minibatch standard deviation")
        verb = "measures" if len(on) == 1 else "measure"
        yield (f"{layer} makes D's answer to a sample depend on its batch, so {_listed(on)} "
               f"{verb} more than the slope at each sample: use packing instead, or no penalty."
               ).replace("so The", "so the")
    packs = recipe.batch // company.pack
    if company.layer != "none" and packs < 2:
        yield ("D sees one input at a time, so its minibatch layer has no company to compare: use "
               "a larger batch.")
    elif company.layer == "stddev" and packs % company.group:
        yield (f"Groups of {company.group} do not divide the {packs} inputs of a batch, so "
               "smaller groups are taken: choose a group that divides them.")
    if company.pack > 1 and recipe.discriminator.norm == "batch" and packs < 8:
        yield (f"Batch norm in D has only {packs} packs to take its statistics from: use a larger "
               "batch or another normalisation.")


def _about_labels(recipe: Recipe) -> Iterator[str]:
    loss = recipe.loss
    if loss.smooth and loss.kind not in LABELLED:
        name = "Wasserstein" if loss.kind == "wasserstein" else loss.kind
        yield (f"The {name} loss asks D for no label, so label smoothing does nothing: choose a "
               "loss with labels, or set it to 0.")
    if loss.flip == 0.5:
        yield ("With half of the labels flipped D is told nothing at all about what is real: use "
               "a smaller share.")
    if loss.smooth and loss.flip and loss.flip < 0.5:
        yield ("Smoothing and flipping both keep D from being sure, and together D rests at "
               f"{loss.rest:.3g} where real and fake are alike: one of them is usually "
               "enough.")
    noise = recipe.instance_noise
    if noise.sigma and noise.decay == "none":
        yield ("Instance noise that never fades makes the generator aim at the blurred data: let "
               "it fade in the end.")


def _about_weight(recipe: Recipe) -> Iterator[str]:
    loss = recipe.loss
    if loss.real_weight == 1:
        return
    if loss.kind not in WEIGHTED:
        name = "Wasserstein" if loss.kind == "wasserstein" else loss.kind.replace("_", " ")
        yield (f"The {name} loss has no term of the real samples alone, so its weight does "
               "nothing: choose another loss, or set it to 1.")
    elif loss.kind == "hinge":
        yield ("Under the hinge loss an uneven weight takes D to the edge of its margin where real "
               "and fake are alike, in place of leaving it undecided: set the weight to 1.")
    elif loss.smooth and loss.real_weight < 1:
        yield ("Smoothed labels and a light real term both lower what D says of real samples, and "
               f"together D rests at {loss.rest:.3g} where real and fake are alike: one of them is "
               "usually enough.")


def _about_output(recipe: Recipe) -> Iterator[str]:
    g, far = recipe.generator, reach(recipe.data)
    if g.kind != "mlp" or g.out != "tanh" or recipe.data.kind in IMAGE_KINDS:
        return
    if recipe.data.kind == "points" and recipe.data.standardise:
        yield ("G's tanh keeps its points within ±1, and standardised columns go beyond it: choose "
               "a linear output.")
    elif far is not None and far > 1:
        yield (f"G's tanh keeps its points within ±1, and the data go as far as {far:.3g}: make "
               "the data smaller, or choose a linear output.")


def _about_moves(recipe: Recipe) -> Iterator[str]:
    update = recipe.update
    if update.boost_k and update.unit == "epochs":
        yield ("Boosted rounds count steps, and this run's turns are counted in epochs, so "
               "none is boosted.")
    if update.boost_k and update.boost_k < update.k_d:
        yield (f"A boosted round has {update.boost_k} D steps, fewer than the {update.k_d} of any "
               "other: raise it above them.")
    for side, settings in (("D", recipe.optimizer_d), ("G", recipe.optimizer_g)):
        if settings.schedule != "constant" and settings.warmup >= settings.steps:
            yield (f"{side}'s rate is still warming up when its schedule is over: shorten the "
                   "warm-up or lengthen the schedule.")
    if recipe.loss.clip and recipe.loss.kind not in ("wasserstein", "hinge"):
        yield ("Clipped weights were meant for the Wasserstein critic; under this loss they keep D "
               "from ever being sure.")


def _about_precision(recipe: Recipe) -> Iterator[str]:
    if recipe.machine.precision == "bf16" and recipe.data.kind not in IMAGE_KINDS:
        yield ("bf16 keeps 8 binary digits of a number, so generated points fall on a coarse "
               "lattice: use float32 for points.")
