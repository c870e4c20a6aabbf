"""A session saves, resumes and exports."""

import pytest
import tiny

from ganstudio.runs.folder import RunFolder
from ganstudio.session.messages import (
    CancelExport,
    Export,
    Run,
    Snapshot,
    State,
    Step,
    Tweak,
)


def test_a_snapshot_is_on_the_disk_when_it_is_told(session, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.run_to(12)
    one.send(Snapshot())
    told = one.event("saved")
    assert str(tmp_path / "x.run") in told.text
    assert RunFolder.open(tmp_path / "x.run").latest()[0].values["step"] == 12


def test_a_run_without_a_folder_cannot_be_saved(session):
    one = session()
    one.send(Snapshot())
    assert "no folder" in one.event("refused").text


def test_a_session_resumes_with_its_past(session, tmp_path):
    first = session(tiny.recipe(), tmp_path / "x.run")
    first.run_to(20)
    first.send(Tweak({"batch": 7}))
    first.event("tweaked")
    first.run_to(31)
    digest = first.session._worker.conductor.digest()
    first.close()
    second = session(None, tmp_path / "x.run")
    assert second.status.step == 31 and second.session.recipe.batch == 7
    assert second.steps() == list(range(1, 32))
    assert second.session._worker.conductor.digest() == digest
    second.run_to(40)
    assert second.steps() == list(range(1, 41))


@pytest.mark.parametrize("parts", [
    pytest.param({}, id="plane"),
    pytest.param(tiny.LINE, id="line", marks=pytest.mark.slow),
    pytest.param(tiny.IMAGES, id="images", marks=pytest.mark.slow),
])
def test_an_export_is_written_while_training_goes_on(session, tmp_path, parts):
    one = session(tiny.recipe(**parts), tmp_path / "x.run")
    one.run_to(15)
    one.send(Run(), Export(str(tmp_path / "gallery"), rows=2, columns=2))
    done = one.event("exported")
    assert (tmp_path / "gallery" / "index.html").is_file()
    assert done.data["path"] == str(tmp_path / "gallery")
    assert any(e.kind == "progress" and e.data["what"] == "export" for e in one.events)
    one.at(done.step + 5)
    assert one.status.state is State.RUNNING


def test_an_export_that_cannot_be_is_told(session, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    one = session()
    one.send(Export(str(tmp_path / "mine"), rows=1, columns=1))
    failed = one.event("export_failed")
    assert failed.data["path"] == str(tmp_path / "mine") and failed.text
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    assert one.status.state is State.PAUSED


def test_a_nonsensical_export_does_not_stop_the_session(session, tmp_path):
    one = session()
    one.send(Export(str(tmp_path / "g"), rows=0, columns=0))
    assert one.event("export_failed").details
    one.send(Step())
    one.event("stepped")
    assert not (tmp_path / "g").exists()


def test_an_export_is_cancelled_and_leaves_nothing(session, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.run_to(5)
    one.send(Export(str(tmp_path / "gallery")), CancelExport())
    one.event("export_cancelled")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.run"]


def test_one_export_at_a_time(session, tmp_path, monkeypatch):
    import threading

    from ganstudio.session import exporting

    gate = threading.Event()
    real = exporting.write_gallery
    monkeypatch.setattr(exporting, "write_gallery",
                        lambda *a: (gate.wait(30), real(*a))[1])
    one = session()
    one.send(Export(str(tmp_path / "a"), 1, 1), Export(str(tmp_path / "b"), 1, 1))
    assert "already being written" in one.event("refused").text
    gate.set()
    one.event("exported")
    assert not (tmp_path / "b").exists()
