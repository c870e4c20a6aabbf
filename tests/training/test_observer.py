"""What is seen is what the networks do, and nobody can change it afterwards."""

import dataclasses

import numpy as np
import pytest
import tiny
import torch
from torch.nn.functional import softplus

from ganstudio.training.frames import (
    WantArrows,
    WantLatentMap,
    WantLine,
    WantMosaic,
    WantPoints,
    WantSurface,
    WantWalk,
)
from ganstudio.training.observer import KERNEL_SAMPLES, MOVING_SURFACE, Observer

DOUBLE = {"machine": {"precision": "float64"}}
G_EACH = {
    "minimax": lambda q: -softplus(q), "non_saturating": lambda q: softplus(-q),
    "least_squares": lambda q: 0.5 * (q - 1) ** 2, "hinge": lambda q: -q,
    "wasserstein": lambda q: -q,
}
OUTPUT = {"minimax": torch.sigmoid, "non_saturating": torch.sigmoid}


def observed(steps=5, **parts):
    trainer = tiny.trainer(**parts)
    trainer.advance(steps)
    return trainer, Observer(trainer)


def judge(trainer, x):
    """D's output on points, straight from the network."""
    with trainer.players.observed(), torch.no_grad():
        logits = trainer.players.d(torch.as_tensor(np.asarray(x), dtype=trainer.dtype))
        return OUTPUT.get(trainer.recipe.loss.kind, lambda v: v)(logits).numpy()


def generate(trainer, z, averaged=False):
    with trainer.players.observed(), torch.no_grad():
        return trainer.players.sampler(averaged)(torch.as_tensor(np.asarray(z),
                                                                 dtype=trainer.dtype)).numpy()


def arrays(frame):
    values = (getattr(frame, f.name) for f in dataclasses.fields(frame))
    return [v for v in values if isinstance(v, np.ndarray)]


ALL = [
    ({}, WantPoints(7)), ({}, WantSurface(5)), ({}, WantArrows(6)), ({}, WantLatentMap(4)),
    ({}, WantWalk((0.0, 1.0), (1.0, 0.0), count=3)), (tiny.LINE, WantLine(20, 6)),
    (tiny.LINE, WantPoints(7)), (tiny.LINE, WantWalk((0.0,), (1.0,))),
    (tiny.IMAGES, WantMosaic(2, 3, scores=True)), (tiny.DCGAN, WantMosaic(3, 2, real=True)),
    (tiny.DCGAN, WantWalk((0.0, 1.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))),
]


@pytest.mark.parametrize(("parts", "want"), ALL, ids=lambda v: type(v).__name__)
def test_frames_are_read_only_and_do_not_follow_the_run(parts, want):
    trainer, observer = observed(**parts)
    frame = observer.look(want)
    assert frame.step == 5
    kept = [a.copy() for a in arrays(frame)]
    own = [t.detach().numpy() for t in trainer.state().tensors.values()]
    live = [t.detach().numpy() for t in trainer.players.tensors().values()]
    for array in arrays(frame):
        assert array.dtype in (np.float32, np.uint8)
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
        assert not any(np.shares_memory(array, t) for t in (*own, *live, trainer.dataset.items))
    trainer.advance(3)
    later = observer.look(want)
    assert later.step == 8
    assert all(np.array_equal(a, b) for a, b in zip(kept, arrays(frame), strict=True))
    if not getattr(want, "real", False):
        assert any(not np.array_equal(a, b) for a, b in zip(kept, arrays(later), strict=True))


def test_looking_leaves_the_networks_in_training():
    trainer, observer = observed(**tiny.ZOO["dropout"])
    observer.look(WantPoints(4))
    assert trainer.players.g.training and trainer.players.d.training
    with pytest.raises(ValueError, match="1-D points"):
        observer.look(WantLine())
    assert trainer.players.g.training and trainer.players.d.training


