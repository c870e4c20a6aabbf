"""Wants and frames of the game that two real networks play: numpy only, immutable.

The game is seen on one fixed batch and at fixed noise, in the space of both players' parameters
w = (θ, ψ), with the field v = (−∂L_G/∂θ, −∂L_D/∂ψ) and its Jacobian J. Frames that take long are
made in slices from a copy of the parameters, so ``step`` is the step of that copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ganstudio.training.arrays import Floats

Direction = Literal["gradients", "recent_path", "random", "last_step"]
"""One player's axis: its own part of v now, the first principal direction of its recent path, a
random filter-normalised direction (Li et al. 2018), or its last step. Each is made of unit
length. Where there is no path yet, the gradient stands in, and the label says so."""

PlaneKind = Literal["gradients", "recent_path", "random", "last_step", "eigen"]
"""A direction for both players, or ``eigen``: the plane of the leading complex pair of J's
eigenvectors, whose two axes are orthonormal and move both players at once."""


@dataclass(frozen=True, slots=True)
class WantField:
    """The field on a plane w₀ + a·d₁ + b·d₂ about the present parameters w₀.

    d₁ moves the generator alone, d₂ the discriminator alone (but for ``eigen``).
    ``direction_g`` and ``direction_d`` choose one player's axis; None takes ``plane``'s.
    ``span`` is the half-width of the picture in parameter length, None fits it to the recent
    path. ``seed`` draws random directions and probes.
    """

    plane: PlaneKind = "gradients"
    size: int = 15
    span: float | None = None
    direction_g: Direction | None = None
    direction_d: Direction | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class FieldFrame:
    """The field's shadow on a plane, as far as it is refined.

    ``a``, ``b`` (size,) are the coordinates of columns (along d₁) and rows (along d₂).
    ``v`` (size, size, 2) is the shadow Pv in plane coordinates, at [row, column], corrected
    by the Gram matrix of (d₁, d₂); ``share`` (size, size) is ‖Pv‖/‖v‖ in 0…1. Both are NaN
    at nodes that are still to come: ``done`` of ``levels`` lattices, from coarse to fine, are
    complete. ``centre_v`` (2,) and ``centre_share`` are the same exactly at w₀.

    ``path`` (m, 2) is the shadow of the recent training path, newest last (which is (0, 0));
    ``path_distance`` (m,) in 0…1 is how much of each point's way from w₀ lies outside the plane.
    ``turning_share`` ± ``turning_error`` (one standard error) is ‖A‖²/(‖A‖² + ‖S‖²) of J = S + A
    at w₀: what share of the field turns rather than descends (NaN before it is known).
    ``label_a``, ``label_b`` name the axes. ``cost_seconds`` is what the frame has cost so far.
    """

    step: int
    size: int
    done: int
    levels: int
    a: Floats
    b: Floats
    v: Floats
    share: Floats
    centre_v: Floats
    centre_share: float
    path: Floats
    path_distance: Floats
    turning_share: float
    turning_error: float
    label_a: str
    label_b: str
    cost_seconds: float

    @property
    def complete(self) -> bool:
        """Whether every node is known."""
        return self.done == self.levels


@dataclass(frozen=True, slots=True)
class WantSpectrum:
    """The ``count`` leading eigenvalues (by modulus) of J, and of each player's own block."""

    count: int = 8


@dataclass(frozen=True, slots=True)
class SpectrumFrame:
    """Eigenvalues of the field's Jacobian J (not of an update map) at the present parameters.

    Each array of eigenvalues is (n, 2): real and imaginary part, in falling modulus; a rate h
    turns λ into 1 + hλ of the plain simultaneous update. ``residuals``, ``residuals_g`` and
    ``residuals_d`` (n,) are ‖Jx − λx‖ for the unit vector x found. ``block_g`` and ``block_d``
    are those of J_θθ and J_ψψ, the players left to themselves, which are symmetric (imaginary
    part 0). ``products`` counts Jacobian-vector products. Until it is ``complete`` only values
    that begin to show are there, with the residuals that they have so far.
    """

    step: int
    eigenvalues: Floats
    residuals: Floats
    block_g: Floats
    residuals_g: Floats
    block_d: Floats
    residuals_d: Floats
    products: int
    cost_seconds: float
    complete: bool


