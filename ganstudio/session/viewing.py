"""The recorded past of another branch, for as long as one of its moments is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.runs import branches
from ganstudio.runs.ancestry import past_parts, past_records
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import RunFolder
from ganstudio.session.messages import Viewed
from ganstudio.training.metrics_frames import from_entry

if TYPE_CHECKING:
    from ganstudio.session.worker import Worker


class Viewing:
    """Belongs to a worker; ``branch`` is the other branch that is looked at, None for none."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.branch: str | None = None

    def show(self, branch: str | None, name: str = "") -> None:
        """Hand over this branch's curves and metrics; None: those in training count again."""
        if branch == self.branch:
            return
        self.branch = branch
        mailbox = self.worker.mailbox
        mailbox.forget(set())  # no frame of the one may be taken for the other's
        self.worker.budget.all_stale()
        conductor = self.worker.conductor
        if branch is None or conductor is None or conductor.folder is None:
            mailbox.put_viewed(Viewed())
            return
        folder = RunFolder(branches.path_of(branches.root_of(conductor.folder.path), branch))
        try:
            found = (from_entry(e) for e in past_records(folder, lambda f: f.metrics))
            mailbox.put_viewed(Viewed(branch, name or "another branch", past_parts(folder),
                                      tuple(f for f in found if f is not None)))
        except (RunError, OSError) as error:
            mailbox.put_viewed(Viewed(branch, name or "another branch"))
            self.worker.say("note", f"The history of {name} cannot be shown: {error}")
