"""The part of a script that builds the two networks, layer by layer."""

from __future__ import annotations

from math import prod
from typing import Any

from ganstudio.nets.conv import WIDEST
from ganstudio.nets.minibatch import added_by
from ganstudio.nets.sizes import halvings
from ganstudio.nets.units import gain_of, pieces_of
from ganstudio.runs.script.company import company_class, company_layer, company_weights
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.text import block, inside, join

ACTIVATIONS = {"relu": "nn.ReLU()", "tanh": "nn.Tanh()", "silu": "nn.SiLU()"}


def networks_text(plan: Plan) -> str:
    """Code that leaves ``generator`` and ``discriminator``, with their first weights."""
    g, d = plan.recipe.generator, plan.recipe.discriminator
    parts = (g, d)
    to_device = "" if plan.device == "cpu" else ".to(DEVICE)"
    layout = ".to(memory_format=torch.channels_last)" if plan.is_image else ""
    ends = [f"{name} = {name}{to_device}{layout}" for name in ("generator", "discriminator")
            if to_device or layout]
    if layout:
        ends.insert(0, "# How the numbers lie in memory; it is quicker for convolutions.")
    return "\n\n".join(filter(None, [
        _classes(plan, parts),
        _sequential("generator", generator_layers(plan)),
        _sequential("discriminator", discriminator_layers(plan)),
        _weights("generator", g, 1, str(generator_layers(plan))),
        _weights("discriminator", d, 2, str(discriminator_layers(plan))),
        company_weights(plan),
        "\n".join(ends)]))


def _sequential(name: str, layers: list[list[str]]) -> str:
    rows = "\n".join(", ".join(row) + "," for row in layers)
    return f"{name} = nn.Sequential(\n{inside(rows)}\n)"


def activation(part: Any) -> str:
    """The module of the hidden units' function."""
    if part.activation == "leaky_relu":
        return f"nn.LeakyReLU({part.slope!r})"
    if part.activation == "maxout":
        return f"Maxout({part.pieces})"
    return ACTIVATIONS[part.activation]


def generator_layers(plan: Plan) -> list[list[str]]:
    """The generator's modules, a row for each linear map and what follows it."""
    recipe = plan.recipe
    part: Any = recipe.generator
    if part.kind == "dcgan":
        return _dcgan_generator(part, recipe.latent.dim, plan.shape)
    rows = _mlp(part, recipe.latent.dim, prod(plan.shape))
    if plan.is_image or part.out == "tanh":
        rows[-1].append("nn.Tanh()")
    if plan.is_image:
        rows[-1].append(f"nn.Unflatten(1, {plan.shape})")
    return rows


def discriminator_layers(plan: Plan) -> list[list[str]]:
    """The discriminator's, down to one logit for each sample."""
    part: Any = plan.recipe.discriminator
    pack = plan.recipe.minibatch.pack
    shape = (plan.shape[0] * pack, *plan.shape[1:])
    if part.kind == "dcgan":
        rows = _dcgan_discriminator(plan, part, shape)
    else:
        rows = _mlp(part, prod(shape), 1, added_by(plan.recipe.minibatch))
        layer = company_layer(plan, part.width if part.depth else prod(shape))
        rows[-1] = [*layer, *rows[-1]]
        if plan.is_image:
            rows.insert(0, ["nn.Flatten()"])
    if pack > 1:
        rows.insert(0, [f"Pack({pack})"])
    rows[-1].append("nn.Flatten(0)")
    return rows


def mixes(plan: Plan) -> bool:
    """Whether D looks at the whole batch, so that real and fake must not be judged as one."""
    return any(module.startswith(("nn.BatchNorm", "Minibatch"))
               for row in discriminator_layers(plan) for module in row)


def _mlp(part: Any, inputs: int, outputs: int, beside: int = 0) -> list[list[str]]:
    rows = []
    hidden = part.width * pieces_of(part)
    bias = ", bias=False" if part.norm == "batch" else ""
    for _ in range(part.depth):
        row = [f"nn.Linear({inputs}, {hidden}{bias})"]
        if part.norm == "batch":
            row.append(f"nn.BatchNorm1d({hidden})")
        elif part.norm == "layer":
            row.append(f"nn.LayerNorm({hidden})")
        row.append(activation(part))
        if part.dropout > 0:
            row.append(f"Dropout({part.dropout!r})")
        rows.append(row)
        inputs = part.width
    rows.append([f"nn.Linear({inputs + beside}, {outputs})"])
    return rows


