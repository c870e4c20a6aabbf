"""The game of a run in its gallery: pictures, tables and the page."""

import csv
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from ganstudio.runs.gallery.dynamics import Extra, dynamics_scene, words
from ganstudio.runs.gallery.scene import Area, Line, Text
from ganstudio.runs.gallery.write import write_gallery

from .made import HOSTILE, dynamics, images, points

FILES = {"dynamics.svg", "dynamics.png", "field.csv", "trajectory.csv", "eigenvalues.csv"}


def rows(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_picture_and_numbers_are_written_and_shown(tmp_path):
    out = write_gallery(points(dynamics=dynamics()), tmp_path / "g")
    assert {p.name for p in out.iterdir()} >= FILES
    assert ET.parse(out / "dynamics.svg").getroot().tag.endswith("svg")
    with Image.open(out / "dynamics.png") as image:
        assert image.size[0] > 1600 and len(image.getcolors(1 << 20)) > 50
    found = [(r["part"], float(r["real"]), float(r["imaginary"]))
             for r in rows(out / "eigenvalues.csv")]
    assert found[1] == ("game", -0.5, -3.0) and found[-1] == ("discriminator", -40.0, 0.0)
    nodes = rows(out / "field.csv")
    assert len(nodes) == 25 and all(float(r["va"]) == -float(r["b"]) for r in nodes)
    assert float(rows(out / "trajectory.csv")[0]["a"]) == pytest.approx(-0.8)
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "<h2>Dynamics</h2>" in page and "62 ± 3 % of the field turns" in page
    assert page.count("<svg") == 2 and "var(--player-g)" in page


def test_without_a_game_the_page_has_no_such_part(tmp_path):
    out = write_gallery(images(), tmp_path / "g")
    assert not FILES & {p.name for p in out.iterdir()}
    assert "Dynamics" not in (out / "index.html").read_text(encoding="utf-8")


def test_a_game_without_spectrum_or_path_has_its_field(tmp_path):
    out = write_gallery(images(dynamics=dynamics(path=1, spectrum=None)), tmp_path / "g")
    assert FILES & {p.name for p in out.iterdir()} == {"dynamics.svg", "dynamics.png", "field.csv"}


def test_the_picture_on_screen_comes_along(tmp_path):
    out = write_gallery(points(extras=(Extra("screen.png", b"pixels", f"Spirals {HOSTILE}"),
                                       Extra("toy-trajectory.csv", b"a,b"))), tmp_path / "g")
    assert (out / "screen.png").read_bytes() == b"pixels"
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "data:image/png;base64,cGl4ZWxz" in page and "Spirals" in page
    assert "<script" not in page and "toy-trajectory.csv" in page


def test_everything_lies_within_the_picture():
    scene = dynamics_scene(dynamics(), "Ring")
    for mark in scene.marks:
        if isinstance(mark, Line | Area):
            assert (mark.points >= 0).all()
            assert (mark.points <= (scene.width, scene.height)).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
def test_bad_numbers_do_no_harm(bad):
    whole = dynamics()
    broken = replace(whole, field=replace(whole.field, v=whole.field.v * np.float32(bad)),
                     spectrum=replace(whole.spectrum, eigenvalues=np.full((2, 2), bad, np.float32)))
    for mark in dynamics_scene(broken).marks:
        if isinstance(mark, Line | Area):
            assert np.isfinite(mark.points).all()
        elif isinstance(mark, Text):
            assert np.isfinite([mark.x, mark.y]).all()
    assert "sees 93 % of the motion" in words(broken)
