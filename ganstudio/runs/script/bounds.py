"""What a script can tell, and one sentence for what it cannot."""

from __future__ import annotations

from ganstudio.recipe import find_field, leaves
from ganstudio.recipe.tree import Recipe
from ganstudio.runs.script.changes import GROUPS
from ganstudio.runs.script.losses import COMPARES
from ganstudio.runs.script.plan import Plan, ScriptError
from ganstudio.runs.script.rules import RULES, refuse_with_rule
from ganstudio.runs.script.stabilisers import PENALTIES, lazy

PARTS = ("data", "latent", "generator", "discriminator", "average", "machine", "version", "name",
         "batch", "seed")
"""Parts that the script tells in full."""
FIELDS = {
    *(f"update.{name}" for name in ("rule", "first", "k_d", "k_g", "unit", "fresh_noise",
                                    "train_d", "train_g", "boost_k", "boost_first",
                                    "boost_every")),
    *(f"optimizer_{player}.{name}" for player in "dg"
      for name in (*GROUPS, "kind", "beta1", "beta2", "schedule", "warmup", "steps", "final")),
    *(f"penalty.{name}{end}" for name in PENALTIES for end in ("", "_every")),
    "loss.kind", "loss.clip", "loss.clip_before", "loss.smooth", "loss.flip",
    "loss.feature_matching", "loss.adversarial", "loss.historical", "instance_noise.sigma",
    "instance_noise.decay", "instance_noise.steps",
    *(f"minibatch.{name}" for name in ("pack", "layer", "kernels", "size", "group")),
}
"""Fields of other parts that it tells."""
STILL = (*(f"loss.{name}" for name in ("clip_before", "smooth", "flip", "feature_matching",
                                        "adversarial", "historical")),
         "instance_noise.decay", "instance_noise.steps",
         *(f"update.boost_{name}" for name in ("k", "first", "every")),
         *(f"optimizer_{player}.{name}" for player in "dg"
           for name in ("schedule", "warmup", "steps", "final")),
         *(f"penalty.{name}_every" for name in PENALTIES))
"""Of these, those that it can only tell where they never change."""
PLAIN_RULES = ("alternating", "simultaneous")
_RULES_OWN = ("update.gamma", "update.sga_lambda", "update.sga_align", "update.unroll_k",
              "update.unroll_eta", "update.lookahead_eta")


def refuse(plan: Plan) -> None:
    """Accept a run that the script can tell in full.

    Raises:
        ScriptError: something in the recipe or its changes has no code here. A script that left
            it out would be wrong, and worse than none.
    """
    rule = plan.recipe.update.rule
    if rule not in (*PLAIN_RULES, *RULES):
        raise ScriptError(f"the update rule {rule!r} is not written as a plain script; "
                          f"{', '.join(PLAIN_RULES + RULES)} are")
    if rule in RULES:
        refuse_with_rule(plan)
    if plan.recipe.machine.precision == "bf16":
        raise ScriptError("bf16 is not written as a plain script; train in float32 for one")
    usual = leaves(Recipe())
    for path in plan.start:
        if path.split(".")[0] in PARTS or path in FIELDS or path in _RULES_OWN:
            continue
        if any(value != usual.get(path) for value in plan.values(path)):
            raise ScriptError(f"{_title(plan, path)} is not written as a plain script")
    if rule == "ogda" and plan.ever("loss.clip"):
        raise ScriptError("the update rule 'ogda' together with clipped weights is not written as "
                          "a plain script")
    lazily = [f"penalty.{name}" for name in lazy(plan)]
    for path in (*STILL, *lazily):
        if plan.varies(path):
            raise ScriptError(f"{_title(plan, path)} was changed while the run trained, which a "
                              "plain script cannot repeat")
    if len({kind in COMPARES for kind in plan.values("loss.kind")}) > 1:
        raise ScriptError("the run went between a relativistic loss and another, which a plain "
                          "script cannot repeat")
    if rule == "simultaneous" and any(plan.varies(path) for path in _PLAIN):
        raise ScriptError("a loss or penalty was switched while both players moved at once, which "
                          "a plain script cannot repeat")


_PLAIN = ("loss.kind", "instance_noise.sigma", *(f"penalty.{name}" for name in PENALTIES))


def _title(plan: Plan, path: str) -> str:
    spec = find_field(plan.recipe, path)
    return f"{spec.knob.title if spec else path} ({path})"
