"""The part of a script that plays the game: each player's step, and who moves when."""

from __future__ import annotations

from ganstudio.runs.script.changes import CONSTANTS, changes_text
from ganstudio.runs.script.company import read_text
from ganstudio.runs.script.losses import compares, needs_real
from ganstudio.runs.script.networks import mixes
from ganstudio.runs.script.past import past_text, pull_line, remember_line
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.rules import RULES, rule_text
from ganstudio.runs.script.stabilisers import (
    blurs,
    boosted,
    lazy,
    penalty_lines,
    scheduled,
    step_lines,
    used,
)
from ganstudio.runs.script.text import block, inside, join

D_MOVE = "loss_d = discriminator_step(real_batch(BATCH), generator(latents(BATCH)).detach())"


def g_move(plan: Plan) -> str:
    """A generator step on fakes of its own."""
    real = ", real_batch(BATCH)" if needs_real(plan) else ""
    return f"loss_g = generator_step(generator(latents(BATCH)){real})"


def _d_read(plan: Plan) -> str:
    real, fake = "real_batch(BATCH)", "generator(latents(BATCH))"
    if not blurs(plan):
        return f"loss_d = d_loss(*judge({real}, {fake}))"
    return (f"real, fake = {real}, {fake}\nfake, real = blurred(fake), blurred(real)\n"
            "loss_d = d_loss(*judge(real, fake))")


def _g_read(plan: Plan) -> str:
    fake = "generator(latents(BATCH))"
    if not needs_real(plan):
        return f"loss_g = g_loss(discriminator({'blurred(' + fake + ')' if blurs(plan) else fake}))"
    read = join(f"fake, real = {fake}, real_batch(BATCH)", _blur_line(plan, "fake", "real"))
    if not compares(plan):
        return join(read, "loss_g = g_loss(discriminator(fake))")
    return join(read, "loss_g = g_loss(discriminator(fake), discriminator(real))")


def _blur_line(plan: Plan, *names: str) -> str:
    if not blurs(plan):
        return ""
    return f"{', '.join(names)} = {', '.join(f'blurred({name})' for name in names)}"


LRS = ("optimizer_d.lr", "optimizer_g.lr")


def constants_text(plan: Plan) -> str:
    """The numbers of the recipe that the loop uses."""
    rows = [f"BATCH = {plan.recipe.batch}"]
    for path, name in CONSTANTS.items():
        if path != "batch" and _named(plan, path):
            rows.append(f"{name} = {plan.start[path]!r}")
    return "\n".join(rows)


def _named(plan: Plan, path: str) -> bool:
    """Whether the field has a name in the script, because it does something or changes."""
    if path == "update.k_d" and boosted(plan):
        return True
    if path in LRS:
        return scheduled(plan, path[10])
    if path in ("update.k_d", "update.k_g"):
        return plan.recipe.update.rule == "alternating" and plan.values(path) != [1]
    if path.startswith("update."):
        return plan.varies(path)
    return plan.ever(path)


def steps_text(plan: Plan) -> str:
    """``judge``, ``discriminator_step`` and ``generator_step``."""
    if plan.recipe.update.rule in RULES:
        return "\n\n\n".join([_judge(plan), rule_text(
            plan, _clip(plan), _clip(plan, before=True), _follow(plan), _globals(plan))])
    shared = [_judge(plan), read_text(plan), past_text(plan)]
    steps = ([_both_step(plan)] if plan.recipe.update.rule == "simultaneous" else
             [_d_step(plan), _g_step(plan)])
    return "\n\n\n".join(filter(None, [*shared, *steps]))


def _judge(plan: Plan) -> str:
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


def _clip(plan: Plan, before: bool = False) -> str:
    if not plan.ever("loss.clip") or plan.recipe.loss.clip_before != before:
        return ""
    return "clip_weights()" if plan.always("loss.clip") else "if CLIP:\n    clip_weights()"


def _follow(plan: Plan) -> str:
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


def _globals(plan: Plan) -> str:
    return "global average, averaged" if plan.ever("average.decay") and not plan.always(
        "average.decay") else ""


def _d_step(plan: Plan) -> str:
    """D's step; where something is added to its loss, the loss that is told is the game's own."""
    penalties = penalty_lines(plan)
    return join(
        'def discriminator_step(real, fake):\n'
        '    """D learns to tell real from fake; G stays as it is."""',
        inside(join("global d_moves" if lazy(plan) else "", _clip(plan, before=True),
                    _blur_line(plan, "fake", "real"),
                    "own = d_loss(*judge(real, fake))\nloss = own" if penalties else
                    "loss = d_loss(*judge(real, fake))", penalties,
                    "optimizer_d.zero_grad()", "loss.backward()",
                    pull_line(plan, "discriminator"), "optimizer_d.step()", _clip(plan),
                    remember_line(plan, "discriminator"),
                    f"return {'own' if penalties else 'loss'}.detach()")))


