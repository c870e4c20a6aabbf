"""``ganstudio export``: a run in the formats of others."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ganstudio.cli.main import complain
from ganstudio.cli.progress import ProgressBar
from ganstudio.recipe import RecipeError


def export(arguments: argparse.Namespace) -> int:
    """Write the export and say where it is."""
    from ganstudio.cli.train import Interrupted
    from ganstudio.data.dataset import Cancelled, DataError
    from ganstudio.runs.errors import RunError
    from ganstudio.runs.export.kinds import KINDS
    from ganstudio.runs.export.write import write_export
    from ganstudio.runs.folder import is_run_folder
    from ganstudio.runs.gallery.data import GalleryCancelled
    from ganstudio.session.conductor import Conductor
    from ganstudio.session.messages import Export
    from ganstudio.session.taking import take

    path = Path(arguments.folder)
    if not is_run_folder(path):
        return complain(f"{path} is not a run folder: there is no run.json in it")
    stop = Interrupted()
    with stop.listening():
        bar = ProgressBar("export", unit="pieces")
        try:
            conductor = Conductor(None, path, cancelled=stop, read_only=True)
            content = take(conductor, Export(arguments.out, averaged=not arguments.live_weights,
                                             kind=arguments.kind))()
            files = write_export(arguments.kind, content, Path(arguments.out),
                                 lambda _, done, total: bar.show(done, total), stop)
        except (GalleryCancelled, Cancelled):
            return 130
        except (RecipeError, RunError, DataError, ValueError) as error:
            return complain(str(error))
        except OSError as error:
            return complain(f"{arguments.out} cannot be written: {error.strerror or error}")
        finally:
            bar.end()
    if arguments.json:
        print(json.dumps({"run": str(path), "to": arguments.kind, "step": conductor.step,
                          "files": [str(file) for file in files]}, ensure_ascii=False))
    else:
        print(f"{KINDS[arguments.kind].title} of step {conductor.step} written to "
              f"{' and '.join(map(str, files))}")
    return 0
