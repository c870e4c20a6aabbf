import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import norm

from ganstudio.data.catalogue import load_dataset, preset_thumbnail_images, thumbnail_points
from ganstudio.data.dataset import Cancelled, DataError, Modes
from ganstudio.data.toys import TOY_KINDS, density_of, modes_of
from ganstudio.recipe import data as parts

TOYS = [parts.Gaussian1D(), parts.TwoGaussians(), parts.Ring(), parts.Grid(), parts.Line(),
        parts.Moons(), parts.Spiral(), parts.SwissRoll(), parts.Checkerboard(), parts.Disjoint(),
        parts.Drawn(strokes=((0.0, 0.0), (0.5, 0.25)))]


def small(part, points: int = 3000):  # type: ignore[no-untyped-def]
    return part.model_copy(update={"points": points})


def good_share(items: np.ndarray, modes: Modes) -> tuple[float, int]:
    """The rule of the mode-collapse papers: share within 3σ of the nearest mode, modes captured."""
    gaps = np.linalg.norm(items[:, None].astype(float) - modes.centres[None], axis=2)
    good = gaps.min(axis=1) <= 3 * modes.sigma
    return float(good.mean()), len(set(gaps.argmin(axis=1)[good]))


def test_the_list_is_whole() -> None:
    assert {part.kind for part in TOYS} == set(TOY_KINDS)


@pytest.mark.parametrize("part", TOYS, ids=lambda p: p.kind)
def test_a_set_has_its_shape_and_bytes_from_its_seed(part) -> None:  # type: ignore[no-untyped-def]
    data = load_dataset(small(part), 7)
    assert data.items.dtype == np.float32 and len(data) == 3000
    assert data.shape == (density_of(part).dim,) and not data.is_image
    assert data.items.tobytes() == load_dataset(small(part), 7).items.tobytes()
    assert data.items.tobytes() != load_dataset(small(part), 8).items.tobytes()
    assert data.name == part.title and data.labels is None and data.skipped == ()
    assert np.array_equal(data.offset, np.zeros(data.shape[0]))
    assert np.array_equal(data.scale, np.ones(data.shape[0]))
    assert data.density is not None
    log_pdf = data.density.log_pdf(data.items.astype(np.float64))
    # Rounding to float32 may push a point over the sharp edge of a uniform set.
    assert np.isfinite(log_pdf).mean() > 0.999


@pytest.mark.parametrize("part", TOYS, ids=lambda p: p.kind)
def test_the_view_holds_nearly_all(part) -> None:  # type: ignore[no-untyped-def]
    data = load_dataset(small(part), 0)
    x0, x1, y0, y1 = data.extent
    items = data.items if data.shape == (2,) else np.c_[data.items, np.full(len(data), 0.5)]
    inside = (items >= [x0, y0]).all(axis=1) & (items <= [x1, y1]).all(axis=1)
    assert inside.mean() > 0.99


def test_the_ring_is_the_published_one() -> None:
    modes = modes_of(parts.Ring())
    assert modes is not None and modes.centres.shape == (8, 2) and modes.sigma == 0.01
    assert np.allclose(np.linalg.norm(modes.centres, axis=1), 1)
    gaps = np.linalg.norm(modes.centres[:, None] - modes.centres[None], axis=2)
    assert gaps[~np.eye(8, dtype=bool)].min() == pytest.approx(2 * np.sin(np.pi / 8))


