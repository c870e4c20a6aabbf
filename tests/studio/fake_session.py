"""A session without a thread: it obeys when it is polled, and tells what it was asked."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ganstudio.recipe import Recipe, differences, with_value
from ganstudio.session.messages import (
    Command,
    Event,
    Export,
    Pause,
    Run,
    Snapshot,
    State,
    Status,
    Step,
    Tweak,
    Update,
    Watch,
)
from ganstudio.training.frames import RunInfo, ScalarChunk

MADE: list[FakeSession] = []


class FakeSession:
    """Ready at the first poll unless told otherwise by its class's switches."""

    slow_to_ready = False
    holds_tweaks = False
    polls_to_close = 0

    def __init__(self, recipe: Recipe | None, folder: Path | None = None) -> None:
        self.recipe = recipe or Recipe(name="resumed")
        self.folder = folder
        self.sent: list[Command] = []
        self.started = self.closed = False
        self.state = State.PREPARING
        self.step = 0
        self.wants: Mapping[str, Any] = {}
        self._inbox: list[Command] = []
        self._events: list[Event] = []
        self._info: RunInfo | None = None
        MADE.append(self)

    def start(self) -> None:
        assert not self.started
        self.started = True
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)

    def send(self, command: Command) -> None:
        assert not self.closed, "a command was sent to a closed session"
        self.sent.append(command)
        self._inbox.append(command)

    def say(self, kind: str, text: str, details: str = "", **data: Any) -> None:
        self._events.append(Event(kind, self.step, text, time.time(), details, data))

    def get_ready(self) -> None:
        self.state = State.PAUSED
        # As the real one does: what the machine gives is written into the recipe.
        self.recipe = with_value(self.recipe, "machine.threads", 1)
        self._info = RunInfo(self.recipe.name, (2,), "normal", 2, 1000, "cpu", 100, 100,
                             (-1.5, 1.5, -1.5, 1.5), np.zeros(2, np.float32),
                             np.ones(2, np.float32))
        self.say("ready", "Ready at step 0")

    def poll(self) -> Update:
        if self.state is State.PREPARING and not self.slow_to_ready:
            self.get_ready()
        if self.state is not State.PREPARING:
            commands, self._inbox = self._inbox, []
            for command in commands:
                self._obey(command)
        chunks = ()
        if self.state is State.RUNNING:
            self.step += 1
            chunks = (ScalarChunk(np.array([self.step]), np.ones((1, 4), np.float32)),)
        events, self._events = tuple(self._events), []
        info, self._info = self._info, None
        status = Status(self.state, self.step, self.step / 10, 1234.0, "cpu", 300_000_000)
        return Update(status, chunks, {}, events, info)

    def _obey(self, command: Command) -> None:
        if isinstance(command, Run):
            self.state = State.RUNNING
            self.say("running", "Running")
        elif isinstance(command, Pause):
            self.state = State.PAUSED
            self.say("paused", "Paused")
        elif isinstance(command, Step):
            self.state = State.PAUSED
            self.step += 1
            self.say("stepped", "One round")
        elif isinstance(command, Watch):
            self.wants = command.wants
        elif isinstance(command, Tweak) and not self.holds_tweaks:
            self.take_up(command)
        elif isinstance(command, Snapshot):
            self.say("saved", "Saved step 1")

    def take_up(self, tweak: Tweak) -> None:
        old = self.recipe
        for path, value in tweak.changes.items():
            self.recipe = with_value(self.recipe, path, value)
        changes = {k: list(v) for k, v in differences(old, self.recipe).items()}
        self.say("tweaked", tweak.label, changes=changes, label=tweak.label,
                 paths=list(tweak.changes))

    def close(self, timeout: float | None = None) -> bool:
        if self.polls_to_close > 0:
            self.polls_to_close -= 1
            return False
        self.closed = True
        self.state = State.CLOSED
        return True

    def asked(self, kind: type) -> list[Any]:
        """The commands of one kind that were sent."""
        return [c for c in self.sent if isinstance(c, kind)]


__all__ = ["MADE", "Export", "FakeSession"]
