"""The 1-D Gaussian figures, and the optimal discriminator."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.game.theory import (
    jsd_bound,
    normal_log_density,
    normal_theory,
    optimal_discriminator,
    optimal_logit,
    theory,
)

from .conftest import REFERENCE


@pytest.mark.parametrize("row", REFERENCE["theory_1d_gaussians"], ids=lambda r: str(r["q"]))
def test_gaussian_figures(row: dict[str, Any]) -> None:
    t = normal_theory(tuple(row["p"]), tuple(row["q"]))
    found = {
        "JSD_nats": t.jsd, "D_loss_at_Dstar": t.loss_d_optimal, "KL_pq": t.kl, "TV": t.tv,
        "C_G_minus_log4_plus_2JSD": 2 * t.jsd - math.log(4),
        "L_G_nonsat_at_Dstar": t.loss_g_non_saturating, "L_G_sat_at_Dstar": t.loss_g_minimax,
        "lsgan_01_D_loss": t.least_squares_d, "lsgan_01_G_loss": t.least_squares_g,
        "lsgan_m110_C": t.least_squares_chi2, "pearson_chi2_pplusq_2q": t.chi2,
        "hinge_D_loss_min": t.hinge_d_optimal, "W1": t.w1, "W2": t.w2, "FID_1d": t.frechet,
        "mmd2_rbf_bw1": t.mmd2_rbf,
    }
    assert set(found) == set(row) - {"p", "q"}
    for name, value in found.items():
        assert value == pytest.approx(row[name], abs=1.1e-6), name


def test_equal_densities_are_at_equilibrium() -> None:
    t = normal_theory((0.3, 0.7), (0.3, 0.7))
    assert t.loss_d_optimal == pytest.approx(math.log(4))
    assert t.loss_g_non_saturating == pytest.approx(math.log(2))
    assert (t.jsd, t.kl, t.tv, t.w1, t.w2, t.mmd2_rbf) == pytest.approx((0,) * 6, abs=1e-9)
    assert (t.least_squares_d, t.least_squares_g) == pytest.approx((0.25, 0.125))
    assert t.hinge_d_optimal == pytest.approx(2)


@given(st.floats(-3, 3), st.floats(0.3, 3))
@settings(max_examples=10, deadline=None)
def test_any_discriminator_bounds_the_divergence_from_below(slope: float, sd: float) -> None:
    x = np.linspace(-40, 40, 8001)
    log_p, log_q = normal_log_density(0, 1)(x), normal_log_density(1, sd)(x)
    t = theory(x, log_p, log_q)
    dx = x[1] - x[0]
    logit = slope * x  # any discriminator at all
    loss = (np.exp(log_p) * np.logaddexp(0, -logit) + np.exp(log_q) * np.logaddexp(0, logit)
            ).sum() * dx
    assert jsd_bound(float(loss)) <= t.jsd + 1e-9
    assert jsd_bound(t.loss_d_optimal) == pytest.approx(t.jsd)
    assert 0 <= t.jsd <= math.log(2) and t.w1 <= t.w2 + 1e-6


def test_optimal_discriminator() -> None:
    p, q = np.array([1.0, 0.0, 3.0, 0.0]), np.array([1.0, 2.0, 1.0, 0.0])
    np.testing.assert_allclose(optimal_discriminator(p, q), [0.5, 0.0, 0.75, 0.5])
    with np.errstate(divide="ignore"):
        logit = optimal_logit(np.log(p[:3]), np.log(q[:3]))
    np.testing.assert_allclose(1 / (1 + np.exp(-logit)), [0.5, 0.0, 0.75])
