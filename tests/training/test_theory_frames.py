"""What theory says of a run, against figures of normal densities and sums done another way."""

import json
from math import log
from pathlib import Path

import numpy as np
import pytest
import tiny
import torch
from scipy.stats import norm

from ganstudio.data.dataset import Dataset
from ganstudio.data.densities import GaussianMixture
from ganstudio.game.theory import normal_theory
from ganstudio.recipe.game import Loss
from ganstudio.training import theory_look, theory_transport
from ganstudio.training.field_frames import WantTheory
from ganstudio.training.observer import Observer
from ganstudio.training.theory_density import (
    Lattice,
    is_line_map,
    kernel_mass,
    latent_mesh,
    line_mass,
    noisy,
)
from ganstudio.training.trainer import Trainer

REFERENCE = json.loads((Path(__file__).parents[1] / "game/reference/dynamics.json").read_text())
LINEAR = {"data": {"kind": "gaussian-1d", "points": 200}, "latent": {"kind": "normal", "dim": 1},
          "generator": {"kind": "mlp", "depth": 0}, "machine": {"precision": "float64"}}
CASES = REFERENCE["theory_1d_gaussians"]


def standard_normal(mean=0.0, sd=1.0):
    """Data of a normal density that is exactly known."""
    density = GaussianMixture(np.array([[mean]]), sd)
    items = density.sample(400, np.random.default_rng(0)).astype(np.float32)
    return Dataset("normal", items, density=density)


def normal_run(p, q, **parts):
    """A trainer on data of N(*p) whose linear generator makes N(*q) exactly."""
    made = Trainer(tiny.recipe(**{**LINEAR, **parts}), standard_normal(*p))
    with torch.no_grad():
        made.players.g.weight_0.fill_(q[1])
        made.players.g.bias_0.fill_(q[0])
    return made


def finish(iterator):
    """What a generator returns."""
    while True:
        try:
            next(iterator)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['p']}-{c['q']}")
@pytest.mark.parametrize("bends", [False, True], ids=["linear", "mesh"])
def test_normal_figures_are_reproduced(case, bends, monkeypatch):
    if bends:  # the same map, followed stretch by stretch
        monkeypatch.setattr("ganstudio.training.theory_look.is_affine_normal", lambda _: False)
    frame = Observer(normal_run(case["p"], case["q"])).look(WantTheory())
    assert frame.q_exact and frame.bandwidth == 0
    assert frame.jsd == pytest.approx(case["JSD_nats"], abs=1e-4)
    assert frame.loss_d_star == pytest.approx(case["D_loss_at_Dstar"], abs=1e-4)
    assert frame.v_star == pytest.approx(-case["D_loss_at_Dstar"], abs=1e-4)
    assert frame.w1 == pytest.approx(case["W1"], abs=1e-4)
    assert frame.mass_p == pytest.approx(1, abs=1e-6)
    assert frame.mass_q == pytest.approx(1, abs=1e-6)
    p, q = norm.pdf(frame.x, *case["p"]), norm.pdf(frame.x, *case["q"])
    assert frame.p == pytest.approx(p, abs=1e-4) and frame.q == pytest.approx(q, abs=2e-4)
    sure = p + q > 1e-3
    assert frame.d_star[sure] == pytest.approx((p / (p + q))[sure], abs=5e-3)


def test_equal_densities_stand_at_equilibrium():
    frame = Observer(normal_run((0, 1), (0, 1))).look(WantTheory())
    assert frame.jsd == pytest.approx(0, abs=1e-8)
    assert frame.loss_d_star == pytest.approx(log(4)) and frame.v_star == pytest.approx(-log(4))
    assert frame.d_star == pytest.approx(0.5, abs=1e-3)


def test_the_learned_discriminator_proves_no_more_than_there_is():
    made = normal_run((0, 1), (1, 1), update={"train_g": False}, batch=128,
                      optimizer_d={"kind": "adam", "lr": 0.01})
    seen = Observer(made)
    bounds = []
    for _ in range(2):
        frame = seen.look(WantTheory(bins=50))
        assert frame.bound == pytest.approx(log(2) - frame.loss_d / 2)
        assert frame.bound < frame.jsd
        assert frame.difference == pytest.approx(frame.d - frame.d_star, abs=1e-6)
        bounds.append(frame.bound)
        made.advance(150)
    assert bounds[0] < bounds[1] and bounds[1] > 0.08  # jsd is .1114


def test_the_learned_loss_is_the_integral_of_its_own_output():
    made = normal_run((0, 1), (0.7, 1.5))
    frame = Observer(made).look(WantTheory(bins=4001))
    dx = float(frame.x[1] - frame.x[0])
    d = frame.d.astype(float)
    loss = float((-(frame.p * np.log(d) + frame.q * np.log(1 - d))).sum() * dx)
    assert frame.loss_d == pytest.approx(loss, rel=2e-2)


