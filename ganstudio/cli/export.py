"""``ganstudio export``: a run in the formats of others."""

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


def export(arguments: argparse.Namespace) -> int:
    """Write the export and say where it is."""
    from ganstudio.runs.export.kinds import KINDS
    from ganstudio.runs.export.write import write_export
    from ganstudio.session.messages import Export
    from ganstudio.session.taking import take

    def make(conductor: Conductor, stop: Interrupted, show: Callable[[str, int, int], None],
             ) -> list[Path]:
        content = take(conductor, Export(arguments.out, averaged=not arguments.live_weights,
                                         kind=arguments.kind))()
        return write_export(arguments.kind, content, Path(arguments.out), show, stop)

    code, files, step = from_run(arguments.folder, arguments.out, "export", make)
    if files is None:
        return code
    if arguments.json:
        print(json.dumps({"run": str(Path(arguments.folder)), "to": arguments.kind, "step": step,
                          "files": [str(file) for file in files]}, ensure_ascii=False))
    else:
        print(f"{KINDS[arguments.kind].title} of step {step} written to "
              f"{' and '.join(map(str, files))}")
    return 0
