"""One step of each update rule beyond turns, as a script has it.

In braces: ``{draw}`` takes the next batch, ``{first}`` finds the losses and ``{again}`` finds them
once more, ``{clip}`` keeps D's weights within bounds.
"""

from __future__ import annotations

from ganstudio.game.rules.competitive import DENSE
from ganstudio.game.rules.sga import ALIGN_MARGIN
from ganstudio.runs.script.text import block, join
from ganstudio.training.rule_moves import COMPETITIVE_TOLERANCE

_CONSENSUS = '''
    {draw}
    {first}
    slopes = gradients(loss_d, loss_g, further=True)
    length = dot(slopes, slopes) / 2
    rise = torch.autograd.grad(length, weights, materialize_grads=True)
    move([slope.detach() + GAMMA * r for slope, r in zip(slopes, rise)])
    {clip}
    '''
_EXTRAGRADIENT = '''
    before = copies(weights)
    {draw}
    {first}
    slopes = gradients(loss_d, loss_g)
    {draw}  # another batch
    move(slopes)
    {clip}
    slopes = gradients(*{again})  # where the first step led
    put(weights, before)
    move(slopes)
    {clip}
    '''
_PAST_EXTRAGRADIENT = '''
    before = copies(weights)
    if half is None:
        half = before
    {draw}
    {first}
    put(weights, half)  # where the last look ahead led
    slopes = gradients(*{again})
    put(weights, before)
    {draw}  # another batch
    move(slopes)
    {clip}
    half = copies(weights)
    slopes = gradients(*{again})
    put(weights, before)
    move(slopes)
    {clip}
    '''
_OGDA = '''
    if last is None:  # what stands for the step before the first
        {draw}
        last = steps_along(gradients(*{again}))
        {forget}
    {draw}
    {first}
    now = steps_along(gradients(loss_d, loss_g))
    put(weights, [weight + (2 * a - b) for weight, a, b in zip(weights, now, last)])
    {clip}
    last = now
    '''
_SGA = '''
    {draw}
    {first}
    slopes = gradients(loss_d, loss_g, further=True)
    now = [slope.detach() for slope in slopes]
    rise = torch.autograd.grad(dot(slopes, slopes) / 2, weights, retain_graph=True,
                               materialize_grads=True)
    # How each player's slope changes along the step: it differs from the rise where play turns.
    all_d = torch.autograd.grad(loss_d, weights, create_graph=True, materialize_grads=True)
    all_g = torch.autograd.grad(loss_g, weights, create_graph=True, materialize_grads=True)
    along_d = torch.autograd.grad(dot(all_d, now), weights_d, retain_graph=True,
                                  materialize_grads=True)
    along_g = torch.autograd.grad(dot(all_g, now), weights_g, materialize_grads=True)
    turning = [(r - a) / 2 for r, a in zip(rise, along_d + along_g)]
    {sign}
    move([slope + {bend} * t for slope, t in zip(now, turning)])
    {clip}
    '''
ALIGNED = f'''
    # The sign that lets stable points attract and unstable ones repel.
    size = sum(weight.numel() for weight in weights)
    agreement = dot(now, rise) * dot(turning, rise) / size + {ALIGN_MARGIN!r}
    sign = 1.0 if agreement >= 0 else -1.0
    '''
_COMPETITIVE = '''
    {draw}
    {first}
    slopes = gradients(loss_d, loss_g, further=True)
    d_by_g = torch.autograd.grad(loss_d, weights_g, create_graph=True, materialize_grads=True)
    g_by_d = torch.autograd.grad(loss_g, weights_d, create_graph=True, materialize_grads=True)
    rates = flat([torch.full_like(weight, optimizer.param_groups[0]["lr"])
                  for optimizer, theirs in ((optimizer_d, weights_d), (optimizer_g, weights_g))
                  for weight in theirs])

    def answered(step):
        """A step of both, with what each one's part changes in the other's slope."""
        of_d, of_g = split(step)
        turn_d = torch.autograd.grad(dot(d_by_g, of_g), weights_d, retain_graph=True,
                                     materialize_grads=True)
        turn_g = torch.autograd.grad(dot(g_by_d, of_d), weights_g, retain_graph=True,
                                     materialize_grads=True)
        return step + rates * flat(turn_d + turn_g)

    step_d, step_g = split(solve(answered, -rates * flat(slopes).detach()))
    put(weights, [weight + step for weight, step in zip(weights, step_d + step_g)])
    {clip}
    '''
_UNROLLED = '''
    {draw}
    {first}
    slopes_d = torch.autograd.grad(loss_d, weights_d)
    foreseen = weights_d
    for _ in range(AHEAD):
        then_d = suppose(foreseen, losses, real, noise)[0]
        slopes = torch.autograd.grad(then_d, foreseen, create_graph=True)
        foreseen = [weight - ETA * slope for weight, slope in zip(foreseen, slopes)]
    then_g = suppose(foreseen, losses, real, noise)[1]  # G's loss against the D that is to come
    move(slopes_d + torch.autograd.grad(then_g, weights_g))
    {clip}
    '''
_LOOKAHEAD = '''
    {draw}
    {first}
    slopes = gradients(loss_d, loss_g, further=True)
    slopes_d, slopes_g = slopes[:len(weights_d)], slopes[len(weights_d):]
    d_by_g = torch.autograd.grad(loss_d, weights_g, create_graph=True, materialize_grads=True)
    g_by_d = torch.autograd.grad(loss_g, weights_d, create_graph=True, materialize_grads=True)
    {terms}
    foreseeing = zip(slopes, {all})
    move([slope.detach() - {sum} for slope, {names} in foreseeing])
    {clip}
    '''
