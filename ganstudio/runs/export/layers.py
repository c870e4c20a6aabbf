"""A trained generator at rest as a plain row of layers, for formats that know nothing of ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ganstudio.nets.base import Generator
from ganstudio.nets.conv import DcganGenerator
from ganstudio.nets.units import pieces_of

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layer:
    """One module of torch (``kind`` is its class) with its tensors in float32 and its settings.

    ``text`` makes it anew in Python. ``Maxout`` is the one kind that torch does not have.
    """

    kind: str
    text: str
    tensors: dict[str, Array] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


def plain_layers(generator: Generator, part: Any) -> list[Layer]:
    """The generator as it samples: running statistics, no dropout, weights already divided by
    their spectral norm. ``part`` is its part of the recipe.
    """
    build: Callable[[Any, Any], list[Layer]] = (
        _dcgan if isinstance(generator, DcganGenerator) else _mlp)
    with torch.no_grad():
        return build(generator, part)


def state(layers: list[Layer]) -> dict[str, Array]:
    """The tensors by the names that they have in a ``nn.Sequential`` of these layers."""
    return {f"{index}.{name}": tensor for index, layer in enumerate(layers)
            for name, tensor in layer.tensors.items()}


def _array(tensor: Tensor) -> Array:
    return np.ascontiguousarray(tensor.detach().to("cpu", torch.float32).numpy())


def _linear(weight: Tensor, bias: Tensor | None) -> Layer:
    outputs, inputs = weight.shape
    return Layer("Linear", f"nn.Linear({inputs}, {outputs}{'' if bias is not None else _NONE})",
                 _tensors(weight, bias))


_NONE = ", bias=False"


def _tensors(weight: Tensor, bias: Tensor | None) -> dict[str, Array]:
    named = {"weight": _array(weight)}
    if bias is not None:
        named["bias"] = _array(bias)
    return named


def _norm(norm: nn.Module) -> Layer:
    tensors = {name: _array(tensor) for name, tensor in norm.state_dict().items()
               if tensor.is_floating_point()}
    if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d):
        # torch expects the count of batches too; it is of no use at rest.
        tensors["num_batches_tracked"] = np.zeros((), np.int64)
        kind, features = type(norm).__name__, str(norm.num_features)
    elif isinstance(norm, nn.GroupNorm):
        kind, features = "GroupNorm", f"1, {norm.num_channels}"
    else:
        assert isinstance(norm, nn.LayerNorm)
        kind, features = "LayerNorm", str(norm.normalized_shape[0])
    return Layer(kind, f"nn.{kind}({features})", tensors, {"eps": norm.eps})


def _activation(part: Any) -> Layer:
    if part.activation == "leaky_relu":
        return Layer("LeakyReLU", f"nn.LeakyReLU({part.slope!r})", settings={"slope": part.slope})
    if part.activation == "maxout":
        pieces = pieces_of(part)
        return Layer("Maxout", f"Maxout({pieces})", settings={"pieces": pieces,
                                                              "width": part.width})
    kind = {"relu": "ReLU", "tanh": "Tanh", "silu": "SiLU"}[part.activation]
    return Layer(kind, f"nn.{kind}()")


def _unflatten(shape: tuple[int, ...]) -> Layer:
    return Layer("Unflatten", f"nn.Unflatten(1, {shape})", settings={"shape": shape})


def _mlp(network: Any, part: Any) -> list[Layer]:
    layers = []
    for index in range(part.depth + 1):
        weight = getattr(network, f"weight_{index}")
        if network.spectral is not None:
            weight = weight / network.spectral[index].sigma(weight)
        layers.append(_linear(weight, getattr(network, f"bias_{index}")))
        if index < part.depth:
            if network.norms is not None:
                layers.append(_norm(network.norms[index]))
            layers.append(_activation(part))
    image = len(network.sample_shape) == 3
    if image or part.out == "tanh":
        layers.append(Layer("Tanh", "nn.Tanh()"))
    if image:
        layers.append(_unflatten(tuple(network.sample_shape)))
    return layers


def _weight(layer: Any) -> Tensor:
    weight: Tensor = layer.weight
    return weight if layer.spectral is None else weight / layer.spectral.sigma(weight)


def _dcgan(network: Any, part: Any) -> list[Layer]:
    base = tuple(network._base)
    layers = [_linear(_weight(network.project), network.project.bias), _unflatten(base)]
    side = base[-1]
    target = _sides(network.sample_shape[-1], len(network.up))
    for index, (after, up) in enumerate(zip(network.after, network.up, strict=True)):
        if after.norm is not None:
            layers.append(_norm(after.norm))
        layers.append(_activation(part))
        odd = target[index] - 2 * side
        side = target[index]
        below, above = up.weight.shape[:2]
        more = (", output_padding=1" if odd else "") + (_NONE if up.bias is None else "")
        layers.append(Layer(
            "ConvTranspose2d", f"nn.ConvTranspose2d({below}, {above}, 4, stride=2, padding=1"
            f"{more})", _tensors(_weight(up), up.bias), {"odd": odd}))
    return [*layers, Layer("Tanh", "nn.Tanh()")]


def _sides(size: int, stages: int) -> list[int]:
    """The image's side after each of the stages that climb to ``size``."""
    sides = [size]
    for _ in range(stages - 1):
        sides.append(sides[-1] // 2)
    return sides[::-1]
