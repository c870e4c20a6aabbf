"""What a script can tell, and one sentence for what it cannot."""

from __future__ import annotations

from ganstudio.recipe import Recipe, find_field, leaves
from ganstudio.runs.script.plan import Plan, ScriptError

TOLD = ("data", "latent", "generator", "discriminator", "optimizer_d", "optimizer_g", "average",
        "machine", "update", "version", "name", "batch", "seed", "loss.kind", "loss.clip")
"""Parts and fields of the recipe that the script has code for."""
RULES = ("alternating", "simultaneous")
LOSSES = ("minimax", "non_saturating", "least_squares", "hinge", "wasserstein")


def refuse(plan: Plan) -> None:
    """Accept a run that the script can tell in full.

    Raises:
        ScriptError: something in the recipe or its changes has no code here. A script that left
            it out would be wrong, and worse than none.
    """
    rule = plan.recipe.update.rule
    if rule not in RULES:
        raise ScriptError(f"the update rule {rule!r} is not written as a plain script; alternating "
                          "and simultaneous moves are")
    usual = leaves(Recipe())
    for path in plan.start:
        if path.split(".")[0] in TOLD or path in TOLD:
            continue
        if any(value != usual.get(path) for value in plan.values(path)):
            spec = find_field(plan.recipe, path)
            raise ScriptError(f"{spec.knob.title if spec else path} ({path}) is not written as a "
                              "plain script")
    for kind in plan.values("loss.kind"):
        if kind not in LOSSES:
            raise ScriptError(f"the loss {kind!r} is not written as a plain script")
