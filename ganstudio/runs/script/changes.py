"""What was changed while the run trained, as lines of code in the loop."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from ganstudio.recipe import find_field
from ganstudio.runs.script.losses import choice
from ganstudio.runs.script.plan import Change, Plan, ScriptError
from ganstudio.runs.script.stabilisers import PENALTIES, scheduled
from ganstudio.runs.script.text import inside

CONSTANTS = {
    "batch": "BATCH", "loss.clip": "CLIP", "update.k_d": "K_D", "update.k_g": "K_G",
    "update.train_d": "TRAIN_D", "update.train_g": "TRAIN_G",
    "update.fresh_noise": "FRESH_NOISE", "average.decay": "DECAY",
    "instance_noise.sigma": "SIGMA", "optimizer_d.lr": "LR_D", "optimizer_g.lr": "LR_G",
    **{f"penalty.{name}": name.upper() for name in PENALTIES},
}
"""Fields that the script keeps in a variable of its own."""
GROUPS = {"lr": "lr", "momentum": "momentum", "alpha": "alpha", "eps": "eps"}


def changes_text(plan: Plan) -> str:
    """The lines that repeat every change, for the head of the loop; empty without changes."""
    rows: list[str] = []
    current = dict(plan.start)
    for step, group in groupby(plan.changes, key=lambda change: change.step):
        lines = []
        for change in group:
            current[change.path] = change.new
            code = _line(plan, change, current)
            if code:
                lines.append(f"# {_title(plan, change)}: {change.old} → {change.new}\n{code}")
        if lines:
            rows.append(f"if step == {step}:\n" + inside("\n".join(lines)))
    return "\n".join(rows)


def _title(plan: Plan, change: Change) -> str:
    spec = find_field(plan.recipe, change.path)
    whose = {"optimizer_d": "D's ", "optimizer_g": "G's "}.get(change.path.split(".")[0], "")
    title = spec.knob.title if spec else change.path
    return whose + (title[:1].lower() + title[1:] if whose else title)


def _line(plan: Plan, change: Change, current: dict[str, Any]) -> str:
    path, new = change.path, change.new
    head, _, tail = path.partition(".")
    if path == "loss.kind":
        return choice(new)
    if head in ("optimizer_d", "optimizer_g") and not (
            tail == "lr" and scheduled(plan, head[-1])):
        return _optimizer_line(plan, head, tail, current)
    name = CONSTANTS.get(path)
    if name is None:
        raise ScriptError(f"{path} was changed at step {change.step}, which a plain script "
                          "cannot repeat")
    lines = [f"{name} = {new!r}"]
    if path == "loss.clip" and new:
        lines.append("clip_weights()")
    if path == "average.decay" and new and not change.old:
        lines.append("average, averaged = None, 0")
    return "\n".join(lines)


def _optimizer_line(plan: Plan, head: str, tail: str, current: dict[str, Any]) -> str:
    kind = getattr(plan.recipe, head).kind
    group = f"{head}.param_groups[0]"
    if tail in ("beta1", "beta2"):
        pair = f"({current[f'{head}.beta1']!r}, {current[f'{head}.beta2']!r})"
        return f'{group}["betas"] = {pair}' if kind == "adam" else ""
    used = {"adam": ("lr", "eps"), "rmsprop": ("lr", "alpha", "eps"),
            "momentum": ("lr", "momentum"), "sgd": ("lr",)}[kind]
    return f'{group}["{GROUPS[tail]}"] = {current[f"{head}.{tail}"]!r}' if tail in used else ""
