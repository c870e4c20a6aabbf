"""The part of a script that moves both players by a rule of its own: one step of both at once."""

from __future__ import annotations

import re

import torch

from ganstudio.nets.build import build_discriminator, build_generator
from ganstudio.runs.script.chance import again_line, draw_line, turn_text
from ganstudio.runs.script.losses import needs_real
from ganstudio.runs.script.past import remember_line
from ganstudio.runs.script.penalties import counted_lines, lazy
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.rule_steps import (
    ALIGNED,
    DETACHED,
    NOTES,
    STEPS,
    STEPS_ALONG,
    solver_text,
)
from ganstudio.runs.script.schedules import blurs
from ganstudio.runs.script.steps import (
    average_globals,
    clip_line,
    d_adds,
    follow_line,
    g_adds,
    if_trained,
    objectives_text,
)
from ganstudio.runs.script.text import block, inside, join

_WEIGHTS = '''
    weights_d, weights_g = list(discriminator.parameters()), list(generator.parameters())
    weights = weights_d + weights_g
    '''
_GRADIENTS = '''
    def gradients(loss_d, loss_g, further=False):
        """Each player's slope by its own weights; ``further``: to be differentiated again."""
        of_d = torch.autograd.grad(loss_d, weights_d, create_graph=further, retain_graph=True)
        return of_d + torch.autograd.grad(loss_g, weights_g, create_graph=further)
    '''
_DOT = '''
    def dot(first, second):
        """The inner product of two lists of tensors."""
        return sum((a * b).sum() for a, b in zip(first, second))
    '''
_MOVE = '''
    def move(slopes):
        """One step of both optimizers."""
        for weight, slope in zip(weights, slopes):
            weight.grad = slope
        optimizer_d.step()
        optimizer_g.step()
    '''
_COPIES = '''
    def copies(weights):
        """The weights as they are now."""
        return [weight.detach().clone() for weight in weights]
    '''
_PUT = '''
    @torch.no_grad()
    def put(weights, values):
        """Set these weights."""
        for weight, value in zip(weights, values):
            weight.copy_(value)
    '''
_SUPPOSE = '''
    class Suppose(nn.Module):
        """Calls any function of D as if D had other weights."""

        def __init__(self):
            super().__init__()
            self.d = discriminator

        def forward(self, function, *samples):
            return function(*samples)


    def suppose(weights, function, *samples):
        """What the function gives for a D with these weights."""
        names = (f"d.{name}" for name, _ in discriminator.named_parameters())
        values = dict(zip(names, weights))
        return torch.func.functional_call(Suppose(), values, (function, *samples))
    '''
_HELPERS = {"gradients": _GRADIENTS, "dot": _DOT, "detached": DETACHED,
            "suppose": _SUPPOSE,
            "steps_along": STEPS_ALONG, "move": _MOVE, "put": _PUT, "copies": _COPIES}
"""Functions that a rule may need, each before those that it calls itself."""

_SHARING = ("extragradient", "past_extragradient", "ogda")
"""Rules that find both losses in one pass through D where they may."""


def rule_text(plan: Plan) -> str:
    """``both_step`` and what it needs."""
    step = _step(plan)
    pieces: list[str] = []
    text = step
    for name, helper in _HELPERS.items():
        if re.search(rf"\b{name}\(", text):
            pieces.insert(0, block(helper))
            text += helper
    if "solve(" in step:
        pieces.append(solver_text(_numbers(plan)))
    memory = {"ogda": "last = None  # the step before",
              "past_extragradient": "half = None  # where the last look ahead led"}
    rule = plan.recipe.update.rule
    return "\n\n\n".join(filter(None, [
        block(_WEIGHTS), turn_text(plan), _losses(plan), *pieces, memory.get(rule, ""), step]))


def _step(plan: Plan) -> str:
    rule = plan.recipe.update.rule
    stays = _staying(plan)
    return join(
        f'def both_step():\n    """{NOTES[rule]}"""',
        inside(join(_globals(plan), clip_line(plan, before=True),
                    *(f"stay_{p} = copies(weights_{p})" for p in stays),
                    _filled(plan, block(STEPS[rule])),
                    *(if_trained(plan, p, "", f"put(weights_{p}, stay_{p})  # on hold")
                      for p in stays),
                    if_trained(plan, "d", remember_line(plan, "discriminator")),
                    if_trained(plan, "g", join(follow_line(plan),
                                               remember_line(plan, "generator"))),
                    counted_lines(plan), f"return {_told(plan)}")))


