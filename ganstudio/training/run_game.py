"""A run's two networks as a game: on batches of its own choosing, with nothing left to chance."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ganstudio.game.gan import GanGame
from ganstudio.game.losses import LOSSES
from ganstudio.game.products import field
from ganstudio.game.protocol import Point, Tensors, Who
from ganstudio.nets.base import Network
from ganstudio.nets.spectral import SpectralNorm
from ganstudio.nets.units import Dropout
from ganstudio.recipe.tree import Recipe

Batch = tuple[Tensor, Tensor]
"""Real samples and latents."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A loss and the logits that it was made of, as first met in a step."""

    loss: Tensor
    real: Tensor | None
    fake: Tensor


class TwoPlayers(Protocol):
    """What a game needs of the players: the networks and their trained tensors in order."""

    d_mixes_batch: bool
    has_dropout: bool

    @property
    def g(self) -> Network:
        """The generator."""

    @property
    def d(self) -> Network:
        """The discriminator."""

    @property
    def weights_g(self) -> Sequence[Tensor]:
        """The generator's."""

    @property
    def weights_d(self) -> Sequence[Tensor]:
        """The discriminator's."""


class Copies:
    """Both networks as they are at one moment, to be looked at while training goes on."""

    g: Network
    d: Network

    def __init__(self, players: TwoPlayers) -> None:
        self.g, self.d = _copied(players.g), _copied(players.d)
        self.weights_g = list(self.g.parameters())
        self.weights_d = list(self.d.parameters())
        self.d_mixes_batch, self.has_dropout = players.d_mixes_batch, players.has_dropout
        self.coins = torch.Generator(device=self.weights_g[0].device)
        for network in (self.g, self.d):
            network.use_dropout_rng(self.coins)


def _copied(network: Network) -> Network:
    # The stream of dropout's coins belongs to the run and is not copied.
    shared = {id(m.rng): None for m in network.modules() if isinstance(m, Dropout) and m.rng}
    return copy.deepcopy(network, dict(shared))


class RunGame(GanGame):
    """``GanGame`` for a trainer: within a batch each loss is one fixed, smooth function.

    So products of its derivatives are exact whatever the networks hold. Batch norm uses the
    batch's own statistics; spectral norm's u and v stand still between two turns; dropout
    draws the same coins at every call (from a seed drawn once a turn). ``draw`` gives the
    batch of the next turn; without it the batch stays.
    """

    def __init__(self, players: TwoPlayers, recipe: Recipe, batch: Batch | None,
                 draw: Callable[[], Batch] | None = None,
                 layers_rng: torch.Generator | None = None) -> None:
        real, noise = batch or (torch.empty(0), torch.empty(0))
        super().__init__(players.g, players.d, LOSSES[recipe.loss.kind], real, noise,
                         clip=recipe.loss.clip)
        self.players = players
        self.draw = draw
        self.layers_rng = layers_rng if players.has_dropout else None
        self.coins = 0
        self._spectral = [m for net in (players.g, players.d) for m in net.modules()
                          if isinstance(m, SpectralNorm)]
        self._keeps_statistics = players.g.stateful_forward or players.d.stateful_forward
        self.seen_d: Seen | None = None
        self.seen_g: Seen | None = None
        self.read_at_turn = False

    def retake(self, recipe: Recipe) -> None:
        """Take up the recipe's present loss and clipping."""
        self.loss, self.clip = LOSSES[recipe.loss.kind], recipe.loss.clip

    # ---- a new batch -------------------------------------------------------------------------

    def turn(self, who: Who) -> None:
        """Draw the batch of the next sub-step, and let the networks' statistics take it in."""
        if self.draw is None:
            return
        self.real, self.noise = self.draw()
        if self.layers_rng is not None:
            self.coins = int(torch.randint(2**62, (), generator=self.layers_rng,
                                           device=self.layers_rng.device))
        if self._keeps_statistics:
            self._take_in()
        if self.read_at_turn:
            self._read()

    @torch.no_grad()
    def _read(self) -> None:
        """Both losses where the players stand, on the batch just drawn."""
        self.read_at_turn = False
        here = self.weights()
        self.loss_d(*here)
        self.loss_g(*here)

    @torch.no_grad()
    def _take_in(self) -> None:
        """One forward as in training: running averages and power iterations move by one."""
        with self._same_coins():
            self._spectral_moves(True)
            fake = self.players.g(self.noise)
            self.players.d(self.real)
            self.players.d(fake)
            self._spectral_moves(False)

    def _spectral_moves(self, on: bool) -> None:
        for module in self._spectral:
            module.train(on)

    def freeze(self) -> None:
        """Nothing within the networks moves by itself from now on (for copies of a run's)."""
        self._spectral_moves(False)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nothing within the networks moves by itself inside."""
        self._spectral_moves(False)
        try:
            yield
        finally:
            self._spectral_moves(True)

    @contextmanager
    def _same_coins(self) -> Iterator[None]:
        rng = self.layers_rng
        if rng is None:
            yield
            return
        before = rng.get_state()
        rng.manual_seed(self.coins)
        try:
            yield
        finally:
            rng.set_state(before)

    # ---- losses ------------------------------------------------------------------------------

    def loss_g(self, theta: Tensors, psi: Tensors) -> Tensor:
        """The generator's loss at any parameters, a scalar."""
        with self._same_coins():
            fake = self.judge(psi)(self.fake(theta))
            value = self.loss.g(fake)
        if self.seen_g is None:
            self.seen_g = Seen(value.detach(), None, fake.detach())
        return value

    def loss_d(self, theta: Tensors, psi: Tensors) -> Tensor:
        """The discriminator's loss at any parameters, a scalar."""
        with self._same_coins():
            judge, made = self.judge(psi), self.fake(theta)
            if self.players.d_mixes_batch:
                real, fake = judge(self.real), judge(made)
            else:
                count = len(self.real)
                both = judge(torch.cat((self.real, made)))
                real, fake = both[:count], both[count:]
            value = self.loss.d(real, fake)
        if self.seen_d is None:
            self.seen_d = Seen(value.detach(), real.detach(), fake.detach())
        return value

    def field(self, point: Point) -> Point:
        """v at a point, from one forward of each network where the losses can share it."""
        if self.players.d_mixes_batch or self.layers_rng is not None:
            return field(self, point)
        w = point.map(lambda t: t.detach().requires_grad_())
        count = len(self.real)
        both = self.judge(w.psi)(torch.cat((self.real, self.fake(w.theta))))
        of_d = torch.autograd.grad(self.loss.d(both[:count], both[count:]), w.psi,
                                   retain_graph=True)
        of_g = torch.autograd.grad(self.loss.g(both[count:]), w.theta)
        return Point(tuple(-t for t in of_g), tuple(-t for t in of_d))

    def weights(self) -> Point:
        """Where the players stand: the networks' own tensors, detached but not copied."""
        return Point(tuple(w.detach() for w in self.players.weights_g),
                     tuple(w.detach() for w in self.players.weights_d))
