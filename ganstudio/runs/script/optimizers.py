"""The part of a script that moves the weights: two optimizers, clipping and the average."""

from __future__ import annotations

from typing import Any

from ganstudio.runs.script.names import asleep, by_rule, say
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.text import block, inside, join
from ganstudio.runs.script.written_out import CLASSES, written_out


def optimizers_text(plan: Plan) -> str:
    """``optimizer_d`` and ``optimizer_g``, and the functions that follow a step."""
    rows = [_optimizer(plan, "optimizer_d", "discriminator"),
            _optimizer(plan, "optimizer_g", "generator")]
    kinds = sorted({plan.recipe.optimizer_d.kind, plan.recipe.optimizer_g.kind})
    pieces = [CLASSES[kind] for kind in kinds] if by_rule(plan) else []
    pieces.append("\n".join(rows))
    if plan.ever("loss.clip"):
        pieces.append(CLIP)
    if plan.ever("average.decay"):
        pieces.append(_average(plan))
    return "\n\n\n".join(map(block, pieces))


def _optimizer(plan: Plan, name: str, network: str) -> str:
    part: Any = getattr(plan.recipe, name)
    weights = f"{network}.parameters()"
    rate = "0.0" if asleep(plan, name[-1]) else say(plan, f"{name}.lr")
    if by_rule(plan):
        return written_out(name, part, weights, rate)
    if part.kind == "adam":
        fused = "" if plan.device == "mps" else ", fused=True"
        made = f"{name} = torch.optim.Adam("
        return join(f"{made}{weights}, lr={rate},",
                    f"{' ' * len(made)}betas=({part.beta1!r}, {part.beta2!r}), "
                    f"eps={part.eps!r}{fused})")
    if part.kind == "rmsprop":
        return (f"{name} = torch.optim.RMSprop({weights}, lr={rate}, alpha={part.alpha!r}, "
                f"eps={part.eps!r})")
    made = f"{name} = torch.optim.SGD({weights}, lr={rate}"
    if part.kind == "sgd":
        return f"{made})"
    if part.momentum >= 0 and not plan.varies(f"{name}.momentum"):
        return f"{made}, momentum={part.momentum!r})"
    return join(f"{made}, momentum=0.9)",
                f'{name}.param_groups[0]["momentum"] = {part.momentum!r}'
                + ("  # torch takes none below 0 above" if part.momentum < 0 else ""))


CLIP = '''
    @torch.no_grad()
    def clip_weights():
        """Keep every weight of D within ± CLIP (Arjovsky et al. 2017)."""
        for weight in discriminator.parameters():
            weight.clamp_(-CLIP, CLIP)
    '''


def _average(plan: Plan) -> str:
    begin = block("""
        average = copy.deepcopy(generator).eval()
        averaged = 0
        """) if plan.recipe.average.decay else "average = None  # begins later"
    return begin + "\n\n\n" + join(block('''
        @torch.no_grad()
        def follow():
            """Let the averaged generator follow, faster while it is young (Yazici et al. 2018)."""
            global averaged
            averaged += 1
            keep = min(DECAY, (1 + averaged) / (10 + averaged))
        '''), inside(block(_FOLLOW[plan.recipe.generator.norm])))


_PLAIN = """
    for a, g in zip(average.parameters(), generator.parameters()):
        a.lerp_(g, 1.0 - keep)
    """
_BATCH = """
    for a, g in zip(average.state_dict().values(), generator.state_dict().values()):
        if a.is_floating_point():
            a.lerp_(g, 1.0 - keep)
        else:
            a.copy_(g)  # how many batches were seen
    """
_SPECTRAL = """
    for (name, a), g in zip(average.state_dict().items(), generator.state_dict().values()):
        if name.endswith((".u", ".v")):  # unit vectors, of which a mean is none
            a.copy_(g)
        else:
            a.lerp_(g, 1.0 - keep)
    """
_FOLLOW = {"none": _PLAIN, "layer": _PLAIN, "batch": _BATCH, "spectral": _SPECTRAL}
