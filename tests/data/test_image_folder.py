import io
import os
import struct
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ganstudio.data import image_file
from ganstudio.data.catalogue import load_dataset
from ganstudio.data.dataset import Cancelled, DataError
from ganstudio.data.image_folder import list_images, natural_key
from ganstudio.recipe.data import Images


def grey(seed: int, size: tuple[int, int] = (12, 12)) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, size[::-1], dtype=np.uint8))


def load(folder: Path, tmp_path: Path, **more):  # type: ignore[no-untyped-def]
    return load_dataset(Images(path=str(folder), **more), 0, cache_dir=tmp_path / "cache")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "set").mkdir()
    return tmp_path / "set"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width: int, height: int) -> bytes:
    head = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
            + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))


def test_images_come_in_natural_order_from_all_depths(folder: Path, tmp_path: Path) -> None:
    (folder / "b" / "deep").mkdir(parents=True)
    names = ["a2.png", "a10.PNG", "b/1.png", "b/deep/3.png", "b/02.png"]
    for i, name in enumerate(names):
        grey(i).save(folder / name)
    (folder / ".hidden.png").write_bytes(b"x")
    (folder / "notes.txt").write_text("not an image")
    (folder / "dir.png").mkdir()
    listed = [f.name for f in list_images(folder)]
    assert listed == ["a2.png", "a10.PNG", "b/1.png", "b/02.png", "b/deep/3.png"]
    data = load(folder, tmp_path)
    assert data.items.shape == (5, 1, 12, 12) and data.skipped == () and data.notes == ()
    for item, name in zip(data.items, listed, strict=True):
        assert np.array_equal(item[0], np.asarray(grey(names.index(name))))
    assert len(load(folder, tmp_path, limit=3)) == 3


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    sorted(names, key=natural_key)


def test_every_kind_of_file_is_read(folder: Path, tmp_path: Path) -> None:
    colour = Image.merge("RGB", [grey(i, (16, 16)) for i in range(3)])
    for suffix in ("png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"):
        colour.save(folder / f"a.{suffix}")
    data = load(folder, tmp_path)
    assert data.items.shape == (8, 3, 16, 16) and data.skipped == ()
    assert np.array_equal(data.items[list_names(folder).index("a.png")],
                          np.moveaxis(np.asarray(colour), 2, 0))


def list_names(folder: Path) -> list[str]:
    return [f.name for f in list_images(folder)]


def test_every_mode_is_read(folder: Path, tmp_path: Path) -> None:
    for i, mode in enumerate(["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I"]):
        image = Image.new("RGB", (8, 8), (255, 255, 255))
        if mode in ("I;16", "I"):
            image = Image.fromarray(np.full((8, 8), 65535, np.uint16))
        image = image if image.mode == mode else image.convert(mode)
        image.save(folder / (f"{i}.tif" if mode == "I" else f"{i}.png"))
    Image.new("CMYK", (8, 8), (0, 0, 0, 0)).save(folder / "c.jpg")
    Image.fromarray(np.full((8, 8), 1.0, np.float32)).save(folder / "f.tif")
    data = load(folder, tmp_path)
    assert data.skipped == () and (data.items == 255).all()
    # Every one is white: grey in the pixels though not in the files.
    assert data.shape == (1, 8, 8)
    assert any("grey though stored as colour" in note for note in data.notes)


def test_sixteen_bits_keep_their_high_byte(folder: Path, tmp_path: Path) -> None:
    values = (np.arange(64, dtype=np.uint16) * 1000).reshape(8, 8)
    Image.fromarray(values).save(folder / "a.png")
    data = load(folder, tmp_path)
    assert np.array_equal(data.items[0, 0], np.rint(values / 257))
    assert data.notes == ("1 image had more than 8 bits a channel and was reduced to 8.",)


def test_transparency_is_laid_on_white_and_said(folder: Path, tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(folder / "clear.png")
    Image.new("RGBA", (8, 8), (9, 8, 7, 255)).save(folder / "opaque.png")
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([0, 0, 0, 200, 10, 10])
    palette.save(folder / "palette.png", transparency=1)
    data = load(folder, tmp_path)
    assert (data.items[0] == 255).all() and (data.items[2] == 255).all()
    assert data.items[1, :, 0, 0].tolist() == [9, 8, 7]
    assert data.notes == ("2 images had transparency, which was laid on white.",)


def test_colour_is_a_choice(folder: Path, tmp_path: Path) -> None:
    grey(0).save(folder / "a.png")
    assert load(folder, tmp_path, colour="rgb").shape == (3, 12, 12)
    Image.new("RGB", (12, 12), (250, 0, 0)).save(folder / "b.png")
    assert load(folder, tmp_path).shape == (3, 12, 12)
    assert load(folder, tmp_path, colour="grey").shape == (1, 12, 12)


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_cameras_note_turns_the_picture_upright(folder: Path, tmp_path: Path,
                                                    turn: int) -> None:
    upright = np.zeros((16, 32), np.uint8)
    upright[:8, :16] = 255
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turn]
    image = Image.fromarray(upright)
    stored = image if undo is None else image.transpose(Image.Transpose(undo))
    note = Image.Exif()
    note[0x0112] = turn
    stored.save(folder / "a.jpg", exif=note, quality=95)
    data = load(folder, tmp_path, fit="stretch", size=8)
    corner = data.items[0, 0, :4, :4]
    assert corner.min() > 200 and data.items[0, 0, 5:].max() < 50
    assert any("32 x 16" in note for note in data.notes)
    assert any("upright" in note for note in data.notes) == (turn > 1)


