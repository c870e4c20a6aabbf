import subprocess
import sys

import numpy as np
import pytest

from ganstudio.data.dataset import Cancelled, Dataset, Monitor, view_of


def test_an_outlier_does_not_shrink_the_rest() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(10_000, 2))
    points[0] = (1e6, 0)
    x0, x1, y0, y1 = view_of(points)
    assert -10 < x0 < -3 and 3 < x1 < 10 and -10 < y0 < -3 and 3 < y1 < 10


def test_a_short_range_is_shown_whole_with_a_margin() -> None:
    points = np.array([[0.0, 0.0], [1.0, 1.0]])
    assert view_of(points) == pytest.approx((-0.1, 1.1, -0.1, 1.1), abs=2e-3)


def test_columns_of_unlike_size_keep_their_own_range() -> None:
    points = np.random.default_rng(0).uniform(size=(500, 2)) * [1, 1000]
    x0, x1, y0, y1 = view_of(points)
    assert x1 - x0 < 2 and y1 - y0 > 1000


def test_like_columns_are_shown_undistorted() -> None:
    points = np.random.default_rng(0).uniform(size=(500, 2)) * [1, 2]
    x0, x1, y0, y1 = view_of(points)
    assert x1 - x0 == pytest.approx(y1 - y0)


@pytest.mark.parametrize("points", [np.full((5, 1), 3.0), np.zeros((4, 2))])
def test_points_in_one_place_have_a_view_too(points: np.ndarray) -> None:
    x0, x1, y0, y1 = view_of(points)
    assert x0 < points[0, 0] < x1 and y0 < y1


def test_an_image_set_knows_that_it_is_one() -> None:
    data = Dataset("x", np.zeros((4, 3, 8, 8), np.uint8))
    assert data.is_image and data.shape == (3, 8, 8) and len(data) == 4
    assert data.extent == (0, 1, 0, 1)


def test_a_monitor_passes_on_and_stops() -> None:
    seen = []
    Monitor(lambda done, total: seen.append((done, total))).report(7, 5)
    assert seen == [(5, 5)]
    Monitor().report(1, 2)
    with pytest.raises(Cancelled):
        Monitor(cancelled=lambda: True).report(0, 1)


def test_importing_the_data_layer_brings_nothing_heavy() -> None:
    code = ("import sys, ganstudio.data.catalogue, ganstudio.data.identify;"
            "from ganstudio.recipe.data import Ring;"
            "ganstudio.data.catalogue.thumbnail_points(Ring(), 9);"
            "ganstudio.data.catalogue.preset_thumbnail_images(4);"
            "heavy = 'torch', 'scipy', 'sklearn', 'PIL', 'PySide6';"
            "print([m for m in heavy if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
