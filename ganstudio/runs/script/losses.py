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
}


def losses_text(plan: Plan) -> str:
    """The functions ``d_loss(real, fake)`` and ``g_loss(fake)`` of logits."""
    kinds = plan.values("loss.kind")
    if len(kinds) == 1:
        return _pair(kinds[0], "d_loss", "g_loss")
    pairs = [_pair(kind, f"{kind}_d", f"{kind}_g") for kind in kinds]
    return "\n\n\n".join([*pairs, choice(kinds[0])])


def choice(kind: str) -> str:
    """The line that takes up one of several losses."""
    return f"d_loss, g_loss = {kind}_d, {kind}_g"


def _pair(kind: str, d: str, g: str) -> str:
    d_formula, g_formula, note = _FORMULAS[kind]
    return block(f'''
        def {d}(real, fake):
            """{note}"""
            return {d_formula}


        def {g}(fake):
            return {g_formula}
        ''')
