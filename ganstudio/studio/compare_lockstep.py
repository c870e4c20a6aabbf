"""The part of the page of comparisons that trains the runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ganstudio.session.comparing import Subject, grown
from ganstudio.session.lockstep import LockstepSession, PairNews
from ganstudio.studio.compare_wiper import Side
from ganstudio.studio.icons import icon
from ganstudio.training.frames import SCALARS, MosaicFrame, PointsFrame

LIVE = 1000
"""The slider's place that shows the newest step."""


class LockstepPart:
    """Methods of the page; mixed into it."""

    subjects: dict[Path, Subject]
    train_button: Any
    status: Any
    slider: Any
    theme: Any
    paths: Any
    shown: Any
    colour: Any
    lockstep_wanted: Any
    going_changed: Any
    refresh_curves: Any
    refresh_samples: Any
    refresh_tables: Any

    def start_lockstep(self) -> None:
        """Nothing is trained yet."""
        self.session: LockstepSession | None = None
        self._ending: list[LockstepSession] = []
        self._trained: list[Path] = []
        self._live: dict[Path, Side] = {}
        self._state = ""
        self.going = False

    def poll_lockstep(self) -> None:
        """Take in what was trained."""
        self._ending = [s for s in self._ending if not s.close(0)]
        if self.session is not None:
            self._take(self.session.poll())

    def _take(self, news: PairNews) -> None:
        measured = False
        names = {s.path: s.name for s in self.shown()}
        for path, side in zip(self._trained, news.sides, strict=True):
            old = self.subjects.get(path)
            if old is None or old.error:
                continue
            if side.scalars or side.metrics:
                steps = np.concatenate([c.steps for c in side.scalars] or [np.empty(0, np.int64)])
                values = np.concatenate([c.values for c in side.scalars] or [
                    np.empty((0, len(SCALARS)), np.float32)])
                self.subjects[path] = grown(old, steps, values, side.metrics)
                measured |= bool(side.metrics)
            if isinstance(side.frame, MosaicFrame | PointsFrame):
                samples = (side.frame.image if isinstance(side.frame, MosaicFrame)
                           else side.frame.fake)
                name = names.get(path, old.name)
                self._live[path] = Side(name, self.colour(path), side.frame.step, samples)
        failures = [f"{self.subjects[p].name}: {s.failed}" for p, s in
                    zip(self._trained, news.sides, strict=True)
                    if s.failed and p in self.subjects]
        if news.error:
            failures = [f"They cannot be trained: {news.error}"]
        self._say_problems(failures)
        self._show_state(news)
        if any(s.scalars or s.frame is not None for s in news.sides):
            self.refresh_curves()
            self.refresh_samples()
        if measured:
            self.refresh_tables()
        if news.state == "failed":
            self.end_training()

    def _show_state(self, news: PairNews) -> None:
        going = news.state in ("running", "preparing")
        self._state = news.state
        self._set_going(going)
        self.train_button.setText("Pause" if going else "Train on")
        self.train_button.setIcon(icon("pause" if going else "run", self.theme))
        words = {"preparing": "Preparing…", "paused": "Paused", "running": "Training"}
        step = min((s.step for s in news.sides), default=0)
        self.status.setText(f"{words.get(news.state, '')} · step {step:,}" if news.state in words
                            else "")

    def _set_going(self, going: bool) -> None:
        """Whether it trains, told to whoever asks."""
        if going is not self.going:
            self.going = going
            self.going_changed.emit()

    def _toggle(self) -> None:
        if self.session is None:
            self.lockstep_wanted.emit()
        elif self._state in ("running", "preparing"):
            self.session.pause()
        else:
            self.session.run()

    def train(self) -> None:
        """Begin to train what is shown in lockstep."""
        self._trained = [s.path for s in self.shown()]
        if len(self._trained) < 2:
            return
        self._live.clear()
        self.slider.setValue(LIVE)
        self.session = LockstepSession(self._trained)
        self.session.start()

    def end_training(self) -> None:
        """Let the runs go; they are saved on their own thread."""
        session, self.session = self.session, None
        self._state = ""
        self._set_going(False)
        if session is not None:
            session.close(0)
            self._ending.append(session)
        self.train_button.setText("Train side by side")
        self.train_button.setIcon(icon("run", self.theme))
        self.status.setText("")

    def shut_lockstep(self) -> None:
        """Wait for whatever runs."""
        self.end_training()
        for session in self._ending:
            session.close()
        self._ending = []
