"""What the faster tiers can express; everything else stays with the eager one."""

from __future__ import annotations

from typing import Any

from ganstudio.recipe import Recipe, field_applies, find_field, leaves, sections
from ganstudio.recipe.fields import FieldSpec
from ganstudio.recipe.game import PLAIN_RULES

ANY = frozenset({
    "version", "name", "seed", "batch", "average.decay", "loss.clip", "loss.smooth",
    "loss.real_weight",
    "instance_noise.sigma", "instance_noise.decay", "instance_noise.steps",
    "generator.depth", "generator.width", "generator.slope", "generator.init",
    "generator.init_std", "generator.out", "discriminator.depth", "discriminator.width",
    "discriminator.slope", "discriminator.init", "discriminator.init_std",
    "update.first", "update.k_d", "update.k_g", "update.fresh_noise", "update.train_d",
    "update.train_g",
    *(f"optimizer_{who}.{name}" for who in "dg"
      for name in ("kind", "lr", "momentum", "alpha", "beta1", "beta2", "eps",
                   "schedule", "warmup", "steps", "final")),
    *(f"penalty.{name}{tail}" for name in ("gp", "lp", "dragan", "r1", "r2")
      for tail in ("", "_every")),
    "latent.kind", "latent.dim", "machine.device", "machine.threads",
})
"""Fields whose every value the program knows (or need not know)."""

SOME: dict[str, tuple[Any, ...]] = {
    "generator.kind": ("mlp",), "discriminator.kind": ("mlp",),
    "generator.activation": ("relu", "leaky_relu", "tanh", "silu"),
    "discriminator.activation": ("relu", "leaky_relu", "tanh", "silu"),
    "loss.kind": ("minimax", "non_saturating", "least_squares", "hinge", "wasserstein",
                  "relativistic_average", "relativistic_paired"),
    "update.rule": ("alternating", "simultaneous"),
    "machine.precision": ("float32", "float64"),
}
"""Fields of which it knows these values."""


def why_not(recipe: Recipe) -> str:
    """One sentence why the captured step cannot take this recipe's steps; empty where it can.

    A field that is not listed above must have its default, unless it is idle. So a field that is
    added to the recipe is refused, once it is switched on, until somebody lists it here.
    """
    for path, value in leaves(recipe).items():
        if path in ANY or path.startswith("data."):
            continue
        spec = find_field(recipe, path)
        if path in SOME:
            known = value in SOME[path]
        else:
            known = spec is not None and (value == spec.default
                                          or not field_applies(recipe, spec))
        if not known:
            return f"{_name(recipe, path, spec, value)} needs the eager step"
    return ""


def graph_why_not(recipe: Recipe) -> str:
    """One sentence why a graph cannot take this recipe's rounds; empty where it can.

    A graph repeats the eager step's own work, so all that is one sequence of operations can be
    had: any network, loss, penalty and optimizer. Other rules draw seeds that Python must see.
    """
    update = recipe.update
    for path, fits in (("update.rule", update.rule in PLAIN_RULES),
                       ("update.unit", update.unit == "steps" or update.rule != "alternating")):
        if not fits:
            spec, value = find_field(recipe, path), dict(leaves(recipe))[path]
            return f"{_name(recipe, path, spec, value)} needs the eager step"
    return ""


def _name(recipe: Recipe, path: str, spec: FieldSpec | None, value: Any) -> str:
    head = path.partition(".")[0]
    part = next((s.title for s in sections(recipe) if s.path == head), "")
    if spec is None:
        return f"{part or path} ({value})"
    shown = dict(spec.knob.choices).get(str(value), "" if value is True else str(value))
    title = f"{part}: {spec.knob.title}" if part else spec.knob.title
    return f"{title} ({shown})" if shown else title
