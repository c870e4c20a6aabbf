"""``ganstudio gallery``: a sample gallery of a saved run."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ganstudio.cli.main import complain
from ganstudio.cli.progress import ProgressBar
from ganstudio.recipe import RecipeError


def gallery(arguments: argparse.Namespace) -> int:
    """Write the gallery and say where it is."""
    from ganstudio.cli.train import Interrupted
    from ganstudio.data.dataset import Cancelled, DataError
    from ganstudio.runs.errors import RunError
    from ganstudio.runs.folder import is_run_folder
    from ganstudio.runs.gallery.data import GalleryCancelled, GalleryError
    from ganstudio.runs.gallery.write import write_gallery
    from ganstudio.session.conductor import Conductor
    from ganstudio.session.exporting import gather
    from ganstudio.session.messages import Export

    path = Path(arguments.folder)
    if not is_run_folder(path):
        return complain(f"{path} is not a run folder: there is no run.json in it")
    stop = Interrupted()
    with stop.listening():
        bar = ProgressBar("gallery", unit="pieces")
        try:
            conductor = Conductor(None, path, cancelled=stop, read_only=True)
            export = Export(arguments.out, arguments.rows, arguments.columns, arguments.seed,
                            averaged=not arguments.live_weights)
            data = gather(conductor, export, stop)()
            written = write_gallery(data, Path(arguments.out),
                                    lambda _, done, total: bar.show(done, total), stop)
        except (GalleryCancelled, Cancelled):
            return 130
        except (RecipeError, RunError, DataError, GalleryError, ValueError) as error:
            return complain(str(error))
        finally:
            bar.end()
    if arguments.json:
        print(json.dumps({"run": str(path), "gallery": str(written), "step": conductor.step,
                          "samples": arguments.rows * arguments.columns,
                          "files": sorted(str(p.relative_to(written))
                                          for p in written.rglob("*") if p.is_file())}))
    else:
        print(f"gallery of step {conductor.step} written to {written}; open "
              f"{written / 'index.html'}")
    return 0
