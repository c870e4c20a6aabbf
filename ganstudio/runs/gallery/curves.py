"""The picture of a run's curves: losses above, D's output below, tweaks across both."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isclose, log

import numpy as np

from ganstudio.game.facts import LOSS_FACTS, at_rest
from ganstudio.recipe.game import Loss
from ganstudio.runs.gallery.columns import Columns, shown_range, smooth, thin
from ganstudio.runs.gallery.data import GalleryData
from ganstudio.runs.gallery.raster import text_width
from ganstudio.runs.gallery.scene import (
    Line,
    Mark,
    Role,
    Scene,
    Text,
    nice_ticks,
    segment,
    tick_text,
)
from ganstudio.training.frames import SCALARS

WIDTH = 960
LEFT, RIGHT = 58, 16
LANES, LANE = 3, 15
DASH = (6.0, 3.5)
_MATTERS = ("loss.kind", "loss.smooth", "loss.flip", "loss.real_weight")
"""What decides where a game is at rest."""
OUTPUT_TITLES = {"probability": "D’s output, as a probability", "score": "D’s output, as a score",
                 "critic": "D’s output (a critic’s value)"}


@dataclass(frozen=True, slots=True)
class Frame:
    """A panel's place, and how values become pixels there."""

    top: float
    height: float
    x0: float
    x1: float
    y0: float
    y1: float

    def x(self, step: float) -> float:
        """Pixel of a step."""
        return LEFT + (step - self.x0) / (self.x1 - self.x0) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Pixel of a value; what lies beyond the panel is drawn at its edge."""
        share = (min(max(value, self.y0), self.y1) - self.y0) / (self.y1 - self.y0)
        return self.top + self.height * (1 - share)


@dataclass(frozen=True, slots=True)
class Curve:
    """One column of the history, and how it is told apart."""

    column: str
    label: str
    role: Role
    dash: tuple[float, ...]


PANELS = (
    ("Loss", 250, (Curve("loss_d", "D", "player_d", ()), Curve("loss_g", "G", "player_g", DASH))),
    ("", 170, (Curve("d_real", "D(x), real", "real", ()),
               Curve("d_fake", "D(G(z)), fake", "fake", DASH))),
)


@dataclass(frozen=True, slots=True)
class Span:
    """From ``first`` to ``last`` the loss was ``loss``."""

    first: float
    last: float
    loss: Loss

    @property
    def kind(self) -> str:
        """Its name in the recipe."""
        return self.loss.kind


def loss_spans(data: GalleryData, first: float, last: float) -> list[Span]:
    """Which loss ruled when: the recipe's now, and before each change of it the one before."""
    turns = [(t.step, before) for t in data.changes if (before := {
        path.removeprefix("loss."): change[0] for path, change in t.changes.items()
        if path in _MATTERS and change[0] is not None})]
    losses = [data.recipe.loss]
    for _, before in reversed(turns):
        losses.append(losses[-1].model_copy(update=before))
    edges = [first, *(min(max(float(step), first), last) for step, _ in turns), last]
    return [Span(a, b, loss) for (a, b), loss in zip(pairwise(edges), reversed(losses), strict=True)
            if (b > a or first == last) and loss.kind in LOSS_FACTS]


