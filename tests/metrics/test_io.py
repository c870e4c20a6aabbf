import json
import pickle

import numpy as np
import pytest
from PIL import Image

from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.images import from_array, matched
from ganstudio.metrics.io import load, load_modes

from .shapes import normal


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def png(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(array, dtype=np.uint8)).save(path)


def test_npy_npz_and_csv_hold_the_same_points(tmp_path):
    x = normal(7, 2, 0)
    np.save(tmp_path / "a.npy", x)
    np.savez(tmp_path / "b.npz", samples=x, other=np.zeros(3))
    np.savez(tmp_path / "c.npz", whatever=x)
    np.savetxt(tmp_path / "d.csv", x, delimiter=",", header="x,y", comments="")
    np.savetxt(tmp_path / "e.csv", x, delimiter=";")
    np.savetxt(tmp_path / "f.csv", x)
    for name in ("a.npy", "b.npz", "c.npz", "d.csv", "e.csv", "f.csv"):
        assert load(tmp_path / name).points == pytest.approx(x), name


def test_a_flat_array_is_points_on_the_line(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(5))
    assert load(tmp_path / "a.npy").points.shape == (5, 1)
    column = load(write(tmp_path / "b.csv", "\ufeffx\n1\n2\n\n3\n"))
    assert column.points.tolist() == [[1], [2], [3]]


def test_image_arrays_in_every_layout_and_range():
    grey = np.random.default_rng(0).integers(0, 256, (4, 5, 6), dtype=np.uint8)
    unit = from_array(grey, "x")
    assert unit.shape == (4, 1, 5, 6)
    assert (unit.min(), unit.max()) >= (-1, 0.9)
    for other in (grey[:, None], grey[..., None], grey / 255, grey / 127.5 - 1, grey.astype(float)):
        assert from_array(other, "x") == pytest.approx(unit, abs=1e-6)
    colour = np.stack([grey] * 3, axis=-1)
    assert from_array(colour, "x").shape == (4, 3, 5, 6)
    assert from_array(grey > 100, "x").tolist() == np.where(grey > 100, 1, -1)[:, None].tolist()
    a, b = matched(unit, from_array(colour, "x"))
    assert a.shape == b.shape and (a == b).all()


def test_a_folder_of_images_in_order_of_name_with_labels(tmp_path):
    for i, label in enumerate(("cats", "dogs", "cats")):
        png(tmp_path / label / f"{i}.png", np.full((3, 4), 100 * i))
    write(tmp_path / "notes.txt", "not an image")
    png(tmp_path / ".thumbs" / "x.png", np.zeros((9, 9)))
    found = load(tmp_path)
    assert found.labels == ["cats", "cats", "dogs"]
    assert found.images.shape == (3, 1, 3, 4)
    assert found.images[:, 0, 0, 0] == pytest.approx(np.array([0, 200, 100]) / 127.5 - 1)


def test_grey_and_colour_images_mix(tmp_path):
    png(tmp_path / "a.png", np.full((2, 2), 255))
    png(tmp_path / "b.png", np.tile(np.array([255, 0, 0], dtype=np.uint8), (2, 2, 1)))
    Image.new("I;16", (2, 2), 65535).save(tmp_path / "c.png")
    Image.new("RGBA", (2, 2), (0, 255, 0, 255)).save(tmp_path / "d.png")
    found = load(tmp_path)
    assert found.labels is None
    assert found.images[:, :, 0, 0] == pytest.approx(
        np.array([[1, 1, 1], [1, -1, -1], [1, 1, 1], [-1, 1, -1]]))


def test_labels_in_an_npz(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.zeros((3, 4, 4), np.uint8), labels=np.array([1, 0, 1]))
    assert load(tmp_path / "a.npz").labels == ["1", "0", "1"]
    np.savez(tmp_path / "b.npz", images=np.zeros((3, 4, 4), np.uint8), labels=np.array([1, 0]))
    with pytest.raises(MetricsError, match="labels of shape"):
        load(tmp_path / "b.npz")


