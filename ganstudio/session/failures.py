"""An exception as something a person can read, with the details to copy."""

from __future__ import annotations

import math
import traceback

from ganstudio.session.messages import Event


def sentence(error: BaseException) -> str:
    """The exception's own words in one line; its type where it has none."""
    text = " ".join(str(error).split())
    return text or type(error).__name__


def traceback_of(error: BaseException) -> str:
    """The whole traceback, to copy."""
    return "".join(traceback.format_exception(error))


def failure_event(what: str, error: BaseException, step: int, when: float) -> Event:
    """An ``error`` event: ``what`` happened, why, and the traceback as details."""
    return Event("error", step, f"{what}: {sentence(error)}", when, traceback_of(error),
                 {"type": type(error).__name__})


def nonfinite_text(player: str, value: float, failed: int, good: int) -> str:
    """What is said where a player's loss is no number after ``failed`` steps."""
    what = "NaN" if math.isnan(value) else "infinite"
    return (f"The {player}'s loss became {what} at step {failed}. Training is paused at step "
            f"{good}, the last good state; lower that player's learning rate or change the loss, "
            "then run on.")
