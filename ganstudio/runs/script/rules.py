"""The part of a script that moves both players by a rule of its own: one step of both at once."""

from __future__ import annotations

from ganstudio.runs.script.losses import compares
from ganstudio.runs.script.plan import Plan, ScriptError
from ganstudio.runs.script.text import block, inside, join

_CONSENSUS = '''
    loss_d, loss_g = losses()
    own = gradients(loss_d, loss_g, True)
    length = sum(gradient.square().sum() for gradient in own) / 2
    rise = torch.autograd.grad(length, weights, materialize_grads=True)
    move([g.detach() + {gamma!r} * r for g, r in zip(own, rise)])
    '''
_EXTRAGRADIENT = '''
    before = [weight.detach().clone() for weight in weights]
    loss_d, loss_g = losses()
    move(gradients(loss_d, loss_g))
    ahead = gradients(*losses())  # on another batch, where the first step led
    put(before)
    move(ahead)
    '''
_OGDA = '''
    global last
    before = [weight.detach().clone() for weight in weights]
    if last is None:  # the step before the first: one that is not taken
        move(gradients(*losses()))
        last = [weight.detach() - old for weight, old in zip(weights, before)]
        put(before)
        optimizer_d.state.clear(), optimizer_g.state.clear()
    loss_d, loss_g = losses()
    move(gradients(loss_d, loss_g))
    now = [weight.detach() - old for weight, old in zip(weights, before)]
    put([old + 2 * a - b for old, a, b in zip(before, now, last)])
    last = now
    '''
_LOOKAHEAD = '''
    loss_d, loss_g = losses()
    own = gradients(loss_d, loss_g, True)
    own_d, own_g = own[:len(weights_d)], own[len(weights_d):]
    d_by_g = torch.autograd.grad(loss_d, weights_g, create_graph=True, materialize_grads=True)
    g_by_d = torch.autograd.grad(loss_g, weights_d, create_graph=True, materialize_grads=True)
    # What each loss becomes, to first order, when the other player takes a step.
    then_d = loss_d - {eta!r} * sum((a{by} * b{own}).sum() for a, b in zip(d_by_g, own_g))
    then_g = loss_g - {eta!r} * sum((a{by} * b{own}).sum() for a, b in zip(g_by_d, own_d))
    move(gradients(then_d, then_g))
    '''
_NOTES = {
    "consensus": (_CONSENSUS, "The game's own step, and one that shortens it (Mescheder et al. "
                              "2017)."),
    "extragradient": (_EXTRAGRADIENT, "Look a step ahead, then step from here (Korpelevich 1976)."),
    "ogda": (_OGDA, "Twice this step less the last one (Daskalakis et al. 2018)."),
    "lookahead": (_LOOKAHEAD, "Each answers the other's next step (Zhang & Lesser 2010)."),
    "lola_foerster": (_LOOKAHEAD, "Each bends the other's next step (Foerster et al. 2018)."),
    "lola_exact": (_LOOKAHEAD, "Each goes through the other's next step (Foerster et al. 2018)."),
}
RULES = tuple(_NOTES)
"""Rules beyond turns and simultaneous moves that have code here."""
_WITHOUT = {"loss.flip": "label flipping", "loss.feature_matching": "feature matching",
            "loss.historical": "historical averaging", "instance_noise.sigma": "instance noise",
            "minibatch.pack": "packing", "generator.dropout": "dropout",
            "discriminator.dropout": "dropout",
            **{f"penalty.{name}": "a gradient penalty" for name in
               ("gp", "lp", "dragan", "r1", "r2")}}


def refuse_with_rule(plan: Plan) -> None:
    """Accept a run under one of ``RULES`` that the code here tells in full.

    Raises:
        ScriptError: something else in it has no code beside such a rule.
    """
    rule = plan.recipe.update.rule
    for path, name in _WITHOUT.items():
        if any(value not in (0, 1) if path.endswith("pack") else value
               for value in plan.values(path)):
            raise ScriptError(f"the update rule {rule!r} together with {name} is not written as a "
                              "plain script")
    for part, name in ((plan.recipe.generator, "generator"), (plan.recipe.discriminator,
                                                             "discriminator")):
        if part.norm in ("batch", "spectral"):
            raise ScriptError(f"the update rule {rule!r} together with {part.norm} norm in the "
                              f"{name} is not written as a plain script")
    still = all(plan.always(f"update.train_{player}") for player in "dg")
    varied = any(plan.varies(f"update.{name}") for name in ("gamma", "lookahead_eta"))
    if plan.alone or not still or varied:
        raise ScriptError(f"a player on hold, steps of one player alone, or a changed strength of "
                          f"the update rule {rule!r} are not written as a plain script")


def rule_text(plan: Plan, clip: str, clip_before: str, follow: str, globals_: str) -> str:
    """``both_step`` and what it needs; the rest are lines that belong to each move."""
    rule, update = plan.recipe.update.rule, plan.recipe.update
    body, note = _NOTES[rule]
    detached = {"lookahead": ("", ".detach()"), "lola_foerster": (".detach()", "")}
    by, own = detached.get(rule, ("", ""))
    body = (block(body).replace("{gamma!r}", repr(update.gamma))
            .replace("{eta!r}", repr(update.lookahead_eta)).replace("{by}", by)
            .replace("{own}", own))
    shared = block(_SHARED).replace("g_loss(q)", "g_loss(q, r)" if compares(plan) else "g_loss(q)")
    if clip:
        shared = join(shared, inside(clip))
    pieces = [shared]
    if "put(" in body:
        ending = inside(clip) if clip and rule == "ogda" else ""
        pieces.append(join(block(_PUT), ending))
    if rule == "ogda":
        pieces.append("last = None")
    pieces.append(join(f'def both_step():\n    """{note}"""', inside(join(
        globals_, clip_before, body, follow, "return loss_d.detach(), loss_g.detach()"))))
    return "\n\n\n".join(pieces)


_SHARED = '''
    weights_d, weights_g = list(discriminator.parameters()), list(generator.parameters())
    weights = weights_d + weights_g


    def losses():
        """Both players' losses on fresh samples, as functions of all the weights."""
        r, q = judge(real_batch(BATCH), generator(latents(BATCH)))
        return d_loss(r, q), g_loss(q)


    def gradients(loss_d, loss_g, further=False):
        """Each player's slope by its own weights; ``further``: to be differentiated again."""
        of_d = torch.autograd.grad(loss_d, weights_d, create_graph=further, retain_graph=True)
        return of_d + torch.autograd.grad(loss_g, weights_g, create_graph=further)


    def move(slopes):
        """One step of both optimizers."""
        for weight, slope in zip(weights, slopes):
            weight.grad = slope
        optimizer_d.step()
        optimizer_g.step()
    '''
_PUT = '''
    @torch.no_grad()
    def put(values):
        """Set all the weights."""
        for weight, value in zip(weights, values):
            weight.copy_(value)
    '''
