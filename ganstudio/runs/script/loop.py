"""The part of a script that plays the game: who moves when."""

from __future__ import annotations

from ganstudio.runs.script.changes import changes_text
from ganstudio.runs.script.company import read_text
from ganstudio.runs.script.losses import needs_real, when_real
from ganstudio.runs.script.names import by_rule
from ganstudio.runs.script.past import past_text
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.rules import rule_text
from ganstudio.runs.script.schedules import blur_line, blurs, boosted, step_lines
from ganstudio.runs.script.steps import (
    both_step_text,
    d_step_text,
    g_adds,
    g_lines,
    g_real_text,
    g_step_text,
    if_trained,
    judge_text,
)
from ganstudio.runs.script.text import block, inside, join

D_MOVE = "loss_d = discriminator_step(real_batch(BATCH), generator(latents(BATCH)).detach())"


def steps_text(plan: Plan) -> str:
    """``judge`` and the players' steps."""
    shared = [judge_text(plan), read_text(plan), past_text(plan)]
    return "\n\n\n".join(filter(None, [*shared, *_steps(plan), g_real_text(plan)]))


def _steps(plan: Plan) -> list[str]:
    if by_rule(plan):
        return [rule_text(plan)]
    if plan.recipe.update.rule == "alternating":
        return [d_step_text(plan) if _ever_moves(plan, "d") else "",
                g_step_text(plan) if _ever_moves(plan, "g") else ""]
    alone = {move.player for move in plan.alone}
    return [both_step_text(plan), d_step_text(plan) if "d" in alone else "",
            g_step_text(plan) if "g" in alone else ""]


def _ever_moves(plan: Plan, player: str) -> bool:
    return plan.ever(f"update.train_{player}") or any(m.player == player for m in plan.alone)


def _g_real(plan: Plan) -> str:
    """Real samples for a G step, where it takes any."""
    if not needs_real(plan):
        return ""
    return "maybe_real()" if when_real(plan) else "real_batch(BATCH)"


def g_move(plan: Plan) -> str:
    """A generator step on fakes of its own."""
    samples = ", ".join(filter(None, ["generator(latents(BATCH))", _g_real(plan)]))
    return f"loss_g = generator_step({samples})"


def _d_read(plan: Plan) -> str:
    real, fake = "real_batch(BATCH)", "generator(latents(BATCH))"
    if not blurs(plan):
        return f"loss_d = d_loss(*judge({real}, {fake}))"
    return join(f"real, fake = {real}, {fake}", blur_line(plan, "fake", "real"),
                "loss_d = d_loss(*judge(real, fake))")


def _g_read(plan: Plan) -> str:
    fake = "generator(latents(BATCH))"
    if not needs_real(plan):
        return f"loss_g = g_loss(discriminator({'blurred(' + fake + ')' if blurs(plan) else fake}))"
    return join(f"fake, real = {fake}, {_g_real(plan)}",
                g_lines(plan, held=True),
                f"loss_g = {'own' if g_adds(plan) else 'loss'}")


def loop_text(plan: Plan) -> str:
    """The loop over the steps, with what was changed on the way."""
    body = join(changes_text(plan), step_lines(plan), _alone(plan), _print(plan))
    waits = plan.recipe.update.unit == "epochs" or bool(plan.alone)
    return join('print("step,loss_d,loss_g")',
                'loss_d = loss_g = float("nan")  # until each has moved' if waits else "",
                _epoch_start(plan), "for step in range(steps):  # counts the steps that are done",
                inside(body))


def _print(plan: Plan) -> str:
    digits = ".17g" if plan.recipe.machine.precision == "float64" else ".9g"
    return f'print(f"{{step + 1}},{{loss_d:{digits}}},{{loss_g:{digits}}}")'


def _alone(plan: Plan) -> str:
    """A round, save where the person took steps of one player by hand."""
    round_ = _round(plan)
    branches: list[str] = []
    for move in plan.alone:
        code = D_MOVE if move.player == "d" else g_move(plan)
        word = "elif" if branches else "if"
        branches.append(f"{word} {move.step} <= step < {move.step + move.count}:  "
                        f"# one player alone\n{inside(code)}")
    if not branches:
        return round_
    return join(*branches, "else:", inside(round_))


def _round(plan: Plan) -> str:
    update = plan.recipe.update
    if by_rule(plan):
        return "loss_d, loss_g = both_step()"
    if update.rule == "simultaneous":
        return "loss_d, loss_g = both_step(real_batch(BATCH), generator(latents(BATCH)))"
    if update.unit == "epochs":
        return _epoch_turn(plan)
    if update.first == "d" and not plan.always("update.fresh_noise"):
        return _shared(plan)
    return _turns(plan)


def _repeated(plan: Plan, player: str, move: str) -> str:
    name = f"K_{player.upper()}"
    if player == "d" and boosted(plan):
        return f"for _ in range(k_d):\n{inside(move)}"
    if plan.values(f"update.k_{player}") == [1]:
        return move
    return f"for _ in range({name}):\n{inside(move)}"


def _held(read: str) -> str:
    return f"with torch.no_grad():  # on hold: looked at, not moved\n{inside(read)}"


def _turns(plan: Plan) -> str:
    d = if_trained(plan, "d", _repeated(plan, "d", D_MOVE), _held(_d_read(plan)))
    g = if_trained(plan, "g", _repeated(plan, "g", g_move(plan)), _held(_g_read(plan)))
    return join(d, g) if plan.recipe.update.first == "d" else join(g, d)


def _shared(plan: Plan) -> str:
    """G learns from the very fakes that D has just judged."""
    d = _repeated(plan, "d", block("""
        real, fake = real_batch(BATCH), generator(latents(BATCH))
        loss_d = discriminator_step(real, fake.detach())
        """))
    real = ", real" if needs_real(plan) else ""
    g = f"loss_g = generator_step(fake{real})  # the very fakes that D has just judged"
    if plan.values("update.k_g") != [1]:
        g = join(g, f"for _ in range(K_G - 1):\n{inside(g_move(plan))}")
    shared = join(d, g)
    conditions = [f"TRAIN_{p.upper()}" if plan.varies(f"update.train_{p}") else
                  "" if plan.always(f"update.train_{p}") else "False" for p in "dg"]
    if plan.varies("update.fresh_noise"):
        conditions.append("not FRESH_NOISE")
    if "False" in conditions:
        return _turns(plan)
    named = [c for c in conditions if c]
    if not named:
        return shared
    return join(f"if {' and '.join(named)}:", inside(shared), "else:", inside(_turns(plan)))


def _epoch_start(plan: Plan) -> str:
    update = plan.recipe.update
    if update.rule != "alternating" or update.unit != "epochs":
        return ""
    return join(f'player, left = "{"g" if update.first == "d" else "d"}", 0')


def _epoch_turn(plan: Plan) -> str:
    d = if_trained(plan, "d", D_MOVE, _held(_d_read(plan)))
    g = if_trained(plan, "g", g_move(plan), _held(_g_read(plan)))
    k_d, k_g = ("1" if plan.values(f"update.k_{player}") == [1] else f"K_{player.upper()}"
                for player in "dg")
    passes = k_d if k_d == k_g else f'({k_d} if player == "d" else {k_g})'
    count = f"left = {passes} * math.ceil(len(data) / BATCH)".replace("= 1 * ", "= ")
    return join('if left == 0:  # a pass through the data is over: the other\'s turn',
                inside('player = "g" if player == "d" else "d"'), inside(count),
                "left -= 1", 'if player == "d":', inside(d), "else:", inside(g))
