"""What runs and branches are called in lists."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ganstudio.studio.compare_choices import Choice, choices, told_apart
from ganstudio.studio.compare_pickers import Pickers
from ganstudio.studio.paths import runs_dir
from ganstudio.studio.recent import remember
from ganstudio.studio.settings import Settings

KEYS = {"ab12": "hotter D", "cd34": "", "ef56": None}


@pytest.fixture
def run(places: Path) -> Path:
    """A folder as far as lists read it: a run with a named, an unnamed and a damaged branch."""
    path = runs_dir() / "2026-11-22-ring.run"
    for k, folder in enumerate([path, *(path / "branches" / key for key in KEYS)]):
        (folder / "checkpoints").mkdir(parents=True)
        (folder / "checkpoints" / f"{100 + k:010}.safetensors").touch()
        (folder / "run.json").write_text(json.dumps({"name": "Ring"}))
    for key, name in KEYS.items():
        (path / "branches" / key / "branch.json").write_text(
            "[" if name is None else json.dumps({"name": name}))
    return path


def test_branches_follow_their_run_by_name_and_stand_there_once(run: Path) -> None:
    settings = Settings()
    remember(settings, run / "branches" / "ab12")
    titles = {c.path: c.title for c in choices(settings)}
    assert titles == {run: "Ring · step 100 · 2026-11-22-ring",
                      run / "branches" / "ab12": "  ↳ Ring, hotter D",
                      run / "branches" / "cd34": "  ↳ Ring, cd34"}
    assert len(choices(settings)) == 3


def test_a_branch_that_was_open_last_leads_its_run(run: Path) -> None:
    other = runs_dir() / "later.run"
    (other / "checkpoints").mkdir(parents=True)
    (other / "run.json").write_text('{"name": "Later"}')
    settings = Settings()
    remember(settings, run / "branches" / "ab12")
    os.utime(run / "branches" / "ab12" / "run.json", (4e9, 4e9))
    assert [c.title.strip()[:6] for c in choices(settings)] == ["Ring ·", "↳ Ring", "↳ Ring",
                                                               "Later "]


def test_the_picker_shows_an_open_branch_by_its_name(run: Path, make_window, qtbot) -> None:
    window = make_window()
    branch = run / "branches" / "ab12"
    window.show_comparison([branch, run])
    page = window.compare_page
    assert [box.currentText().strip() for box in page.pickers.boxes] == [
        "↳ Ring, hotter D", "Ring · step 100 · 2026-11-22-ring"]
    outside = runs_dir().parent / "elsewhere.run"
    run.rename(outside)
    window.show_comparison([outside / "branches" / "ab12"])
    assert page.pickers.boxes[0].currentText() == "Ring, hotter D"


def test_a_folder_that_is_chosen_by_hand_is_listed_by_its_name(run, make_window, qtbot, monkeypatch
                                                               ) -> None:
    window = make_window()
    window.show_comparison([])
    box = window.compare_page.pickers.boxes[0]
    branch = run.rename(runs_dir().parent / "elsewhere.run") / "branches" / "ab12"
    monkeypatch.setattr("ganstudio.studio.ask.folder", lambda *_: str(branch))
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_End)
    assert box.currentText() == "Ring, hotter D" and window.compare_page.paths()[0] == branch


def test_the_start_page_tells_a_branch_from_its_run(run: Path, make_window) -> None:
    settings = Settings()
    remember(settings, run / "branches" / "ab12")
    settings.save()
    rows = make_window().start_page.recent_list
    assert {rows.itemAt(k).widget().text() for k in range(rows.count())
            if rows.itemAt(k).widget() is not None} >= {"Ring", "Ring, hotter D"}


def test_equal_names_are_told_apart_by_folder_before_by_key(run: Path) -> None:
    one, other = run / "branches" / "ab12", run / "branches" / "cd34"
    alone = Path("/x/alone.run")
    assert told_apart([(one, "Ring, b"), (alone, "Ring, b"), (run, "Ring")]) == [
        "Ring, b (2026-11-22-ring)", "Ring, b (alone)", "Ring"]
    assert told_apart([(one, "b"), (other, "b")]) == [
        "b (2026-11-22-ring) (ab12)", "b (2026-11-22-ring) (cd34)"]


def test_names_of_one_family_are_told_apart_in_a_narrow_list(qtbot: QtBot, tmp_path: Path) -> None:
    pickers = Pickers()
    qtbot.addWidget(pickers)
    names = [f"ring with a rather long name {k}" for k in range(2)]
    paths = [tmp_path / name for name in names]
    pickers.set_choices([Choice(p, n) for p, n in zip(paths, names, strict=True)], paths)
    pickers.resize(pickers.minimumSizeHint())
    pickers.show()
    shown = [box._shown().currentText for box in pickers.boxes]
    assert shown != names and "…" in shown[0] and shown[0][-1] == "0" and shown[1][-1] == "1"
