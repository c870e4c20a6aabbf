"""What is in the folder is valid, complete and the data that went in."""

import csv
import hashlib
import io
import json
import re
import threading
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio import recipe as recipes
from ganstudio.runs.gallery.data import GalleryData, GalleryError
from ganstudio.runs.gallery.write import write_gallery
from ganstudio.training.frames import SCALARS

from .made import images, points

COMMON = {"sheet.png", "latents.csv", "timelapse.gif", "timelapse.webp", "curves.csv", "curves.svg",
          "curves.png", "recipe.json", "gallery.json", "index.html"}


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def table(path: Path) -> tuple[list[str], np.ndarray]:
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    return rows[0], np.array(rows[1:], float).reshape(len(rows) - 1, len(rows[0]))


def frames_of(path: Path) -> int:
    with Image.open(path) as image:
        for frame in range(image.n_frames):
            image.seek(frame)
            image.load()
        return int(image.n_frames)


@pytest.mark.parametrize("colour", [False, True])
def test_images(tmp_path: Path, colour: bool) -> None:
    data = images(colour=colour)
    out = write_gallery(data, tmp_path / "g")
    assert names(out) == COMMON | {"real.png"} | {f"samples/{k:04d}.png" for k in range(1, 7)}
    for k, sample in enumerate(data.samples, 1):
        with Image.open(out / f"samples/{k:04d}.png") as image:
            np.testing.assert_array_equal(np.asarray(image), sample)
    assert frames_of(out / "timelapse.gif") == frames_of(out / "timelapse.webp") == 4
    header, rows = table(out / "latents.csv")
    assert header == ["sample", "z1", "z2", "z3", "z4"]
    np.testing.assert_array_equal(rows[:, 1:].astype(np.float32), data.latents)
    with Image.open(out / "curves.png") as image:
        assert image.size[0] == 1920
        image.load()
    assert ET.parse(out / "curves.svg").getroot().tag.endswith("svg")
    assert recipes.load(out / "recipe.json") == data.recipe


@pytest.mark.usefixtures("quick")
def test_sheet_holds_every_sample_with_gutters_between(tmp_path: Path) -> None:
    data = images(count=5)
    out = write_gallery(data, tmp_path / "g")
    with Image.open(out / "sheet.png") as image:
        page = np.asarray(image.convert("L"))
    zoom, gutter = 7, 4
    left = (page.shape[1] - (3 * 8 * zoom + 2 * gutter)) // 2
    for k, sample in enumerate(data.samples):
        row, column = divmod(k, 3)
        y, x = 28 + row * (8 * zoom + gutter), left + column * (8 * zoom + gutter)
        np.testing.assert_array_equal(page[y:y + 8 * zoom:zoom, x:x + 8 * zoom:zoom], sample)
        assert (page[y, x + 8 * zoom:x + 8 * zoom + gutter] == 255).all()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("dims", [1, 2])
def test_points_in_the_users_units(tmp_path: Path, dims: int) -> None:
    data = points(dims)
    out = write_gallery(data, tmp_path / "g")
    assert names(out) == COMMON | {"samples.csv"}
    header, rows = table(out / "samples.csv")
    assert header == ["sample", *["x", "y"][:dims], "z1", "z2", "z3"]
    assert data.offset is not None and data.scale is not None
    np.testing.assert_allclose(rows[:, 1:1 + dims], data.offset + data.scale * data.samples,
                               rtol=1e-6)
    np.testing.assert_array_equal(rows[:, 1 + dims:].astype(np.float32), data.latents)
    assert frames_of(out / "timelapse.gif") == frames_of(out / "timelapse.webp") == 3


def test_curves_csv_is_the_history_with_nan_and_inf(tmp_path: Path) -> None:
    data = images()
    values = data.values.copy()
    values[3, 0], values[4, 1], values[-1] = np.nan, np.inf, np.nan
    data = replace(data, values=values)
    out = write_gallery(data, tmp_path / "g")
    header, rows = table(out / "curves.csv")
    assert header == ["step", *SCALARS]
    np.testing.assert_array_equal(rows[:, 0], data.steps)
    np.testing.assert_array_equal(rows[:, 1:].astype(np.float32), values)
    assert not re.search(r"nan|inf\b", (out / "curves.svg").read_text(encoding="utf-8"))


