"""A run whose process died while it trained, taken up again."""

import shutil

import tiny

from ganstudio.session.conductor import Conductor


def left_at(path, saved, reached):
    """What a process leaves that is killed at one step and has saved an earlier one."""
    run = Conductor(tiny.recipe(), path.with_suffix(".living"))
    for step in range(1, reached + 1):
        run.advance(1)
        if step == saved:
            run.save()
    run.folder.history.flush()
    shutil.copytree(run.folder.path, path)
    run.close()


def test_it_says_where_it_goes_on_and_what_was_not_saved(session, tmp_path):
    path = tmp_path / "x.run"
    left_at(path, 4, 9)
    one = session(None, path)
    text = one.event("note").text
    assert "from step 4" in text and "5 later steps" in text
    one.close()
    again = session(None, path)
    assert "note" not in again.kinds() and again.session.step == 4


def test_where_nothing_is_missing_nothing_is_said(session, tmp_path):
    path = tmp_path / "x.run"
    left_at(path, 6, 6)
    assert "note" not in session(None, path).kinds()
