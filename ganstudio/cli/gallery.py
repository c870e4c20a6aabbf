"""``ganstudio gallery``: a sample gallery of a saved run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.cli.from_run import from_run

if TYPE_CHECKING:
    from ganstudio.cli.train import Interrupted
    from ganstudio.session.conductor import Conductor


def gallery(arguments: argparse.Namespace) -> int:
    """Write the gallery and say where it is."""
    from ganstudio.runs.gallery.write import write_gallery
    from ganstudio.session.exporting import gather
    from ganstudio.session.messages import Export

    def make(conductor: Conductor, stop: Interrupted, show: Callable[[str, int, int], None],
             ) -> Path:
        data = gather(conductor, Export(arguments.out, arguments.rows, arguments.columns,
                                        arguments.seed, averaged=not arguments.live_weights), stop)
        return write_gallery(data(), Path(arguments.out), show, stop)

    code, written, step = from_run(arguments.folder, arguments.out, "gallery", make)
    if written is None:
        return code
    if arguments.json:
        print(json.dumps({"run": str(Path(arguments.folder)), "gallery": str(written),
                          "step": step, "samples": arguments.rows * arguments.columns,
                          "files": sorted(str(p.relative_to(written))
                                          for p in written.rglob("*") if p.is_file())}))
    else:
        print(f"gallery of step {step} written to {written}; open {written / 'index.html'}")
    return 0