def _after(part: Any, channels: int, normed: bool = True) -> list[str]:
    row = []
    if normed and part.norm == "batch":
        row.append(f"nn.BatchNorm2d({channels})")
    elif normed and part.norm == "layer":
        row.append(f"nn.GroupNorm(1, {channels})")
    row.append(activation(part))
    if part.dropout > 0:
        row.append(f"Dropout({part.dropout!r})")
    return row


def _widths(part: Any, stages: int) -> list[int]:
    return [part.width * min(2**stage, WIDEST) for stage in range(stages)]


def _dcgan_generator(part: Any, latent: int, shape: tuple[int, ...]) -> list[list[str]]:
    sides = halvings(shape[-1])[::-1]
    channels = _widths(part, len(sides) - 1)[::-1]
    bias = ", bias=False" if part.norm == "batch" else ""
    base = (channels[0], sides[0], sides[0])
    rows = [[f"nn.Linear({latent}, {prod(base)}{bias})", f"nn.Unflatten(1, {base})",
             *_after(part, channels[0])]]
    for i, (below, above) in enumerate(zip(channels, [*channels[1:], shape[0]], strict=True)):
        last = i == len(channels) - 1
        odd = ", output_padding=1" if sides[i + 1] - 2 * sides[i] else ""
        rows.append([f"nn.ConvTranspose2d({below}, {above}, 4, stride=2, padding=1{odd}"
                     f"{'' if last else bias})",
                     *(["nn.Tanh()"] if last else _after(part, above))])
    return rows


def _dcgan_discriminator(plan: Plan, part: Any, shape: tuple[int, ...]) -> list[list[str]]:
    sides = halvings(shape[-1])
    channels = _widths(part, len(sides) - 1)
    rows = []
    for i, (before, behind) in enumerate(zip([shape[0], *channels], channels, strict=False)):
        bias = ", bias=False" if i and part.norm == "batch" else ""
        rows.append([f"nn.Conv2d({before}, {behind}, 4, stride=2, padding=1{bias})",
                     *_after(part, behind, normed=i > 0)])
    places = sides[-1] ** 2
    hidden = channels[-1] * places
    layer = company_layer(plan, hidden)
    if plan.recipe.minibatch.layer == "stddev":  # it appends a map
        layer = [f"nn.Unflatten(1, {(channels[-1], sides[-1], sides[-1])})", *layer,
                 "nn.Flatten()"]
    outputs = hidden + added_by(plan.recipe.minibatch, places)
    rows += [["nn.Flatten()", *layer], [f"nn.Linear({outputs}, 1)"]] if layer else [
        ["nn.Flatten()", f"nn.Linear({outputs}, 1)"]]
    return rows


# ---- modules that torch does not have ----------------------------------------------------------


def _classes(plan: Plan, parts: tuple[Any, Any]) -> str:
    found = [PACK] if plan.recipe.minibatch.pack > 1 else []
    found += company_class(plan)
    if any(p.activation == "maxout" for p in parts):
        found.append(MAXOUT)
    if any(p.dropout > 0 for p in parts):
        found.append(DROPOUT)
    if any(p.norm == "spectral" for p in parts):
        found.append(SPECTRAL)
    if any(p.init == "orthogonal" for p in parts):
        found.append(ORTHOGONAL)
    return "\n\n\n".join(map(block, found)) + ("\n" if found else "")


PACK = '''
    class Pack(nn.Module):
        """D judges several samples at once, side by side (PacGAN, Lin et al. 2018)."""

        def __init__(self, size):
            super().__init__()
            self.size = size

        def forward(self, x):
            return x.reshape(len(x) // self.size, self.size * x.shape[1], *x.shape[2:])
    '''