@pytest.mark.parametrize(("parts", "want", "sentence"), [
    ({}, WantLine(), "the line picture needs 1-D points"),
    ({}, WantMosaic(), "a mosaic needs images"),
    (tiny.LINE, WantSurface(), "a surface over the plane needs 2-D points"),
    (tiny.LINE, WantArrows(), "arrows in the plane needs? 2-D points"),
    (tiny.LINE, WantLatentMap(), "needs 2-D points"),
    (tiny.LINE, WantMosaic(), "a mosaic needs images"),
    (tiny.IMAGES, WantPoints(), "points need data of points"),
    (tiny.IMAGES, WantSurface(), "needs 2-D points"),
    (tiny.IMAGES, WantLatentMap(), "needs 2-D points"),
    (tiny.IMAGES, WantLine(), "needs 1-D points"),
    ({}, WantWalk((0.0,), (1.0,)), "a latent here has 2 numbers, not 1"),
    ({}, "a cat", "nothing here can show a str"),
])
def test_a_want_that_does_not_fit_is_refused_in_words(parts, want, sentence):
    _, observer = observed(0, **parts)
    with pytest.raises(ValueError, match=sentence):
        observer.look(want)


def test_info():
    trainer, observer = observed(0, latent={"kind": "uniform", "dim": 3})
    info = observer.info()
    assert (info.name, info.sample_shape, info.latent_kind, info.latent_dim, info.data_size) == (
        "tiny", (2,), "uniform", 3, 200)
    assert info.parameters_g == 3 * 8 + 8 + 8 * 8 + 8 + 8 * 2 + 2
    assert info.parameters_d == 2 * 8 + 8 + 8 * 8 + 8 + 8 + 1
    assert info.device == "CPU" and not info.is_image
    x0, x1, y0, y1 = info.extent
    low, high = trainer.dataset.items.min(0), trainer.dataset.items.max(0)
    assert x0 < low[0] < high[0] < x1 and y0 < low[1] < high[1] < y1
    assert observed(0, **tiny.IMAGES)[1].info().is_image


# ---- points ------------------------------------------------------------------------------------


def test_points():
    trainer, observer = observed(**DOUBLE, **tiny.ZOO["dropout"])
    frame = observer.look(WantPoints(70))
    assert frame.real.shape == frame.fake.shape == (70, 2)
    items = {tuple(row) for row in trainer.dataset.items.tolist()}
    reals = [tuple(row) for row in frame.real.tolist()]
    assert set(reals) <= items and len(set(reals)) == 70
    fewer = observer.look(WantPoints(10))
    np.testing.assert_allclose(fewer.fake, frame.fake[:10], rtol=1e-5)  # the same latents
    assert np.array_equal(fewer.real, frame.real[:10])
    assert len(observer.look(WantPoints(1000)).real) == 200  # there are no more
    averaged = observer.look(WantPoints(70, averaged=True))
    assert not np.array_equal(averaged.fake, frame.fake)
    np.testing.assert_allclose(averaged.fake, generate(trainer, observer.latents.first(70), True),
                               rtol=1e-5)


@pytest.mark.parametrize("loss", G_EACH)
def test_surface_is_d_at_the_cells_centres(loss):
    trainer, observer = observed(**DOUBLE, loss={"kind": loss})
    extent = (-2.0, 1.0, 0.5, 3.0)
    frame = observer.look(WantSurface(5, extent))
    assert frame.d.shape == (5, 5) and frame.extent == extent
    assert frame.output == {"minimax": "probability", "non_saturating": "probability",
                            "least_squares": "score"}.get(loss, "critic")
    for row in range(5):
        for column in range(5):
            centre = (-2 + 3 * (column + 0.5) / 5, 0.5 + 2.5 * (row + 0.5) / 5)
            assert frame.d[row, column] == pytest.approx(judge(trainer, [centre])[0], rel=1e-5)
    assert observer.look(WantSurface(4)).extent == trainer.dataset.extent
    assert observer.look(WantSurface(4, extent)).d.shape == (4, 4)