def test_unusable_files_are_listed_with_their_reason(folder: Path, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    grey(0).save(folder / "good.png")
    (folder / "1empty.png").write_bytes(b"")
    (folder / "2text.jpg").write_text("hello")
    (folder / "3bomb.png").write_bytes(png_claiming(60_000, 60_000))
    (folder / "4large.png").write_bytes(png_claiming(9_000, 9_000))
    whole = io.BytesIO()
    grey(1, (64, 64)).save(whole, "PNG")
    (folder / "5cut.png").write_bytes(whole.getvalue()[:2000])
    (folder / "6cut.png").write_bytes(whole.getvalue()[:20])
    (folder / "7script.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    monkeypatch.setattr(image_file, "_MAX_FILE_BYTES", 10_000)
    (folder / "8long.bmp").write_bytes(bytes(10_001))
    data = load(folder, tmp_path)
    assert len(data) == 1
    reasons = dict(data.skipped)
    assert set(reasons) == {p.name for p in folder.iterdir()} - {"good.png"}
    assert reasons["1empty.png"] == "empty"
    assert reasons["2text.jpg"] == reasons["7script.png"] == "not an image that can be read"
    assert "megapixels" in reasons["3bomb.png"]
    assert reasons["4large.png"] == "9000 x 9000 pixels large, more than 50 megapixels"
    assert "damaged" in reasons["5cut.png"] and "MB long" in reasons["8long.bmp"]
    assert data.skipped_note == "8 files were skipped; 1 image was read."


def test_a_folder_with_nothing_usable_is_refused_in_one_sentence(folder: Path,
                                                                 tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no images: a folder of png"):
        load(folder, tmp_path)
    (folder / "a.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"its only one, a\.png, is empty"):
        load(folder, tmp_path)
    (folder / "b.png").write_bytes(b"junk")
    with pytest.raises(DataError, match=r"all 2 were skipped, the first, a\.png, because it is"):
        load(folder, tmp_path)
    whole = io.BytesIO()
    grey(1, (64, 64)).save(whole, "PNG")
    (folder / "a.png").write_bytes(whole.getvalue()[:2000])
    with pytest.raises(DataError, match="no usable image"):
        load(folder, tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        load(folder / "no", tmp_path)
    assert list((tmp_path / "cache").glob("*")) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_named_as_an_image_does_not_block(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "a.png")
    grey(0).save(folder / "b.png")
    assert len(load(folder, tmp_path)) == 1


def test_animations_give_their_first_frame(folder: Path, tmp_path: Path) -> None:
    grey(0).save(folder / "a.gif", save_all=True, append_images=[grey(1), grey(2)])
    data = load(folder, tmp_path)
    assert np.array_equal(data.items[0, 0], np.asarray(grey(0)))
    assert data.notes[0] == "1 image was animated; the first frame was taken."


def test_sizes_that_differ_are_brought_to_one(folder: Path, tmp_path: Path) -> None:
    for i, size in enumerate([(40, 30), (30, 40), (20, 20), (40, 30)]):
        grey(i, size).save(folder / f"{i}.png")
    data = load(folder, tmp_path)
    assert data.shape == (1, 30, 30)
    assert data.notes == ("Images of 3 different sizes were cropped to squares, then resized to "
                          "30 x 30.",)


def test_large_photographs_are_shrunk(folder: Path, tmp_path: Path) -> None:
    Image.linear_gradient("L").resize((4000, 3000)).save(folder / "a.jpg")
    data = load(folder, tmp_path, size=32)
    assert data.shape == (1, 32, 32)
    columns = data.items[0, 0].astype(int)
    assert (np.diff(columns.mean(axis=1)) > 0).all() and np.ptp(columns, axis=1).max() <= 3


def test_progress_is_told_and_a_load_can_be_given_up(folder: Path, tmp_path: Path) -> None:
    for i in range(300):
        grey(i, (8, 8)).save(folder / f"{i}.png")
    seen: list[tuple[int, int]] = []
    threads = threading.active_count()
    part = Images(path=str(folder))
    data = load_dataset(part, 0, cache_dir=tmp_path / "cache",
                        progress=lambda *p: seen.append(p))
    assert len(data) == 300 and seen[-1] == (600, 600)
    done = [d for d, total in seen if total == 600]
    assert done == sorted(done) and len(done) > 4
    for moment in (1, 4, 6):
        asked = iter([False] * moment + [True] * 99)
        with pytest.raises(Cancelled):
            load_dataset(part, 0, cache_dir=tmp_path / "other", cancelled=lambda a=asked: next(a))
    assert list((tmp_path / "other").glob("*")) == []
    assert threading.active_count() == threads


def test_large_images_keep_their_place_among_the_others(folder: Path, tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(8):
        grey(i, (40, 40) if i % 3 else (20, 20)).save(folder / f"{i}.png")
    whole = io.BytesIO()
    grey(1, (64, 64)).save(whole, "PNG")
    (folder / "cut.png").write_bytes(whole.getvalue()[:2000])
    together = load(folder, tmp_path / "a")
    monkeypatch.setattr(image_file, "_LARGE_PIXELS", 1000)
    apart = load(folder, tmp_path / "b")
    assert len(together) == 8 and np.array_equal(together.items, apart.items)
    assert together.skipped == apart.skipped != ()