@pytest.mark.parametrize("kind", ["non_saturating", "least_squares"])
def test_a_weighted_discriminator_learns_the_weighted_optimum_and_proves_as_much(kind):
    made = normal_run((0, 1), (1, 1), update={"train_g": False}, batch=512,
                      loss={"kind": kind, "real_weight": 0.4},
                      optimizer_d={"kind": "adam", "lr": 0.01})
    made.advance(400)
    frame = Observer(made).look(WantTheory(bins=400))
    sure = frame.p + frame.q > 0.05
    p, q = frame.p[sure], frame.q[sure]
    assert frame.d_star[sure] == pytest.approx(0.4 * p / (0.4 * p + q), abs=1e-5)
    assert frame.rest == pytest.approx(0.4 / 1.4)
    assert np.abs(frame.difference[sure]).mean() < 0.03
    # With the weight taken out of its answer, D proves nearly all of the divergence.
    assert frame.loss_d_star == pytest.approx(log(4) - 2 * frame.jsd)
    assert 0.7 * frame.jsd < frame.bound < frame.jsd


@pytest.mark.parametrize("kind", ["least_squares", "hinge", "wasserstein"])
def test_each_loss_has_its_own_optimum(kind):
    made = normal_run((0, 1), (2, 1), loss={"kind": kind})
    frame = Observer(made).look(WantTheory())
    middle = int(np.argmin(np.abs(frame.x - 1)))  # where p = q
    if kind == "least_squares":
        assert frame.output == "score" and frame.d_star[middle] == pytest.approx(0.5, abs=0.05)
        assert frame.bound <= frame.jsd
    elif kind == "hinge":
        assert frame.d_star[0] == 1 and frame.d_star[-1] == -1
        assert np.isnan(frame.bound)
    else:
        slope = np.diff(frame.d_star) / np.diff(frame.x)
        assert slope == pytest.approx(-1, abs=1e-2)  # the potential falls towards the fakes
        mean_p, mean_q = (float((m * frame.d_star).sum() * (frame.x[1] - frame.x[0]))
                          for m in (frame.p, frame.q))
        assert mean_p == pytest.approx(0, abs=2e-2)
        assert mean_p - mean_q == pytest.approx(frame.w1, rel=0.1)  # up to what the view cuts
        assert frame.w1 == pytest.approx(2, abs=1e-4)
        assert abs(frame.critic_gap) <= frame.lipschitz * frame.w1


# ---- densities ------------------------------------------------------------------------------


def test_a_folded_map_adds_up_its_preimages():
    """|z| of a uniform latent has density 1 on [0, 1]; z³ of a normal one is known as well."""
    edges = np.linspace(-0.5, 1.5, 2001)
    z = np.linspace(-1, 1, 4097)
    mass = line_mass("uniform", z, np.abs(z), edges)
    assert mass.sum() == pytest.approx(1)
    assert mass[510:1490] / 1e-3 == pytest.approx(1)
    z = np.linspace(-8.3, 8.3, 4097)
    wide = np.linspace(-600, 600, 8001)
    mass = line_mass("normal", z, z**3, wide)
    expected = np.diff(norm.cdf(np.cbrt(wide)))
    assert mass == pytest.approx(expected, abs=2e-4)


def test_a_flat_stretch_keeps_its_mass():
    edges = np.linspace(-1, 1, 101)
    z = np.linspace(-1, 1, 1001)
    mass = line_mass("uniform", z, np.maximum(z, 0), edges)
    assert mass.sum() == pytest.approx(1) and mass.max() == pytest.approx(0.51, abs=0.02)


def test_what_leaves_the_lattice_is_told_by_the_mass():
    z = np.linspace(-1, 1, 101)
    assert line_mass("uniform", z, 4 * z, np.linspace(-1, 1, 11)).sum() == pytest.approx(0.25)


def test_noise_from_0_to_1_is_followed_exactly():
    """G(z) of z on [0, 1]: for an affine map a uniform density between its two ends."""
    made = tiny.trainer(data={"kind": "gaussian-1d", "points": 200},
                        latent={"kind": "uniform01", "dim": 1}, generator=tiny.mlp(depth=0),
                        machine={"precision": "float64"})
    z = latent_mesh(made.recipe, made.players.weights_g[0])
    assert (z.min(), z.max()) == (0, 1) and is_line_map(made.recipe)
    ends = made.players.g(z[[0, -1]]).detach().numpy()[:, 0]
    edges = np.linspace(ends.min() - 0.5, ends.max() + 0.5, 4001)
    mass = line_mass("uniform01", z[:, 0].numpy(), made.players.g(z).detach().numpy()[:, 0], edges)
    inside = (edges[:-1] > ends.min()) & (edges[1:] < ends.max())
    assert mass.sum() == pytest.approx(1) and not mass[edges[1:] < ends.min()].any()
    assert mass[inside] / np.diff(edges)[inside] == pytest.approx(1 / np.ptp(ends), rel=1e-6)


