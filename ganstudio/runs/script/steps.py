"""The part of a script in which the players move: each one's losses, and its step."""

from __future__ import annotations

import re

from ganstudio.runs.script.losses import compares, needs_real, when_real
from ganstudio.runs.script.names import by_rule, say
from ganstudio.runs.script.networks import mixes
from ganstudio.runs.script.past import away_line, pull_line, remember_line
from ganstudio.runs.script.penalties import counters, penalty_lines, used
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.schedules import blur_line, blurs, never_clean
from ganstudio.runs.script.text import block, inside, join


def judge_text(plan: Plan) -> str:
    """``judge``: D's logits on real and fake samples."""
    if mixes(plan):
        return block('''
            def judge(real, fake):
                """D's logits, in two batches: each has a say of its own."""
                return discriminator(real), discriminator(fake)
            ''')
    return block('''
        def judge(real, fake):
            """D's logits on both, found in one pass."""
            return discriminator(torch.cat((real, fake))).chunk(2)
        ''')


# ---- losses ----------------------------------------------------------------------------------


def d_adds(plan: Plan) -> bool:
    """Whether D ever descends more than the game's own loss."""
    return bool(used(plan) or (by_rule(plan) and plan.ever("loss.historical")))


def d_lines(plan: Plan) -> str:
    """``loss``, what D descends on ``real`` and ``fake``; with more to it, ``own`` is the game's.
    """
    return join(blur_line(plan, "fake", "real"),
                f"{'own' if d_adds(plan) else 'loss'} = d_loss(*judge(real, fake))",
                penalty_lines(plan) if used(plan) else "loss = own" if d_adds(plan) else "",
                away_line(plan, "discriminator") if by_rule(plan) else "")


def g_adds(plan: Plan) -> bool:
    """Whether G ever descends something else than the game's own loss."""
    return plan.ever("loss.feature_matching") or (
        by_rule(plan) and plan.ever("loss.historical"))


def g_lines(plan: Plan, held: bool = False) -> str:
    """``loss``, what G descends on ``fake`` (and ``real``); with more to it, ``own`` is the game's.

    ``held``: no gradients are kept anyway.
    """
    away = away_line(plan, "generator") if by_rule(plan) else ""
    now = when_real(plan) if needs_real(plan) else ""
    if not needs_real(plan):
        return join(blur_line(plan, "fake"), _compared(plan, False), away)
    if not now:
        return join(blur_line(plan, "fake", "real"), _with_real(plan, held), away)
    return join(f"if {now}:", inside(join(blur_line(plan, "fake", "real"), _with_real(plan, held))),
                "else:", inside(join(blur_line(plan, "fake"), _compared(plan, False))), away)


def _with_real(plan: Plan, held: bool) -> str:
    if plan.always("loss.feature_matching"):
        return _matched(plan, held)
    if not plan.ever("loss.feature_matching"):
        return _compared(plan, True, held)
    if when_real(plan) == "MATCHING":
        return _matched(plan, held)
    return join("if MATCHING:", inside(_matched(plan, held)),
                "else:", inside(_compared(plan, True, held)))


def _compared(plan: Plan, real: bool, held: bool = False) -> str:
    whole = "own = loss" if g_adds(plan) else "loss"
    if not real:
        return f"{whole} = g_loss(discriminator(fake))"
    return join("q = discriminator(fake)", _of_real(plan, "r = discriminator(real)", held),
                f"{whole} = g_loss(q, r)")


def _of_real(plan: Plan, line: str, held: bool) -> str:
    """G's weights do not reach the reals; only a rule that looks further needs D's."""
    return line if held or by_rule(plan) else f"with torch.no_grad():\n    {line}"


