import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ganstudio.data.dataset import DataError
from ganstudio.data.identify import identify
from ganstudio.recipe.data import Images, PointsFile

IDX = struct.pack(">4B3I", 0, 0, 8, 3, 2, 2, 2) + bytes(8)


def test_points(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "noext").write_text("1\n2\n")
    np.save(tmp_path / "a.npy", np.zeros(5))
    np.savez(tmp_path / "a.npz", x=np.zeros((5, 2)), y=np.zeros(5))
    for name in ("a.csv", "noext", "a.npy", "a.npz"):
        assert identify(tmp_path / name) == PointsFile(path=str(tmp_path / name))


def test_images(tmp_path: Path) -> None:
    (tmp_path / "a-idx3-ubyte").write_bytes(IDX)
    (tmp_path / "b.gz").write_bytes(gzip.compress(IDX))
    np.save(tmp_path / "a.npy", np.zeros((5, 8, 8)))
    np.savez(tmp_path / "a.npz", images=np.zeros((5, 8, 8, 3)), labels=np.zeros(5, int))
    for name in ("a-idx3-ubyte", "b.gz", "a.npy", "a.npz"):
        assert identify(tmp_path / name) == Images(path=str(tmp_path / name))
    # A folder with an IDX file in it, and one with images further down.
    assert identify(tmp_path) == Images(path=str(tmp_path))
    (tmp_path / "set" / "deep").mkdir(parents=True)
    Image.new("L", (8, 8)).save(tmp_path / "set" / "deep" / "a.png")
    assert identify(tmp_path / "set") == Images(path=str(tmp_path / "set"))


def test_what_cannot_be_used_is_named_with_what_can(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "empty").mkdir()
    (tmp_path / "e.csv").write_bytes(b"")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "b.csv").write_text("1,2,3\n")
    (tmp_path / "c.csv").write_text("1,2\n3,x\n")
    (tmp_path / "l").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 3) + bytes(3))
    np.save(tmp_path / "a.npy", np.zeros((5, 9)))
    np.save(tmp_path / "b.npy", np.zeros((5, 9, 9, 9)))
    for name, said in {
        "a.png": "single image; give the folder", "empty": "no images and no IDX", "e.csv": "empty",
        "a.pdf": "not data that can be trained on; give a table of points", "b.csv": "3 columns",
        "c.csv": "line 2, column 2", "a.npy": "9 columns", "b.npy": "channels", "l": "labels",
        "gone": "does not exist",
    }.items():
        with pytest.raises(DataError) as caught:
            identify(tmp_path / name)
        assert said in str(caught.value) and "\n" not in str(caught.value)


@given(junk=st.binary(max_size=80), name=st.sampled_from(["a", "a.csv", "a.npy", "a.npz", "a.gz"]),
       head=st.sampled_from([b"", b"PK\x03\x04", b"\x93NUMPY", b"\x1f\x8b\x08", b"\0\0\x08\x03"]))
@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_junk_is_a_sentence(junk: bytes, name: str, head: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(head + junk)
    try:
        part = identify(tmp_path / name)
    except DataError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(part, PointsFile | Images)
