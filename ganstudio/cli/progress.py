"""A progress bar with the time that is left, on stderr."""

from __future__ import annotations

import sys
import time

WIDTH = 24
EVERY = 0.2


class ProgressBar:
    """Redraws one line on a terminal; elsewhere it writes a line now and then."""

    def __init__(self, what: str, unit: str) -> None:
        self.what = what
        self.unit = unit
        self.terminal = sys.stderr.isatty()
        self.every = EVERY if self.terminal else 10.0
        self._begun = time.monotonic()
        self._drawn = self._begun if not self.terminal else 0.0
        self._shown = False

    def show(self, done: int, total: int) -> None:
        """Say how far it is."""
        now = time.monotonic()
        if now - self._drawn < self.every and done < total:
            return
        if not self.terminal and done >= total and now - self._begun < self.every:
            return
        self._drawn = now
        self._shown = True
        share = done / total if total else 1.0
        passed = now - self._begun
        rate = done / passed if passed > 0 else 0.0
        left = (total - done) / rate if rate > 0 else float("inf")
        bar = ("█" * round(share * WIDTH)).ljust(WIDTH, "·")
        line = (f"{self.what} {bar} {share:4.0%}  {done:,} of {total:,} {self.unit}, "
                f"{rate:,.0f}/s, {_clock(left)} left")
        print(f"\r{line}\x1b[K" if self.terminal else line, end="" if self.terminal else "\n",
              file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._shown and self.terminal:
            print(file=sys.stderr)
        self._shown = False


def _clock(seconds: float) -> str:
    if seconds == float("inf"):
        return "–:––"
    whole = int(seconds + 0.5)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
