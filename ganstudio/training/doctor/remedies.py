"""What to do about a disease: a few changes of the present recipe, each with its reason.

A remedy is only offered where it would change something and the recipe allows it. Nothing here
changes anything: the person does, by an ordinary edit that can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ganstudio.recipe import Recipe, RecipeError, differences, needs_restart, with_value
from ganstudio.recipe.data import IMAGE_KINDS

MOST = 4
"""Remedies offered for one disease."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """``label`` is what the button says, ``changes`` are field path → value, ``why`` one line.

    ``restart``: takes effect only in a run started afresh.
    """

    label: str
    changes: Mapping[str, Any]
    why: str
    source: str
    restart: bool = False


Offer = Callable[[Recipe], "Remedy | None"]


def remedies(disease: str, recipe: Recipe) -> tuple[Remedy, ...]:
    """The best remedies for a disease from where the recipe stands now, at most ``MOST``."""
    found = []
    for offer in OFFERS.get(disease, ()):
        remedy = offer(recipe)
        remedy = remedy and _checked(remedy, recipe)
        if remedy is not None:
            found.append(remedy)
    return tuple(found[:MOST])


def with_remedy(recipe: Recipe, remedy: Remedy) -> Recipe:
    """The recipe with the remedy's changes.

    Raises:
        RecipeError: the recipe does not allow them.
    """
    for path, value in remedy.changes.items():
        recipe = with_value(recipe, path, value)
    return recipe


def _checked(remedy: Remedy, recipe: Recipe) -> Remedy | None:
    """None where it would change nothing or cannot be; else with its ``restart`` as it is."""
    try:
        changed = with_remedy(recipe, remedy)
    except RecipeError:
        return None
    if not differences(recipe, changed):
        return None
    return Remedy(remedy.label, remedy.changes, remedy.why, remedy.source,
                  bool(needs_restart(recipe, changed)))


# ---- who moves how far -------------------------------------------------------------------------


def _times(path: str, factor: float, words: str, why: str, source: str) -> Offer:
    def offer(recipe: Recipe) -> Remedy | None:
        part, _, name = path.partition(".")
        old = float(getattr(getattr(recipe, part), name))
        new = float(f"{min(old * factor, 10.0):.3g}")
        if not old or (new < 1e-8):
            return None
        return Remedy(f"{words}, to {new:g}", {path: new}, why, source)
    return offer


def _more_d(recipe: Recipe) -> Remedy | None:
    if recipe.update.rule != "alternating" or recipe.update.k_d >= 5:
        return None
    changes: dict[str, Any] = {"update.k_d": 5}
    if recipe.update.k_g > 1:
        changes["update.k_g"] = 1
    return Remedy("Set k_D to 5" + (" and k_G to 1" if len(changes) > 1 else ""), changes,
                  "D takes five steps for each of G's, and so judges the G that there is.",
                  "Goodfellow et al. 2014, Alg. 1; Gulrajani et al. 2017")


def _fewer_d(recipe: Recipe) -> Remedy | None:
    if recipe.update.k_d <= 1:
        return None
    return Remedy("Set k_D to 1", {"update.k_d": 1},
                  "One step of D for each of G's keeps D from running ahead.",
                  "Goodfellow et al. 2014")


def _one_g(recipe: Recipe) -> Remedy | None:
    if recipe.update.k_g <= 1:
        return None
    return Remedy("Set k_G to 1", {"update.k_g": 1},
                  "G must not take several steps against a D that stands still.",
                  "Goodfellow et al. 2014, sec. 3")


def _match_rates(recipe: Recipe) -> Remedy | None:
    g, d = recipe.optimizer_g.lr, recipe.optimizer_d.lr
    if d >= g:
        return None
    new = float(f"{min(10.0, 2 * g):.3g}")
    return Remedy(f"Set D's rate to {new:g}", {"optimizer_d.lr": new},
                  "D's rate is below G's; two time-scales ask for the opposite.",
                  "Heusel et al. 2017 (TTUR)")


# ---- losses and penalties ------------------------------------------------------------------------


def _non_saturating(recipe: Recipe) -> Remedy | None:
    if recipe.loss.kind != "minimax":
        return None
    return Remedy("Swap to the non-saturating loss", {"loss.kind": "non_saturating"},
                  "−log D(G(z)) keeps its slope just where D is sure of a fake.",
                  "Goodfellow et al. 2014, sec. 3")


def _least_squares(recipe: Recipe) -> Remedy | None:
    if recipe.loss.kind not in ("minimax", "non_saturating"):
        return None
    return Remedy("Swap to least squares", {"loss.kind": "least_squares"},
                  "Its slope grows with the distance from the target and does not saturate.",
                  "Mao et al. 2016")


def _r1(recipe: Recipe) -> Remedy | None:
    gamma = 10.0 if recipe.data.kind in IMAGE_KINDS else 1.0
    if recipe.penalty.r1 >= gamma:
        return None
    return Remedy(f"Add R1 with γ {gamma:g}", {"penalty.r1": gamma},
                  "A D that is flat at the data lets the game come to rest there.",
                  "Mescheder et al. 2018")


def _gp(recipe: Recipe) -> Remedy | None:
    if recipe.loss.kind != "wasserstein" or recipe.penalty.gp or recipe.loss.clip:
        return None
    weight = 10.0 if recipe.data.kind in IMAGE_KINDS else 0.1
    return Remedy(f"Add a gradient penalty of {weight:g}", {"penalty.gp": weight},
                  "The Wasserstein loss is only one for a critic whose slope is held.",
                  "Gulrajani et al. 2017")


def _instance_noise(recipe: Recipe) -> Remedy | None:
    if recipe.instance_noise.sigma:
        return None
    return Remedy("Add instance noise of σ 0.1", {"instance_noise.sigma": 0.1},
                  "Noise on all that D sees makes the supports overlap and hides small traits.",
                  "Sønderby et al. 2017; Arjovsky & Bottou 2017")


def _less_noise(recipe: Recipe) -> Remedy | None:
    changes: dict[str, Any] = {}
    if recipe.instance_noise.sigma > 0.02:
        changes["instance_noise.sigma"] = float(f"{recipe.instance_noise.sigma / 10:.3g}")
    if recipe.loss.flip:
        changes["loss.flip"] = 0.0
    if not changes:
        return None
    words = " and ".join(["a tenth of the instance noise"] * ("instance_noise.sigma" in changes)
                         + ["no flipped labels"] * ("loss.flip" in changes))
    return Remedy(words[0].upper() + words[1:], changes,
                  "What D is shown is so disturbed that there is nothing left to learn from.",
                  "Sønderby et al. 2017; Salimans et al. 2016")


def _smooth(recipe: Recipe) -> Remedy | None:
    if recipe.loss.smooth or recipe.loss.kind not in ("minimax", "non_saturating"):
        return None
    return Remedy("Smooth the real labels to 0.9", {"loss.smooth": 0.1},
                  "D is no longer paid for being all too sure of real samples.",
                  "Salimans et al. 2016, sec. 3.4")


# ---- variety ---------------------------------------------------------------------------------


def _pack(recipe: Recipe) -> Remedy | None:
    if recipe.minibatch.pack > 1:
        return None
    return Remedy("Pack 2", {"minibatch.pack": 2},
                  "D sees two samples at once, and so sees that they are too much alike.",
                  "Lin et al. 2018 (PacGAN)")


def _stddev(recipe: Recipe) -> Remedy | None:
    if recipe.minibatch.layer != "none":
        return None
    return Remedy("Give D the minibatch deviation", {"minibatch.layer": "stddev"},
                  "D is told how much the samples of a batch differ.", "Karras et al. 2018")


def _unroll(recipe: Recipe) -> Remedy | None:
    if recipe.update.rule == "unrolled":
        return None
    return Remedy("Unroll D by 5 steps", {"update.rule": "unrolled", "update.unroll_k": 5},
                  "G foresees how D will answer, and gains nothing by hopping.", "Metz et al. 2017")


def _fit_batch(recipe: Recipe) -> Remedy | None:
    if recipe.batch >= 512:
        return None
    new = min(512, 4 * recipe.batch)
    return Remedy(f"Set the batch to {new}", {"batch": new},
                  "A larger batch has less noise in its gradient.", "Brock et al. 2019")


# ---- calm ------------------------------------------------------------------------------------


def _average(recipe: Recipe) -> Remedy | None:
    if recipe.average.decay:
        return None
    return Remedy("Average G's weights (EMA .999)", {"average.decay": 0.999},
                  "The averaged G stands near the middle of the circle; it changes nothing else.",
                  "Yazıcı et al. 2018")


def _no_momentum(recipe: Recipe) -> Remedy | None:
    changes: dict[str, Any] = {}
    for part in ("optimizer_d", "optimizer_g"):
        o = getattr(recipe, part)
        if o.kind == "adam" and o.beta1 > 0:
            changes[f"{part}.beta1"] = 0.0
        elif o.kind == "momentum" and o.momentum > 0:
            changes[f"{part}.momentum"] = 0.0
    if not changes:
        return None
    return Remedy("Take the momentum away", changes,
                  "In a game that turns, momentum carries the players outward.",
                  "Gidel et al. 2019")


def _optimistic(recipe: Recipe) -> Remedy | None:
    if recipe.update.rule == "extragradient":
        return None
    return Remedy("Play by extragradient", {"update.rule": "extragradient"},
                  "A look ahead before each step turns circles into inward spirals.",
                  "Korpelevich 1976; Gidel et al. 2019")


def _slower(recipe: Recipe) -> Remedy | None:
    changes = {f"{part}.lr": float(f"{getattr(recipe, part).lr / 10:.3g}")
               for part in ("optimizer_d", "optimizer_g") if getattr(recipe, part).lr > 1e-7}
    if not changes:
        return None
    return Remedy("Take both rates to a tenth", changes,
                  "Shorter steps stay where the slopes that they follow are true.",
                  "Mescheder et al. 2017, sec. 3")


# ---- networks and data -----------------------------------------------------------------------


def _width(who: str, factor: float, words: str, why: str, source: str) -> Offer:
    def offer(recipe: Recipe) -> Remedy | None:
        new = max(4, min(512, round(getattr(recipe, who).width * factor)))
        return Remedy(f"{words}, to width {new}", {f"{who}.width": new}, why, source)
    return offer


def _larger_d(recipe: Recipe) -> Remedy | None:
    changes: dict[str, Any] = {"discriminator.width": min(512, 2 * recipe.discriminator.width)}
    if recipe.discriminator.kind == "mlp" and recipe.discriminator.depth < 2:
        changes["discriminator.depth"] = 2
    return Remedy("Make D larger", changes, "A D of more units can see what still differs.",
                  "Arora et al. 2017")


def _dropout(recipe: Recipe) -> Remedy | None:
    if recipe.discriminator.dropout:
        return None
    return Remedy("Give D a dropout of 0.3", {"discriminator.dropout": 0.3},
                  "Units that drop out cannot learn single items by heart.",
                  "Srivastava et al. 2014; Goodfellow et al. 2014")


_HALVE_D = _times("optimizer_d.lr", 0.5, "Halve the discriminator's rate",
                  "D gets less far ahead of G.", "Heusel et al. 2017")
_HALVE_G = _times("optimizer_g.lr", 0.5, "Halve the generator's rate",
                  "G changes no faster than D can follow.", "Heusel et al. 2017 (TTUR)")
_TENTH_G = _times("optimizer_g.lr", 0.1, "Take the generator's rate to a tenth",
                  "G changes no faster than D can follow.", "Heusel et al. 2017 (TTUR)")
_SMALL_D = _width("discriminator", 0.5, "Make D smaller",
                  "A D of fewer units cannot learn so many items by heart.", "Karras et al. 2020")
_SMALL_G = _width("generator", 0.5, "Make G smaller",
                  "A G of fewer units cannot store so many items.", "Arora & Zhang 2017")

OFFERS: dict[str, tuple[Offer, ...]] = {
    "vanishing": (_non_saturating, _r1, _instance_noise, _fewer_d, _HALVE_D, _least_squares),
    "lagging": (_match_rates, _more_d, _HALVE_G, _r1),
    "oscillation": (_r1, _gp, _no_momentum, _optimistic, _average, _slower),
    "collapse_total": (_one_g, _TENTH_G, _non_saturating, _pack, _stddev),
    "hopping": (_one_g, _more_d, _HALVE_G, _pack, _unroll),
    "collapse_partial": (_non_saturating, _pack, _stddev, _r1, _unroll),
    "overfit": (_r1, _dropout, _HALVE_D, _SMALL_D, _instance_noise),
    "noise": (_less_noise, _fit_batch, _larger_d, _slower),
    "divergence": (_slower, _no_momentum, _gp, _r1),
    "cue": (_instance_noise, _HALVE_D, _r1, _smooth),
    "memorisation": (_SMALL_G, _instance_noise, _dropout, _r1),
}
