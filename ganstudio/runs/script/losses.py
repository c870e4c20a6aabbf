"""The part of a script that says what each player minimises."""

from __future__ import annotations

from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.text import block

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
# What D pays for the logit x of one sample that is called y (1 real, 0 fake).
_EACH = {"least_squares": "(x - y).square() * 0.5", "hinge": "relu(1 - (2 * y - 1) * x)",
         "wasserstein": "-(2 * y - 1) * x"}
_EACH_USUAL = "softplus(x) - y * x"
# The two sides of D's loss in terms of it.
_SIDES = {
    "relativistic_average": "{each}(real - fake.mean(), true).mean() + "
                            "{each}(fake - real.mean(), false).mean()",
    "relativistic_paired": "{each}(real - fake, true).mean()",
}
_SIDES_USUAL = "{each}(real, true).mean() + {each}(fake, false).mean()"


def compares(plan: Plan) -> bool:
    """Whether G's loss ever looks at real samples."""
    return any(kind in COMPARES for kind in plan.values("loss.kind"))


def losses_text(plan: Plan) -> str:
    """The functions ``d_loss(real, fake)`` and ``g_loss(fake)`` of logits.

    Where a loss of the run compares, all are ``g_loss(fake, real)``.
    """
    kinds = plan.values("loss.kind")
    flips = [_labels(plan)] if plan.recipe.loss.flip else []
    if len(kinds) == 1:
        return "\n\n\n".join([*flips, _pair(plan, kinds[0], "d_loss", "g_loss")])
    pairs = [_pair(plan, kind, f"{kind}_d", f"{kind}_g") for kind in kinds]
    return "\n\n\n".join([*flips, *pairs, choice(kinds[0])])


def needs_real(plan: Plan) -> bool:
    """Whether the generator's step looks at real samples."""
    return compares(plan) or plan.recipe.loss.feature_matching > 0


def _labels(plan: Plan) -> str:
    """``labels``: what each sample is called, which is wrong now and then."""
    flip = plan.recipe.loss.flip
    device = ", DEVICE" if plan.device != "cpu" else ""
    return f"labels_rng = stream(8{device})\n\n\n" + block(f'''
        def labels(real, fake, real_label):
            """What samples are called; a share of {flip!r} wrongly (Salimans et al. 2016)."""
            wrong = [torch.empty_like(x).bernoulli_({flip!r}, generator=labels_rng)
                     for x in (fake, real)]
            return real_label * (1 - wrong[1]), wrong[0] * real_label
        ''')


def choice(kind: str) -> str:
    """The line that takes up one of several losses."""
    return f"d_loss, g_loss = {kind}_d, {kind}_g"


def _pair(plan: Plan, kind: str, d: str, g: str) -> str:
    d_formula, g_formula, note = _FORMULAS[kind]
    smooth = plan.recipe.loss.smooth
    arguments = "fake, real" if compares(plan) else "fake"
    g_text = [f"def {g}({arguments}):", f"    return {g_formula}"]
    if plan.recipe.loss.flip:
        label = 1.0 if kind in _UNLABELLED else 1.0 - smooth
        each = _SIDES.get(kind, _SIDES_USUAL).replace("{each}", f"{d}_each")
        if len(each) > 84:
            each = "(" + each.replace(" + ", "\n            + ") + ")"
        return "\n".join([
            f"def {d}_each(x, y):  # y is 1 for what is called real, 0 for fake",
            f"    return {_EACH.get(kind, _EACH_USUAL)}", "", "",
            f"def {d}(real, fake):", f'    """{note}"""',
            f"    true, false = labels(real, fake, {label!r})", f"    return {each}", "", "",
            *g_text])
    if smooth and kind not in _UNLABELLED:
        d_formula = _SMOOTHED.get(kind, _SMOOTH_USUAL).replace("{y}", repr(1.0 - smooth))
    if len(d_formula) > 84:
        d_formula = "(" + d_formula.replace("() + ", "()\n            + ") + ")"
    return "\n".join([f'def {d}(real, fake):', f'    """{note}"""', f"    return {d_formula}",
                      "", "", *g_text])
