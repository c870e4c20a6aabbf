"""A queue worked through on a thread of its own, for a window."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.runs.sweep import Job, Result, SweepFolder, is_sweep
from ganstudio.session.failures import sentence
from ganstudio.session.worker_thread import OWNER, WorkerThread

if TYPE_CHECKING:
    from ganstudio.session.queue import Queue


@dataclass(frozen=True, slots=True)
class QueueNews:
    """How a queue stands. ``state``: idle, running, paused, failed or closed; ``current`` is the
    folder of the run in hand, at ``step``, ``rate`` steps a second. ``notes`` are new sentences.
    """

    state: str = "paused"
    jobs: Sequence[Job] = ()
    results: Mapping[str, Result] = field(default_factory=dict)
    current: str = ""
    step: int = 0
    rate: float = 0.0
    notes: Sequence[str] = ()

    def seconds_left(self) -> float | None:
        """What the waiting runs will take at the present rate; None where nothing is known."""
        if self.rate <= 0:
            return None
        left = sum(job.steps for job in self.jobs
                   if job.run not in self.results and job.run != self.current)
        left += sum(job.steps - self.step for job in self.jobs if job.run == self.current)
        return left / self.rate


class QueueSession(WorkerThread):
    """Opens the folder, made if it is new; every method but ``close`` returns at once."""

    def __init__(self, folder: Path) -> None:
        super().__init__("ganstudio-queue")
        self.folder = folder
        self._orders: deque[Callable[[Queue], object]] = deque()
        self._news = QueueNews()
        self._notes: list[str] = []

    def order(self, act: Callable[[Queue], object]) -> None:
        """Have this done to the queue between two slices of work."""
        with self._wake:
            self._orders.append(act)
            self._wake.notify()

    def add(self, jobs: Sequence[Job]) -> None:
        """Put more at the end."""
        self.order(lambda queue: queue.add(jobs))

    def skip(self) -> None:
        """Leave the run in hand and go on with the next."""
        self.order(lambda queue: queue.skip())

    def remove(self, run: str) -> None:
        """Take a job from the list."""
        self.order(lambda queue: queue.remove(run))

    def retry(self, run: str) -> None:
        """Try one again that failed or was skipped."""
        self.order(lambda queue: queue.retry(run))

    def poll(self) -> QueueNews:
        """How it stands; each note once."""
        with self._wake:
            notes, self._notes = self._notes, []
            news = self._news
        return QueueNews(news.state, news.jobs, news.results, news.current, news.step, news.rate,
                         notes)

    # ---- the thread's side

    def _note(self, text: str) -> None:
        with self._wake:
            self._notes.append(text[:1].upper() + text[1:])

    def _work(self) -> None:
        queue: Queue | None = None
        try:
            from ganstudio.session.queue import Queue  # brings torch
            sweep = (SweepFolder.open(self.folder) if is_sweep(self.folder)
                     else SweepFolder.create(self.folder, "Queue", []))
            queue = Queue(sweep, OWNER, self._note)
            self._serve(queue)
        except Exception as error:
            self._note(sentence(error))
            self._say(queue, "failed")
        finally:
            if queue is not None:
                queue.close()
                self._say(queue, "closed")

    def _serve(self, queue: Queue) -> None:
        resting = False
        while not self._stop:
            orders = self._taken()
            for act in orders:
                try:
                    act(queue)
                except OSError as error:
                    self._note(f"the list could not be written: {error.strerror or error}")
            if self._going:
                self._say(queue, "running")
                resting = False
                if queue.work(self._interrupted):
                    continue
                self._going = False
            elif not resting:
                queue.save()
                resting = True
            self._say(queue, "paused" if queue.waiting() else "idle")
            with self._wake:
                self._wake.wait_for(lambda: self._stop or self._going or bool(self._orders))

    def _taken(self) -> list[Callable[[Queue], object]]:
        with self._wake:
            orders = list(self._orders)
            self._orders.clear()
            return orders

    def _interrupted(self) -> bool:
        return self._stop or not self._going or bool(self._orders)

    def _say(self, queue: Queue | None, state: str) -> None:
        with self._wake:
            if queue is None:
                self._news = QueueNews(state)
                return
            current = queue.current
            self._news = QueueNews(state, tuple(queue.sweep.jobs), dict(queue.results),
                                   current.run if current is not None else "", queue.step,
                                   queue.rate)