def test_nothing_is_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("it was unpickled",))

    np.save(tmp_path / "a.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    (tmp_path / "b.npy").write_bytes(pickle.dumps(Trap()))
    np.savez(tmp_path / "c.npz", x=np.array([Trap()], dtype=object), allow_pickle=True)
    for name in ("a.npy", "b.npy", "c.npz"):
        with pytest.raises(MetricsError, match="never loaded"):
            load(tmp_path / name)


@pytest.mark.parametrize(("name", "text", "message"), [
    ("a.csv", "", "empty"),
    ("a.csv", "x,y\n", "no rows"),
    ("a.csv", "1,2\n3\n", "line 2, has 1 columns where line 1 has 2"),
    ("a.csv", "1,2\n3,four\n", "line 2, column 2, is 'four'"),
    ("a.csv", "1,2\n3,\n", "line 2, column 2, is ''"),
    ("a.csv", "1,2\nnan,3\n", "NaN or infinite values in 1 of its 2 rows, the first of them row 2"),
    ("a.npy", "hello", "cannot be read"),
    ("a.npz", "PK\x03\x04 broken", "cannot be read"),
    ("a.doc", "1,2", "no .npy, .npz or .csv"),
])
def test_files_at_fault(tmp_path, name, text, message):
    with pytest.raises(MetricsError, match=message):
        load(write(tmp_path / name, text), "FAKE")


def test_arrays_at_fault(tmp_path):
    def saved(array):
        np.save(tmp_path / "a.npy", array)
        return tmp_path / "a.npy"

    for array, message in [
        (np.array(["a"]), "type <U1"), (np.zeros((2, 2), complex), "type complex"),
        (np.zeros((2, 5, 4, 4)), "with 1 or 3 channels"), (np.zeros((2,) * 5), "height by width"),
        (np.full((2, 4, 4), -3.0), "from -3 to"), (np.full((2, 4, 4), np.inf), "NaN or infinite"),
        (np.zeros((0, 2)), "0 points"),
    ]:
        with pytest.raises(MetricsError, match=message):
            load(saved(array))
    np.savez(tmp_path / "b.npz", p=np.zeros(3), q=np.zeros(3))
    with pytest.raises(MetricsError, match="holds p, q; one array named 'samples'"):
        load(tmp_path / "b.npz")


def test_damaged_and_missing_files(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", x=normal(500, 2, 0))
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[:3000] + b"\0" * 500 + whole[3500:])
    np.save(tmp_path / "b.npy", normal(500, 2, 0))
    (tmp_path / "b.npy").write_bytes((tmp_path / "b.npy").read_bytes()[:-100])
    for name, message in [("a.npz", "cannot be read"), ("b.npy", "cannot be read"),
                          ("none.npy", "does not exist")]:
        with pytest.raises(MetricsError, match=message):
            load(tmp_path / name)


def test_folders_at_fault(tmp_path):
    with pytest.raises(MetricsError, match="holds no images"):
        load(tmp_path)
    png(tmp_path / "a.png", np.zeros((4, 4)))
    png(tmp_path / "b.png", np.zeros((4, 5)))
    with pytest.raises(MetricsError, match=r"b.png is 5 by 4 pixels where a.png is 4 by 4"):
        load(tmp_path)
    write(tmp_path / "b.png", "no image")
    with pytest.raises(MetricsError, match="cannot be read as an image"):
        load(tmp_path)
    with pytest.raises(MetricsError, match="REAL's images are 4 by 3 pixels and FAKE's 4 by 4"):
        matched(np.zeros((1, 1, 3, 4), np.float32), np.zeros((1, 1, 4, 4), np.float32))


def test_modes_from_json_and_csv(tmp_path):
    held = {"centres": [[0, 1], [2, 3]], "sigma": 0.5}
    a = load_modes(write(tmp_path / "a.json", json.dumps(held)))
    b = load_modes(write(tmp_path / "b.csv", "x,y,sigma\n0,1,0.5\n2,3,0.5\n"))
    for modes in (a, b):
        assert modes.centres.tolist() == [[0, 1], [2, 3]]
        assert modes.sigma.tolist() == [0.5, 0.5]
        assert modes.weights.tolist() == [0.5, 0.5]
    held["weights"] = [3, 1]
    weighted = load_modes(write(tmp_path / "a.json", json.dumps(held)))
    assert weighted.weights.tolist() == [0.75, 0.25]


@pytest.mark.parametrize(("name", "text", "message"), [
    ("a.json", "{", "is not JSON"),
    ("a.json", "[1]", "must hold"),
    ("a.json", '{"centres": [[0, 0]]}', "must hold"),
    ("a.json", '{"centres": [[0, 0], [1]], "sigma": 1}', "numbers only"),
    ("a.json", '{"centres": [[0, 0]], "sigma": "x"}', "not a number"),
    ("a.json", '{"centres": [[0, 0]], "sigma": -1}', "above 0"),
    ("a.csv", "1\n2\n", "one column"),
])
def test_modes_at_fault(tmp_path, name, text, message):
    with pytest.raises(MetricsError, match=message):
        load_modes(write(tmp_path / name, text))
    with pytest.raises(MetricsError, match="does not exist"):
        load_modes(tmp_path / "none.json")