def curves_scene(data: GalleryData, *, heading: bool = True) -> Scene:
    """Layout of the curves, under the run's name; with no rows, axes and a line that says so."""
    first, last = (float(data.steps[0]), float(data.steps[-1])) if len(data.steps) else (
        0.0, float(max(data.step, 1)))
    spans = loss_spans(data, first, last)
    marks: list[Mark] = [Text(LEFT, 24, data.name, size=15)] if heading else []
    lanes_top = 40.0 if heading else 0.0
    end = last if last > first else first + 1
    labels = place_labels(data, Frame(0, 1, first, end, 0, 1))
    top = lanes_top + LANE * max((label.lane + 1 for label in labels), default=0)
    frames = []
    for title, height, curves in PANELS:
        top += 22
        series = [thin(data.steps, data.values[:, SCALARS.index(c.column)], WIDTH - LEFT - RIGHT)
                  for c in curves]
        low, high = _value_range(curves, series, spans)
        frame = Frame(top, height, first, end, low, high)
        marks += _axes(frame, title or OUTPUT_TITLES[LOSS_FACTS[data.recipe.loss.kind].output])
        marks += _legend(frame, curves)
        marks += _tweak_lines(frame, data)
        for curve, columns in zip(curves, series, strict=True):
            marks += _curve(frame, curve, columns)
        marks += _equilibria(frame, curves, spans)
        if not any(len(s.x) for s in series):
            marks.append(Text(frame.x((frame.x0 + frame.x1) / 2), top + height / 2,
                              "No values were recorded", "muted", 12, "middle"))
        frames.append(frame)
        top += height
    marks += _steps_axis(frames[-1])
    marks += _label_marks(labels, lanes_top, frames[0].top)
    note = "Thin: every value, extremes kept.  Thick: smoothed.  Dotted: where the game is at rest."
    marks.append(Text(LEFT, top + 42, note, "muted", 10.5))
    return Scene(WIDTH, top + 54, tuple(marks))


def _value_range(curves: tuple[Curve, ...], series: list[Columns],
                 spans: list[Span]) -> tuple[float, float]:
    outputs = curves[0].column == "d_real"
    if outputs and spans and all(LOSS_FACTS[s.kind].output == "probability" for s in spans):
        return 0.0, 1.0
    low, high = shown_range(*series)
    rest = [v for s in spans for c in curves if (v := equilibrium(c.column, s.loss)) is not None]
    # The rest is worth showing unless that would squeeze the curves into a corner.
    room = high - low
    low = min([low, *(v for v in rest if low - 1.5 * room < v)])
    high = max([high, *(v for v in rest if v < high + 1.5 * room)])
    pad = 0.06 * (high - low)
    return low - pad, high + pad


def equilibrium(column: str, loss: Loss) -> float | None:
    """The value of a scalar where fakes and reals have one distribution; None where it is free."""
    facts = at_rest(loss)
    return {"loss_d": facts.loss_d, "loss_g": facts.loss_g}.get(column, facts.d_output)


def constant_text(value: float) -> str:
    """Constants of the theory by their names."""
    names = ((log(4), "log 4"), (log(2), "log 2"), (-log(2), "−log 2"), (0.5, "½"), (0.25, "¼"),
             (0.125, "⅛"))
    for constant, name in names:
        if isclose(value, constant):
            return name
    return tick_text(value)


def _axes(frame: Frame, title: str) -> list[Mark]:
    marks: list[Mark] = [Text(LEFT, frame.top - 8, title, "text", 12)]
    for value in nice_ticks(frame.y0, frame.y1, max(3, int(frame.height / 34))):
        y = frame.y(value)
        marks.append(Line(segment(LEFT, y, WIDTH - RIGHT, y), "line", 0.75))
        marks.append(Text(LEFT - 8, y + 3.6, tick_text(value), "muted", 10.5, "end"))
    return marks


def _steps_axis(frame: Frame) -> list[Mark]:
    base = frame.top + frame.height
    marks: list[Mark] = [Line(segment(LEFT, base, WIDTH - RIGHT, base), "muted", 1)]
    for step in nice_ticks(frame.x0, frame.x1, 8):
        if step != int(step):
            continue
        marks.append(Line(segment(frame.x(step), base, frame.x(step), base + 4), "muted", 1))
        marks.append(Text(frame.x(step), base + 17, tick_text(step), "muted", 10.5, "middle"))
    marks.append(Text(WIDTH - RIGHT, base + 42, "step", "muted", 11, "end"))
    return marks


def _legend(frame: Frame, curves: tuple[Curve, ...]) -> list[Mark]:
    marks: list[Mark] = []
    right, y = float(WIDTH - RIGHT), frame.top - 8
    for curve in reversed(curves):
        marks.append(Text(right, y, curve.label, "text", 11, "end"))
        left = right - text_width(curve.label, 11) - 36
        marks.append(Line(segment(left, y - 4, left + 28, y - 4), curve.role, 2, curve.dash))
        right = left - 18
    return marks


