"""How each elementary torch operation is written in plain Python, for ``replay``.

Single numbers become floats and are handled by ``math``; what has more (quadrature nodes, the
hidden units of the XOR network) becomes a numpy array. The C-like names of the operations are
those of torch's operator set.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from torch import Tensor


class CannotReplay(Exception):  # noqa: N818 - it is no error: the caller then uses torch
    """The step cannot be written as plain arithmetic."""


def _sigmoid(x: float) -> float:
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def _softplus(x: float, beta: float, threshold: float) -> float:
    z = x * beta
    return x if z > threshold else math.log1p(math.exp(z)) / beta


def _softplus_slope(x: float, beta: float, threshold: float) -> float:
    z = x * beta
    return 1.0 if z > threshold else _sigmoid(z)


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


def _clamp(x: float, low: float | None, high: float | None) -> float:
    if low is not None and x < low:
        return low
    return high if high is not None and x > high else x


def _np_sigmoid(x: Any) -> Any:
    return np.reciprocal(1.0 + np.exp(-x))  # exp may overflow to infinity, and rightly gives 0


def _np_softplus(x: Any, beta: float, threshold: float) -> Any:
    z = x * beta
    return np.where(z > threshold, x, np.logaddexp(0.0, z) / beta)


def _np_softplus_slope(x: Any, beta: float, threshold: float) -> Any:
    slope = x * -beta
    linear = slope < -threshold
    np.exp(slope, slope)  # in place, here and below: a path calls this thousands of times
    slope[linear] = 0.0
    slope += 1.0
    return np.reciprocal(slope, slope)


@lru_cache
def _ones(shape: tuple[int, ...]) -> Any:
    return np.ones(shape)


def _spread(x: Any, shape: tuple[int, ...]) -> Any:
    """``x`` at a larger shape; dearer ways to say so are also slower."""
    return x * _ones(shape)


NAMES: dict[str, Any] = {
    "math": math, "np": np, "add_up": np.add.reduce, "sigmoid": _sigmoid, "softplus": _softplus,
    "softplus_slope": _softplus_slope, "sign": _sign, "clamp": _clamp,
    "np_sigmoid": _np_sigmoid, "np_softplus": _np_softplus,
    "np_softplus_slope": _np_softplus_slope, "spread": _spread, "nan": math.nan, "inf": math.inf,
}

# Operations that read alike for a float and an array.
_INFIX = {"mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
          "logical_and": "&", "logical_and_": "&", "bitwise_and": "&"}

# name: (on a float, on an array), with {0}, {1}… the arguments.
_FORMS: dict[str, tuple[str, str]] = {
    "neg": ("-{0}", "-{0}"),
    "square": ("{0} * {0}", "{0} * {0}"),
    "exp": ("math.exp({0})", "np.exp({0})"),
    "log": ("math.log({0})", "np.log({0})"),
    "sqrt": ("math.sqrt({0})", "np.sqrt({0})"),
    "rsqrt": ("1.0 / math.sqrt({0})", "1.0 / np.sqrt({0})"),
    "reciprocal": ("1.0 / {0}", "1.0 / {0}"),
    "abs": ("abs({0})", "np.abs({0})"),
    "sgn": ("sign({0})", "np.sign({0})"),
    "sign": ("sign({0})", "np.sign({0})"),
    "tanh": ("math.tanh({0})", "np.tanh({0})"),
    "tanh_backward": ("{0} * (1.0 - {1} * {1})", "{0} * (1.0 - {1} * {1})"),
    "relu": ("max({0}, 0.0)", "np.maximum({0}, 0.0)"),
    "threshold_backward": ("({0} if {1} > {2} else 0.0)", "np.where({1} > {2}, {0}, 0.0)"),
    "sigmoid": ("sigmoid({0})", "np_sigmoid({0})"),
    "sigmoid_backward": ("{0} * {1} * (1.0 - {1})", "{0} * {1} * (1.0 - {1})"),
    "softplus": ("softplus({0}, {1}, {2})", "np_softplus({0}, {1}, {2})"),
    "softplus_backward": ("{0} * softplus_slope({1}, {2}, {3})",
                          "{0} * np_softplus_slope({1}, {2}, {3})"),
    "where": ("({1} if {0} else {2})", "np.where({0}, {1}, {2})"),
    "clamp": ("clamp({0}, {1}, {2})", "np.clip({0}, {1}, {2})"),
    "_to_copy": ("({0} * 1.0)", "({0} * 1.0)"),
    "to": ("({0} * 1.0)", "({0} * 1.0)"),
    "pow": ("({0}) ** {1}", "({0}) ** {1}"),
}

# Arguments that torch leaves out where they have their usual value.
_DEFAULTS = {"softplus": ["", "1.0", "20.0"], "clamp": ["", "None", "None"]}

_RESHAPING = ("view", "_unsafe_view", "reshape", "unsqueeze", "squeeze")
_SAME = ("detach", "clone", "alias", "lift_fresh", "positive")


def expression(func: str, args: list[Any], sizes: list[int | None],
               shapes: list[tuple[int, ...] | None], kwargs: dict[str, Any], out: Tensor) -> str:
    """The operation ``func`` (such as ``aten.mul.Tensor``) in plain Python.

    ``args`` holds names or literals; ``sizes`` and ``shapes`` tell which arguments were tensors.

    Raises:
        CannotReplay: there is no entry for it.
    """
    name = func.split(".")[1]
    array = any(size not in (None, 1) for size in sizes)
    args = [repr(a) if isinstance(a, bool | int | float) else a for a in args]
    if name in _SAME:
        return str(args[0])
    if name in ("add", "sub", "rsub"):
        alpha = kwargs.get("alpha", args[2] if len(args) > 2 else 1)
        left, right = (args[1], args[0]) if name == "rsub" else (args[0], args[1])
        scale = "" if float(alpha) == 1.0 else f"{alpha} * "
        if right in ("0.0", "(0.0)"):
            return str(left)
        return f"{left} {'+' if name == 'add' else '-'} {scale}{right}"
    if name in ("mul", "div") and args[1] in ("1", "1.0", "(1.0)"):
        return str(args[0])
    if name in _INFIX:
        return f"{args[0]} {_INFIX[name]} {args[1]}"
    if name == "pow" and args[1] in ("1", "1.0"):
        return str(args[0])
    args += _DEFAULTS.get(name, [])[len(args):]
    if name in _FORMS:
        return _FORMS[name][array].format(*args)
    return _structural(name, args, array, shapes[0] if shapes else None, out)


def _structural(name: str, args: list[Any], array: bool, shape: tuple[int, ...] | None,
                out: Tensor) -> str:
    """Operations that move numbers about, or add them up."""
    single = out.numel() == 1
    if name in (*_RESHAPING, "expand") and shape == tuple(out.shape):
        return str(args[0])
    if name in _RESHAPING:
        return str(args[0]) if single else f"{args[0]}.reshape({tuple(out.shape)})"
    if name == "expand":
        return str(args[0]) if single else f"spread({args[0]}, {tuple(out.shape)})"
    if name in ("sum", "mean"):
        if not array:
            return str(args[0])
        if len(args) > 1 and args[1] and not single:
            axes = tuple(int(a) for a in args[1])
            return f"{args[0]}.{name}(axis={axes}).reshape({tuple(out.shape)})"
        return f"float({args[0]}.mean())" if name == "mean" else f"float(add_up({args[0]}, None))"
    raise CannotReplay(f"no plain form for {name}")
