import gzip
import struct

import numpy as np
import pytest
from PIL import Image

from ganstudio.runs.script.plan import ScriptError
from tests import tiny

TOYS = [
    {"kind": "gaussian-1d", "mean": -1.5}, {"kind": "two-gaussians"}, {"kind": "grid", "side": 4},
    {"kind": "ring", "modes": 5, "radius": 1.7, "scale": 0.3}, {"kind": "moons"},
    {"kind": "spiral", "arms": 3, "turns": 1.5}, {"kind": "swiss-roll"},
    {"kind": "checkerboard", "side": 5}, {"kind": "disjoint", "scale": 0.7},
    {"kind": "line", "angle": -75, "length": 2.3},
    {"kind": "drawn", "strokes": [[0.1 * i, -0.05 * i] for i in range(40)]},
]


def same_data(told, part, **more):
    made = told(tiny.recipe(data={"kind": part["kind"], **part}, **more))
    variables = made.matches(2)
    got = variables["data"].numpy()
    assert got.dtype == made.trainer.dataset.items.dtype
    np.testing.assert_array_equal(got, made.trainer.dataset.items)


@pytest.mark.parametrize("part", TOYS, ids=lambda part: part["kind"])
def test_the_same_points(told, part):
    same_data(told, {"points": 500, **part}, seed=7)


def test_more_points_than_are_drawn_at_once(told):
    same_data(told, {"kind": "ring", "points": 2**18 + 5})


@pytest.mark.parametrize(("name", "text"), [
    ("a.csv", "x,y\n1,2\n3.5,-4\n2,8\n"), ("b.csv", "# made by hand\n1 2\n\n3 4\n5 5\n"),
    ("c.csv", "x;y\n1,5;2\n3,25;4\n0;1\n"), ("d.tsv", "1\t2\n3\t4\n9\t1\n"),
    ("e.csv", "height\n1\n2\n5\n"), ("f.csv", "1,2\n1,3\n1,5\n")])
@pytest.mark.parametrize("standardise", [True, False])
def test_a_table_is_read_the_same(told, tmp_path, name, text, standardise):
    (tmp_path / name).write_text(text)
    same_data(told, {"kind": "points", "path": str(tmp_path / name), "standardise": standardise})


@pytest.mark.parametrize("name", ["a.npy", "b.npz"])
def test_an_array_of_points(told, tmp_path, name):
    points = np.random.default_rng(0).normal(3, 2, (50, 2)).astype(np.float32)
    if name == "a.npy":
        np.save(tmp_path / name, points)
    else:
        np.savez(tmp_path / name, points=points)
    same_data(told, {"kind": "points", "path": str(tmp_path / name)})


def test_a_table_in_another_encoding_is_refused(told, tmp_path):
    (tmp_path / "x.csv").write_bytes("1,2\n3,4\n".encode("utf-16"))
    with pytest.raises(ScriptError, match="UTF-8"):
        same_data(told, {"kind": "points", "path": str(tmp_path / "x.csv")})


IMAGE_NETS = {"generator": tiny.mlp(depth=1, width=8), "discriminator": tiny.mlp(depth=1, width=8)}


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_a_folder_of_images(told, tmp_path, fit):
    rng = np.random.default_rng(1)
    for i, (mode, size) in enumerate([("RGB", (20, 14)), ("L", (9, 12)), ("RGBA", (8, 8)),
                                      ("LA", (40, 30)), ("P", (10, 10)), ("RGB", (64, 48))]):
        pixels = rng.integers(0, 256, (size[1], size[0], 4), np.uint8)
        image = Image.fromarray(pixels, "RGBA").convert(mode)
        image.save(tmp_path / f"img{i * 7}.{'jpg' if i == 5 else 'png'}")
    same_data(told, {"kind": "images", "path": str(tmp_path), "size": 8, "fit": fit}, **IMAGE_NETS)


@pytest.mark.parametrize("packed", [False, True])
def test_an_idx_file(told, tmp_path, packed):
    pixels = np.random.default_rng(2).integers(0, 256, (30, 8, 8), np.uint8)
    raw = struct.pack(">4B3I", 0, 0, 8, 3, *pixels.shape) + pixels.tobytes()
    path = tmp_path / f"train-images-idx3-ubyte{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(raw) if packed else raw)
    same_data(told, {"kind": "images", "path": str(tmp_path if packed else path), "limit": 20},
              **IMAGE_NETS)


@pytest.mark.parametrize("shape", [(9, 8, 8), (9, 8, 8, 1), (9, 3, 8, 8), (9, 12, 10, 3)])
def test_an_array_of_images(told, tmp_path, shape):
    np.save(tmp_path / "a.npy", np.random.default_rng(3).integers(0, 256, shape, np.uint8))
    same_data(told, {"kind": "images", "path": str(tmp_path / "a.npy"), "size": 8}, **IMAGE_NETS)


def test_digits_enlarged(told):
    same_data(told, {"kind": "digits", "size": 12}, **IMAGE_NETS)