def test_a_kernel_estimate_finds_narrow_modes():
    rng = np.random.default_rng(1)
    centres = np.array([[-0.5, 0.0], [0.5, 0.0]])
    samples = centres[rng.integers(2, size=4000)] + 0.03 * rng.standard_normal((4000, 2))
    edges = np.linspace(-1, 1, 161)
    lattice = Lattice((edges, edges))
    found = finish(kernel_mass(samples, lattice))
    assert not found.exact and 0.005 < found.bandwidth < 0.04
    assert found.mass.sum() == pytest.approx(1, abs=1e-3)
    exact = GaussianMixture(centres, 0.03).pdf(lattice.centres()) * lattice.volume
    assert 0.5 * np.abs(found.mass - exact).sum() < 0.12  # total variation
    few = finish(kernel_mass(samples[:2], lattice))
    assert few.mass.sum() == 0


def test_the_plane_stands_upright():
    """Rows run from low y to high y for the data's density, the generator's and D alike."""
    made = tiny.trainer(data={"kind": "ring", "points": 400}, latent={"kind": "normal", "dim": 2},
                        generator={"kind": "mlp", "depth": 0})
    with torch.no_grad():
        made.players.g.weight_0.copy_(torch.tensor([[0.2, 0.0], [0.0, 0.05]]))
        made.players.g.bias_0.copy_(torch.tensor([0.0, 0.7]))
    for exact in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            if not exact:
                patch.setattr("ganstudio.training.theory_look.is_affine_normal", lambda _: False)
            frame = Observer(made).look(WantTheory(size=20))
        assert frame.q_exact is exact and (frame.bandwidth == 0) is exact
        row, column = np.unravel_index(frame.q.argmax(), frame.q.shape)
        x0, x1, y0, y1 = frame.extent
        assert y0 + (row + 0.5) / 20 * (y1 - y0) == pytest.approx(0.7, abs=0.15)
        assert x0 + (column + 0.5) / 20 * (x1 - x0) == pytest.approx(0, abs=0.3)
        assert frame.d.shape == frame.d_star.shape == (20, 20)
        assert 0 < frame.jsd <= log(2)
        assert frame.mass_p == pytest.approx(1, abs=0.1)


def plane_run(mean, **parts):
    """A trainer whose data are N(0, I) of the plane and whose generator makes N(mean, I)."""
    density = GaussianMixture(np.zeros((1, 2)), 1.0)
    items = density.sample(400, np.random.default_rng(0)).astype(np.float32)
    made = Trainer(tiny.recipe(**{**LINEAR, "data": {"kind": "ring", "points": 400},
                                  "latent": {"kind": "normal", "dim": 2}, **parts}),
                   Dataset("normal", items, density=density))
    with torch.no_grad():
        made.players.g.weight_0.copy_(torch.eye(2))
        made.players.g.bias_0.copy_(torch.tensor(mean))
    return made


def test_in_the_plane_w1_is_that_of_samples_beside_its_floor():
    """W1 of a normal density and its shift is the length of the shift."""
    kind = {"loss": {"kind": "wasserstein"}}
    far = Observer(plane_run([3.0, 4.0], **kind)).look(WantTheory(size=12))
    assert far.w1_count == theory_transport.MATCHED
    assert far.w1 == pytest.approx(5, abs=4 * 2**0.5 / theory_transport.MATCHED**0.5)
    assert 0 < far.w1_floor < 0.5 and 0 < far.w1_floor_sd < far.w1_floor / 2
    same = Observer(plane_run([0.0, 0.0], **kind)).look(WantTheory(size=12))
    assert same.w1 == pytest.approx(same.w1_floor, abs=4 * same.w1_floor_sd)
    assert same.w1_floor == far.w1_floor
    assert far.blank.startswith("Not shown") and abs(far.critic_gap) <= far.lipschitz * far.w1
    lost = plane_run([float("nan"), 0.0], **kind)
    assert np.isnan(Observer(lost).look(WantTheory(size=12)).w1)


def test_under_noise_the_samples_that_are_matched_have_it_too():
    bare = Observer(plane_run([3.0, 4.0])).look(WantTheory(size=12))
    seen = Observer(plane_run([3.0, 4.0], instance_noise={"sigma": 2.0}))
    first, second = seen.look(WantTheory(size=12)), seen.look(WantTheory(size=12))
    assert first.w1_floor > 1.5 * bare.w1_floor and first.w1 == pytest.approx(5, abs=0.8)
    assert (second.w1, second.w1_floor) == (first.w1, first.w1_floor), "a picture does not jitter"


