"""What the captured program works on; TorchScript knows these as they stand here."""

from typing import NamedTuple

import torch
from torch import Tensor


class Player(NamedTuple):
    """A network (weight and bias of each layer in turn) and its optimizer."""

    weights: list[Tensor]
    tracked: list[Tensor]
    """The same, so that autograd sees them."""
    activation: str
    slope: float
    bounded: bool
    """What comes out goes through tanh."""
    optimizer: str
    numbers: list[float]
    """Rate and constants, as ``captured.numbers_of`` lays them out."""
    rates: list[float]
    """The rate of each round of the call."""
    first: list[Tensor]
    second: list[Tensor]
    counts: list[Tensor]


class Source(NamedTuple):
    """Where batches come from."""

    items: Tensor
    chosen: Tensor
    """Rows of ``items`` for all batches of the call, one after the other."""
    taken: list[int]
    """How many batches have been taken."""
    rng: torch.Generator
    latent: str
    dim: int
    batch: int
    noise: torch.Generator
    """Of instance noise."""
    sigmas: list[float]
    """Its deviation in each round of the call."""
    sigma: list[float]
    """In the present round."""
    mixing: torch.Generator
    """Of the penalties."""


class Game(NamedTuple):
    """How a round is played."""

    loss: str
    smooth: float
    real_weight: float
    compares: bool
    """G's loss looks at reals."""
    simultaneous: bool
    d_first: bool
    shared: bool
    """G's first move is on the very fakes of D's last."""
    k_d: int
    k_g: int
    train_d: bool
    train_g: bool
    clip: float
    penalties: list[str]
    """Those that are on, by their names in the recipe."""
    dues: list[list[float]]
    """Of each of D's moves in the call what each of them weighs; 0 where it is not due."""
    paid: list[int]
    """How many of those moves have been made."""
    decay: float
    averaged: list[Tensor]
    updates: Tensor


class Pass(NamedTuple):
    """A forward pass: each layer's input, what each activation's slope is read from, and the end.
    """

    inputs: list[Tensor]
    bent: list[Tensor]
    out: Tensor
