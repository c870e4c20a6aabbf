"""What the recipe's numbers are called in a script: by a name where one helps, else as they are."""

from __future__ import annotations

from ganstudio.recipe import find_field
from ganstudio.recipe.game import WEIGHTED
from ganstudio.runs.script.plan import Plan

PENALTIES = ("gp", "lp", "dragan", "r1", "r2")
LOOKAHEADS = ("lookahead", "lola_foerster", "lola_exact")

_GIVEN = {
    "batch": "BATCH", "loss.clip": "CLIP", "loss.smooth": "SMOOTH", "loss.flip": "FLIP",
    "loss.real_weight": "REAL_WEIGHT",
    "loss.feature_matching": "MATCHING", "loss.historical": "HISTORICAL", "update.k_d": "K_D",
    "update.k_g": "K_G", "update.gamma": "GAMMA", "update.sga_lambda": "BEND",
    "update.unroll_k": "AHEAD", "update.unroll_eta": "ETA", "update.lookahead_eta": "ETA",
    "average.decay": "DECAY", "instance_noise.sigma": "SIGMA", "optimizer_d.lr": "LR_D",
    "optimizer_g.lr": "LR_G", **{f"penalty.{name}": name.upper() for name in PENALTIES},
}
"""Fields that have a name wherever they do something."""
_CHANGING = {
    "loss.clip_before": "CLIP_BEFORE", "loss.adversarial": "ADVERSARIAL",
    "update.boost_k": "BOOST_K", "update.boost_first": "BOOST_FIRST",
    "update.boost_every": "BOOST_EVERY", "update.sga_align": "ALIGN", "update.train_d": "TRAIN_D",
    "update.train_g": "TRAIN_G", "update.fresh_noise": "FRESH_NOISE",
    "instance_noise.decay": "FADING", "instance_noise.steps": "FADED_AFTER",
    **{f"penalty.{name}_every": f"{name.upper()}_EVERY" for name in PENALTIES},
    **{f"optimizer_{player}.{field}": f"{name}_{player.upper()}" for player in "dg"
       for field, name in (("warmup", "WARMUP"), ("schedule", "SCHEDULE"), ("steps", "FALLS_OVER"),
                           ("final", "LAST_SHARE"))},
}
"""Fields that have one only in a run that changes them."""
CONSTANTS = {**_GIVEN, **_CHANGING}
_RULES = {
    **dict.fromkeys(("update.k_d", "update.k_g", "update.boost_k", "update.boost_first",
                     "update.boost_every", "update.fresh_noise"), ("alternating",)),
    "update.gamma": ("consensus",), "update.sga_lambda": ("sga",), "update.sga_align": ("sga",),
    "update.unroll_k": ("unrolled",), "update.unroll_eta": ("unrolled",),
    "update.lookahead_eta": LOOKAHEADS,
}
"""Update rules that a field belongs to, where it is not all of them."""
_PART_OF = {
    "loss.clip_before": "loss.clip", "loss.adversarial": "loss.feature_matching",
    "instance_noise.decay": "instance_noise.sigma", "instance_noise.steps": "instance_noise.sigma",
    "update.boost_first": "update.boost_k", "update.boost_every": "update.boost_k",
    **{f"penalty.{name}_every": f"penalty.{name}" for name in PENALTIES},
}
"""Fields that do nothing while another one is 0."""


def named(plan: Plan, path: str) -> bool:
    """Whether the script has a variable for the field."""
    return (path in _GIVEN or (path in _CHANGING and plan.varies(path))) and _matters(plan, path)


def say(plan: Plan, path: str) -> str:
    """The field's variable, or its value where it has none."""
    return CONSTANTS[path] if named(plan, path) else repr(plan.start[path])


def _matters(plan: Plan, path: str) -> bool:
    update = plan.recipe.update
    if update.rule not in _RULES.get(path, (update.rule,)):
        return False
    if path in ("update.k_d", "update.k_g"):
        return plan.values(path) != [1] or (
            path == "update.k_d" and plan.ever("update.boost_k") and update.unit == "steps")
    if path.startswith("update.boost") and update.unit == "epochs":
        return False
    if path.startswith("optimizer_"):
        player = path[10]
        return scheduled(plan, player) or (path.endswith(".lr") and sometimes_asleep(plan, player))
    if path == "loss.real_weight":
        return plan.values(path) != [1] and any(k in WEIGHTED for k in plan.values("loss.kind"))
    if path in _PART_OF:
        return plan.ever(_PART_OF[path])
    return plan.varies(path) or plan.ever(path)


def scheduled(plan: Plan, player: str) -> bool:
    """Whether the player's learning rate ever goes with the step."""
    kinds = plan.values(f"optimizer_{player}.schedule")
    return not asleep(plan, player) and (
        plan.ever(f"optimizer_{player}.warmup") or kinds != ["constant"])


def by_rule(plan: Plan) -> bool:
    """Whether both players are moved at once by more than their own gradients."""
    return plan.recipe.update.rule not in ("alternating", "simultaneous")


def asleep(plan: Plan, player: str) -> bool:
    """Whether the player is on hold from first to last under such a rule: its rate is 0 then."""
    return by_rule(plan) and not plan.ever(f"update.train_{player}")


def sometimes_asleep(plan: Plan, player: str) -> bool:
    """Whether it is on hold now and then under such a rule."""
    return by_rule(plan) and plan.varies(f"update.train_{player}")


def constants_text(plan: Plan) -> str:
    """The variables with their first values, each with a word on what it is."""
    rows = [(f"{name} = {plan.start[path]!r}", title(plan, path))
            for path, name in CONSTANTS.items() if named(plan, path)]
    width = max(len(row) for row, _ in rows)
    return "\n".join(f"{row:{width}}  # {word}" for row, word in rows)


def title(plan: Plan, path: str) -> str:
    """The field in words."""
    spec = find_field(plan.recipe, path)
    whose = {"optimizer_d": "D's ", "optimizer_g": "G's "}.get(path.split(".")[0], "")
    text = spec.knob.title if spec else path
    plain = len(text) > 1 and text[1].islower()
    return whose + (text[:1].lower() + text[1:] if plain else text)
