"""What was changed while the run trained, as lines of code in the loop."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from ganstudio.runs.script.losses import choice
from ganstudio.runs.script.names import CONSTANTS, asleep, named, title
from ganstudio.runs.script.penalties import lazy
from ganstudio.runs.script.plan import Change, Plan
from ganstudio.runs.script.text import inside

GROUPS = {"lr": "lr", "momentum": "momentum", "alpha": "alpha", "eps": "eps"}
"""Settings that torch's optimizers keep by these names."""
_USED = {"adam": ("lr", "eps"), "rmsprop": ("lr", "alpha", "eps"), "momentum": ("lr", "momentum"),
         "sgd": ("lr",)}


def changes_text(plan: Plan) -> str:
    """The lines that repeat every change, for the head of the loop; empty without changes."""
    rows: list[str] = []
    current = dict(plan.start)
    for step, group in groupby(plan.changes, key=lambda change: change.step):
        lines = []
        for change in _net(step, group, current):
            current[change.path] = change.new
            code = _line(plan, change, current)
            if code:
                lines.append(f"# {title(plan, change.path)}: {change.old} → {change.new}\n{code}")
        if lines:
            rows.append(f"if step == {step}:\n" + inside("\n".join(lines)))
    return "\n".join(rows)


def _net(step: int, group: Iterable[Change], current: dict[str, Any]) -> list[Change]:
    """What several changes at one step come to."""
    last = {change.path: change.new for change in group}
    return [Change(step, path, current[path], new) for path, new in last.items()
            if new != current[path]]


def _line(plan: Plan, change: Change, current: dict[str, Any]) -> str:
    path, new = change.path, change.new
    head, _, tail = path.partition(".")
    if path == "loss.kind":
        return choice(plan, new)
    if named(plan, path):
        return "\n".join([f"{CONSTANTS[path]} = {new!r}", *_beside(plan, change)])
    if head.startswith("optimizer_"):
        return _optimizer_line(plan, head, tail, current)
    return ""  # it has no effect in this run


def _beside(plan: Plan, change: Change) -> list[str]:
    """What else happens when the field takes its new value."""
    head, _, name = change.path.partition(".")
    if change.path == "loss.clip" and change.new:
        return ["clip_weights()"]
    if change.path == "average.decay" and change.new and not change.old:
        return ["average, averaged = None, 0"]
    if change.path == "loss.historical" and not change.new:
        return ["past.clear()", "moves.clear()"]
    if head == "penalty" and name in lazy(plan) and not change.new:
        return [f"{name}_moves = 0"]
    return []


def _optimizer_line(plan: Plan, head: str, tail: str, current: dict[str, Any]) -> str:
    kind = getattr(plan.recipe, head).kind
    group = f"{head}.param_groups[0]"
    if tail in ("beta1", "beta2"):
        pair = f"({current[f'{head}.beta1']!r}, {current[f'{head}.beta2']!r})"
        return f'{group}["betas"] = {pair}' if kind == "adam" else ""
    if tail not in _USED[kind] or (tail == "lr" and asleep(plan, head[-1])):
        return ""
    return f'{group}["{GROUPS[tail]}"] = {current[f"{head}.{tail}"]!r}'
