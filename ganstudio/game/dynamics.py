"""One toy game, one rule, one start: the path, the eigenvalues and the verdict."""

from __future__ import annotations

from typing import Any

from ganstudio.game.catalogue import RULES
from ganstudio.game.protocol import Rule
from ganstudio.game.rules.make import make_rule
from ganstudio.game.spec import Spec, check_spec
from ganstudio.game.spectrum import update_eigenvalues
from ganstudio.game.toys import Toy, make_toy
from ganstudio.game.verdict import confirmed, linear_verdict, verdict, watch
from ganstudio.game.walk import simulate


def build(spec: Spec) -> tuple[Toy, Rule]:
    """The game, standing at the start, and the rule of a checked specification.

    Raises:
        SpecError: parameters that do not go together.
    """
    return (make_toy(spec.game, spec.game_params).at(*spec.start),
            make_rule(spec.rule, spec.rule_params))


def run_spec(document: dict[str, Any]) -> dict[str, Any]:
    """Play a specification (see ``spec.check_spec``) and judge it; plain data, ready for JSON.

    ``iterates`` holds every place [θ, ψ], start included; it ends early, with ``stopped_at``, where
    the path leaves the finite. ``eigenvalues`` are [re, im] of the update map at the equilibrium on
    the rule's extended state, None where there is no derivative or no known equilibrium.
    ``verdict`` is the run's, over up to 20,000 steps; ``linear`` what the eigenvalues
    say, and ``confirmed`` whether the two agree.

    Raises:
        SpecError: the specification cannot be run; one sentence that says why.
    """
    spec = check_spec(document)
    toy, rule = build(spec)
    path = simulate(toy, rule, spec.start, spec.n_steps)
    eigenvalues = update_eigenvalues(toy, rule)
    linear = None if eigenvalues is None else linear_verdict(eigenvalues)
    text = verdict(watch(toy, rule, spec.start), linear)
    taken = len(path) - 1
    return {
        "game": spec.game, "game_params": dict(spec.game_params),
        "rule": spec.rule, "rule_params": dict(spec.rule_params),
        "start": list(spec.start), "n_steps": spec.n_steps,
        "iterates": path.tolist(),
        "final": path[-1].tolist(),
        "stopped_at": taken if taken < spec.n_steps else None,
        "equilibrium": list(toy.equilibria[0]) if toy.equilibria else None,
        "final_distance": toy.distance(*path[-1].tolist()),
        "eigenvalues": None if eigenvalues is None else [[z.real, z.imag] for z in eigenvalues],
        "spectral_radius": None if linear is None else linear.factor,
        "verdict": text,
        "linear": None if linear is None else {
            "verdict": linear.kind, "factor": linear.factor, "halving_steps": linear.halving,
            "doubling_steps": linear.doubling, "period_steps": linear.period,
            "sentence": linear.sentence()},
        "confirmed": confirmed(text, linear),
        "cost_per_step": RULES[spec.rule].cost,
    }
