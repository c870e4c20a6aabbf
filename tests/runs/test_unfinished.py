import tiny

from ganstudio.runs.folder import RunFolder
from ganstudio.runs.unfinished import LEFT, OPEN, how_it_stands


def test_a_run_that_was_left_is_told_from_open_and_closed_ones(tmp_path):
    folders = [RunFolder.create(tmp_path / name, tiny.recipe()) for name in ("a", "b", "c")]
    for folder in folders:
        folder.hold("me")
    folders[0].release()
    folders[1].lock.drop()
    assert [how_it_stands(f.path) for f in folders] == ["", LEFT, OPEN]
    folders[2].release()
    assert how_it_stands(tmp_path / "nothing") == ""