def test_one_sample_no_history_nothing_else(tmp_path: Path) -> None:
    data = GalleryData(
        recipe=recipes.preset("digits"), name="x", step=0, epoch=0, seed=0, rows=1, columns=1,
        averaged=False, samples=np.zeros((1, 4, 4), np.uint8), latents=np.zeros((1, 2), np.float32))
    out = write_gallery(data, tmp_path / "g")
    assert names(out) == COMMON - {"timelapse.gif", "timelapse.webp"} | {"samples/0001.png"}
    assert table(out / "curves.csv")[1].shape == (0, 5)
    assert "No values were recorded" in (out / "curves.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("samples", [[[np.nan, 1]], [[1e30, -1e30]], [[0.0, 0.0]]])
def test_points_that_ran_away_or_stand_still(tmp_path: Path, samples: list[list[float]]) -> None:
    data = points(count=1, samples=np.array(samples, np.float32), real=None, extent=None,
                  timelapse=[(0, np.array(samples, np.float32))],
                  latents=np.zeros((1, 2), np.float32), d_surface=None)
    out = write_gallery(data, tmp_path / "g")
    assert frames_of(out / "timelapse.gif") == 1


def test_a_single_step_of_history(tmp_path: Path) -> None:
    data = images(frames=1)
    data = replace(data, steps=data.steps[:1], values=data.values[:1])
    out = write_gallery(data, tmp_path / "g")
    assert ET.parse(out / "curves.svg")


@pytest.mark.usefixtures("quick")
def test_frozen_arrays_are_fine(tmp_path: Path) -> None:
    data = images()
    for array in (data.samples, data.latents, data.values, data.steps, data.timelapse[0][1]):
        array.flags.writeable = False
    write_gallery(data, tmp_path / "g")


@pytest.mark.usefixtures("quick")
def test_manifest_names_every_file_with_its_hash(tmp_path: Path) -> None:
    data = images()
    out = write_gallery(data, tmp_path / "g")
    document = json.loads((out / "gallery.json").read_text(encoding="utf-8"))
    assert set(document["files"]) == names(out) - {"gallery.json"}
    for name, entry in document["files"].items():
        content = (out / name).read_bytes()
        assert entry == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert document["state_digest"] == "0123abcd"
    assert (document["step"], document["seed"], document["kind"]) == (1190, 5, "images")
    assert document["tweaks"][0]["step"] == 600


@pytest.mark.usefixtures("quick")
def test_the_same_data_makes_the_same_bytes(tmp_path: Path) -> None:
    data = images()
    a, b = write_gallery(data, tmp_path / "a"), write_gallery(data, tmp_path / "b")
    assert {n: (a / n).read_bytes() for n in names(a)} == {n: (b / n).read_bytes()
                                                           for n in names(b)}


@pytest.mark.usefixtures("quick")
def test_progress_only_grows_and_ends_at_the_total(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    write_gallery(images(), tmp_path / "g", lambda *row: told.append(row))
    done = [row[1] for row in told]
    assert done == sorted(done)
    assert len({row[2] for row in told}) == 1
    assert told[-1][0] == "Done" and told[-1][1] == told[-1][2]
    assert {"Writing samples", "Drawing the time-lapse", "Saving to disk"} <= {r[0] for r in told}


@pytest.mark.usefixtures("quick")
def test_runs_in_any_thread(tmp_path: Path) -> None:
    thread = threading.Thread(target=write_gallery, args=(images(frames=1), tmp_path / "g"))
    thread.start()
    thread.join()
    assert (tmp_path / "g" / "index.html").exists()


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="latents"):
        images(latents=np.zeros((1, 2), np.float32))
    with pytest.raises(ValueError, match="neither"):
        images(samples=np.zeros((6, 8, 8), np.float32))
    with pytest.raises(ValueError, match="scalars"):
        images(steps=np.zeros(3, np.int64))


def test_a_foreign_folder_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(GalleryError, match="not empty and is no gallery") as caught:
        write_gallery(images(), tmp_path)
    assert "\n" not in str(caught.value)
    assert names(tmp_path) == {"holiday.jpg"}


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "other", "files": {}}', "\xff",
                                  '{"format": "ganstudio-gallery"}', '{"format": 1, "files": 2}'])
def test_a_false_marker_does_not_open_the_folder(tmp_path: Path, text: str) -> None:
    (tmp_path / "gallery.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(GalleryError, match="is no gallery"):
        write_gallery(images(), tmp_path)


@pytest.mark.usefixtures("quick")
def test_an_older_gallery_is_replaced_but_not_what_was_added(tmp_path: Path) -> None:
    out = write_gallery(images(), tmp_path / "g")
    (out / ".DS_Store").write_bytes(b"")
    write_gallery(points(frames=0), out)
    assert not (out / "samples").exists() and (out / "samples.csv").exists()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(GalleryError, match=r"also notes\.txt"):
        write_gallery(images(), out)
    assert (out / "samples.csv").exists() and (out / "notes.txt").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["g"]


@pytest.mark.usefixtures("quick")
def test_gif_keeps_greys_exact_and_steps_apart(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(0, 256, 16, dtype=np.uint8), (16, 1))
    out = write_gallery(images(timelapse=[(0, ramp), (10, ramp)]), tmp_path / "g")
    with Image.open(out / "timelapse.gif") as image:
        assert image.n_frames == 2  # the picture is the same, the written step is not
        shown = np.asarray(image.convert("L"))
    zoom = 512 // 16
    difference = shown[:8 * zoom:zoom, :8 * zoom:zoom].astype(int) - ramp[:8, :8]
    assert np.abs(difference).max() <= 2


@pytest.mark.usefixtures("quick")
def test_webp_is_exact_for_small_pictures(tmp_path: Path) -> None:
    data = images(frames=1)
    out = write_gallery(data, tmp_path / "g")
    with Image.open(io.BytesIO((out / "timelapse.webp").read_bytes())) as image:
        shown = np.asarray(image.convert("L"))
    frame = data.timelapse[0][1]
    zoom = 512 // 24
    gutter = 8 * zoom // 16
    second = slice(8 * zoom + gutter, 16 * zoom + gutter, zoom)
    np.testing.assert_array_equal(shown[second, second], frame[8:, 8:16])
