"""A run as one plain PyTorch script, put together from its parts."""

from __future__ import annotations

from ganstudio.recipe.data import LATENT_BOXES
from ganstudio.runs.script.bounds import refuse
from ganstudio.runs.script.chance import streams_text
from ganstudio.runs.script.data import data_text
from ganstudio.runs.script.layout import imports_text, spaced
from ganstudio.runs.script.loop import loop_text, steps_text
from ganstudio.runs.script.losses import losses_text
from ganstudio.runs.script.names import constants_text
from ganstudio.runs.script.networks import networks_text
from ganstudio.runs.script.optimizers import optimizers_text
from ganstudio.runs.script.penalties import penalties_text
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.schedules import blur_text, rates_text
from ganstudio.runs.script.text import block, heading, inside, join

STEPS = 1000


def script_text(plan: Plan, steps: int = STEPS) -> str:
    """The whole script. Without an argument it trains for ``steps`` steps.

    It needs torch and numpy (and scikit-learn for its digits, Pillow for images that are
    resized), and repeats the run's losses; on the CPU that trained the run, nearly to the bit.

    Raises:
        ScriptError: the run cannot be repeated by a short script.
    """
    refuse(plan)
    parts = (
        ("random numbers", streams_text(plan), _latents(plan)),
        ("real samples", data_text(plan), _batches(plan)),
        ("the two networks", networks_text(plan)),
        ("what each player minimises", losses_text(plan), blur_text(plan), penalties_text(plan)),
        ("how each player moves", optimizers_text(plan), rates_text(plan), steps_text(plan)),
        ("the game", loop_text(plan), _ending(plan)))
    body = "\n\n".join(piece for title, *pieces in parts
                       for piece in (heading(title), *filter(None, pieces)))
    text = "\n\n".join([_docstring(plan, steps), imports_text(body), _settings(plan, steps)])
    text = f"{text}\n\n\n{spaced(body)}\n"
    compile(text, "script", "exec")
    return text


def _docstring(plan: Plan, steps: int) -> str:
    name = plan.recipe.name.replace("\\", "/").replace('"""', "'''").replace("\n", " ")
    return f'''"""{name}: a generative adversarial network in plain PyTorch.

Two networks play a game. The generator turns noise into samples; the discriminator tells them
from real ones, and its logit is positive where it believes in a sample. Each learns by undoing
the other, until the samples are like the real ones.

    python script.py            trains for {steps} steps
    python script.py 100        trains for 100 steps

The losses are printed as CSV, and the generator's weights go to generator.pt. Written by GAN
Studio from one of its runs, whose losses this repeats.
"""'''


def _settings(plan: Plan, steps: int) -> str:
    machine = plan.recipe.machine
    rows = [f"steps = int(sys.argv[1]) if len(sys.argv) > 1 else {steps}",
            f"SEED = {plan.recipe.seed}", "", constants_text(plan)]
    if plan.device != "cpu":
        rows.append(f'DEVICE = "{plan.device}"')
    if machine.threads:
        rows.append(f"torch.set_num_threads({machine.threads})  # it can change a sum's last bit")
    if machine.precision == "float64":
        rows.append("torch.set_default_dtype(torch.float64)")
    return "\n".join(rows)


def _latents(plan: Plan) -> str:
    latent = plan.recipe.latent
    where = ", device=DEVICE" if plan.device != "cpu" else ""
    normal = f"torch.randn(count, {latent.dim}, generator=noise_rng{where})"
    if latent.kind == "normal":
        drawn = normal
    elif latent.kind in LATENT_BOXES:
        low, high = LATENT_BOXES[latent.kind]
        drawn = (f"torch.empty(count, {latent.dim}{where}).uniform_({low}, {high}, "
                 "generator=noise_rng)")
    elif latent.dim == 1:
        drawn = (f"torch.empty(count, 1{where}).bernoulli_(0.5, generator=noise_rng)"
                 ".mul_(2.0).sub_(1.0)")
    else:
        drawn = f"normalize({normal}, dim=-1)  # on the unit sphere"
    return f'def latents(count):\n    """The noise that the generator starts from."""\n' \
           f"    return {drawn}\n"


def _batches(plan: Plan) -> str:
    on = ".to(DEVICE)" if plan.device != "cpu" else ""
    dtype = "torch.get_default_dtype()"
    result = (f"data[chosen{on}].to({dtype}).mul_(2 / 255).sub_(1)  # from bytes to [-1, 1]"
              if plan.is_image else f"data[chosen{on}]")
    return join(block('''
        order = torch.empty(0, dtype=torch.int64)  # what is left of this epoch


        def real_batch(count):
            """The next real samples. Each epoch goes through all of them in a fresh order."""
            global order
            while len(order) < count:
                order = torch.cat((order, torch.randperm(len(data), generator=order_rng)))
            chosen, order = order[:count], order[count:]
        '''), inside(f"return {result}"))


def _ending(plan: Plan) -> str:
    network = "generator"
    if plan.ever("average.decay"):
        network = "average" if plan.always("average.decay") else "(average or generator)"
    return f'torch.save({network}.state_dict(), "generator.pt")'
