"""Fréchet and kernel distances beside torchmetrics' own, and known traps, on fixed features."""

import numpy as np
import pytest
import torch

from ganstudio.metrics.divergences import js_masses, kernel_divergences
from ganstudio.metrics.frechet import frechet_distance
from ganstudio.metrics.mmd import kid, kid_subsets

from .shapes import normal


class Through(torch.nn.Module):
    """Takes "images" for what their features are."""

    def __init__(self, dim):
        super().__init__()
        self.num_features = dim

    def forward(self, x):
        return x.double().flatten(1)


def judged(metric, real, fake):
    """What a metric of torchmetrics says of features (n, d)."""
    oracle = pytest.importorskip(f"torchmetrics.image.{metric}",
                                 reason="torchmetrics comes with the test extra")
    feature = Through(real.shape[1])
    found = (oracle.FrechetInceptionDistance(feature=feature, normalize=True) if metric == "fid"
             else oracle.KernelInceptionDistance(feature=feature, normalize=True, subsets=4,
                                                 subset_size=len(real)))
    for points, is_real in ((real, True), (fake, False)):
        found.update(torch.from_numpy(points), real=is_real)
    return found.compute()


@pytest.mark.parametrize(("n", "dim"), [(40, 3), (200, 16), (30, 40)])
def test_frechet_distance_agrees_with_torchmetrics(n, dim):
    real, fake = normal(n, dim, 0), 1.4 * normal(n + 13, dim, 1, 0.3)
    assert frechet_distance(real, fake) == pytest.approx(
        float(judged("fid", real, fake)), rel=1e-5, abs=1e-5)


@pytest.mark.filterwarnings("ignore:Metric `Kernel")  # a remark on its memory
@pytest.mark.parametrize(("n", "dim"), [(40, 3), (200, 16)])
def test_kernel_distance_agrees_with_torchmetrics(n, dim):
    real, fake = normal(n, dim, 2), 1.2 * normal(n, dim, 3, 0.3)
    mean, sd = judged("kid", real, fake)  # subsets of all points: each is the whole
    assert kid(real, fake) == pytest.approx(float(mean), rel=1e-6)
    assert kid_subsets(real, fake, 3, n)[0] == pytest.approx(float(mean), rel=1e-6)
    assert float(sd) == pytest.approx(0, abs=1e-6)


def test_a_histogram_of_few_samples_scores_perfection_badly_and_the_kernel_does_not():
    """900 bins, 450 samples against 150 of the same law: JS is about 0.44 nats."""
    def histogram(x):
        return np.histogram2d(*x.T, bins=30, range=[[-3, 3]] * 2)[0]

    found, ours = [], []
    for seed in range(6):
        p, q = (histogram(normal(n, 2, seed + n)) for n in (450, 150))
        found.append(js_masses(p / p.sum(), q / q.sum()))
        ours.append(kernel_divergences(
            normal(150, 2, seed), lambda x: -0.5 * (x**2).sum(axis=1) - np.log(2 * np.pi),
            [(-6, 6)] * 2, bandwidth=0.5, points=128).js)
    assert np.mean(found) == pytest.approx(0.44, abs=0.06)
    assert np.mean(ours) < 0.05
