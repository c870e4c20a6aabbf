"""A run's two networks as a game: on batches of its own choosing, with nothing left to chance."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ganstudio.game.gan import GanGame
from ganstudio.game.losses import LOSSES
from ganstudio.game.products import field
from ganstudio.game.protocol import Point, Tensors, Who, total
from ganstudio.nets.base import Discriminator, Network
from ganstudio.nets.spectral import SpectralNorm
from ganstudio.nets.units import Dropout
from ganstudio.recipe.tree import Recipe
from ganstudio.training.chance import RunChance, SameChance
from ganstudio.training.objective import Due, Judged, Objective, View
from ganstudio.training.streams import Stream

Batch = tuple[Tensor, Tensor]
"""Real samples and latents."""


class TwoPlayers(Protocol):
    """What a game needs of the players: the networks and their trained tensors in order."""

    d_mixes_batch: bool
    has_dropout: bool

    @property
    def g(self) -> Network:
        """The generator."""

    @property
    def d(self) -> Discriminator:
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
    d: Discriminator

    def __init__(self, players: TwoPlayers) -> None:
        self.g, self.d = copied(players.g), copied(players.d)
        self.weights_g = list(self.g.parameters())
        self.weights_d = list(self.d.parameters())
        self.d_mixes_batch, self.has_dropout = players.d_mixes_batch, players.has_dropout
        self.coins = torch.Generator(device=self.weights_g[0].device)
        for network in (self.g, self.d):
            network.use_dropout_rng(self.coins)


NetworkType = TypeVar("NetworkType", bound=nn.Module)


def copied(network: NetworkType) -> NetworkType:
    """The network as it is now; the stream of dropout's coins belongs to the run and is shared."""
    shared = {id(m.rng): None for m in network.modules() if isinstance(m, Dropout) and m.rng}
    return copy.deepcopy(network, dict(shared))


