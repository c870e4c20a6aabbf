"""A generator as an ONNX file, from latents ``z`` (n, dim) to ``samples`` (n, …) in float32.

torch's own exporters need the packages onnx and onnxscript (about 60 MB with what they bring);
our generators are a handful of operators, written here by the format's definition
(github.com/onnx/onnx, onnx.proto, operator set 17).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.runs.export.layers import Layer
from ganstudio.runs.export.wire import data, single, whole

IR_VERSION = 8
OPERATORS = 17
MOST_BYTES = 2**31 - 1
"""A protobuf message, and so an ONNX file, may not be longer."""
_FLOAT, _INT64 = 1, 7


class _Graph:
    """Nodes and constants, one after the other; ``now`` names the newest result."""

    def __init__(self, start: str) -> None:
        self.now = start
        self.nodes: list[bytes] = []
        self.constants: list[bytes] = []
        self._count = 0

    def constant(self, name: str, array: NDArray[Any]) -> str:
        kind = _INT64 if array.dtype == np.int64 else _FLOAT
        dims = b"".join(whole(1, n) for n in array.shape)
        self.constants.append(dims + whole(2, kind) + data(8, name) + data(9, array.tobytes()))
        return name

    def add(self, operator: str, *inputs: str, **settings: float | list[int]) -> str:
        """A node on ``inputs`` (the newest result where none is given)."""
        self._count += 1
        out = f"t{self._count}"
        body = b"".join(data(1, name) for name in inputs or (self.now,)) + data(2, out)
        body += data(3, f"{operator}_{self._count}") + data(4, operator)
        body += b"".join(data(5, _attribute(*item)) for item in settings.items())
        self.nodes.append(body)
        self.now = out
        return out


def _attribute(name: str, value: float | int | list[int]) -> bytes:
    if isinstance(value, list):
        return data(1, name) + b"".join(whole(8, v) for v in value) + whole(20, 7)
    if isinstance(value, int):
        return data(1, name) + whole(3, value) + whole(20, 2)
    return data(1, name) + single(2, value) + whole(20, 1)


def onnx_bytes(layers: list[Layer], latent_dim: int, sample_shape: tuple[int, ...],
               notes: Mapping[str, str], name: str = "generator") -> bytes:
    """The file. ``notes`` are words kept with the model.

    Raises:
        ValueError: the weights do not fit into one ONNX file.
    """
    graph = _Graph("z")
    for index, layer in enumerate(layers):
        constants = {key: graph.constant(f"{index}.{key}", array)
                     for key, array in layer.tensors.items() if array.dtype == np.float32}
        _WRITERS[layer.kind](graph, layer, constants)
    graph.add("Identity")
    graph.nodes[-1] = graph.nodes[-1].replace(data(2, graph.now), data(2, "samples"))
    body = b"".join(data(1, node) for node in graph.nodes) + data(2, name)
    body += b"".join(data(5, constant) for constant in graph.constants)
    body += data(11, _value("z", (latent_dim,))) + data(12, _value("samples", sample_shape))
    model = whole(1, IR_VERSION) + data(2, "GAN Studio") + data(7, body)
    model += data(8, data(1, "") + whole(2, OPERATORS))
    model += b"".join(data(14, data(1, key) + data(2, text)) for key, text in notes.items())
    if len(model) > MOST_BYTES:
        raise ValueError(f"the generator's weights take {len(model) / 2**30:.1f} GB, and an ONNX "
                         "file holds 2 GB; take them as safetensors")
    return model


def _value(name: str, shape: tuple[int, ...]) -> bytes:
    dims = data(1, data(2, "n")) + b"".join(data(1, whole(1, size)) for size in shape)
    return data(1, name) + data(2, data(1, whole(1, _FLOAT) + data(2, dims)))


# ---- one writer for each kind of layer -------------------------------------------------------

Constants = dict[str, str]
Writer = Callable[[_Graph, Layer, Constants], object]


def _linear(graph: _Graph, layer: Layer, names: Constants) -> None:
    graph.add("Gemm", graph.now, *names.values(), transB=1)


def _conv(graph: _Graph, layer: Layer, names: Constants) -> None:
    odd = layer.settings["odd"]
    graph.add("ConvTranspose", graph.now, *names.values(), kernel_shape=[4, 4], strides=[2, 2],
              pads=[1, 1, 1, 1], output_padding=[odd, odd])


def _batch_norm(graph: _Graph, layer: Layer, names: Constants) -> None:
    graph.add("BatchNormalization", graph.now, names["weight"], names["bias"],
              names["running_mean"], names["running_var"], epsilon=float(layer.settings["eps"]))


def _layer_norm(graph: _Graph, layer: Layer, names: Constants) -> None:
    graph.add("LayerNormalization", graph.now, names["weight"], names["bias"], axis=-1,
              epsilon=float(layer.settings["eps"]))


def _group_norm(graph: _Graph, layer: Layer, names: Constants) -> None:
    """One group: mean and variance over channels and pixels, a gain for each channel."""
    start = names["weight"].split(".")[0]
    eps = graph.constant(f"{start}.eps", np.array(layer.settings["eps"], np.float32))
    shape = graph.constant(f"{start}.shape", np.array([-1, 1, 1], np.int64))
    before = graph.now
    centred = graph.add("Sub", before, graph.add("ReduceMean", before, axes=[1, 2, 3]))
    square = graph.add("Mul", centred, centred)
    variance = graph.add("ReduceMean", square, axes=[1, 2, 3])
    deviation = graph.add("Sqrt", graph.add("Add", variance, eps))
    unit = graph.add("Div", centred, deviation)
    gain = graph.add("Reshape", names["weight"], shape)
    shift = graph.add("Reshape", names["bias"], shape)
    graph.add("Add", graph.add("Mul", unit, gain), shift)


def _silu(graph: _Graph, layer: Layer, names: Constants) -> None:
    before = graph.now
    graph.add("Mul", before, graph.add("Sigmoid", before))


def _maxout(graph: _Graph, layer: Layer, names: Constants) -> None:
    settings = layer.settings
    shape = np.array([-1, settings["pieces"], settings["width"]], np.int64)
    graph.add("Reshape", graph.now, graph.constant(f"{graph.now}.pieces", shape))
    graph.add("ReduceMax", graph.now, axes=[1], keepdims=0)


def _unflatten(graph: _Graph, layer: Layer, names: Constants) -> None:
    shape = np.array([-1, *layer.settings["shape"]], np.int64)
    graph.add("Reshape", graph.now, graph.constant(f"{graph.now}.shape", shape))


_WRITERS: dict[str, Writer] = {
    "Linear": _linear, "ConvTranspose2d": _conv, "BatchNorm1d": _batch_norm,
    "BatchNorm2d": _batch_norm, "LayerNorm": _layer_norm, "GroupNorm": _group_norm,
    "ReLU": lambda graph, *_: graph.add("Relu"), "Tanh": lambda graph, *_: graph.add("Tanh"),
    "LeakyReLU": lambda graph, layer, _: graph.add("LeakyRelu",
                                                   alpha=float(layer.settings["slope"])),
    "SiLU": _silu, "Maxout": _maxout, "Unflatten": _unflatten,
}
