"""What a script cannot tell, in one sentence each."""

from __future__ import annotations

from ganstudio.recipe import find_field
from ganstudio.runs.script.names import CONSTANTS, by_rule
from ganstudio.runs.script.plan import Plan, ScriptError

PARTS = ("data", "latent", "generator", "discriminator", "minibatch", "machine", "version", "name",
         "seed")
"""Parts that only a fresh run can change."""
FIXED = ("update.rule", "update.first", "update.unit", "optimizer_d.kind", "optimizer_g.kind")
"""Fields of other parts of which that is true."""
LIVE = {*CONSTANTS, "loss.kind",
        *(f"optimizer_{player}.{name}" for player in "dg"
          for name in ("momentum", "alpha", "beta1", "beta2", "eps"))}
"""Fields that a script can change on the way."""


def refuse(plan: Plan) -> None:
    """Accept a run that the script can tell in full.

    Raises:
        ScriptError: something in the run has no code here. A script that left it out would be
            wrong, and worse than none.
    """
    rule = plan.recipe.update.rule
    if by_rule(plan) and plan.alone:
        raise ScriptError(f"steps of one player alone beside the update rule {rule!r} are not "
                          "written as a plain script")
    if plan.recipe.machine.precision == "bf16":
        raise ScriptError("bf16 is not written as a plain script; train in float32 for one")
    for path in plan.start:
        head = path.split(".")[0]
        if path in LIVE or head in PARTS or path in FIXED:
            continue
        spec = find_field(plan.recipe, path)
        title = spec.knob.title if spec else path
        raise ScriptError(f"{title} ({path}) is not written as a plain script")
