"""The part of a script that says what each player minimises."""

from __future__ import annotations

from ganstudio.runs.script.plan import Plan

# What D minimises, what G minimises, and a word on the two.
_FORMULAS = {
    "minimax": ("softplus(-real).mean() + softplus(fake).mean()", "-softplus(fake).mean()",
                "The game as first stated (Goodfellow et al. 2014)."),
    "non_saturating": ("softplus(-real).mean() + softplus(fake).mean()",
                       "softplus(-fake).mean()",
                       "G wants its fakes called real (Goodfellow et al. 2014)."),
    "least_squares": ("((real - 1).square().mean() + fake.square().mean()) * 0.5",
                      "(fake - 1).square().mean() * 0.5",
                      "Real should give 1 and fake 0 (Mao et al. 2016)."),
    "hinge": ("relu(1 - real).mean() + relu(1 + fake).mean()", "-fake.mean()",
              "D stops caring once it is right by one (Lim & Ye 2017)."),
    "wasserstein": ("fake.mean() - real.mean()", "-fake.mean()",
                    "The gap between the critic's means (Arjovsky et al. 2017)."),
    "relativistic_average": (
        "softplus(fake.mean() - real).mean() + softplus(fake - real.mean()).mean()",
        "softplus(real.mean() - fake).mean() + softplus(real - fake.mean()).mean()",
        "More real than the other side's mean (Jolicoeur-Martineau 2018)."),
    "relativistic_paired": (
        "softplus(fake - real).mean()", "softplus(real - fake).mean()",
        "More real than one of the other side (Jolicoeur-Martineau 2018)."),
}
COMPARES = ("relativistic_average", "relativistic_paired")
"""Losses in which G's fakes are held against reals."""
# D's loss where it is asked for 1 - smooth on real samples (Salimans et al. 2016).
_SMOOTHED = {
    "least_squares": "((real - {y}).square() * 0.5).mean() + (fake.square() * 0.5).mean()",
    "relativistic_average": "(softplus(real - fake.mean()) - {y} * (real - fake.mean())).mean() "
                            "+ softplus(fake - real.mean()).mean()",
    "relativistic_paired": "(softplus(real - fake) - {y} * (real - fake)).mean()",
}
_SMOOTH_USUAL = "(softplus(real) - {y} * real).mean() + softplus(fake).mean()"
_UNLABELLED = ("hinge", "wasserstein")


def compares(plan: Plan) -> bool:
    """Whether G's loss ever looks at real samples."""
    return any(kind in COMPARES for kind in plan.values("loss.kind"))


def losses_text(plan: Plan) -> str:
    """The functions ``d_loss(real, fake)`` and ``g_loss(fake)`` of logits.

    Where a loss of the run compares, all are ``g_loss(fake, real)``.
    """
    kinds = plan.values("loss.kind")
    if len(kinds) == 1:
        return _pair(plan, kinds[0], "d_loss", "g_loss")
    pairs = [_pair(plan, kind, f"{kind}_d", f"{kind}_g") for kind in kinds]
    return "\n\n\n".join([*pairs, choice(kinds[0])])


def choice(kind: str) -> str:
    """The line that takes up one of several losses."""
    return f"d_loss, g_loss = {kind}_d, {kind}_g"


def _pair(plan: Plan, kind: str, d: str, g: str) -> str:
    d_formula, g_formula, note = _FORMULAS[kind]
    smooth = plan.recipe.loss.smooth
    if smooth and kind not in _UNLABELLED:
        d_formula = _SMOOTHED.get(kind, _SMOOTH_USUAL).replace("{y}", repr(1.0 - smooth))
    if len(d_formula) > 84:
        d_formula = "(" + d_formula.replace("() + ", "()\n            + ") + ")"
    arguments = "fake, real" if compares(plan) else "fake"
    return "\n".join([
        f'def {d}(real, fake):', f'    """{note}"""', f"    return {d_formula}", "", "",
        f"def {g}({arguments}):", f"    return {g_formula}"])
