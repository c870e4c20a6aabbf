from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganstudio.data import points_file, table
from ganstudio.data.catalogue import load_dataset, thumbnail_points
from ganstudio.data.dataset import Cancelled, DataError, Monitor
from ganstudio.data.points_file import read_points, standardise, to_training_units, to_user_units
from ganstudio.recipe.data import PointsFile

shared = settings(max_examples=60, deadline=None,
                  suppress_health_check=[HealthCheck.function_scoped_fixture])
tables = st.integers(1, 2).flatmap(lambda d: arrays(
    np.float64, st.tuples(st.integers(2, 30), st.just(d)),
    elements=st.floats(-1e99, 1e99, allow_nan=False)))


def write(tmp_path: Path, text: str | bytes, name: str = "p.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(path: Path) -> np.ndarray:
    return read_points(path, Monitor())[0]


@given(values=tables, mark=st.sampled_from([",", ";", "\t", " ", " , "]),
       header=st.sampled_from(["", "x\n", "# made by hand\n\n"]),
       end=st.sampled_from(["\n", "\r\n"]))
@shared
def test_what_was_written_is_read(values, mark, header, end, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    text = header + "".join(mark.join(map(repr, map(float, row))) + end for row in values)
    assert np.array_equal(read(write(tmp_path, text)), values)


@given(values=tables)
@shared
def test_units_go_there_and_back(values: np.ndarray) -> None:
    offset, scale, _ = standardise(values)
    there = to_training_units(values, offset, scale)
    assert np.isfinite(there).all()
    size = np.abs(values).max(axis=0)
    assert (np.abs(to_user_units(there, offset, scale) - values) <= 1e-9 * size + 1e-300).all()


@given(junk=st.one_of(st.text(max_size=60), st.binary(max_size=60),
                      st.text("0123456789.,;-e \t\n\"#", max_size=60)))
@settings(parent=shared, max_examples=250)
def test_junk_is_numbers_or_one_sentence(junk, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = write(tmp_path, junk.encode("utf-8", "surrogatepass") if isinstance(junk, str) else junk)
    try:
        values = read(path)
    except DataError as error:
        assert "\n" not in str(error) and "p.csv" in str(error)
    else:
        assert values.shape[0] >= 2 and values.shape[1] in (1, 2) and np.isfinite(values).all()


@pytest.mark.parametrize(("text", "said"), [
    ("1,2\n3,x\n", "p.csv, line 2, column 2: 'x' is no number"),
    ("a,b\n1,2\n\n3,4,5\n", "p.csv, line 4: 3 columns, but the lines before it have 2"),
    ("1,2\n3,\n", "line 2, column 2: the cell is empty"),
    ("x,y\n1,2\n3,nan\n", "line 3, column 2: 'nan' is not a finite number"),
    ("1\n-inf\n", "line 2, column 1: '-inf' is not a finite number"),
    ("1e999\n2\n", "line 1, column 1: '1e999' is not a finite number"),
    ("2\n1_000\n", "line 2, column 1: '1_000' is no number"),
    ("", "empty"), ("\n\n  \n", "empty"), ("x,y\n", "empty"), ("1,2\n", "at least two"),
    ("1,2,3\n4,5,6\n", "has 3 columns; points with one or two"),
    ("1e200\n2\n", "beyond 1e"),
    (b"\x00\x01\x02\x03", "binary"),
    ("1" * 70_000, "65,536 characters"),
    ("x,y\na,b\n", "line 2, column 1: 'a' is no number"),
])
def test_bad_tables_are_refused_by_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        read(write(tmp_path, text))
    assert said in str(caught.value)


@pytest.mark.parametrize("text", [
    "1,5;2,25\n3;4\n", "a;b\r\n1,5;2,25\r\n3;4\r\n", '"1.5";"2.25"\n3;4\n', "1,5\t2,25\n3\t4",
    "\ufeff1.5,2.25\n3,4\n", "größe höhe\n1.5 2.25\n3   4\n",
])
def test_the_ways_that_people_write_tables(tmp_path: Path, text: str) -> None:
    expected = [[1.5, 2.25], [3, 4]]
    assert np.array_equal(read(write(tmp_path, text)), expected)
    assert np.array_equal(read(write(tmp_path, text.lstrip("\ufeff").encode("utf-16"))), expected)
    assert np.array_equal(read(write(tmp_path, text.encode("latin-1", "ignore"))), expected)


def test_decimal_commas_are_owned_up_to(tmp_path: Path) -> None:
    data = load_dataset(PointsFile(path=str(write(tmp_path, "1,5;2\n3;4\n"))), 0)
    assert data.notes == ("p.csv was read with decimal commas.",)


def test_points_are_standardised_and_the_way_back_is_kept(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal([100, -5], [20, 0.1], (500, 2))
    np.savetxt(tmp_path / "p.csv", values, delimiter=",", header="a,b")
    data = load_dataset(PointsFile(path=str(tmp_path / "p.csv")), 0)
    assert data.items.dtype == np.float32 and data.name == "p.csv" and data.density is None
    assert np.allclose(data.items.mean(axis=0), 0, atol=1e-6)
    assert np.allclose(data.items.std(axis=0), 1, atol=1e-6)
    assert np.allclose(to_user_units(data.items, data.offset, data.scale), values, rtol=1e-5)
    plain = load_dataset(PointsFile(path=str(tmp_path / "p.csv"), standardise=False), 0)
    assert np.allclose(plain.items, values) and plain.scale.tolist() == [1, 1]
    assert np.allclose(thumbnail_points(PointsFile(path=str(tmp_path / "p.csv")), 500), data.items,
                       atol=1e-5)
    assert thumbnail_points(PointsFile(path=str(tmp_path / "p.csv")), 50).shape == (50, 2)


def test_a_constant_column_is_shifted_not_scaled(tmp_path: Path) -> None:
    path = write(tmp_path, "0.1,1\n0.1,2\n0.1,3\n")
    data = load_dataset(PointsFile(path=str(path)), 0)
    assert np.array_equal(data.items[:, 0], [0, 0, 0]) and data.scale[0] == 1
    assert data.notes == ("Column 1 is 0.1 in every row, so it was shifted but not scaled.",)


def test_numbers_too_large_for_float32_need_standardising(tmp_path: Path) -> None:
    path = write(tmp_path, "1e50\n2e50\n")
    assert np.allclose(load_dataset(PointsFile(path=str(path)), 0).items[:, 0], [-1, 1])
    with pytest.raises(DataError, match="Standardise"):
        load_dataset(PointsFile(path=str(path), standardise=False), 0)


@pytest.mark.parametrize("dtype", ["f4", ">f8", "f2", "i2", "u8", "g", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_of_any_numbers(tmp_path: Path, dtype: str, order: str) -> None:
    values = np.asarray([[0, 1], [1, 1], [1, 0]], dtype=dtype, order=order)
    np.save(tmp_path / "p.npy", values)
    assert np.array_equal(read(tmp_path / "p.npy"), values.astype(float))


def test_npz_by_being_alone_or_by_name(tmp_path: Path) -> None:
    line, plane = np.arange(3.0), np.arange(6.0).reshape(3, 2)
    np.savez_compressed(tmp_path / "one.npz", anything=line)
    assert np.array_equal(read(tmp_path / "one.npz"), line[:, None])
    np.savez(tmp_path / "two.npz", other=line, points=plane)
    assert np.array_equal(read(tmp_path / "two.npz"), plane)
    np.savez(tmp_path / "lost.npz", a=line, b=plane)
    with pytest.raises(DataError, match=r"holds 2 arrays \(a, b\); name the one to use x, points"):
        read(tmp_path / "lost.npz")


@pytest.mark.parametrize(("array", "said"), [
    (np.zeros((4, 3)), "3 columns"), (np.zeros((4, 2, 2)), "has the shape"),
    (np.array([1.0, np.nan]), "row 1 (counted from 0), column 1: nan"),
    (np.array(["a", "b"]), "values of type <U1"), (np.zeros(3, complex), "complex"),
    (np.zeros((0, 2)), "0 points"), (np.array(3.0), "has the shape ()"),
])
def test_bad_arrays_are_refused(tmp_path: Path, array: np.ndarray, said: str) -> None:
    np.save(tmp_path / "p.npy", array)
    with pytest.raises(DataError) as caught:
        read(tmp_path / "p.npy")
    assert said in str(caught.value)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self):  # type: ignore[no-untyped-def]
            return (Path.touch, (tmp_path / "sprung",))

    np.save(tmp_path / "p.npy", np.array([Trap(), 1], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "p.npz", x=np.array([Trap(), 1], dtype=object))
    for name in ("p.npy", "p.npz"):
        with pytest.raises(DataError, match="Python objects"):
            read(tmp_path / name)
    assert not (tmp_path / "sprung").exists()


@given(data=st.data())
@settings(parent=shared, max_examples=200)
def test_damaged_arrays_never_get_past(data, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    name = data.draw(st.sampled_from(["p.npy", "p.npz"]))
    good = np.arange(20.0).reshape(10, 2)
    if name == "p.npy":
        np.save(tmp_path / name, good)
    else:
        np.savez_compressed(tmp_path / name, x=good)
    raw = bytearray((tmp_path / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(raw[:data.draw(st.integers(0, len(raw)))])
    try:
        values = read(tmp_path / name)
    except DataError as error:
        assert "\n" not in str(error)
    else:
        assert np.isfinite(values).all()


def test_a_header_that_promises_more_than_there_is(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.zeros((4, 2)))
    raw = (tmp_path / "p.npy").read_bytes()
    (tmp_path / "p.npy").write_bytes(raw.replace(b"(4, 2), }" + b" " * 9, b"(4999999999, 2), }"))
    with pytest.raises(DataError, match="ends before the data that its header"):
        read(tmp_path / "p.npy")


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "1\n2\n3\n")
    np.save(tmp_path / "p.npy", np.arange(3.0))
    monkeypatch.setattr(table, "MAX_ROWS", 2)
    monkeypatch.setattr(points_file, "MAX_ROWS", 2)
    for bad in (path, tmp_path / "p.npy"):
        with pytest.raises(DataError, match="rows"):
            read(bad)
    monkeypatch.setattr(table, "MAX_TABLE_BYTES", 2)
    with pytest.raises(DataError, match="GB"):
        read(path)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read(tmp_path / "no.csv")
    with pytest.raises(DataError, match="does not exist"):
        read(tmp_path / "no.npy")
    with pytest.raises(DataError, match="is a folder"):
        read(tmp_path)


def test_a_long_table_reports_and_can_be_given_up(tmp_path: Path) -> None:
    path = write(tmp_path, "0.5,1\n0.25,3\n" * 25_000)
    seen = []
    data = load_dataset(PointsFile(path=str(path)), 0, progress=lambda *p: seen.append(p))
    assert len(data) == 50_000 and len(seen) >= 4
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        load_dataset(PointsFile(path=str(path)), 0, cancelled=lambda: next(asked))
