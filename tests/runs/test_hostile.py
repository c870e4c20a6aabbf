"""Folders that are damaged or mean harm: each gets one sentence, and the program stands."""

import json
import os
import random
import shutil
import struct
import zlib

import numpy as np
import pytest
import tiny

from ganstudio.data.dataset import DataError
from ganstudio.recipe import RecipeError
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import RunFolder
from ganstudio.runs.history import ROW
from ganstudio.runs.lock import standing
from ganstudio.session.conductor import Conductor

TOLD = (RunError, RecipeError, DataError)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run with tweaks, two checkpoints, a history and a time-lapse."""
    path = tmp_path_factory.mktemp("whole") / "x.run"
    run = Conductor(tiny.recipe(generator=tiny.mlp(depth=1, width=2),
                                discriminator=tiny.mlp(depth=1, width=2)), path)
    for step in range(12):
        if step in (3, 8):
            run.tweak({"batch": 10 + step})
            run.save()
        run.advance(1)
    run.close()
    return path


@pytest.fixture
def run(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "x.run")


def read_all(path):
    """Everything that opening a run reads; the sentence if it is refused."""
    try:
        folder = RunFolder.open(path)
        folder.latest()
        folder.journal.lineage()
        folder.history.past()
        folder.timelapse.frames()
        folder.metrics.read()
        standing(path)
        Conductor(None, path, read_only=True).close()
    except TOLD as error:
        assert str(error) and "\n" not in str(error) and len(str(error)) < 1000
        return str(error)
    return ""


def newest(run):
    return sorted((run / "checkpoints").iterdir())[-1]


def header_of(tensors, **metadata):
    text = json.dumps({**tensors, "__metadata__": metadata}).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize("content", [
    header_of({"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}),
    header_of({"a": {"dtype": "F32", "shape": [2**63], "data_offsets": [0, 4]}}) + b"1234",
    struct.pack("<Q", 2**62) + b"{}", struct.pack("<Q", 10) + b"[" * 10,
    struct.pack("<Q", 200_000) + b'{"a":' * 40_000,
], ids=["terabytes", "overflow", "long header", "no object", "deep"])
def test_a_checkpoint_that_claims_too_much_gives_way_to_the_one_before(run, content):
    newest(run).write_bytes(content)
    assert RunFolder.open(run).latest().step < 12
    for file in (run / "checkpoints").iterdir():
        file.write_bytes(content)
    assert "is not a readable checkpoint" in read_all(run)


def test_weights_that_are_no_numbers_give_way_too(run):
    from safetensors.torch import safe_open, save_file

    with safe_open(newest(run), "pt") as file:
        tensors, said = {n: file.get_tensor(n) for n in file.keys()}, file.metadata()  # noqa: SIM118
    tensors["g.weight_0"][0, 0] = float("nan")
    save_file(tensors, newest(run), said)
    assert RunFolder.open(run).latest().step < 12
    for file in (run / "checkpoints").iterdir():
        save_file(tensors, file, said)
    assert "g.weight_0 holds values that are not numbers" in read_all(run)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs links and pipes")
@pytest.mark.parametrize("name", ["checkpoints", "timelapse", "journal.jsonl", "scalars.bin",
                                  "lock", "notes"])
@pytest.mark.parametrize("make", ["link", "pipe"])
def test_links_and_pipes_are_refused_and_nothing_outside_is_touched(run, name, make, tmp_path):
    outside = tmp_path / "precious"
    outside.mkdir()
    (outside / "0000000099.safetensors").write_text("mine")
    place = run / name
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    if make == "link":
        place.symlink_to(outside)
    else:
        os.mkfifo(place)
    assert "is neither a file nor a folder" in read_all(run)
    with pytest.raises(RunError):
        Conductor(None, run)
    assert (outside / "0000000099.safetensors").read_text() == "mine"


def test_links_among_the_checkpoints_are_passed_over(run, tmp_path):
    (tmp_path / "mine").write_text("mine")
    (run / "checkpoints" / "0000000099.safetensors").symlink_to(tmp_path / "mine")
    (run / "timelapse" / "0000000099.npy").symlink_to("/dev/zero")
    assert read_all(run) == "" and RunFolder.open(run).latest().step == 12
    assert 99 not in RunFolder.open(run).timelapse.steps()


def png(width, height):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0,
            0, 0)) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000)) + chunk(b"IEND", b""))


def test_pictures_and_points_that_are_bombs_are_left_out(run):
    place = run / "timelapse"
    frames = len(RunFolder.open(run).timelapse.frames())
    (place / "0000000100.png").write_bytes(png(60_000, 60_000))
    np.save(place / "0000000101.npy", np.zeros(3))
    head = (place / "0000000000.npy").read_bytes()
    (place / "0000000102.npy").write_bytes(head.replace(b"(2", b"(99999999992")[:64])
    (place / "0000000103.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", 60_000)
                                           + b"[" * 60_000)
    assert len(RunFolder.open(run).timelapse.frames()) == frames


def test_a_history_of_terabytes_is_refused_at_once(run):
    with (run / "scalars.bin").open("r+b") as file:
        file.truncate(2**40)
    assert "its steps do not rise" in read_all(run)


def test_a_history_whose_steps_fall_is_refused(run):
    rows = np.zeros(5, ROW)
    rows["step"] = [1, 2, 5, 4, 6]
    rows.tofile(run / "scalars.bin")
    assert "its steps do not rise" in read_all(run)


def mutate(path, rng):
    """One file, damaged in one of many ways."""
    files = sorted(p for p in path.rglob("*")
                   if p.is_file() and (p.suffix != ".npy" or int(p.stem) == 0))
    file = rng.choice(files)
    data = bytearray(file.read_bytes())
    way = rng.randrange(6)
    if way == 0:
        data = data[:rng.randrange(len(data) + 1)]
    elif way == 1:
        for _ in range(rng.randrange(1, 9)):
            if data:
                data[rng.randrange(min(len(data), rng.choice([64, 4000, 10**9])))] = (
                    rng.randrange(256))
    elif way == 2:
        at = rng.randrange(len(data) + 1)
        data[at:at] = rng.randbytes(rng.randrange(1, 200))
    elif way == 3:
        data = bytearray(rng.choice([b"", b"[" * 50_000, b'{"a":' * 9_000, b"\0" * 999, b"null",
                                     b'{"step": 1e999}\n', b"\xff\xfe\n" * 50]))
    elif way == 4:
        numbers = [b"-1", b"1e308", b"99999999999999999999999", b"NaN", b"true", b'"x"', b"[]"]
        parts = [i for i, c in enumerate(data) if chr(c).isdigit()] or [0]
        at = rng.choice(parts[:2000])
        data[at:at + 1] = rng.choice(numbers)
    else:
        other = rng.choice(files).read_bytes()
        data = bytearray(other)
    file.write_bytes(data)


@pytest.mark.parametrize(("first", "count"), [(0, 100), pytest.param(1000, 3000, marks=[
    pytest.mark.slow, pytest.mark.timeout(1800)])])
def test_whatever_is_damaged_gets_one_sentence_or_does_no_harm(whole, tmp_path, first, count):
    refused = 0
    for seed in range(first, first + count):
        path = shutil.copytree(whole, tmp_path / str(seed))
        mutate(path, random.Random(seed))
        refused += bool(read_all(path))
        shutil.rmtree(path)
    print(f"{count} mutations: {refused} refused in one sentence, {count - refused} harmless")
    assert refused > count / 10