def _globals(plan: Plan) -> str:
    own = {"ogda": ["last"], "past_extragradient": ["half"]}.get(plan.recipe.update.rule, [])
    names = [*own, *(f"{name}_moves" for name in lazy(plan)),
             *(["average", "averaged"] if average_globals(plan) else [])]
    return f"global {', '.join(names)}" if names else ""


def _staying(plan: Plan) -> str:
    """Players on hold that a rate of 0 does not keep in place: clipped ones, and those that have
    half a step left to take.
    """
    clipped = bool(clip_line(plan))
    last = plan.recipe.update.rule == "ogda"
    return "".join(p for p in "dg" if not plan.always(f"update.train_{p}")
                   and ((p == "d" and clipped) or (last and plan.ever(f"update.train_{p}"))))


def _filled(plan: Plan, body: str) -> str:
    """The rule's step with this run's own lines in it."""
    more = d_adds(plan) or g_adds(plan)
    lines = {
        "{forget}": join(*(f"optimizer_{player}.forget()" for player in "dg" if getattr(
            plan.recipe, f"optimizer_{player}").kind != "sgd")),
        "{draw}": draw_line(plan), "{clip}": clip_line(plan),
        "{first}": f"loss_d, loss_g{', own_d, own_g' if more else ''} = losses(real, noise)",
        "{sign}": "" if plan.values("update.sga_align") == [False] else (
            block(ALIGNED).replace("sign = 1.0 if", "sign = 1.0 if not ALIGN or")
            if plan.varies("update.sga_align") else block(ALIGNED)),
    }
    rows = []
    for line in body.splitlines():
        token = next((token for token in lines if token in line), "")
        if not token:
            rows.append(line)
        elif lines[token]:
            indent = len(line) - len(line.lstrip())
            rows.append(inside(line.strip().replace(token, lines[token]), indent // 4))
    bend = "BEND" if plan.values("update.sga_align") == [False] else "sign * BEND"
    return ("\n".join(rows).replace("{bend}", bend)
            .replace("{again}", f"losses(real, noise){'[:2]' if more else ''}"))


def _told(plan: Plan) -> str:
    own = "own" if d_adds(plan) or g_adds(plan) else "loss"
    return f"{own}_d.detach(), {own}_g.detach()"


def _losses(plan: Plan) -> str:
    """``losses``: of both players, on one batch."""
    note = "Both players' losses on these samples, as functions of all the weights."
    head = f'def losses(real, noise):\n    """{note}"""'
    more = d_adds(plan) or g_adds(plan)
    if not (more or blurs(plan) or again_line(plan) or needs_real(plan)):
        if plan.recipe.update.rule in _SHARING and not plan.ever("loss.smooth"):
            return join(head, inside("r, q = judge(real, generator(noise))\n"
                                     "return d_loss(r, q), g_loss(q)"))
        return join(head, inside("loss_d = d_loss(*judge(real, generator(noise)))\n"
                                 "return loss_d, g_loss(discriminator(generator(noise)))"))
    real = ", real" if needs_real(plan) else ""
    own = ("own_d, ", "own_g, ") if more else ("", "")
    if more:
        head = head.replace("Both players' losses", "What each descends, then its own loss alone,"
                            ).replace(" on these samples,", "")
    again = again_line(plan)
    return join(objectives_text(plan, own=more), "\n", head, inside(join(
        again, f"{own[0]}loss_d = d_objective(real, generator(noise))",
        again, f"{own[1]}loss_g = g_objective(generator(noise){real})",
        f"return loss_d, loss_g{', own_d, own_g' if more else ''}")))


def _numbers(plan: Plan) -> int:
    """How many weights both networks have."""
    recipe = plan.recipe
    rng = torch.Generator()
    networks = (build_generator(recipe.generator, recipe.latent.dim, plan.shape, seed_rng=rng),
                build_discriminator(recipe.discriminator, plan.shape, seed_rng=rng,
                                    minibatch=recipe.minibatch))
    return sum(weight.numel() for network in networks for weight in network.parameters())