def _matched(plan: Plan, held: bool) -> str:
    adversarial = say(plan, "loss.adversarial")
    own = "" if adversarial in ("0", "0.0") else f" + {adversarial} * own"
    return join("q, made = read(fake)", _of_real(plan, "r, seen = read(real)", held),
                f"own = g_loss({'q, r' if compares(plan) else 'q'})",
                "apart = (seen.mean(0) - made.mean(0)).square().sum()  # Salimans et al. 2016",
                f"loss = MATCHING * apart{own}".replace(" + 1.0 * own", " + own"
                                                        ).replace(" + 1 * own", " + own"))


# ---- turns -----------------------------------------------------------------------------------


def clip_line(plan: Plan, before: bool = False) -> str:
    """The line that clips D's weights, before its step or after it."""
    if not plan.ever("loss.clip") or plan.values("loss.clip_before") == [not before]:
        return ""
    conditions = [*([] if plan.always("loss.clip") else ["CLIP"]),
                  *([("" if before else "not ") + "CLIP_BEFORE"]
                    if plan.varies("loss.clip_before") else [])]
    return (f"if {' and '.join(conditions)}:\n    clip_weights()" if conditions
            else "clip_weights()")


def follow_line(plan: Plan) -> str:
    """The lines that let the averaged generator follow."""
    if not plan.ever("average.decay"):
        return ""
    if plan.always("average.decay"):
        return "follow()"
    return block("""
        if DECAY:
            if average is None:
                average = copy.deepcopy(generator).eval()
            follow()
        else:
            average, averaged = None, 0
        """)


def average_globals(plan: Plan) -> str:
    """The line that lets a function begin and end the average."""
    return "global average, averaged" if plan.ever("average.decay") and not plan.always(
        "average.decay") else ""


def d_step_text(plan: Plan) -> str:
    """D's step; where something is added to its loss, the loss that is told is the game's own."""
    return join(
        'def discriminator_step(real, fake):\n'
        '    """D learns to tell real from fake; G stays as it is."""',
        inside(join(counters(plan), clip_line(plan, before=True), d_lines(plan),
                    "optimizer_d.zero_grad()", "loss.backward()",
                    pull_line(plan, "discriminator"), "optimizer_d.step()", clip_line(plan),
                    remember_line(plan, "discriminator"),
                    f"return {'own' if d_adds(plan) else 'loss'}.detach()")))


def g_step_text(plan: Plan) -> str:
    """G's step."""
    arguments = "fake"
    if needs_real(plan):
        arguments += ", real=None" if when_real(plan) else ", real"
    return join(f'def generator_step({arguments}):\n    """G learns to please D; D stays as it '
                'is."""', inside(join(
                    average_globals(plan), g_lines(plan), "optimizer_g.zero_grad()",
                    "loss.backward()", pull_line(plan, "generator"), "optimizer_g.step()",
                    follow_line(plan), remember_line(plan, "generator"),
                    f"return {'own' if g_adds(plan) else 'loss'}.detach()")))


def g_real_text(plan: Plan) -> str:
    """``maybe_real``: samples for G's step where its loss sometimes looks at them."""
    if not (needs_real(plan) and when_real(plan)):
        return ""
    return join("def maybe_real():",
                '    """Real samples for G\'s step, if its loss looks at any."""',
                f"    return real_batch(BATCH) if {when_real(plan)} else None")


# ---- both at once ----------------------------------------------------------------------------


def objectives_text(plan: Plan, own: bool = True) -> str:
    """``d_objective`` and ``g_objective``: what each player descends on samples, after its ``own``
    loss where that is asked for.
    """
    g = "fake, real" if needs_real(plan) else "fake"
    own_d, own_g = (("own, " if adds else "loss, ") if own else ""
                    for adds in (d_adds(plan), g_adds(plan)))
    note = "'s own loss, and all that it descends." if own else "'s loss."
    counted = "" if by_rule(plan) else counters(plan)
    return join(f'def d_objective(real, fake):\n    """D{note}"""',
                inside(_returned(join(counted, d_lines(plan), f"return {own_d}loss"))), "\n",
                f'def g_objective({g}):\n    """G{note}"""',
                inside(_returned(join(g_lines(plan), f"return {own_g}loss"))))