@pytest.mark.parametrize("loss", G_EACH)
def test_arrows_are_the_gradients_by_finite_differences(loss):
    """tanh networks, so that no kink lies between two points."""
    trainer, observer = observed(
        **DOUBLE, loss={"kind": loss}, discriminator=tiny.mlp(depth=2, width=8, activation="tanh"))
    frame = observer.look(WantArrows(6))
    assert frame.at.shape == frame.push.shape == frame.d_gradient.shape == (6, 2)
    z = observer.latents.first(6)
    at = generate(trainer, z)
    np.testing.assert_allclose(frame.at, at, rtol=1e-5)
    step = 1e-6

    def logit(x):
        with trainer.players.observed(), torch.no_grad():
            return trainer.players.d(torch.from_numpy(x))

    output = OUTPUT.get(loss, lambda v: v)
    for axis in range(2):
        shift = np.zeros(2)
        shift[axis] = step
        up, down = logit(at + shift), logit(at - shift)
        push = -(G_EACH[loss](up) - G_EACH[loss](down)).numpy() / (2 * step)
        slope = (output(up) - output(down)).numpy() / (2 * step)
        np.testing.assert_allclose(frame.push[:, axis], push, rtol=1e-5, atol=1e-8)
        np.testing.assert_allclose(frame.d_gradient[:, axis], slope, rtol=1e-5, atol=1e-8)
    assert not any(w.grad is not None for w in trainer.players.weights_d)


@pytest.mark.parametrize("kind", ["normal", "uniform", "uniform01", "sphere"])
def test_the_latent_map_is_g_on_a_lattice(kind):
    from ganstudio.training.lines import lattice

    trainer, observer = observed(**DOUBLE, latent={"kind": kind, "dim": 3})
    frame = observer.look(WantLatentMap(5))
    assert frame.image.shape == (5, 5, 2)
    np.testing.assert_allclose(frame.image.reshape(-1, 2),
                               generate(trainer, lattice(kind, 3, 5)), rtol=1e-5)


# ---- the line ------------------------------------------------------------------------------------