class RunGame(GanGame):
    """``GanGame`` for a trainer: within a batch each loss is one fixed, smooth function.

    So products of its derivatives are exact whatever the networks hold. Batch norm uses the
    batch's own statistics; spectral norm's u and v stand still between two turns; dropout
    draws the same coins at every call (from a seed drawn once a turn), and so does whatever else
    of the losses is random. ``draw`` gives the batch of the next turn; without it the batch
    stays. ``run_chance`` is where a turn's seed comes from.

    The losses are those of ``objective`` with the penalties ``due`` (all, at their mean weight,
    unless told otherwise) and a pull towards ``means``. They keep every derivative: a penalty at
    fakes depends on θ through them.
    """

    def __init__(self, players: TwoPlayers, recipe: Recipe, batch: Batch | None,
                 draw: Callable[[], Batch] | None = None,
                 layers_rng: torch.Generator | None = None,
                 run_chance: RunChance | None = None, step: int = 0,
                 means: Mapping[str, Sequence[Tensor]] | None = None) -> None:
        real, noise = batch or (torch.empty(0), torch.empty(0))
        super().__init__(players.g, players.d, LOSSES[recipe.loss.kind], real, noise)
        self.players = players
        self.run_chance = run_chance
        self.chance = SameChance(players.weights_g[0].device)
        objective = Objective(recipe, step)
        self.retake(recipe, objective, objective.penalties, means or {})
        self._reader = Reader(players.d)
        self.draw = draw
        self.layers_rng = layers_rng if players.has_dropout else None
        self.coins = 0
        self._spectral = [m for net in (players.g, players.d) for m in net.modules()
                          if isinstance(m, SpectralNorm)]
        self._keeps_statistics = players.g.stateful_forward or players.d.stateful_forward
        self.seen_d: Judged | None = None
        """D's losses as first met in a step, without a graph."""
        self.seen_g: Judged | None = None
        self.read_at_turn = False

    def retake(self, recipe: Recipe, objective: Objective, due: Due,
               means: Mapping[str, Sequence[Tensor]]) -> None:
        """Take up the present losses and clipping."""
        self.objective, self.due, self.means = objective, due, means
        self.pull = recipe.loss.historical
        self.clip = 0.0 if recipe.loss.clip_before else recipe.loss.clip

    # ---- a new batch -------------------------------------------------------------------------

    def turn(self, who: Who) -> None:
        """Draw the batch of the next sub-step, and let the networks' statistics take it in."""
        if self.draw is None:
            return
        self.real, self.noise = self.draw()
        if self.layers_rng is not None:
            self.coins = int(torch.randint(2**62, (), generator=self.layers_rng,
                                           device=self.layers_rng.device))
        if self.objective.random and self.run_chance is not None:
            rng = self.run_chance.stream(Stream.TURNS)
            self.chance.seed = int(torch.randint(2**62, (), generator=rng, device=rng.device))
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
        with self._same_draws():
            self._spectral_moves(True)
            fake = self.objective.blurred(self.players.g(self.noise), self.chance)
            self.players.d(self.objective.blurred(self.real, self.chance))
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
    def _same_draws(self) -> Iterator[None]:
        self.chance.again()
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
        with self._same_draws():
            seen = self.objective.of_g(self._view(psi), self.fake(theta), self.real, self.chance)
        whole = self._pulled(seen.total, "g", theta)
        if self.seen_g is None:
            self.seen_g = _without_graph(whole, seen)
        return whole

    def loss_d(self, theta: Tensors, psi: Tensors) -> Tensor:
        """The discriminator's loss at any parameters, a scalar."""
        with self._same_draws():
            seen = self.objective.of_d(self._view(psi), self.real, self.fake(theta), self.chance,
                                       self.due)
        whole = self._pulled(seen.total, "d", psi)
        if self.seen_d is None:
            self.seen_d = _without_graph(whole, seen)
        return whole

    def _view(self, psi: Tensors) -> View:
        return View(self.judge(psi), self._reader.at(self._names_d, psi), self.players.d.packed,
                    self.players.d_mixes_batch, attached=True)

    def _pulled(self, loss: Tensor, player: str, weights: Tensors) -> Tensor:
        """With λ‖w − mean‖² where historical averaging is on (Salimans et al. 2016)."""
        if player not in self.means:
            return loss
        return loss + self.pull * total((w - m).square().sum() for w, m in
                                        zip(weights, self.means[player], strict=True))

    def field(self, point: Point) -> Point:
        """v at a point, from one forward of each network where the losses can share it."""
        if not self.separable:
            return field(self, point)
        w = point.map(lambda t: t.detach().requires_grad_())
        return _slopes(w, *self._both_losses(*w))

    def fields(self, points: Point) -> Point:
        """v at many points at once, each tensor with the points along its first axis.

        Only where the losses are ``separable``, and the tensors are leaves that need gradients.
        """
        losses = torch.func.vmap(self._both_losses)(*points)
        return _slopes(points, *(each.sum() for each in losses))

    @property
    def separable(self) -> bool:
        """Whether both losses are functions of D's logits on one batch and of nothing else."""
        return not (self.players.d_mixes_batch or self.layers_rng is not None or self.means
                    or not self.objective.plain)

    def _both_losses(self, theta: Tensors, psi: Tensors) -> tuple[Tensor, Tensor]:
        real, fake = self._view(psi).both(self.real, self.fake(theta))
        return self.objective.loss.g(fake), self.objective.loss.d(real, fake)

    def weights(self) -> Point:
        """Where the players stand: the networks' own tensors, detached but not copied."""
        return Point(tuple(w.detach() for w in self.players.weights_g),
                     tuple(w.detach() for w in self.players.weights_d))


class Reader(nn.Module):
    """A discriminator whose call gives its logits and its features."""

    def __init__(self, d: Discriminator) -> None:
        super().__init__()
        self.d = d

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and features for samples ``x``."""
        return self.d.read(x)

    def at(self, names: Sequence[str], weights: Tensors,
           ) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
        """The same at other weights, nothing within being changed."""
        def read(x: Tensor) -> tuple[Tensor, Tensor]:
            values = {name: buffer.clone() for name, buffer in self.named_buffers()}
            values.update({f"d.{n}": w for n, w in zip(names, weights, strict=True)})
            found: tuple[Tensor, Tensor] = functional_call(self, values, (x,))
            return found
        return read


def _slopes(w: Point, loss_g: Tensor, loss_d: Tensor) -> Point:
    of_d = torch.autograd.grad(loss_d, w.psi, retain_graph=True)
    of_g = torch.autograd.grad(loss_g, w.theta)
    return Point(tuple(-t for t in of_g), tuple(-t for t in of_d))


def _without_graph(total: Tensor, seen: Judged) -> Judged:
    real = None if seen.real is None else seen.real.detach()
    return Judged(total.detach(), seen.own.detach(), seen.fake.detach(), real)
