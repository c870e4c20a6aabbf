"""What an export is told of a run: all of its past, a branch's too."""

import numpy as np

from ganstudio.recipe import with_value
from ganstudio.runs import branches
from ganstudio.runs.export.write import write_export
from ganstudio.runs.folder import RunFolder
from ganstudio.session.conductor import Conductor
from ganstudio.session.messages import Export
from ganstudio.session.taking import take
from tests import tiny
from tests.runs.script.conftest import run_text


def test_the_script_of_a_branch_begins_with_the_main_line(tmp_path):
    main = Conductor(tiny.recipe(average={"decay": 0.9}), tmp_path / "r")
    try:
        main.advance(4)
        main.tweak({"optimizer_d.lr": 3e-3})
        while main.step < 7:
            main.advance(7 - main.step)
        state, recipe = main.trainer.state(), main.recipe
        while main.step < 12:
            main.advance(12 - main.step)
    finally:
        main.close()
    changed = with_value(recipe, "batch", 24)
    fork = branches.Fork(branches.MAIN, state, recipe, changed, {"batch": (16, 24)})
    made = branches.create(tmp_path / "r", fork)
    branch = Conductor(None, made.path)
    try:
        while branch.step < 15:
            branch.advance(15 - branch.step)
        assert branch.folder is not None
        branch.folder.history.flush()
        before_it = RunFolder(tmp_path / "r").history.rows()[:7]
        rows = np.concatenate([before_it, branch.folder.history.rows()])
        content = take(branch, Export("", kind="script"))()
        (path,) = write_export("script", content, tmp_path / "s.py")
        at_rest = content.generator.state_dict()
        before = {name: tensor.clone() for name, tensor in at_rest.items()}
        branch.advance(1)  # what was taken does not go on with the run
        assert all((before[name] == tensor).all() for name, tensor in at_rest.items())
    finally:
        branch.close()
    _, losses = run_text(path.read_text(encoding="utf-8"), 15)
    assert rows["step"].tolist() == list(range(1, 16))
    np.testing.assert_allclose(losses, np.stack([rows["loss_d"], rows["loss_g"]], 1), atol=1e-6)
