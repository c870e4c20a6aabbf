"""The part of a script that pulls each player towards the mean of where it has been."""

from __future__ import annotations

from ganstudio.runs.script.names import by_rule
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.text import block, inside

_BEGIN = '''
    past, moves = {}, {}  # the mean of each player's weights, and over how many points


    def mean_of(network):
        """Where the player has been on average; at first that is where it is."""
        if network not in past:
            past[network] = [weight.detach().clone() for weight in network.parameters()]
            moves[network] = 1
        return past[network]
    '''
_PULL = '''
    def pull(network):
        """Add the slope of |w - mean|², weighted, to the gradients (Salimans et al. 2016)."""
        for weight, mean in zip(network.parameters(), mean_of(network)):
            weight.grad += 2 * HISTORICAL * (weight.detach() - mean)
    '''
_AWAY = '''
    def away(network):
        """|w - mean|², how far the player is from its past (Salimans et al. 2016)."""
        return sum((weight - mean).square().sum() for weight, mean in
                   zip(network.parameters(), mean_of(network)))
    '''
_REMEMBER = '''
    @torch.no_grad()
    def remember(network):
        """The player has moved: it belongs to its past now."""
        mean_of(network)
        moves[network] += 1
        for weight, mean in zip(network.parameters(), past[network]):
            mean.lerp_(weight, 1.0 / moves[network])
    '''


def past_text(plan: Plan) -> str:
    """What historical averaging needs; empty without it."""
    if not plan.ever("loss.historical"):
        return ""
    return "\n\n\n".join(map(block, (_BEGIN, _AWAY if by_rule(plan) else _PULL, _REMEMBER)))


def _while_on(plan: Plan, text: str) -> str:
    if not plan.ever("loss.historical"):
        return ""
    return text if plan.always("loss.historical") else f"if HISTORICAL:\n{inside(text)}"


def pull_line(plan: Plan, network: str) -> str:
    """What comes between a player's gradients and its step."""
    return _while_on(plan, f"pull({network})")


def away_line(plan: Plan, network: str) -> str:
    """What a player's loss gets, where its loss itself must have it."""
    return _while_on(plan, f"loss = loss + HISTORICAL * away({network})")


def remember_line(plan: Plan, network: str) -> str:
    """What comes after its step."""
    return _while_on(plan, f"remember({network})")
