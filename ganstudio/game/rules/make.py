"""From a rule's name and parameters to the rule: the one place where the two meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ganstudio.game.catalogue import RULES, Value
from ganstudio.game.protocol import Rule
from ganstudio.game.rules.alternating import Alternating
from ganstudio.game.rules.competitive import Competitive
from ganstudio.game.rules.consensus import Consensus
from ganstudio.game.rules.extragradient import Extragradient, PastExtragradient
from ganstudio.game.rules.implicit import Implicit
from ganstudio.game.rules.lookahead import LookAhead
from ganstudio.game.rules.momentum import Momentum
from ganstudio.game.rules.optimistic import Optimistic
from ganstudio.game.rules.optimizers import Adam, Optimizer, RmsProp, Sgd
from ganstudio.game.rules.sga import Sga
from ganstudio.game.rules.simultaneous import Simultaneous
from ganstudio.game.rules.unrolled import Unrolled
from ganstudio.game.spec import SpecError, check_params

Params = Mapping[str, Any]
Rates = tuple[float, float]


def make_optimizer(kind: str, params: Params) -> Optimizer:
    """SGD, RMSprop or Adam with the parameters named as in the catalogue."""
    if kind == "adam":
        return Adam(params["beta1"], params["beta2"], params["eps"])
    if kind == "rmsprop":
        return RmsProp(params["alpha"], params["eps"])
    return Sgd()


def _scaled(kind: str) -> Callable[[Rates, Optimizer, Params], Rule]:
    """RMSprop or Adam as a rule of its own: simultaneous, alternating or consensus under it."""
    def build(rates: Rates, _: Optimizer, p: Params) -> Rule:
        optimizer = make_optimizer(kind, p)
        if p["alternating"]:
            if p["consensus_gamma"]:
                raise SpecError(f"the rule {kind!r} takes alternating or consensus_gamma, not both")
            return Alternating(rates, optimizer)
        if p["consensus_gamma"]:
            return Consensus(rates, optimizer, p["consensus_gamma"])
        return Simultaneous(rates, optimizer)
    return build


_BUILDERS: dict[str, Callable[[Rates, Optimizer, Params], Rule]] = {
    "simultaneous": lambda r, o, p: Simultaneous(r, o),
    "alternating": lambda r, o, p: Alternating(r, o, p["k_g"], p["k_d"], p["order"]),
    "consensus": lambda r, o, p: Consensus(r, o, p["gamma"]),
    "extragradient": lambda r, o, p: Extragradient(r, o),
    "past_extragradient": lambda r, o, p: PastExtragradient(r),
    "ogda": lambda r, o, p: Optimistic(r, o, p["init"]),
    "sga": lambda r, o, p: Sga(r, o, p["lambda"], p["align"]),
    "competitive": lambda r, o, p: Competitive(r),
    "competitive_linearised": lambda r, o, p: Competitive(r, linearised=True),
    "implicit": lambda r, o, p: Implicit(r),
    "unrolled": lambda r, o, p: Unrolled(r, o, p["k"], p["eta"]),
    "momentum": lambda r, o, p: Momentum(r, p["beta"], p["alternating"]),
    "lookahead": lambda r, o, p: LookAhead(r, o, p["eta"]),
    "lola_foerster": lambda r, o, p: LookAhead(r, o, p["eta"], answer=False, shape=True),
    "lola_exact": lambda r, o, p: LookAhead(r, o, p["eta"], shape=True),
    "rmsprop": _scaled("rmsprop"),
    "adam": _scaled("adam"),
}


def make_rule(name: str, params: Mapping[str, Value]) -> Rule:
    """The update rule called ``name``; ``params`` as in the catalogue, with ``lr`` or both rates.

    Raises:
        SpecError: an unknown rule (the message lists them), parameter or value.
    """
    if name not in RULES:
        raise SpecError(f"there is no rule {name!r}; the rules are {', '.join(RULES)}")
    checked = check_params("rule", RULES[name], params)
    rates = (float(checked["lr_g"]), float(checked["lr_d"]))
    optimizer = make_optimizer(str(checked.get("optimizer", "sgd")), checked)
    return _BUILDERS[name](rates, optimizer, checked)
