"""``ganstudio replay``: a run made again from its recipe and its journal."""

from __future__ import annotations

import json
from pathlib import Path

from ganstudio.cli.main import complain
from ganstudio.cli.progress import ProgressBar


def replay(path: Path, *, as_json: bool) -> int:
    """Train the run again from nothing, and say whether the same state comes out."""
    from ganstudio.cli.train import Interrupted
    from ganstudio.data.dataset import DataError
    from ganstudio.recipe import RecipeError
    from ganstudio.runs.errors import RunError
    from ganstudio.runs.folder import RunFolder
    from ganstudio.session.replay import describe
    from ganstudio.session.replay import replay as play
    from ganstudio.training.moves import NonFiniteLossError

    stop = Interrupted()
    bar = ProgressBar("replaying", unit="steps")
    try:
        with stop.listening():
            found = play(RunFolder.open(path), bar.show, stop)
    except NonFiniteLossError as error:
        return complain(f"replaying broke off: the {error.player}'s loss became {error.value} at "
                        f"step {error.step}")
    except (RunError, RecipeError, DataError, ValueError) as error:
        return complain(str(error))
    finally:
        bar.end()
    if found is None:
        return 130
    if as_json:
        print(json.dumps({"run": str(path), "step": found.step, "same": found.same,
                          "saved_digest": found.saved, "replayed_digest": found.digest}))
    else:
        print(describe(found))
    return 0 if found.same else 1
