"""The part of a script that says what each player minimises."""

from __future__ import annotations

from ganstudio.recipe.game import WEIGHTED
from ganstudio.runs.script.names import named
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.text import block, inside, join

# What D minimises, what G minimises, and a word on each; {w} is where its real term is weighed.
_FORMULAS = {
    "minimax": ("{w}softplus(-real).mean() + softplus(fake).mean()", "-softplus(fake).mean()",
                "The cross-entropy of telling real from fake (Goodfellow et al. 2014).",
                "What D pays for the fakes, G gains."),
    "non_saturating": ("{w}softplus(-real).mean() + softplus(fake).mean()",
                       "softplus(-fake).mean()",
                       "The cross-entropy of telling real from fake (Goodfellow et al. 2014).",
                       "G wants its fakes called real, which pulls even where D is sure."),
    "least_squares": ("({w}(real - 1).square().mean() + fake.square().mean()) * 0.5",
                      "(fake - 1).square().mean() * 0.5",
                      "Real should give 1 and fake 0 (Mao et al. 2016).",
                      "Fakes should give 1."),
    "hinge": ("{w}relu(1 - real).mean() + relu(1 + fake).mean()", "-fake.mean()",
              "D stops caring once it is right by one (Lim & Ye 2017).",
              "D should believe in the fakes, the more the better."),
    "wasserstein": ("fake.mean() - real.mean()", "-fake.mean()",
                    "The gap between the critic's means, to be widened (Arjovsky et al. 2017).",
                    "The gap, to be closed."),
    "relativistic_average": (
        "softplus(fake.mean() - real).mean() + softplus(fake - real.mean()).mean()",
        "softplus(real.mean() - fake).mean() + softplus(real - fake.mean()).mean()",
        "More real than the other side's mean (Jolicoeur-Martineau 2018).",
        "The same with the sides exchanged."),
    "relativistic_paired": (
        "softplus(fake - real).mean()", "softplus(real - fake).mean()",
        "More real than one of the other side (Jolicoeur-Martineau 2018).",
        "The same with the sides exchanged."),
}
COMPARES = ("relativistic_average", "relativistic_paired")
"""Losses in which G's fakes are held against reals."""
# D's loss where it is asked for 1 - smooth on real samples (Salimans et al. 2016).
_SMOOTHED = {
    "least_squares": "{w}((real - {y}).square() * 0.5).mean() + (fake.square() * 0.5).mean()",
    "relativistic_average": "(softplus(real - fake.mean()) - {y} * (real - fake.mean())).mean() "
                            "+ softplus(fake - real.mean()).mean()",
    "relativistic_paired": "(softplus(real - fake) - {y} * (real - fake)).mean()",
}
_SMOOTH_USUAL = "{w}(softplus(real) - {y} * real).mean() + softplus(fake).mean()"
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
_SIDES_USUAL = "{w}{each}(real, true).mean() + {each}(fake, false).mean()"


def compares(plan: Plan) -> bool:
    """Whether G's loss ever looks at real samples."""
    return any(kind in COMPARES for kind in plan.values("loss.kind"))


def always_compares(plan: Plan) -> bool:
    """Whether it always does."""
    return all(kind in COMPARES for kind in plan.values("loss.kind"))


def needs_real(plan: Plan) -> bool:
    """Whether the generator's step ever looks at real samples."""
    return compares(plan) or plan.ever("loss.feature_matching")


def when_real(plan: Plan) -> str:
    """While the script runs: whether G's loss now looks at real samples; empty if it always does.
    """
    if always_compares(plan) or plan.always("loss.feature_matching"):
        return ""
    return " or ".join([*(["COMPARES"] if compares(plan) else []),
                        *(["MATCHING"] if plan.ever("loss.feature_matching") else [])])


def losses_text(plan: Plan) -> str:
    """The functions ``d_loss(real, fake)`` and ``g_loss(fake)`` of logits.

    Where a loss of the run compares, all are ``g_loss(fake, real)``.
    """
    kinds = plan.values("loss.kind")
    flips = [_labels(plan)] if plan.ever("loss.flip") else []
    if len(kinds) == 1:
        return "\n\n\n".join([*flips, _pair(plan, kinds[0], "d_loss", "g_loss")])
    pairs = [_pair(plan, kind, f"{kind}_d", f"{kind}_g") for kind in kinds]
    return "\n\n\n".join([*flips, *pairs, choice(plan, kinds[0])])


def choice(plan: Plan, kind: str) -> str:
    """The lines that take up one of several losses."""
    line = f"d_loss, g_loss = {kind}_d, {kind}_g"
    if not compares(plan) or always_compares(plan):
        return line
    return f"{line}\nCOMPARES = {kind in COMPARES}  # whether G's loss looks at real samples"


def _labels(plan: Plan) -> str:
    """``labels``: what each sample is called, which is wrong now and then."""
    device = ", DEVICE" if plan.device != "cpu" else ""
    off = "" if plan.always("loss.flip") else (
        "    if not FLIP:\n        return real_label, 0.0")
    return f"labels_rng = stream(8{device})\n\n\n" + join(block('''
        def labels(real, fake, real_label):
            """What samples are called, a share of them wrongly (Salimans et al. 2016)."""
        '''), off, inside(block("""
        wrong = [torch.empty_like(x).bernoulli_(FLIP, generator=labels_rng) for x in (fake, real)]
        return real_label * (1 - wrong[1]), wrong[0] * real_label
        """)))


def _pair(plan: Plan, kind: str, d: str, g: str) -> str:
    d_formula, g_formula, d_note, g_note = _FORMULAS[kind]
    arguments = "fake"
    if compares(plan):
        arguments += ", real" if always_compares(plan) else ", real=None"
    g_text = [f"def {g}({arguments}):", f'    """{g_note}"""', f"    return {g_formula}"]
    label = _label(plan, kind)
    weight = "REAL_WEIGHT * " if kind in WEIGHTED and named(plan, "loss.real_weight") else ""
    if plan.ever("loss.flip"):
        each = _SIDES.get(kind, _SIDES_USUAL).replace("{each}", f"{d}_each").replace("{w}", weight)
        if len(each) > 84:
            each = "(" + each.replace(" + ", "\n            + ") + ")"
        return "\n".join([
            f"def {d}_each(x, y):",
            '    """What D pays for logits x; y is 1 for what is called real, 0 for fake."""',
            f"    return {_EACH.get(kind, _EACH_USUAL)}", "", "",
            f"def {d}(real, fake):", f'    """{d_note}"""',
            f"    true, false = labels(real, fake, {label.strip('()')})", f"    return {each}",
            "", "", *g_text])
    if plan.ever("loss.smooth") and kind not in _UNLABELLED:
        d_formula = _SMOOTHED.get(kind, _SMOOTH_USUAL).replace("{y}", label)
        d_note = d_note.split(" (")[0] + ", with smoothed labels (Salimans et al. 2016)."
    d_formula = d_formula.replace("{w}", weight)
    if len(d_formula) > 84:
        d_formula = "(" + d_formula.replace("() + ", "()\n            + ") + ")"
    return "\n".join([f"def {d}(real, fake):", f'    """{d_note}"""', f"    return {d_formula}",
                      "", "", *g_text])


def _label(plan: Plan, kind: str) -> str:
    """What D should say of a real sample."""
    if kind in _UNLABELLED or not plan.ever("loss.smooth"):
        return "1.0"
    return "(1.0 - SMOOTH)"
