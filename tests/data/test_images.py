from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ganstudio.data.dataset import DataError
from ganstudio.data.images import Plan, choose_size, describe, fit_image, make_plan

DCGAN = tuple(range(8, 129, 4))


@pytest.mark.parametrize(("native", "allowed", "fit", "side"), [
    ((28, 28), DCGAN, "crop", 28), ((28, 28), None, "crop", 28),
    ((62, 48), (16, 32, 64), "crop", 32),
    ((48, 62), (16, 32, 64), "crop", 32), ((62, 48), (16, 32, 64), "pad", 64),
    ((1000, 500), None, "crop", 64), ((1000, 500), DCGAN, "crop", 64),
    ((65, 64), None, "pad", 64), ((500, 500), (96, 128), "crop", 96), ((5, 5), DCGAN, "crop", 8),
    ((30, 30), DCGAN, "crop", 28), ((200, 200), (64, 256), "crop", 64), ((1, 9), None, "crop", 1),
])
def test_the_native_size_is_kept_when_it_fits(native, allowed, fit, side) -> None:  # type: ignore[no-untyped-def]
    assert choose_size(native, allowed, fit) == side


@given(h=st.integers(1, 5000), w=st.integers(1, 5000),
       allowed=st.none() | st.lists(st.integers(1, 128), min_size=1).map(tuple))
def test_the_chosen_size_is_allowed_and_none_is_nearer(h, w, allowed) -> None:  # type: ignore[no-untyped-def]
    side = choose_size((h, w), allowed)
    sizes = allowed or range(1, 129)
    assert side in sizes
    wished = min(h, w, 64)
    assert all(abs(side - wished) <= abs(s - wished) for s in sizes)


def test_a_plan_takes_the_commonest_size_and_the_colour() -> None:
    sizes = Counter({(10, 10): 5, (20, 20): 2})
    assert make_plan(sizes, True, size=0, fit="crop") == Plan(10, 1, "crop")
    assert make_plan(sizes, False, size=16, fit="pad") == Plan(16, 3, "pad")
    assert make_plan(sizes, True, size=0, fit="crop", colour="rgb").channels == 3
    assert make_plan(sizes, False, size=0, fit="crop", colour="grey").channels == 1
    with pytest.raises(DataError, match="30 x 30; set the size to 28 or 32, or to 0"):
        make_plan(sizes, True, size=30, fit="crop", allowed=DCGAN)


@pytest.mark.parametrize(("native", "plan", "said"), [
    ((28, 28), Plan(28, 1, "crop"), ()),
    ((48, 62), Plan(32, 3, "crop"),
     ("62 x 48 images were cropped to 48 x 48, then shrunk to 32 x 32.",)),
    ((48, 62), Plan(48, 3, "crop"), ("62 x 48 images were cropped to 48 x 48.",)),
    ((48, 62), Plan(32, 3, "stretch"), ("62 x 48 images were stretched to 32 x 32.",)),
    ((48, 62), Plan(64, 3, "pad"), ("62 x 48 images were padded to 62 x 62 in the colour of their "
                                    "border, then enlarged to 64 x 64.",)),
    ((8, 8), Plan(16, 1, "stretch"), ("8 x 8 images were enlarged to 16 x 16.",)),
])
def test_what_was_done_is_said(native, plan, said) -> None:  # type: ignore[no-untyped-def]
    assert describe(Counter({native: 3}), plan) == said


def test_many_sizes_are_said_as_many() -> None:
    (note,) = describe(Counter({(9, 9): 3, (5, 7): 1}), Plan(8, 1, "crop"))
    assert note == "Images of 2 different sizes were cropped to squares, then resized to 8 x 8."


@given(w=st.integers(1, 40), h=st.integers(1, 40), side=st.integers(1, 20),
       mode=st.sampled_from(["L", "LA", "RGB", "RGBA"]), channels=st.sampled_from([1, 3]),
       fit=st.sampled_from(["crop", "pad", "stretch"]))
@settings(max_examples=120, deadline=None)
def test_every_image_fits_and_a_flat_one_stays_flat(w, h, side, mode, channels, fit) -> None:  # type: ignore[no-untyped-def]
    colour = {"L": 77, "LA": (77, 255), "RGB": (77, 77, 77), "RGBA": (77, 77, 77, 255)}[mode]
    pixels = fit_image(Image.new(mode, (w, h), colour), Plan(side, channels, fit))
    assert pixels.shape == (channels, side, side) and pixels.dtype == np.uint8
    assert (pixels == 77).all()


def test_an_image_of_the_right_size_is_left_alone() -> None:
    values = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    for fit in ("crop", "pad", "stretch"):
        pixels = fit_image(Image.fromarray(values), Plan(16, 3, fit))  # type: ignore[arg-type]
        assert np.array_equal(pixels, np.moveaxis(values, 2, 0))


def test_cropping_takes_the_middle_and_padding_keeps_all() -> None:
    values = np.zeros((8, 24), np.uint8)
    values[:, 8:16] = 200
    image = Image.fromarray(values)
    assert (fit_image(image, Plan(8, 1, "crop")) == 200).all()
    padded = fit_image(image, Plan(24, 1, "pad"))[0]
    assert np.array_equal(padded[8:16], values) and (padded[:8] == 0).all()
    assert (fit_image(image, Plan(8, 1, "stretch"))[0, :, 3:5] > 150).all()


def test_transparency_is_laid_on_white() -> None:
    image = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    assert (fit_image(image, Plan(8, 3, "crop")) == 255).all()
    half = Image.new("LA", (8, 8), (0, 128))
    assert (abs(fit_image(half, Plan(4, 1, "pad")).astype(int) - 127) <= 1).all()