def _equilibria(frame: Frame, curves: tuple[Curve, ...], spans: list[Span]) -> list[Mark]:
    marks: list[Mark] = []
    for span in spans:
        x0, x1 = frame.x(span.first), frame.x(frame.x1 if span is spans[-1] else span.last)
        heights: list[float] = []
        for curve in curves:
            value = equilibrium(curve.column, span.loss)
            if value is None or not frame.y0 <= value <= frame.y1:
                continue
            y = frame.y(value)
            if y in heights:  # both outputs rest at the same value
                continue
            own = curve.column.startswith("loss")
            marks.append(Line(segment(x0, y, x1, y), curve.role if own else "text", 1.2, (1.5, 3)))
            label = f"{curve.label}: {constant_text(value)}" if own else constant_text(value)
            # Above its line, or below it where another one is close.
            base = y + 12 if any(abs(y - other) < 24 for other in heights) else y - 4
            if x1 - x0 > text_width(label, 10.5) + 8:
                marks.append(Text(x1 - 5, base, label, "text", 10.5, "end", halo=True))
            heights.append(y)
    return marks


def _curve(frame: Frame, curve: Curve, columns: Columns) -> list[Mark]:
    marks: list[Mark] = []
    for piece in columns.pieces():
        x = np.array([frame.x(s) for s in columns.x[piece]])
        low = np.array([frame.y(v) for v in columns.low[piece]])
        high = np.array([frame.y(v) for v in columns.high[piece]])
        mean = smooth(columns.mean[piece], len(columns.x) // 60)
        middle = np.array([frame.y(v) for v in mean])
        up = columns.rising[piece]
        zigzag = np.stack([np.where(up, low, high), np.where(up, high, low)], -1).ravel()
        raw = np.stack([np.repeat(x, 2), zigzag], -1)
        marks.append(Line(raw, curve.role, 1, (), 0.3))
        if len(x) == 1:  # a single value still has to be seen
            x, middle = np.array([x[0] - 2, x[0] + 2]), np.repeat(middle, 2)
        marks.append(Line(np.stack([x, middle], -1), curve.role, 2, curve.dash))
    return marks


def _tweak_lines(frame: Frame, data: GalleryData) -> list[Mark]:
    return [Line(segment(frame.x(t.step), frame.top, frame.x(t.step), frame.top + frame.height),
                 "marker", 1, (2, 2))
            for t in data.changes if frame.x0 <= t.step <= frame.x1]


@dataclass(frozen=True, slots=True)
class Label:
    """A tweak's number and words: in which lane, from where, and the pixel of its step."""

    text: str
    lane: int
    left: float
    x: float


def place_labels(data: GalleryData, frame: Frame) -> list[Label]:
    """Each tweak's label in the first lane that has room, or only its number, or nothing."""
    labels = []
    taken = [0.0] * LANES
    for number, tweak in enumerate(data.changes, 1):
        if not frame.x0 <= tweak.step <= frame.x1:
            continue
        x = frame.x(tweak.step)
        words = tweak.label if len(tweak.label) <= 34 else tweak.label[:33] + "…"
        for text in (f"{number} · {words}" if words else str(number), str(number)):
            width = text_width(text, 10.5)
            left = min(x + 4, WIDTH - 4 - width)
            lane = next((i for i in range(LANES) if taken[i] <= left - 8), None)
            if lane is not None:
                taken[lane] = left + width
                labels.append(Label(text, lane, left, x))
                break
    return labels


def _label_marks(labels: list[Label], lanes_top: float, plot_top: float) -> list[Mark]:
    marks: list[Mark] = []
    for label in labels:
        base = lanes_top + 11 + LANE * label.lane
        marks.append(Line(segment(label.x, base - 9, label.x, plot_top), "marker", 1, (2, 2)))
        marks.append(Text(label.left, base, label.text, "marker", 10.5))
    return marks
