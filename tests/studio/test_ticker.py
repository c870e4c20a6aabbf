"""Drawing gives way when the window's thread is busy, and comes back."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from ganstudio.studio.ticker import FASTEST_MS, REVIEW_EVERY, SLOWEST_MS, Ticker


class Clocks:
    """A wall clock that advances with each look, and a load that is a share of it."""

    def __init__(self, share: float) -> None:
        self.now = self.load = 0.0
        self.share = share

    def wall(self) -> float:
        self.now += 0.3
        self.load += 0.3 * self.share
        return self.now

    def busy(self) -> float:
        return self.load


def review(ticker: Ticker, times: int) -> None:
    for _ in range(times * REVIEW_EVERY):
        ticker._fire()


def test_slower_when_busy_and_back_when_calm(qapp: QApplication) -> None:
    clocks = Clocks(0.9)
    ticker = Ticker(load_clock=clocks.busy, wall_clock=clocks.wall)
    ticker.start()
    assert ticker.interval == FASTEST_MS
    review(ticker, 20)
    assert ticker.interval == SLOWEST_MS
    clocks.share = 0.04
    review(ticker, 20)
    assert ticker.interval == FASTEST_MS
    ticker.stop()
    assert not ticker.active and ticker.rate == 0


def test_steady_in_between(qapp: QApplication) -> None:
    clocks = Clocks(0.065)
    ticker = Ticker(load_clock=clocks.busy, wall_clock=clocks.wall)
    ticker.start()
    review(ticker, 10)
    assert ticker.interval == FASTEST_MS
    ticker.stop()