def test_the_line_picture():
    trainer, observer = observed(**DOUBLE, **{**tiny.LINE, "latent": {"dim": 1}})
    frame = observer.look(WantLine(200, 9))
    assert {a.shape for a in (frame.x, frame.data, frame.generated, frame.d)} == {(200,)}
    assert frame.z.shape == frame.gz.shape == (9,)
    np.testing.assert_allclose(frame.d, judge(trainer, frame.x[:, None]), rtol=1e-4)
    np.testing.assert_allclose(frame.gz, generate(trainer, frame.z[:, None])[:, 0], rtol=1e-4)
    normal = np.exp(-0.5 * ((frame.x - 2) / 0.5) ** 2) / (0.5 * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(frame.data, normal, rtol=1e-4, atol=1e-6)
    assert frame.data_exact and frame.output == "probability" and frame.bandwidth > 0
    assert np.trapezoid(frame.data, frame.x) == pytest.approx(1, abs=0.01)
    # The fakes fill only part of the view, or lie outside it: the share that is inside is shown.
    fakes = generate(trainer, observer.latents.first(KERNEL_SAMPLES))[:, 0]
    inside = np.mean((fakes > frame.x[0]) & (fakes < frame.x[-1]))
    assert np.trapezoid(frame.generated, frame.x) == pytest.approx(inside, abs=0.08)


def test_the_line_picture_of_data_without_a_density(tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(5, 2, (500, 1)))
    _, observer = observed(data={"kind": "points", "path": str(tmp_path / "x.npy")})
    frame = observer.look(WantLine())
    assert not frame.data_exact
    assert np.trapezoid(frame.data, frame.x) == pytest.approx(1, abs=0.03)


def test_a_generator_that_runs_away_costs_no_more():
    trainer, observer = observed(**tiny.LINE)
    trainer.players.weights_g[-1].data.fill_(3e30)
    trainer.players.weights_g[-2].data.mul_(1e30)
    frame = observer.look(WantLine(60))
    assert frame.generated.shape == (60,) and np.isfinite(frame.generated).all()
    trainer.players.weights_g[-1].data.fill_(float("nan"))
    assert not observer.look(WantLine(60)).generated.any()


# ---- images --------------------------------------------------------------------------------------


def tiles(frame):
    height, width = frame.tile
    return [frame.image[r * height:(r + 1) * height, c * width:(c + 1) * width]
            for r in range(frame.rows) for c in range(frame.columns)]


@pytest.mark.parametrize("parts", [tiny.IMAGES, {**tiny.DCGAN, "average": {"decay": 0.5}}])
def test_mosaic_tiles_stand_row_by_row(parts):
    trainer, observer = observed(**parts)
    frame = observer.look(WantMosaic(2, 3, scores=True))
    assert frame.image.shape == (16, 24) and frame.image.dtype == np.uint8
    assert (frame.rows, frame.columns, frame.tile) == (2, 3, (8, 8))
    assert frame.z.shape == (6, 4) and frame.scores.shape == (6,)
    made = generate(trainer, frame.z, averaged=True)
    for tile, sample in zip(tiles(frame), made, strict=True):
        np.testing.assert_allclose(tile, (sample[0] + 1) * 127.5, atol=0.51)
    np.testing.assert_allclose(frame.scores, judge(trainer, made), rtol=1e-3)
    assert observer.look(WantMosaic(2, 3)).scores.shape == (0,)
    live = observer.look(WantMosaic(2, 3, averaged=False))
    assert np.array_equal(live.image, frame.image) == (trainer.players.average is None)


def test_real_mosaic_shows_real_images():
    trainer, observer = observed(0, **tiny.IMAGES)
    frame = observer.look(WantMosaic(3, 4, real=True, scores=True))
    known = {item.tobytes() for item in trainer.dataset.items[:, 0]}
    shown = [t.tobytes() for t in tiles(frame)]
    assert set(shown) <= known and len(set(shown)) == 12
    assert frame.z.size == 0 and frame.scores.shape == (12,)


def test_colour_mosaic_and_few_reals(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
    np.save(tmp_path / "few.npy", pixels)
    trainer, observer = observed(0, **{**tiny.IMAGES, "data": {
        "kind": "images", "path": str(tmp_path / "few.npy")}})
    assert trainer.dataset.shape == (3, 8, 8)
    real = observer.look(WantMosaic(2, 4, real=True))
    assert real.image.shape == (16, 32, 3)
    shown = [t.tobytes() for t in tiles(real)]
    assert shown[:3] == shown[3:6] and set(shown) == {p.tobytes() for p in pixels}
    assert observer.look(WantMosaic(1, 1)).image.shape == (8, 8, 3)


# ---- walks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["normal", "uniform", "uniform01", "sphere"])
def test_a_walk_goes_from_one_end_to_the_other(kind):
    trainer, observer = observed(**DOUBLE, latent={"kind": kind, "dim": 3})
    z0, z1 = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.6, -0.8])
    frame = observer.look(WantWalk(tuple(z0), tuple(z1), t=0.25, count=5))
    assert frame.stops.shape == (5, 2) and frame.at.shape == (2,) and frame.z.shape == (3,)
    ends = generate(trainer, [z0, z1])
    np.testing.assert_allclose(frame.stops[[0, -1]], ends, rtol=1e-5)
    np.testing.assert_allclose(frame.at, frame.stops[1], rtol=1e-5)
    np.testing.assert_allclose(frame.at, generate(trainer, [frame.z])[0], rtol=1e-5)
    assert frame.d == pytest.approx(judge(trainer, [frame.at])[0], rel=1e-5)
    length = np.linalg.norm(frame.z)
    assert (length == pytest.approx(1, rel=1e-5)) == (not kind.startswith("uniform"))


def test_a_walk_among_images_shows_pictures():
    trainer, observer = observed(**tiny.DCGAN)
    z0, z1 = (0.5, 0.0, 1.0, 0.0), (0.0, 1.0, 0.0, 2.0)
    frame = observer.look(WantWalk(z0, z1, t=1.0, count=4))
    assert frame.stops.shape == (4, 8, 8) and frame.stops.dtype == np.uint8
    assert np.array_equal(frame.at, frame.stops[-1])
    expected = (generate(trainer, [z0, z1], averaged=True)[:, 0] + 1) * 127.5
    np.testing.assert_allclose(frame.stops[[0, -1]], expected, atol=0.51)


def test_a_surface_that_moves_is_coarser_and_one_at_rest_is_as_fine_as_was_asked():
    _, observer = observed()
    for size in (16, 48):
        moving, finished = observer.glance(WantSurface(size))
        resting, _ = observer.glance(WantSurface(size), resting=True)
        assert finished and moving.d.shape == (min(size, MOVING_SURFACE),) * 2
        assert resting.d.shape == (size, size)
        assert moving.extent == resting.extent