def test_the_grid_is_the_published_one() -> None:
    modes = modes_of(parts.Grid())
    assert modes is not None and modes.sigma == 0.05
    expected = {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert {tuple(c) for c in modes.centres} == expected


def test_discs_are_scaled_whole_and_unscaled_ones_are_what_they_were() -> None:
    modes = modes_of(parts.Disjoint(scale=0.5))
    assert modes is not None and modes.sigma == pytest.approx(0.05)
    assert np.allclose(np.linalg.norm(modes.centres, axis=1), 0.5)
    half = load_dataset(parts.Disjoint(scale=0.5), 3).items
    assert np.allclose(2 * half, load_dataset(parts.Disjoint(), 3).items, atol=1e-6)


@given(angle=st.floats(-180, 180), length=st.floats(0.1, 5), sigma=st.floats(0.001, 1))
@settings(max_examples=20, deadline=None)
def test_a_line_is_as_long_thick_and_steep_as_it_says(angle, length, sigma) -> None:  # type: ignore[no-untyped-def]
    part = parts.Line(length=length, angle=angle, sigma=sigma, points=4000)
    turn = np.deg2rad(angle)
    items = load_dataset(part, 1).items.astype(np.float64)
    along = items @ [np.cos(turn), np.sin(turn)]
    across = items @ [-np.sin(turn), np.cos(turn)]
    assert along.std() == pytest.approx(np.hypot(length / np.sqrt(12), sigma), rel=0.05)
    assert across.std() == pytest.approx(sigma, rel=0.05)
    # A uniform variable plus a normal one, times a normal one.
    ends = (np.array([-0.5, 0.5]) * length - along[:50, None]) / sigma
    exact = np.diff(ndtr(ends), axis=1)[:, 0] / length * norm.pdf(across[:50], 0, sigma)
    np.testing.assert_allclose(density_of(part).pdf(items[:50]), exact, rtol=1e-6)
    assert modes_of(part) is None


def test_scale_makes_the_other_published_ring() -> None:
    modes = modes_of(parts.Ring(radius=2, sigma=0.02, scale=1 / 1.414))
    assert modes is not None and modes.sigma == pytest.approx(0.02 / 1.414)
    assert np.allclose(np.linalg.norm(modes.centres, axis=1), 2 / 1.414)


@pytest.mark.parametrize("part", [parts.Ring(), parts.Grid()], ids=lambda p: p.kind)
def test_true_data_scores_what_theory_says(part) -> None:  # type: ignore[no-untyped-def]
    data = load_dataset(part, 0)
    assert data.modes is not None and data.modes.quality == pytest.approx(0.98889, abs=1e-5)
    whole, _ = good_share(data.items, data.modes)
    assert whole == pytest.approx(0.98889, abs=4 * 0.0021 / np.sqrt(len(data) / 2500))
    shares, captured = zip(*(good_share(data.items[i:i + 2500], data.modes)
                             for i in range(0, len(data), 2500)), strict=True)
    assert set(captured) == {len(data.modes.centres)}
    assert np.std(shares) == pytest.approx(0.0021, abs=0.0008)


def test_the_other_sets_with_modes_keep_their_floor() -> None:
    for part in (parts.Gaussian1D(), parts.TwoGaussians(separation=5), parts.Disjoint()):
        data = load_dataset(part, 0)
        assert data.modes is not None
        share, captured = good_share(data.items, data.modes)
        assert share == pytest.approx(data.modes.quality, abs=0.003)
        assert captured == len(data.modes.centres)
    coincident = modes_of(parts.TwoGaussians(separation=0))
    assert coincident is not None and len(coincident.centres) == 1
    assert modes_of(parts.Moons()) is None


def test_discs_that_touch_are_owned_up_to() -> None:
    assert load_dataset(small(parts.Disjoint()), 0).notes == ()
    (note,) = load_dataset(small(parts.Disjoint(blobs=20)), 0).notes
    assert "20 discs" in note and "0.156" in note


def test_a_million_points_are_drawn_in_pieces_and_can_be_given_up() -> None:
    seen = []
    data = load_dataset(parts.Moons(points=600_000), 0, progress=lambda *p: seen.append(p))
    assert len(data) == 600_000 and seen[-1] == (600_000, 600_000) and len(seen) >= 4
    with pytest.raises(Cancelled):
        load_dataset(parts.Moons(points=600_000), 0, cancelled=lambda: True)
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        load_dataset(parts.Moons(points=600_000), 0, cancelled=lambda: next(asked))


@pytest.mark.parametrize("part", TOYS, ids=lambda p: p.kind)
def test_a_thumbnail_is_of_the_real_thing(part) -> None:  # type: ignore[no-untyped-def]
    points = thumbnail_points(part, 200)
    assert points.shape == (200, density_of(part).dim)
    assert np.isfinite(density_of(part).log_pdf(points)).all()
    assert np.array_equal(points, thumbnail_points(part, 200))


def test_thumbnails_of_images() -> None:
    assert preset_thumbnail_images(9).shape == (9, 8, 8)
    with pytest.raises(DataError, match="images, not points"):
        thumbnail_points(parts.Digits(), 5)
    with pytest.raises(DataError, match="no known density"):
        density_of(parts.Digits())
