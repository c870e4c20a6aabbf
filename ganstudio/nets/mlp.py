"""Fully connected networks for points and images.

Tiny networks spend their time between operations, not in them, so a whole stack is one module
that walks over its own parameters: one call from Python where a chain of layers makes many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganstudio.nets.base import Discriminator, Generator, Network
from ganstudio.nets.init import init_batch_norm, init_bias, init_weight
from ganstudio.nets.minibatch import added_by, company_of
from ganstudio.nets.spectral import SpectralNorm
from ganstudio.nets.units import Dropout, activation_of, gain_of, norm_layer, pieces_of

if TYPE_CHECKING:
    from ganstudio.recipe.networks import Mlp
    from ganstudio.recipe.stabilisers import Minibatch


class _Stack(Network):
    """``depth`` hidden layers, each linear → norm → activation → dropout, and a linear output.

    The output layer takes ``beside`` more numbers than the last hidden layer has.
    Layer i's parameters are ``weight_i`` (out, in) and ``bias_i`` (out,); the output's index is
    ``depth``. A maxout layer's rows are its pieces, one after the other.
    """

    def __init__(
        self, part: Mlp, inputs: int, outputs: int, rng: torch.Generator, dtype: torch.dtype,
        beside: int = 0,
    ) -> None:
        super().__init__()
        pieces = pieces_of(part)
        hidden = part.width * pieces
        batch = part.norm == "batch"
        gain = gain_of(part.activation, part.slope, pieces)
        self._act = activation_of(part)
        self._names: list[tuple[str, str]] = []
        before = inputs
        for _ in range(part.depth):
            # Batch norm takes the mean away again, so a bias before it would do nothing.
            self._add(before, hidden, not batch, part, rng, dtype, gain, pieces)
            before = part.width
        self._add(before + beside, outputs, True, part, rng, dtype, 1.0, 1)
        self._hidden_names = self._names[:-1]

        self.norms: nn.ModuleList | None = None
        if part.depth > 0 and part.norm in ("batch", "layer"):
            self.norms = nn.ModuleList(
                norm_layer(part.norm, hidden, False, dtype) for _ in range(part.depth))
            for norm in self.norms:
                if isinstance(norm, nn.BatchNorm1d):
                    init_batch_norm(norm.weight, rng, kind=part.init)
        self.spectral: nn.ModuleList | None = None
        if part.norm == "spectral":
            self.spectral = nn.ModuleList(
                SpectralNorm(self._parameters[w], rng)  # type: ignore[arg-type]
                for w, _ in self._names)
        self.dropout = Dropout(part.dropout) if part.dropout > 0 and part.depth > 0 else None
        self._plain = self.norms is None and self.spectral is None and self.dropout is None
        self.note_state()

    def _add(
        self, inputs: int, outputs: int, bias: bool, part: Mlp, rng: torch.Generator,
        dtype: torch.dtype, gain: float, pieces: int,
    ) -> None:
        names = (f"weight_{len(self._names)}", f"bias_{len(self._names)}")
        weight = nn.Parameter(torch.empty(outputs, inputs, dtype=dtype))
        offset = nn.Parameter(torch.empty(outputs, dtype=dtype)) if bias else None
        for piece in weight.detach().chunk(pieces):  # each piece is a linear map of its own
            init_weight(piece, rng, kind=part.init, std=part.init_std, gain=gain,
                        fan_in=inputs, fan_out=outputs / pieces)
        init_bias(offset, rng, kind=part.init, fan_in=inputs)
        self.register_parameter(names[0], weight)
        self.register_parameter(names[1], offset)
        self._names.append(names)

    def _linear(self, x: Tensor, index: int) -> Tensor:
        params: dict[str, Any] = self._parameters
        weight, bias = self._names[index]
        if self.spectral is not None:
            return functional.linear(x, self.spectral[index](params[weight]), params[bias])
        return functional.linear(x, params[weight], params[bias])

    def _hidden(self, x: Tensor) -> Tensor:
        act = self._act
        if self._plain:
            params: dict[str, Any] = self._parameters
            for weight, bias in self._hidden_names:
                x = act(functional.linear(x, params[weight], params[bias]))
            return x
        for index in range(len(self._hidden_names)):
            x = self._linear(x, index)
            if self.norms is not None:
                x = self.norms[index](x)
            x = act(x)
            if self.dropout is not None:
                x = self.dropout(x)
        return x

    def _last(self, x: Tensor) -> Tensor:
        return self._linear(x, -1)


class MlpGenerator(_Stack, Generator):
    """z (n, latent_dim) to points (n, d), or to images (n, C, H, W).

    Images come through tanh, and points where the part says so.
    """

    def __init__(
        self, part: Mlp, latent_dim: int, sample_shape: tuple[int, ...], rng: torch.Generator,
        dtype: torch.dtype,
    ) -> None:
        outputs = 1
        for side in sample_shape:
            outputs *= side
        super().__init__(part, latent_dim, outputs, rng, dtype)
        self.latent_dim = latent_dim
        self.sample_shape = sample_shape
        self._image = len(sample_shape) == 3
        self._bounded = self._image or part.out == "tanh"

    def forward(self, z: Tensor) -> Tensor:
        """Samples for latents ``z``."""
        out = self._last(self._hidden(z))
        if self._bounded:
            torch.tanh_(out)
        return out.view(-1, *self.sample_shape) if self._image else out


class MlpDiscriminator(_Stack, Discriminator):
    """Samples to logits (n,); images are flattened first."""

    def __init__(
        self, part: Mlp, sample_shape: tuple[int, ...], rng: torch.Generator, dtype: torch.dtype,
        minibatch: Minibatch | None = None,
    ) -> None:
        inputs = 1
        for side in sample_shape:
            inputs *= side
        super().__init__(part, inputs, 1, rng, dtype, added_by(minibatch))
        self.sample_shape = sample_shape
        self._image = len(sample_shape) == 3
        hidden = part.width if part.depth else inputs
        self.company = company_of(minibatch, hidden, rng, dtype)
        self.note_state()

    def features(self, x: Tensor) -> Tensor:
        """The last hidden layer, (n, width); the samples themselves at depth 0."""
        return self._hidden(x.flatten(1) if self._image else x)

    def head(self, features: Tensor) -> Tensor:
        """Logits from the last hidden layer."""
        if self.company is not None:
            features = self.company(features)
        return self._last(features).view(-1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits for samples ``x``."""
        return self.head(self._hidden(x.flatten(1) if self._image else x))