def test_data_of_no_known_density_is_refused():
    made = tiny.trainer(**tiny.IMAGES)
    with pytest.raises(ValueError, match="density is known"):
        Observer(made).look(WantTheory())


def test_it_comes_in_slices_too():
    made = normal_run((0, 1), (1, 1))
    seen = Observer(made)
    frame, finished, slices = None, False, 0
    while not finished:
        got, finished = seen.slow.glance(WantTheory(), seconds=0)
        frame = got or frame
        slices += 1
    assert slices > 8 and frame.jsd == seen.look(WantTheory()).jsd
    assert made.players.g.training and made.players.d.training


def test_labels_and_pairs_move_the_optimal_discriminator():
    p, q = np.array([0.7, 0.2, 0.1]), np.array([0.2, 0.2, 0.6])
    share = p / (p + q)
    assert theory_look._optimal(Loss(), p, q) == pytest.approx(share)
    assert theory_look._optimal(Loss(smooth=0.1), p, q) == pytest.approx(0.9 * share)
    assert theory_look._optimal(Loss(smooth=0.1, flip=0.2), p, q) == pytest.approx(
        0.9 * (0.8 * p + 0.2 * q) / (p + q))
    assert theory_look._optimal(Loss(real_weight=0.5), p, q) == pytest.approx(
        0.5 * p / (0.5 * p + q))
    assert theory_look._optimal(Loss(real_weight=0.5, smooth=0.1, flip=0.2), p, q) == pytest.approx(
        0.9 * (0.8 * 0.5 * p + 0.2 * q) / (0.5 * p + q))
    assert theory_look._optimal(Loss(kind="hinge", real_weight=0.5), p, q).tolist() == [1, -1, -1]
    paired = theory_look._optimal(Loss(kind="relativistic_paired"), p, q)
    assert paired == pytest.approx(np.log(p / q))
    levelled = theory_look._levelled(paired, p)
    assert (levelled * p).sum() == pytest.approx(0) and np.diff(levelled) == pytest.approx(
        np.diff(paired))
    assert np.isnan(theory_look._optimal(Loss(kind="relativistic_average"), p, q)).all()


@pytest.mark.parametrize("sigma", [0.2, 0.7])
def test_under_instance_noise_the_densities_are_those_that_d_judges(sigma):
    made = normal_run((0, 1), (1, 0.5), instance_noise={"sigma": sigma})
    frame = Observer(made).look(WantTheory())
    wide = [(mean, (sd**2 + sigma**2) ** 0.5) for mean, sd in ((0, 1), (1, 0.5))]
    exact = normal_theory(*wide)
    assert frame.noise == sigma
    assert frame.jsd == pytest.approx(exact.jsd, abs=1e-4)
    assert frame.w1 == pytest.approx(exact.w1, abs=1e-4)
    p, q = (norm.pdf(frame.x, *one) for one in wide)
    sure = p + q > 1e-3
    assert frame.d_star[sure] == pytest.approx((p / (p + q))[sure], abs=5e-3)
    bare = Observer(normal_run((0, 1), (1, 0.5))).look(WantTheory())
    assert bare.noise == 0 and bare.jsd > frame.jsd + 1e-3, "noise brings the two nearer"


def test_noise_in_the_plane_widens_each_blob():
    lattice = Lattice((np.linspace(-4, 4, 161), np.linspace(-3, 3, 121)))
    blob, wide = (GaussianMixture(np.array([[0.5, -0.4]]), sd).pdf(lattice.centres())
                  * lattice.volume for sd in (0.3, 0.5))
    assert noisy(blob, lattice, 0.4) == pytest.approx(wide, abs=1e-6)


@pytest.mark.parametrize("loss, words", [
    ({"kind": "relativistic_average"}, "relativistic average"),
    ({"kind": "relativistic_paired", "smooth": 0.1}, "paired"),
    ({"kind": "relativistic_paired"}, ""), ({"kind": "minimax"}, "")])
def test_where_theory_gives_no_optimum_it_says_so(loss, words):
    frame = Observer(normal_run((0, 1), (1, 1), loss=loss)).look(WantTheory())
    assert words in frame.blank and bool(frame.blank) is bool(words)
    assert np.isnan(frame.d_star).all() == bool(words)


def test_where_nothing_was_sampled_an_estimate_is_level_and_above_nought():
    """The rounding of a transform is no density: it would speckle the optimal D."""
    lattice = Lattice((np.linspace(-1, 1, 121), np.linspace(-1, 1, 121)))
    samples = np.random.default_rng(0).normal((0.5, 0), 0.01, (500, 2))
    mass = finish(kernel_mass(samples, lattice)).mass.reshape(120, 120)
    assert mass[:, :40].min() == mass[:, :40].max() > 0