_ANSWER = '''
    # How each one's slope changes with the other's step.
    answer_d = torch.autograd.grad(dot(d_by_g, detached(slopes_g)), weights_d, retain_graph=True,
                                   materialize_grads=True)
    answer_g = torch.autograd.grad(dot(g_by_d, detached(slopes_d)), weights_g, retain_graph=True,
                                   materialize_grads=True)
    '''
_SHAPE = '''
    # How each one bends the other's step, weighed by what that step is worth to it.
    shape_d = torch.autograd.grad(dot(slopes_g, detached(d_by_g)), weights_d, retain_graph=True,
                                  materialize_grads=True)
    shape_g = torch.autograd.grad(dot(slopes_d, detached(g_by_d)), weights_g,
                                  materialize_grads=True)
    '''
DETACHED = '''
    def detached(tensors):
        """The same numbers, as constants."""
        return [tensor.detach() for tensor in tensors]
    '''


def _lookahead(answers: bool, shapes: bool) -> str:
    """Each player answers the other's step, shapes it, or goes through it and does both."""
    used = [name for name, on in (("answer", answers), ("shape", shapes)) if on]
    terms = join(*(block({"answer": _ANSWER, "shape": _SHAPE}[name]) for name in used))
    return (block(_LOOKAHEAD).replace("{terms}", terms)
            .replace("{sum}", " - ".join(f"ETA * {name[0]}" for name in used))
            .replace("{names}", ", ".join(name[0] for name in used))
            .replace("{all}", ", ".join(f"{name}_d + {name}_g" for name in used)))


STEPS = {
    "consensus": _CONSENSUS, "extragradient": _EXTRAGRADIENT,
    "past_extragradient": _PAST_EXTRAGRADIENT, "ogda": _OGDA, "sga": _SGA,
    "competitive": _COMPETITIVE, "unrolled": _UNROLLED,
    "lookahead": _lookahead(True, False), "lola_foerster": _lookahead(False, True),
    "lola_exact": _lookahead(True, True),
}
NOTES = {
    "consensus": "The game's own step, and one that shortens it (Mescheder et al. 2017).",
    "extragradient": "Look a step ahead, then step from here (Korpelevich 1976).",
    "past_extragradient": "Look ahead along the last look's slopes, then step (Popov 1980).",
    "ogda": "Twice this step less the last one (Daskalakis et al. 2018).",
    "sga": "Bend the turning part of the game inward (Balduzzi et al. 2018).",
    "competitive": "Each answers the other's answer, to the end (Schaefer & Anandkumar 2019).",
    "unrolled": "G learns against the D that is yet to come (Metz et al. 2017).",
    "lookahead": "Each answers the other's next step (Zhang & Lesser 2010).",
    "lola_foerster": "Each bends the other's next step (Foerster et al. 2018).",
    "lola_exact": "Each goes through the other's next step (Foerster et al. 2018).",
}

_SPLIT = '''
    def flat(tensors):
        """All numbers in one vector."""
        return torch.cat([tensor.reshape(-1) for tensor in tensors])


    def split(vector):
        """The vector as D's and G's tensors again."""
        pieces = vector.split([weight.numel() for weight in weights])
        tensors = [piece.view_as(weight) for piece, weight in zip(pieces, weights)]
        return tensors[:len(weights_d)], tensors[len(weights_d):]
    '''
_DENSE = '''
    def solve(function, right):
        """x with function(x) = right, the function being linear: a matrix, column by column."""
        matrix = torch.stack([function(column) for column in torch.eye(len(right)).to(right)], 1)
        return torch.linalg.solve(matrix, right)
    '''
_GMRES = f'''
    def solve(function, right):
        """x with function(x) = right, the function being linear (GMRES, Saad & Schultz 1986)."""
        x, goal = right, {COMPETITIVE_TOLERANCE!r} * right.norm()
        for _ in range(10):
            missing = right - function(x)
            if missing.norm() <= goal:
                break
            x = x + correction(function, missing, goal)
        return x


    def correction(function, missing, goal):
        """Of what missing, function(missing), … span, that which leaves least of it missing."""
        size = missing.norm()
        basis, columns = [missing / size], []
        while len(columns) < min(60, len(missing)):
            vector, column = function(basis[-1]), 0.0
            for _ in range(2):  # twice, or the basis loses its right angles
                overlap = torch.stack([b @ vector for b in basis])
                vector, column = vector - torch.stack(basis, 1) @ overlap, column + overlap
            length = vector.norm()
            columns.append(torch.cat((column, length[None])))
            matrix = nn.utils.rnn.pad_sequence(columns).double()  # each column is one longer
            wanted = torch.zeros(len(matrix), 1).to(matrix)
            wanted[0] = size
            shares = torch.linalg.lstsq(matrix, wanted).solution
            if (matrix @ shares - wanted).norm() <= goal or length <= 1e-14 * size:
                break
            basis.append(vector / length)
        return torch.stack(basis[:len(shares)], 1) @ shares[:, 0].to(missing)
    '''
STEPS_ALONG = '''
    def steps_along(slopes):
        """The optimizers' steps, taken from nought so that nothing of them is rounded away."""
        before = copies(weights)
        put(weights, [torch.zeros_like(weight) for weight in weights])
        move(slopes)
        found = copies(weights)
        put(weights, before)
        return found
    '''


def solver_text(count: int) -> str:
    """``solve`` for a system of so many numbers, and ``flat`` and ``split``."""
    return "\n\n\n".join(map(block, (_SPLIT, _DENSE if count <= DENSE else _GMRES)))
