"""The game's field and exact products with its Jacobian, by automatic differentiation.

Sign convention: the field is v = (−∂L_G/∂θ, −∂L_D/∂ψ), where training goes; J[i][j] = ∂v_i/∂w_j.
No function here forms a matrix or a finite difference. Each takes ``keep``: whether the
result is to be differentiated further.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import torch
from torch import Tensor

from ganstudio.game.protocol import Game, Point, Tensors, total


def fresh(point: Point, keep: bool) -> Point:
    """The same numbers as new variables, to take *partial* derivatives by.

    With ``keep`` they stay tied to where they came from. An alias is needed even then: a tensor
    that was itself computed from the other player's would yield a total derivative.
    """
    if keep:
        return point.map(lambda t: t.view_as(t) if t.requires_grad
                         else t.detach().requires_grad_())
    return point.map(lambda t: t.detach().requires_grad_())


def gradient(value: Tensor, at: Sequence[Tensor], keep: bool) -> Tensors:
    """∂value/∂at, zeros where ``value`` does not depend on a tensor."""
    if not at:
        return ()
    if not value.requires_grad:
        return tuple(torch.zeros_like(t) for t in at)
    found = torch.autograd.grad(value, list(at), create_graph=keep, retain_graph=True,
                                allow_unused=True)
    return tuple(torch.zeros_like(t) if g is None else g for g, t in zip(found, at, strict=True))


def negated(tensors: Tensors) -> Tensors:
    """Each tensor with its sign turned."""
    return tuple(-t for t in tensors)


def field(game: Game, point: Point, keep: bool = False) -> Point:
    """v at ``point``."""
    w = fresh(point, keep)
    return field_at(game, w, keep)


def field_at(game: Game, w: Point, keep: bool) -> Point:
    """v at a point whose tensors are already ``fresh``, so that more can be derived from them."""
    return Point(negated(gradient(game.loss_g(*w), w.theta, keep)),
                 negated(gradient(game.loss_d(*w), w.psi, keep)))


def field_g(game: Game, point: Point, keep: bool = False) -> Point:
    """The generator's part of v; the other is empty."""
    w = fresh(point, keep)
    return Point(negated(gradient(game.loss_g(*w), w.theta, keep)), ())


def field_d(game: Game, point: Point, keep: bool = False) -> Point:
    """The discriminator's part of v; the other is empty."""
    w = fresh(point, keep)
    return Point((), negated(gradient(game.loss_d(*w), w.psi, keep)))


def pulled_back(values: Tensors, at: Tensors, weights: Tensors, keep: bool) -> Tensors:
    """Σ weightsᵀ ∂values/∂at. The weights must not have been computed from ``at``.

    (Handing autograd the weights would do too, but makes it import a symbolic-algebra package.)
    """
    if not values:
        return tuple(torch.zeros_like(t) for t in at)
    return gradient(_inner(values, weights), at, keep)


def _inner(first: Tensors, second: Tensors) -> Tensor:
    return total((a * b).sum() for a, b in zip(first, second, strict=True))


def field_and_rise(game: Game, point: Point, keep: bool = False) -> tuple[Point, Point]:
    """(v, Jᵀv): the field and the gradient of half its squared length."""
    w = fresh(point, keep)
    v = field_at(game, w, keep=True)
    found = gradient(0.5 * v.dot(v), w.all, keep)
    rise = Point(found[:len(w.theta)], found[len(w.theta):])
    return (v if keep else v.map(torch.Tensor.detach)), rise


def jvp(game: Game, point: Point, u: Point, keep: bool = False) -> Point:
    """Ju: minus each player's gradient of its own loss's slope along ``u``."""
    w = fresh(point, keep)
    return Point(_row(game.loss_g(*w), w.theta, w.all, u.all, keep),
                 _row(game.loss_d(*w), w.psi, w.all, u.all, keep))


def cross_jvp(game: Game, point: Point, u: Point, keep: bool = False) -> Point:
    """What each player feels of the other: (J_θψ u_ψ, J_ψθ u_θ)."""
    w = fresh(point, keep)
    return Point(_row(game.loss_g(*w), w.theta, w.psi, u.psi, keep),
                 _row(game.loss_d(*w), w.psi, w.theta, u.theta, keep))


def shaping(game: Game, point: Point, keep: bool = False) -> Point:
    """(J_ψθᵀ ∂L_G/∂ψ, J_θψᵀ ∂L_D/∂θ): how each bends the other's move, weighed by what it is worth.
    """
    w, other = fresh(point, keep), fresh(point, keep)
    worth_g = gradient(game.loss_g(*other), other.psi, keep)
    worth_d = gradient(game.loss_d(*other), other.theta, keep)
    v = field_at(game, w, keep=True)
    return Point(pulled_back(v.psi, w.theta, worth_g, keep),
                 pulled_back(v.theta, w.psi, worth_d, keep))


def _row(loss: Tensor, own: Tensors, others: Tensors, u: Tensors, keep: bool) -> Tensors:
    """−∂²loss/∂own∂others · u, pulled back through the symmetry of second derivatives."""
    return negated(pulled_back(gradient(loss, others, True), own, u, keep))


class Curvature:
    """Exact products with J at one point, many of them.

    Both players' gradients are taken once and kept with their graphs, so that a product costs one
    more backward pass a player, and not the losses and their gradients again. Each is made when it
    is first needed.
    """

    def __init__(self, game: Game, at: Point) -> None:
        self.at = at
        self._game = game
        self._w = fresh(at, False)

    def prepare(self) -> Iterator[None]:
        """Take both gradients now; yields after each, so that the work can be laid down."""
        _ = self._of_g
        yield
        _ = self._of_d
        yield

    @cached_property
    def _of_g(self) -> Tensors:
        """The whole gradient of L_G, θ before ψ."""
        return gradient(self._game.loss_g(*self._w), self._w.all, True)

    @cached_property
    def _of_d(self) -> Tensors:
        """The whole gradient of L_D."""
        return gradient(self._game.loss_d(*self._w), self._w.all, True)

    def row_g(self, u: Point) -> Tensors:
        """θ's part of Ju."""
        return negated(pulled_back(self._of_g, self._w.theta, u.all, False))

    def row_d(self, u: Point) -> Tensors:
        """ψ's part of Ju."""
        return negated(pulled_back(self._of_d, self._w.psi, u.all, False))

    def own_g(self, u: Point) -> Tensors:
        """J_θθ u_θ."""
        own = self._of_g[:len(self.at.theta)]
        return negated(pulled_back(own, self._w.theta, u.theta, False))

    def own_d(self, u: Point) -> Tensors:
        """J_ψψ u_ψ."""
        own = self._of_d[len(self.at.theta):]
        return negated(pulled_back(own, self._w.psi, u.psi, False))

    def forth(self, u: Point) -> Point:
        """Ju."""
        return Point(self.row_g(u), self.row_d(u))

    def back(self, u: Point) -> Point:
        """Jᵀu."""
        n = len(self.at.theta)
        v = self._of_g[:n] + self._of_d[n:]
        found = negated(pulled_back(v, self._w.all, u.all, False))
        return Point(found[:n], found[n:])
