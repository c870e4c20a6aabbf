"""The part of a script that lets D pay for its slope."""

from __future__ import annotations

from ganstudio.runs.script.names import PENALTIES, by_rule, say
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.text import WIDTH, block, inside, join

SLOPES = '''
    def slopes(points):
        """D's gradient at each point, in a form that can itself be differentiated."""
        at = {at}
        (gradient,) = torch.autograd.grad({critic}(at).sum(), at, create_graph=True)
        return gradient.flatten(1)
    '''
# Beside turns no gradient reaches G through a penalty; a rule that looks further needs it.
DATA = "points.detach().requires_grad_()"
EITHER = "points if points.requires_grad else points.detach().requires_grad_()"
STEEPNESS = '''
    def steepness(points):
        """How long that gradient is."""
        return torch.linalg.vector_norm(slopes(points), dim=1)
    '''
MIXED = '''
    def mixed(real, fake):
        """Points between real and fake ones, one share for each pair."""
        share = torch.empty(len(real), {ones}{where}).uniform_(generator=penalty_rng)
        return share * real + (1.0 - share) * fake
    '''
FORMULAS = {
    "gp": ("real, fake", "(steepness(mixed(real, fake)) - 1.0).square().mean()",
           "Hold D's slope at one (WGAN-GP, Gulrajani et al. 2017)."),
    "lp": ("real, fake", "relu(steepness(mixed(real, fake)) - 1.0).square().mean()",
           "Hold D's slope below one (WGAN-LP, Petzka et al. 2018)."),
    "dragan": ("real", "(steepness(real + 0.5 * real.std(correction=0) * noise) - 1.0)"
                       ".square().mean()",
               "Hold D's slope at one around the data (Kodali et al. 2017)."),
    "r1": ("real", "slopes(real).square().sum(1).mean() * 0.5",
           "Let D be flat at the data (Mescheder et al. 2018)."),
    "r2": ("fake", "slopes(fake).square().sum(1).mean() * 0.5",
           "Let D be flat at the fakes (Mescheder et al. 2018)."),
}
DRAWING = ("gp", "lp", "dragan")
"""Those that draw random numbers."""


def used(plan: Plan) -> list[str]:
    """The penalties that are ever paid."""
    return [name for name in PENALTIES if plan.ever(f"penalty.{name}")]


def lazy(plan: Plan) -> list[str]:
    """Those that are ever worked out in some of D's moves only."""
    return [name for name in used(plan) if plan.values(f"penalty.{name}_every") != [1]]


def penalties_text(plan: Plan) -> str:
    """A function for each penalty, and what they share."""
    names = used(plan)
    if not names:
        return ""
    packs = plan.recipe.minibatch.pack > 1
    where = ", device=DEVICE" if plan.device != "cpu" else ""
    device = ", DEVICE" if plan.device != "cpu" else ""
    pieces = [SLOPES.replace("{critic}", "discriminator[1:]" if packs else "discriminator")
              .replace("{at}", EITHER if by_rule(plan) else DATA)]
    if set(names) & set(DRAWING):
        pieces = [f"penalty_rng = stream(10{device})", *pieces, STEEPNESS]
    if set(names) & {"gp", "lp"}:
        ones = ", ".join("1" for _ in plan.shape)
        pieces.append(MIXED.replace("{ones}", ones).replace("{where}", where))
    for name in names:
        arguments, formula, note = FORMULAS[name]
        noise = ("noise = torch.empty_like(real).normal_(generator=penalty_rng)"
                 if name == "dragan" else "")
        pieces.append(join(f'def {name}_penalty({arguments}):\n    """{note}"""', inside(noise),
                           f"    return {formula}"))
    if lazy(plan):
        pieces.append("\n".join(f"{name}_moves = 0  # {name}_penalty is paid now and then only"
                                for name in lazy(plan)))
    return "\n\n\n".join(map(block, pieces))


def penalty_lines(plan: Plan) -> str:
    """``loss``: D's ``own`` loss with what it pays for its slope on ``real`` and ``fake``."""
    rows = []
    packs = plan.recipe.minibatch.pack > 1
    if packs:
        rows += [f"{name}s = discriminator[0]({name})  # in packs" for name in ("real", "fake")
                 if any(name in FORMULAS[penalty][0] for penalty in used(plan))]
    whole = "loss = own"
    for name in used(plan):
        arguments = FORMULAS[name][0]
        if packs:
            arguments = arguments.replace("real", "reals").replace("fake", "fakes")
        term, every = f"{name}_penalty({arguments})", say(plan, f"penalty.{name}_every")
        if name not in lazy(plan) and plan.always(f"penalty.{name}"):
            more = f" + {name.upper()} * {term}"
            if len(whole + more) > WIDTH - 4:
                rows.append(whole)
                whole = "loss = loss"
            whole += more
            continue
        rows.append(whole)
        whole = ""
        if name in lazy(plan):
            text = (f"if {name}_moves % {every} == 0:  # one move in {every}, and {every} times as "
                    f"much\n    loss = loss + {name.upper()} * {every} * {term}")
            text = join(text, "" if by_rule(plan) else _counted(plan, name))
        else:
            text = f"loss = loss + {name.upper()} * {term}"
        rows.append(text if plan.always(f"penalty.{name}") else
                    f"if {name.upper()}:\n{inside(text)}")
        whole = "loss = loss"
    if whole != "loss = loss":
        rows.append(whole)
    return join(*rows)


def _counted(plan: Plan, name: str) -> str:
    return f"{name}_moves = ({name}_moves + 1) % {say(plan, f'penalty.{name}_every')}"


def counted_lines(plan: Plan) -> str:
    """Where penalties are counted apart from the loss: a step is over."""
    return join(*(_counted(plan, name) if plan.always(f"penalty.{name}") else
                  f"if {name.upper()}:\n    {_counted(plan, name)}" for name in lazy(plan)))


def counters(plan: Plan) -> str:
    """The line that lets a function count them; empty where nothing is counted."""
    return f"global {', '.join(f'{name}_moves' for name in lazy(plan))}" if lazy(plan) else ""
