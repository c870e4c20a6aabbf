"""The parts of a script that steady the game: penalties, noise on the samples, schedules."""

from __future__ import annotations

from typing import Any

from ganstudio.recipe.schedules import FAINT
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.text import block, inside, join

PENALTIES = ("gp", "lp", "dragan", "r1", "r2")

SLOPES = '''
    def slopes(points):
        """D's gradient at each point, in a form that can itself be differentiated."""
        at = points.detach().requires_grad_()
        (gradient,) = torch.autograd.grad({critic}(at).sum(), at, create_graph=True)
        return gradient.flatten(1)
    '''
STEEPNESS = '''
    def steepness(points):
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


def used(plan: Plan) -> list[str]:
    """The penalties that are ever paid."""
    return [name for name in PENALTIES if plan.ever(f"penalty.{name}")]


def lazy(plan: Plan) -> list[str]:
    """Those that are worked out in some of D's moves only."""
    return [name for name in used(plan) if plan.values(f"penalty.{name}_every") != [1]]


def penalties_text(plan: Plan) -> str:
    """A function for each penalty, and what they share."""
    names = used(plan)
    if not names:
        return ""
    packs = plan.recipe.minibatch.pack > 1
    where = ", device=DEVICE" if plan.device != "cpu" else ""
    device = ", DEVICE" if plan.device != "cpu" else ""
    critic = "discriminator[1:]" if packs else "discriminator"
    pieces = [SLOPES.replace("{critic}", critic)]
    if set(names) & {"gp", "lp", "dragan"}:
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
        pieces.append("d_moves = 0  # some penalties are paid now and then only")
    return "\n\n\n".join(map(block, pieces))


def penalty_lines(plan: Plan) -> str:
    """What the discriminator's step adds to its loss."""
    rows = []
    if plan.recipe.minibatch.pack > 1 and used(plan):
        rows.append("real, fake = discriminator[0](real), discriminator[0](fake)  # in packs")
    for name in used(plan):
        arguments = FORMULAS[name][0]
        weight, every = name.upper(), getattr(plan.recipe.penalty, f"{name}_every")
        if every > 1:
            rows.append(f"if d_moves % {every} == 0:  # one in {every}, and {every} times as much\n"
                        f"    loss = loss + {weight} * {every} * {name}_penalty({arguments})")
        elif plan.always(f"penalty.{name}"):
            rows.append(f"loss = loss + {weight} * {name}_penalty({arguments})")
        else:
            rows.append(f"if {weight}:\n    loss = loss + {weight} * {name}_penalty({arguments})")
    if lazy(plan):
        rows.append("d_moves += 1")
    return "\n".join(rows)


# ---- noise on what D sees --------------------------------------------------------------------


def blur_text(plan: Plan) -> str:
    """``blurred``, for instance noise."""
    if not plan.ever("instance_noise.sigma"):
        return ""
    device = ", DEVICE" if plan.device != "cpu" else ""
    off = "" if _never_clean(plan) else "    if not sigma:\n        return x"
    return join(f"blur_rng = stream(9{device})\n\n", block('''
        def blurred(x):
            """Noise on all that D sees, so that real and fake overlap (Sonderby et al. 2017)."""
        '''), off, "    noise = torch.empty_like(x).normal_(generator=blur_rng)",
        "    return x + sigma * noise")


def _never_clean(plan: Plan) -> bool:
    return (plan.always("instance_noise.sigma")
            and plan.recipe.instance_noise.decay != "linear")


def blurs(plan: Plan) -> bool:
    """Whether there is ever noise on the samples."""
    return plan.ever("instance_noise.sigma")


# ---- what goes with the step --------------------------------------------------------------------


def rates_text(plan: Plan) -> str:
    """``rate_d`` and ``rate_g``, learning rates that go with the step."""
    return "\n\n\n".join(_rate(plan, player) for player in "dg" if scheduled(plan, player))


def scheduled(plan: Plan, player: str) -> bool:
    """Whether the player's learning rate goes with the step."""
    part: Any = getattr(plan.recipe, f"optimizer_{player}")
    return bool(part.warmup or part.schedule != "constant")


def _rate(plan: Plan, player: str) -> str:
    part: Any = getattr(plan.recipe, f"optimizer_{player}")
    rows = [f"rate = LR_{player.upper()}"]
    final, steps = part.final, part.steps
    if part.schedule == "exponential":
        rows.append(f"rate *= {final!r} ** min(step / {steps}, 1.0)" if final else
                    f"rate *= {FAINT!r} ** (step / {steps})")
    elif part.schedule != "constant":
        left = ("1.0 - passed" if part.schedule == "linear" else
                "0.5 * (1.0 + math.cos(math.pi * passed))")
        rows += [f"passed = min(step / {steps}, 1.0)",
                 f"rate *= {final!r} + (1.0 - {final!r}) * ({left})"]
    if part.warmup:
        rows.append(f"if step < {part.warmup}:  # warming up\n"
                    f"    rate *= (step + 1) / {part.warmup}")
    return join(f"def rate_{player}(step):", inside("\n".join([*rows, "return rate"])))


def step_lines(plan: Plan) -> str:
    """What is set anew at the head of each step."""
    rows = [f'optimizer_{player}.param_groups[0]["lr"] = rate_{player}(step)'
            for player in "dg" if scheduled(plan, player)]
    noise = plan.recipe.instance_noise
    if blurs(plan):
        if noise.decay == "none":
            rows.append("sigma = SIGMA")
        elif noise.decay == "linear":
            rows.append(f"sigma = SIGMA * max(0.0, 1.0 - step / {noise.steps})")
        else:
            rows.append(f"sigma = SIGMA * {FAINT!r} ** (step / {noise.steps})")
    update = plan.recipe.update
    if boosted(plan):
        every = f" or step % {update.boost_every} == 0" if update.boost_every else ""
        rows.append(f"k_d = {update.boost_k} if step < {update.boost_first}{every} else K_D")
    return "\n".join(rows)


def boosted(plan: Plan) -> bool:
    """Whether some rounds have more D steps."""
    return plan.ever("update.boost_k")