MAXOUT = '''
    class Maxout(nn.Module):
        """Each unit is the largest of several linear pieces (Goodfellow et al. 2013)."""

        def __init__(self, pieces):
            super().__init__()
            self.pieces = pieces

        def forward(self, x):
            return x.view(len(x), self.pieces, -1).amax(1)
    '''
DROPOUT = '''
    class Dropout(nn.Module):
        """nn.Dropout with a random stream of its own (Srivastava et al. 2014)."""

        def __init__(self, p):
            super().__init__()
            self.keep = 1.0 - p

        def forward(self, x):
            if not self.training:
                return x
            mask = torch.empty_like(x).bernoulli_(self.keep, generator=layers_rng)
            return x * mask.div_(self.keep)
    '''
SPECTRAL = '''
    class SpectralNorm(nn.Module):
        """Divides a weight by its largest singular value (Miyato et al. 2018).

        The value is found by power iteration, one round for each call in training.
        """

        def __init__(self, weight, rng, axis=0):
            super().__init__()
            self.axis = axis  # which axis of the weight counts the layer's outputs
            matrix = weight.detach().transpose(0, axis).flatten(1)
            u = normalize(torch.empty(len(matrix)).normal_(generator=rng), dim=0)
            self.register_buffer("u", u)
            self.register_buffer("v", torch.zeros(matrix.shape[1]))
            for _ in range(50):
                self.iterate(matrix)

        @torch.no_grad()
        def iterate(self, matrix):
            # New tensors: the old ones may be part of a graph.
            self.v = normalize(torch.mv(matrix.T, self.u), dim=0)
            self.u = normalize(torch.mv(matrix, self.v), dim=0)

        def forward(self, weight):
            matrix = weight.transpose(0, self.axis).flatten(1)
            if self.training:
                self.iterate(matrix)
            return weight / torch.dot(self.u, torch.mv(matrix, self.v)).clamp_min(1e-12)


    def spectral(layer, rng, axis=0):
        """Put spectral norm on the layer's weight."""
        norm = SpectralNorm(layer.weight, rng, axis)
        # unsafe=True leaves out a trial call, which would iterate once more.
        nn.utils.parametrize.register_parametrization(layer, "weight", norm, unsafe=True)
    '''


# ---- first weights ---------------------------------------------------------------------------


def _weights(name: str, part: Any, stream: int, layers: str) -> str:
    """Code that draws the first weights; ``layers`` tells what there is to draw."""
    rng = f"{name[0]}_rng"
    loop = join(f"{rng} = stream({stream})", f"for layer in {name}:")
    if part.kind == "dcgan":
        body = _dcgan_weights(part, rng, name, layers)
        return join(loop, inside(body))
    linear = f"[layer for layer in {name} if isinstance(layer, nn.Linear)]"
    lines = [f"{rng} = stream({stream})", f"linear = {linear}", "for layer in linear:"]
    pieces = pieces_of(part)
    if pieces > 1:
        lines += [inside(f"pieces = {pieces} if layer is not linear[-1] else 1"),
                  inside("for piece in layer.weight.detach().chunk(pieces):"),
                  inside(_draw("piece", part, rng, "layer.in_features",
                               "len(piece)", "layer is not linear[-1]"), 2)]
    else:
        lines.append(inside(_draw("layer.weight.detach()", part, rng, "layer.in_features",
                                  "layer.out_features", "layer is not linear[-1]")))
    lines.append(inside(_bias(part, rng, "layer.in_features", layers)))
    if "BatchNorm" in layers and part.init == "normal":
        lines += [f"for layer in {name}:", "    if isinstance(layer, nn.BatchNorm1d):",
                  f"        layer.weight.detach().normal_(1.0, 0.02, generator={rng})"]
    if part.norm == "spectral":
        lines += ["for layer in linear:", f"    spectral(layer, {rng})"]
    return "\n".join(lines)


def _bias(part: Any, rng: str, fan_in: str, layers: str) -> str:
    if part.init == "default":
        draw = (f"layer.bias.detach().uniform_(-1 / math.sqrt({fan_in}), "
                f"1 / math.sqrt({fan_in}), generator={rng})")
    else:
        draw = "layer.bias.detach().zero_()"
    return f"if layer.bias is not None:\n    {draw}" if "bias=False" in layers else draw


