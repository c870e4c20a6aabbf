"""The part of a script that pulls each player towards the mean of where it has been."""

from __future__ import annotations

from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.text import block

_PAST = '''
    past, moves = {}, {}  # the mean of each player's weights, and over how many points


    def pull(network):
        """Add the slope of |w - mean|², times a weight, to the gradients (Salimans et al. 2016)."""
        if network not in past:
            past[network] = [weight.detach().clone() for weight in network.parameters()]
            moves[network] = 1
        for weight, mean in zip(network.parameters(), past[network]):
            weight.grad += {twice!r} * (weight.detach() - mean)


    @torch.no_grad()
    def remember(network):
        """The player has moved: it belongs to its past now."""
        moves[network] += 1
        for weight, mean in zip(network.parameters(), past[network]):
            mean.lerp_(weight, 1.0 / moves[network])
    '''


def past_text(plan: Plan) -> str:
    """``pull`` and ``remember``, for historical averaging."""
    weight = plan.recipe.loss.historical
    return block(_PAST).replace("{twice!r}", repr(2.0 * weight)) if weight else ""


def pull_line(plan: Plan, network: str) -> str:
    """What comes between a player's gradients and its step."""
    return f"pull({network})" if plan.recipe.loss.historical else ""


def remember_line(plan: Plan, network: str) -> str:
    """What comes after its step."""
    return f"remember({network})" if plan.recipe.loss.historical else ""