def _g_loss(plan: Plan) -> str:
    """G's loss ``loss``; where something is added, ``own`` is the game's alone."""
    matching = plan.recipe.loss.feature_matching
    if matching:
        return join(_blur_line(plan, "fake", "real"), block("""
            q, made = read(fake)
            with torch.no_grad():
                r, seen = read(real)
            """), f"own = g_loss({'q, r' if compares(plan) else 'q'})",
            "apart = (seen.mean(0) - made.mean(0)).square().sum()  # Salimans et al. 2016",
            f"loss = {matching!r} * apart{_adversarial(plan)}")
    if not compares(plan):
        return join(_blur_line(plan, "fake"), "loss = g_loss(discriminator(fake))")
    return join(_blur_line(plan, "fake", "real"), "q = discriminator(fake)", block("""
        with torch.no_grad():
            r = discriminator(real)
        loss = g_loss(q, r)
        """))


def _adversarial(plan: Plan) -> str:
    weight = plan.recipe.loss.adversarial
    return f" + {weight!r} * own" if weight else ""


def _g_step(plan: Plan) -> str:
    arguments = "fake, real" if needs_real(plan) else "fake"
    told = "own" if plan.recipe.loss.feature_matching else "loss"
    return join(f'def generator_step({arguments}):\n    """G learns to please D; D stays as it '
                'is."""', inside(join(
                    _globals(plan), _g_loss(plan), "optimizer_g.zero_grad()", "loss.backward()",
                    pull_line(plan, "generator"), "optimizer_g.step()", _follow(plan),
                    remember_line(plan, "generator"), f"return {told}.detach()")))


def _both_loss(plan: Plan) -> str:
    """``loss_d`` and ``loss_g`` to be told, and ``total`` and ``wish`` to be descended."""
    loss = plan.recipe.loss
    if not (used(plan) or blurs(plan) or needs_real(plan) or loss.smooth or loss.flip):
        return ("r, q = judge(real, fake)\nloss_d, loss_g = d_loss(r, q), g_loss(q)\n"
                "total, wish = loss_d, loss_g")
    noisy = ", ".join(f"blurred({name})" for name in ("fake.detach()", "real"))
    d = join(f"seen, shown = {noisy}" if blurs(plan) else "seen, shown = fake.detach(), real",
             "loss_d = d_loss(*judge(shown, seen))", "loss = loss_d",
             penalty_lines(plan).replace("(real", "(shown").replace("fake)", "seen)").replace(
                 "real, fake = ", "shown, seen = "), "total = loss")
    g = join(_g_loss(plan), f"loss_g, wish = {'own' if loss.feature_matching else 'loss'}, loss")
    return join(d, g.replace("r, seen = read", "r, known = read").replace("(seen.", "(known."))


def _both_step(plan: Plan) -> str:
    train_d = _if_trained(plan, "d", join(
        pull_line(plan, "discriminator"), "optimizer_d.step()", _clip(plan),
        remember_line(plan, "discriminator")))
    train_g = _if_trained(plan, "g", join(
        pull_line(plan, "generator"), "optimizer_g.step()", _follow(plan),
        remember_line(plan, "generator")))
    return join('def both_step(real, fake):\n    """Both players move from the same point."""',
                inside(join(_globals(plan), "global d_moves" if lazy(plan) else "",
                            _clip(plan, before=True), _both_loss(plan))), inside(block("""
        weights_d, weights_g = list(discriminator.parameters()), list(generator.parameters())
        gradients_d = torch.autograd.grad(total, weights_d, retain_graph=True)
        gradients_g = torch.autograd.grad(wish, weights_g)
        for weight, gradient in zip(weights_d + weights_g, gradients_d + gradients_g):
            weight.grad = gradient
        """)), inside(train_d), inside(train_g), "    return loss_d.detach(), loss_g.detach()")


def _if_trained(plan: Plan, player: str, move: str, otherwise: str = "") -> str:
    """The move, or what stands in for it while the player is on hold."""
    path = f"update.train_{player}"
    if plan.always(path):
        return move
    if not plan.ever(path):
        return otherwise
    text = f"if TRAIN_{player.upper()}:\n{inside(move)}"
    return join(text, f"else:\n{inside(otherwise)}" if otherwise else "")


def loop_text(plan: Plan) -> str:
    """The loop over the steps, with what was changed on the way."""
    body = join(changes_text(plan), step_lines(plan), _alone(plan), _print(plan))
    return join("print(\"step,loss_d,loss_g\")", "loss_d = loss_g = float(\"nan\")",
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
    if update.rule in RULES:
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
    d = _if_trained(plan, "d", _repeated(plan, "d", D_MOVE), _held(_d_read(plan)))
    g = _if_trained(plan, "g", _repeated(plan, "g", g_move(plan)), _held(_g_read(plan)))
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
    def times(player: str) -> str:
        return "" if plan.values(f"update.k_{player}") == [1] else f"K_{player.upper()} * "

    d = _if_trained(plan, "d", D_MOVE, _held(_d_read(plan)))
    g = _if_trained(plan, "g", g_move(plan), _held(_g_read(plan)))
    batches = "math.ceil(len(data) / BATCH)"
    if times("d") == times("g"):
        count = f"left = {times('d')}{batches}"
    else:
        count = (f"left = ({times('d') or '1 * '}{batches} if player == \"d\" else "
                 f"{times('g') or '1 * '}{batches})").replace("(1 * ", "(").replace(
                     "else 1 * ", "else ")
    return join('if left == 0:  # a pass through the data is over: the other\'s turn',
                inside('player = "g" if player == "d" else "d"'), inside(count),
                "left -= 1", 'if player == "d":', inside(d), "else:", inside(g))