def gain_text(part: Any, hidden: str) -> str:
    """The factor that keeps a signal's size through the activation, 1 at the output."""
    pieces = pieces_of(part)
    texts = {"relu": "math.sqrt(2.0)", "silu": "math.sqrt(2.0)", "tanh": "5 / 3",
             "leaky_relu": f"math.sqrt(2.0 / (1.0 + {part.slope!r}**2))"}
    gain = texts.get(part.activation) or repr(gain_of(part.activation, part.slope, pieces))
    return gain if hidden == "True" else f"{gain} if {hidden} else 1.0"


def _draw(weight: str, part: Any, rng: str, fan_in: str, fan_out: str, hidden: str) -> str:
    kind = part.init
    if kind == "normal":
        return f"{weight}.normal_(0.0, {part.init_std!r}, generator={rng})  # as DCGAN does"
    if kind == "default":
        return (f"bound = 1.0 / math.sqrt({fan_in})  # as torch's own layers do\n"
                f"{weight}.uniform_(-bound, bound, generator={rng})")
    if kind == "xavier":
        return (f"bound = math.sqrt(6.0 / ({fan_in} + {fan_out}))  # Glorot & Bengio 2010\n"
                f"{weight}.uniform_(-bound, bound, generator={rng})")
    if kind == "kaiming":
        return (f"gain = {gain_text(part, hidden)}  # He et al. 2015\n"
                f"{weight}.normal_(0.0, gain / math.sqrt({fan_in}), generator={rng})")
    return (f"gain = {gain_text(part, hidden)}\n"
            f"orthogonal({weight}, gain, {rng})")


ORTHOGONAL = '''
    def orthogonal(weight, gain, rng):
        """Fill a weight with orthonormal rows, or columns (Saxe et al. 2013)."""
        draw = torch.empty(len(weight), weight.numel() // len(weight)).normal_(generator=rng)
        tall = len(draw) >= draw.shape[1]
        q, r = torch.linalg.qr(draw if tall else draw.T)
        q = q * torch.where(r.diagonal() < 0, -1.0, 1.0).to(q.dtype)  # QR alone prefers some signs
        weight.copy_(gain * (q if tall else q.T).contiguous().view_as(weight))
    '''


def _dcgan_weights(part: Any, rng: str, name: str, layers: str) -> str:
    transposed = name == "generator"
    conv = "nn.ConvTranspose2d" if transposed else "nn.Conv2d"
    kinds = f"(nn.Linear, {conv})"
    hidden = f"layer is not {name}[-2]"  # what follows the last linear map has no weights
    lines = []
    if part.init != "normal":
        # What each weight is fed by and feeds; a stride of 2 skips three connections of four.
        if part.init == "default":
            fan = "layer.weight[0].numel()"
            lines.append(f"fan_in = {fan}")
        elif part.init != "orthogonal":
            if transposed:
                lines += ["fan_in, fan_out = layer.weight.shape[0] * 4.0, "
                          "layer.weight[0].numel()"]
            else:
                lines += ["fan_in, fan_out = layer.weight[0].numel(), "
                          "layer.weight.shape[0] * 4.0"]
            lines += ["if isinstance(layer, nn.Linear):",
                      "    fan_in, fan_out = layer.in_features, layer.out_features"]
    if transposed:
        lines += ["weight = layer.weight.detach()",
                  f"if isinstance(layer, {conv}):",
                  "    weight = weight.transpose(0, 1)  # the outputs first"]
    else:
        lines.append("weight = layer.weight.detach()")
    lines.append(_draw("weight", part, rng, "fan_in", "fan_out", hidden))
    lines.append(_bias(part, rng, "fan_in", layers))
    if part.norm == "spectral":
        axis = f", 1 if isinstance(layer, {conv}) else 0" if transposed else ""
        lines.append(f"spectral(layer, {rng}{axis})")
    text = f"if isinstance(layer, {kinds}):\n" + inside("\n".join(lines))
    if "BatchNorm" in layers and part.init == "normal":
        text += ("\nelif isinstance(layer, nn.BatchNorm2d):\n"
                 f"    layer.weight.detach().normal_(1.0, 0.02, generator={rng})")
    return text