def _returned(text: str) -> str:
    """The same without a name for what is returned at once."""
    return re.sub(r"^loss = (.*)\nreturn loss$", r"return \1", text, flags=re.MULTILINE)


def plain(plan: Plan) -> bool:
    """Whether both losses are always functions of D's logits on clean samples, and no more."""
    return not (used(plan) or blurs(plan) or needs_real(plan) or plan.ever("loss.smooth")
                or plan.ever("loss.flip"))


def _when_plain(plan: Plan) -> str:
    """While the script runs: whether they are so now; empty where they never are."""
    rows = [("sigma" if path == "instance_noise.sigma" else say(plan, path), path) for path in (
        "loss.smooth", "loss.flip", "loss.feature_matching", "instance_noise.sigma",
        *(f"penalty.{name}" for name in used(plan))) if plan.ever(path)]
    if any(plan.always(path) for _, path in rows if path != "instance_noise.sigma") or (
            blurs(plan) and never_clean(plan)):
        return ""
    if compares(plan):
        if not when_real(plan):
            return ""
        rows.append(("COMPARES", ""))
    return f"not ({' or '.join(name for name, _ in rows)})"


_PLAIN_LOSSES = """
    r, q = judge(real, fake)
    own_d, own_g = loss_d, loss_g = d_loss(r, q), g_loss(q)
    """
_BOTH_GRADIENTS = """
    weights_d, weights_g = list(discriminator.parameters()), list(generator.parameters())
    gradients_d = torch.autograd.grad(loss_d, weights_d, retain_graph=True)
    gradients_g = torch.autograd.grad(loss_g, weights_g)
    for weight, gradient in zip(weights_d + weights_g, gradients_d + gradients_g):
        weight.grad = gradient
    """


def both_step_text(plan: Plan) -> str:
    """``both_step``: simultaneous moves."""
    train_d = if_trained(plan, "d", join(
        pull_line(plan, "discriminator"), "optimizer_d.step()", clip_line(plan),
        remember_line(plan, "discriminator")))
    train_g = if_trained(plan, "g", join(
        pull_line(plan, "generator"), "optimizer_g.step()", follow_line(plan),
        remember_line(plan, "generator")))
    told = "loss_d.detach(), loss_g.detach()" if plain(plan) else "own_d.detach(), own_g.detach()"
    step = join('def both_step(real, fake):\n    """Both players move from the same point."""',
                inside(join(average_globals(plan), clip_line(plan, before=True),
                            _both_losses(plan), block(_BOTH_GRADIENTS), train_d, train_g,
                            f"return {told}")))
    return step if plain(plan) else join(objectives_text(plan), "\n", step)


def _both_losses(plan: Plan) -> str:
    if plain(plan):
        return "r, q = judge(real, fake)\nloss_d, loss_g = d_loss(r, q), g_loss(q)"
    g = "fake, real" if needs_real(plan) else "fake"
    full = ("own_d, loss_d = d_objective(real, fake.detach())\n"
            f"own_g, loss_g = g_objective({g})")
    now = _when_plain(plan)
    if not now or not _counts_passes(plan):
        return full
    return join(f"if {now}:  # one pass through D serves both", inside(block(_PLAIN_LOSSES)),
                "else:", inside(full))


def _counts_passes(plan: Plan) -> bool:
    """Whether it matters how often D is called: each call then moves or draws something."""
    d = plan.recipe.discriminator
    return d.norm == "spectral" or d.dropout > 0


def if_trained(plan: Plan, player: str, move: str, otherwise: str = "") -> str:
    """The move, or what stands in for it while the player is on hold."""
    path = f"update.train_{player}"
    if plan.always(path):
        return move
    if not plan.ever(path):
        return otherwise
    name = f"TRAIN_{player.upper()}"
    if not move:
        return f"if not {name}:\n{inside(otherwise)}" if otherwise else ""
    return join(f"if {name}:\n{inside(move)}", f"else:\n{inside(otherwise)}" if otherwise else "")
