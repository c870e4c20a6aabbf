"""What is made of a saved run from the command line: a gallery, an export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ganstudio.cli.main import complain
from ganstudio.cli.progress import ProgressBar
from ganstudio.recipe import RecipeError

if TYPE_CHECKING:
    from ganstudio.cli.train import Interrupted
    from ganstudio.session.conductor import Conductor

Made = TypeVar("Made")
Make = Callable[["Conductor", "Interrupted", Callable[[str, int, int], None]], Made]
"""Makes it, told of the run, whether to stop, and how to say how far it is (what, done, total)."""


def from_run(folder: str, out: str, name: str, make: Make[Made]) -> tuple[int, Made | None, int]:
    """Open a run to be read and ``make`` something at ``out``, with a bar called ``name``.

    Returns the exit code, what was made (None unless the code is 0) and the run's step.
    """
    from ganstudio.cli.train import Interrupted
    from ganstudio.data.dataset import Cancelled, DataError
    from ganstudio.runs.errors import RunError
    from ganstudio.runs.folder import is_run_folder
    from ganstudio.runs.gallery.data import GalleryCancelled, GalleryError
    from ganstudio.session.conductor import Conductor

    path = Path(folder)
    if not is_run_folder(path):
        return complain(f"{path} is not a run folder: there is no run.json in it"), None, 0
    stop = Interrupted()
    with stop.listening():
        bar = ProgressBar(name, unit="pieces")
        try:
            conductor = Conductor(None, path, cancelled=stop, read_only=True)
            made = make(conductor, stop, lambda _, done, total: bar.show(done, total))
        except (GalleryCancelled, Cancelled):
            return 130, None, 0
        except (RecipeError, RunError, DataError, GalleryError, ValueError) as error:
            return complain(str(error)), None, 0
        except OSError as error:
            return complain(f"{out} cannot be written: {error.strerror or error}"), None, 0
        finally:
            bar.end()
    return 0, made, conductor.step
