"""The parts of a script that go with the step: rates, noise on the samples, boosted rounds."""

from __future__ import annotations

from ganstudio.recipe.schedules import FAINT
from ganstudio.runs.script.names import asleep, say, scheduled, sometimes_asleep
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.text import block, inside, join


def blurs(plan: Plan) -> bool:
    """Whether there is ever noise on the samples."""
    return plan.ever("instance_noise.sigma")


def never_clean(plan: Plan) -> bool:
    """Whether there is noise from first to last."""
    return (plan.always("instance_noise.sigma")
            and "linear" not in plan.values("instance_noise.decay"))


def blur_text(plan: Plan) -> str:
    """``blurred``, for instance noise."""
    if not blurs(plan):
        return ""
    device = ", DEVICE" if plan.device != "cpu" else ""
    off = "" if never_clean(plan) else "    if not sigma:\n        return x"
    return join(f"blur_rng = stream(9{device})\n\n", block('''
        def blurred(x):
            """Noise on all that D sees, so that real and fake overlap (Sonderby et al. 2017)."""
        '''), off, "    noise = torch.empty_like(x).normal_(generator=blur_rng)",
        "    return x + sigma * noise")


def blur_line(plan: Plan, *names: str) -> str:
    """The line that blurs these variables; fakes stand first, as in the run."""
    if not blurs(plan):
        return ""
    return f"{', '.join(names)} = {', '.join(f'blurred({name})' for name in names)}"


def rates_text(plan: Plan) -> str:
    """``rate_d`` and ``rate_g``, learning rates that go with the step."""
    return "\n\n\n".join(_rate(plan, player) for player in "dg" if scheduled(plan, player))


def _rate(plan: Plan, player: str) -> str:
    optimizer = f"optimizer_{player}"
    steps = say(plan, f"{optimizer}.steps")
    final, lasts = say(plan, f"{optimizer}.final"), plan.values(f"{optimizer}.final")
    kinds = [kind for kind in plan.values(f"{optimizer}.schedule") if kind != "constant"]
    rest = f"(1.0 - {final})" if len(lasts) > 1 else repr(1.0 - lasts[0])
    sinks = f"{final} ** min(step / {steps}, 1.0)"
    fades = f"{FAINT!r} ** (step / {steps})"
    falls = {
        "linear": f"rate *= {final} + {rest} * (1.0 - min(step / {steps}, 1.0))",
        "cosine": join(f"passed = min(step / {steps}, 1.0)",
                       f"rate *= {final} + {rest} * (0.5 * (1.0 + math.cos(math.pi * passed)))"),
        "exponential": f"rate *= {sinks}" if all(lasts) else f"rate *= {fades}" if not any(lasts)
        else f"if {final}:\n    rate *= {sinks}\nelse:\n    rate *= {fades}",
    }
    rows = [f"rate = LR_{player.upper()}"]
    if plan.varies(f"{optimizer}.schedule"):
        rows += [f'{"elif" if i else "if"} {say(plan, f"{optimizer}.schedule")} == "{kind}":\n'
                 + inside(falls[kind]) for i, kind in enumerate(kinds)]
    else:
        rows += [falls[kind] for kind in kinds]
    warmup = f"{optimizer}.warmup"
    if plan.ever(warmup):
        rows.append(f"if step < {say(plan, warmup)}:  # warming up\n"
                    f"    rate *= (step + 1) / {say(plan, warmup)}")
    if len(rows) == 2 and rows[1].startswith("rate *= "):
        share = rows[1].removeprefix("rate *= ")
        rows = [f"return LR_{player.upper()} * " + (f"({share})" if " + " in share else share)]
    else:
        rows.append("return rate")
    return join(f'def rate_{player}(step):\n    """{player.upper()}\'s learning rate, which goes '
                'with the step."""', inside("\n".join(rows)))


def step_lines(plan: Plan) -> str:
    """What is set anew at the head of each step."""
    rows = []
    for player in "dg":
        rate = (f"rate_{player}(step)" if scheduled(plan, player) else
                "" if asleep(plan, player) else say(plan, f"optimizer_{player}.lr"))
        if sometimes_asleep(plan, player):
            rate += f" if TRAIN_{player.upper()} else 0.0"
        elif not scheduled(plan, player):
            continue
        rows.append(f'optimizer_{player}.param_groups[0]["lr"] = {rate}')
    return join(*rows, _sigma(plan), _boost(plan))


def _sigma(plan: Plan) -> str:
    if not blurs(plan):
        return ""
    steps = say(plan, "instance_noise.steps")
    sigmas = {"none": "SIGMA", "linear": f"SIGMA * max(0.0, 1.0 - step / {steps})",
              "exponential": f"SIGMA * {FAINT!r} ** (step / {steps})"}
    kinds = plan.values("instance_noise.decay")
    if len(kinds) == 1:
        return f"sigma = {sigmas[kinds[0]]}"
    return "\n".join(f'{"elif" if i else "if"} FADING == "{kind}":\n    sigma = {sigmas[kind]}'
                     for i, kind in enumerate(kinds))


def boosted(plan: Plan) -> bool:
    """Whether some rounds have more D steps."""
    update = plan.recipe.update
    return (plan.ever("update.boost_k") and update.rule == "alternating"
            and update.unit == "steps")


def _boost(plan: Plan) -> str:
    if not boosted(plan):
        return ""
    k, first, every = (say(plan, f"update.boost_{name}") for name in ("k", "first", "every"))
    moments = f"step < {first}"
    if plan.varies("update.boost_every"):
        moments += f" or (BOOST_EVERY and step % {every} == 0)"
    elif plan.recipe.update.boost_every:
        moments += f" or step % {every} == 0"
    if not plan.always("update.boost_k"):
        moments = f"BOOST_K and ({moments})"
    if len(moments) > 60:
        return f"boosted = {moments}\nk_d = {k} if boosted else K_D"
    return f"k_d = {k} if {moments} else K_D"