@dataclass(frozen=True, slots=True)
class WantPathAngle:
    """Path angle between two moments of the run (Berard et al. 2020).

    ``from_step`` 0 is the start of the run; None is when the watching began; any other
    is the kept moment next to it (the frame says which). ``to_step`` None is now; else the kept
    moment next to it. Kept are what the timeline holds, and the recent path. The field is that of
    the present losses, on the fixed batch.
    """

    from_step: int | None = 0
    count: int = 41
    to_step: int | None = None


@dataclass(frozen=True, slots=True)
class PathAngleFrame:
    """Along ω_α = α·ω′ + (1 − α)·ω from ``from_step`` (α = 0) to ``step`` (α = 1) and beyond.

    ``alpha`` (n,) runs a little past 1; ``cosine`` (n,) is the angle between the way and the
    field (NaN where the field vanishes), ``norm`` (n,) the field's length. ``words`` reads
    rotation and attraction off in one sentence. ``length`` is ‖ω′ − ω‖.
    """

    step: int
    from_step: int
    alpha: Floats
    cosine: Floats
    norm: Floats
    length: float
    words: str
    cost_seconds: float


@dataclass(frozen=True, slots=True)
class WantTheory:
    """The optimal discriminator beside the learned one: 1-D and 2-D data of known density.

    ``bins`` is the lattice of the 1-D picture, ``size`` the side of the 2-D one.
    """

    bins: int = 240
    size: int = 80


@dataclass(frozen=True, slots=True)
class TheoryFrame:
    """What theory says of the present generator and discriminator.

    1-D: every array is (bins,), on ``x`` from ``extent[0]`` to ``extent[1]`` inclusive.
    2-D: every array is (size, size), rows from low y to high y, at the centres of equal cells of
    ``extent`` = (x0, x1, y0, y1); ``x`` is empty. ``p`` is the data's density, ``q`` the
    generator's: exact (change of variables) where ``q_exact``, else a kernel estimate of
    ``bandwidth``. ``d_star`` and ``d`` are the optimal and the learned D, and ``difference``
    is d − d_star. Where D's output is a probability or score, d_star is w p/(w p + q), w being the
    weight of the real term (1 unless the recipe says otherwise); for hinge it is sign(w p − q);
    for Wasserstein the Kantorovich potential (1-D; in 2-D NaN), both it and ``d`` with their mean
    over p at 0.

    Numbers (NaN where they have no meaning): ``jsd`` in nats, ``v_star`` = V(D*, G) =
    2·jsd − log 4, ``loss_d`` the learned D's loss under the sigmoid cross-entropy on p and q, its
    logit less log w,
    ``bound`` = log 2 − loss_d/2 ≤ jsd; ``loss_d_star`` the same loss at D* (2 log 2 − 2·jsd);
    ``w1`` the exact Wasserstein-1 distance (1-D: of the densities; 2-D: of ``w1_count`` samples of
    each, real from real at that size being ``w1_floor`` ± ``w1_floor_sd``), ``critic_gap``
    E_p D − E_q D and ``lipschitz`` the steepest slope of D on the lattice (so that critic_gap ≤
    lipschitz·W1 of the densities, which the mean W1 of samples is never below). ``mass_p`` and
    ``mass_q`` say how much of each density the lattice of the numbers holds; the rest
    counts as told apart without fail. Under instance noise of standard deviation ``noise`` all of
    this is of the densities with that noise added, which D judges. ``blank`` says why d_star is NaN
    everywhere, where it is. ``rest`` is what D says where p = q, None for a critic.
    """

    step: int
    extent: tuple[float, float, float, float]
    x: Floats
    p: Floats
    q: Floats
    d_star: Floats
    d: Floats
    difference: Floats
    output: str
    jsd: float
    v_star: float
    loss_d: float
    loss_d_star: float
    bound: float
    w1: float
    critic_gap: float
    lipschitz: float
    mass_p: float
    mass_q: float
    q_exact: bool
    bandwidth: float
    cost_seconds: float
    noise: float = 0.0
    blank: str = ""
    w1_count: int = 0
    w1_floor: float = float("nan")
    w1_floor_sd: float = float("nan")
    rest: float | None = None


FieldWant = WantField | WantSpectrum | WantPathAngle | WantTheory
FieldLikeFrame = FieldFrame | SpectrumFrame | PathAngleFrame | TheoryFrame
