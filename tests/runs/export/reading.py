"""Protocol buffers read back, by a parser that shares nothing with the writer."""

import struct

import numpy as np
import torch
from torch.nn import functional


def fields(raw):
    """field number → list of raw values, of one message."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = raw[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    while at < len(raw):
        key = varint()
        number, wire = key >> 3, key & 7
        if wire == 0:
            value = varint()
        elif wire == 2:
            size = varint()
            value, at = raw[at:at + size], at + size
        else:
            size = {1: 8, 5: 4}[wire]
            value, at = struct.unpack("<d" if wire == 1 else "<f", raw[at:at + size])[0], at + size
        found.setdefault(number, []).append(value)
    assert at == len(raw)
    return found


def signed(value):
    return value - 2**64 if value >= 2**63 else value


# ---- ONNX ----------------------------------------------------------------------------------------


def run_onnx(raw, z):
    """Samples of an ONNX file for latents z, by torch's own operators."""
    model = fields(raw)
    graph = fields(model[7][0])
    values = {"z": z}
    for raw_tensor in graph[5]:
        tensor = fields(raw_tensor)
        kind = np.float32 if tensor[2][0] == 1 else np.int64
        array = np.frombuffer(tensor[9][0], kind).reshape(tensor.get(1, []))
        values[tensor[8][0].decode()] = torch.from_numpy(array.copy())
    for raw_node in graph[1]:
        node = fields(raw_node)
        settings = {}
        for raw_attribute in node.get(5, []):
            a = fields(raw_attribute)
            kind = a[20][0]
            settings[a[1][0].decode()] = (a[2][0] if kind == 1 else signed(a[3][0]) if kind == 2
                                          else [signed(v) for v in a[8]])
        inputs = [values[name.decode()] for name in node[1]]
        values[node[2][0].decode()] = OPERATORS[node[4][0].decode()](*inputs, **settings)
    return values[fields(graph[12][0])[1][0].decode()]


OPERATORS = {
    "Gemm": lambda a, b, c=0, transB=0: a @ (b.T if transB else b) + c,
    "ConvTranspose": lambda x, w, b=None, **s: functional.conv_transpose2d(
        x, w, b, s["strides"], s["pads"][:2], s["output_padding"]),
    "BatchNormalization": lambda x, w, b, m, v, epsilon: functional.batch_norm(
        x, m, v, w, b, eps=epsilon),
    "LayerNormalization": lambda x, w, b, axis, epsilon: functional.layer_norm(
        x, x.shape[axis:], w, b, epsilon),
    "ReduceMean": lambda x, axes: x.mean(axes, keepdim=True),
    "ReduceMax": lambda x, axes, keepdims: x.amax(axes, keepdim=bool(keepdims)),
    "Reshape": lambda x, shape: x.reshape(shape.tolist()),
    "Relu": torch.relu, "Tanh": torch.tanh, "Sigmoid": torch.sigmoid, "Sqrt": torch.sqrt,
    "LeakyRelu": lambda x, alpha: functional.leaky_relu(x, alpha), "Identity": lambda x: x,
    "Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div,
}


# ---- TensorBoard ---------------------------------------------------------------------------------


def read_events(raw):
    """Each event's fields; the frames' checksums are worked out bit by bit."""
    at, found = 0, []
    while at < len(raw):
        (size,) = struct.unpack_from("<Q", raw, at)
        assert mask(crc(raw[at:at + 8])) == struct.unpack_from("<I", raw, at + 8)[0]
        body = raw[at + 12:at + 12 + size]
        assert mask(crc(body)) == struct.unpack_from("<I", raw, at + 12 + size)[0]
        found.append(fields(body))
        at += 16 + size
    return found


def crc(raw):
    value = 0xFFFFFFFF
    for byte in raw:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 * (value & 1))
    return value ^ 0xFFFFFFFF


def mask(value):
    return (((value >> 15) | (value << 17 & 0xFFFFFFFF)) + 0xA282EAD8) % 2**32


def summaries(events):
    """tag → list of (step, summary value's fields)."""
    found = {}
    for each in events:
        for body in each.get(5, []):
            for raw in fields(body).get(1, []):
                value = fields(raw)
                found.setdefault(value[1][0].decode(), []).append((each.get(2, [0])[0], value))
    return found
