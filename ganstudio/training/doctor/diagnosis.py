"""From a history of symptoms to a verdict: a pure function, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganstudio.training.doctor.cues import NAMES
from ganstudio.training.doctor.record import Symptoms
from ganstudio.training.doctor.rules import EXPLAINS, RULES
from ganstudio.training.doctor.window import Window
from ganstudio.training.doctor.words import DISEASES, IMPROVING, LABELS

NAMED = 0.5
"""Confidence from which a disease is named."""
ENOUGH = 10
"""Examinations before anything is said, but of a loss that is no number."""
FAINT = 0.25
LINGERS = 4
"""Examinations for which a disease that shows faintly keeps its name."""
CERTAIN = 3.0
"""Standard errors by which a metric must have moved to count as improving."""
POINTS = 120
"""Points of a series that is drawn."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing to be drawn: a number with its course (``steps``, ``values``), or ``histograms``
    (name, shares) of D's logits between ``bins``.
    """

    key: str
    title: str
    value: float
    steps: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    usual: float | None = None
    meaning: str = ""
    log: bool = False
    percent: bool = False
    histograms: tuple[tuple[str, tuple[float, ...]], ...] = ()
    bins: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A disease that is named, or was looked for: ``confidence`` in 0 … 1."""

    disease: str
    confidence: float
    title: str
    headline: str
    paragraph: str
    source: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the doctor says at ``step``.

    ``state``: ``watching`` (too little seen), ``ill`` (``diagnoses``, the surest first),
    ``equilibrium``, ``improving`` or ``steady``. ``progress`` in 0 … 1 is how much of what is
    needed has been seen. ``effect`` tells what followed the last change of a setting.
    """

    step: int
    state: str
    headline: str
    paragraph: str
    diagnoses: tuple[Diagnosis, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    effect: str = ""
    progress: float = 1.0

    @property
    def disease(self) -> str:
        """The disease named first, or ""."""
        return self.diagnoses[0].disease if self.diagnoses else ""


def diagnose(history: Sequence[Symptoms]) -> Verdict:
    """Judge a run by its examinations, oldest first."""
    step = history[-1].step if history else 0
    if not history:
        return Verdict(0, "watching", "Nothing has been examined yet", "", progress=0.0)
    window = Window(history)
    degrees = degrees_of(window)
    named = sorted((d for d in degrees if degrees[d] >= NAMED), key=lambda d: -degrees[d])
    hidden = {x for d in named for x in EXPLAINS.get(d, ())}
    found = tuple(_diagnosis(d, degrees[d], window) for d in named if d not in hidden)
    effect = _effect(window)
    if found:
        return Verdict(step, "ill", found[0].headline, found[0].paragraph, found,
                       found[0].evidence, effect)
    if len(history) < ENOUGH:
        return Verdict(
            step, "watching", "Still watching", "A run is judged by how its symptoms last: "
            f"{ENOUGH - len(history)} more examinations are needed. In the first steps a strong "
            "discriminator and samples without variety are to be expected.",
            progress=len(history) / ENOUGH, effect=effect)
    return _healthy(window, step, effect)


def degrees_of(window: Window) -> dict[str, float]:
    """To what degree each disease shows; 0 as long as too little has been seen.

    What was named of late and still shows faintly keeps its name: symptoms waver.
    """
    now = _degrees(window)
    wavering = {d for d, degree in now.items() if FAINT <= degree < NAMED}
    for back in range(1, LINGERS + 1):
        if not wavering:
            break
        before = _degrees(Window(window.all[:-back]))
        for disease in [d for d in wavering if before[d] >= NAMED]:
            now[disease] = NAMED
            wavering.discard(disease)
    return now


def _degrees(window: Window) -> dict[str, float]:
    broken = any(s.nonfinite for s in window.last)
    enough = len(window.all) >= ENOUGH
    return {d: rule(window) if enough or (broken and d == "divergence") else 0.0
            for d, rule in RULES.items()}


def _healthy(window: Window, step: int, effect: str) -> Verdict:
    better = [key for key, (_, sign) in IMPROVING.items()
              if sign * window.certain_change(key) >= CERTAIN
              and abs(window.change(key) - 1) > 0.05]
    words = _listed([IMPROVING[key][0] for key in better])
    shown = [k for k in ("mismatch", "auc", "coverage", "high_quality", "precision")
             if np.isfinite(window.median(k))][:3]
    evidence = tuple(_evidence(key, window) for key in (*shown, "logits"))
    # Two samples of one distribution score 1; ten times that is close for a network.
    near = (window.median("mismatch") <= 10 and window.median("precision") >= 0.5
            and abs(window.median("auc") - 0.5) <= 0.2)
    if near:
        more = f" Still improving: {words}." if better else " None of them moves much any more."
        return Verdict(step, "equilibrium", "All is well: near equilibrium",
                       "D cannot tell the fakes from the reals, and by every measure taken they "
                       "are alike: a D that is undecided for this reason is how a good run looks, "
                       f"and not a D that has given up.{more}", (), evidence, effect)
    if better:
        return Verdict(step, "improving", f"All is well: {words} still improve"
                       + ("s" if len(better) == 1 and words != "modes captured" else ""),
                       "No disease shows. The run has not arrived yet, and it is on its way: give "
                       "it time before you change anything.", (), evidence, effect)
    return Verdict(step, "steady", "No disease shows, but nothing gets better either",
                   "None of the diseases that the doctor knows shows plainly. The samples do not "
                   "match the data yet, and no measure of them has moved for a while: the "
                   "networks may be too small, or the rates too low or too high.",
                   (), evidence, effect)


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _diagnosis(disease: str, confidence: float, window: Window) -> Diagnosis:
    about = DISEASES[disease]
    headline, paragraph = about.headline, about.paragraph
    if disease == "cue" and window.last[-1].cue:
        headline = f"D goes by a trivial cue: {NAMES[window.last[-1].cue]}"
    if disease == "divergence" and any(s.nonfinite for s in window.last):
        at = max(s.nonfinite for s in window.last)
        headline = f"The run diverges: a loss was no number at step {at:,}"
    return Diagnosis(disease, confidence, about.title, headline, paragraph, about.source,
                     tuple(_evidence(key, window) for key in about.evidence))


def _evidence(key: str, window: Window) -> Evidence:
    label, last = LABELS[key], window.last[-1]
    if key == "logits":
        sets = [("real", last.hist_real), ("fake", last.hist_fake), ("held-out", last.hist_held)]
        return Evidence(key, label.title, last.overlap, bins=last.bins,
                        histograms=tuple((n, s) for n, s in sets if s))
    if key == "missing":
        return Evidence(key, label.title, window.missing(), usual=label.usual,
                        percent=label.percent)
    if key == "gradient_left":
        steps, values = window.series("step")[0], window.gradient_course()
        middle = window.gradient_left()
    else:
        steps, values = window.series(key)
        middle = window.median(key)
    every = -(-len(steps) // POINTS)
    # Counted from the newest, which must not be left out.
    steps, values = steps[::-every][::-1], values[::-every][::-1]
    return Evidence(key, label.title, middle, tuple(steps.tolist()),
                    tuple(values.tolist()), label.usual, label.meaning, label.log, label.percent)


def _effect(window: Window) -> str:
    """What followed the last change of a setting, as far as the samples tell."""
    at = next((i for i in range(len(window.all) - 1, -1, -1) if window.all[i].tweaked), None)
    if at is None or at < 3 or len(window.all) - at < 4:
        return ""
    tweak = window.all[at]
    before = float(np.nanmedian([s.mismatch for s in window.all[max(0, at - 6):at]]))
    after = window.median("mismatch", min(6, len(window.all) - at - 1))
    how = "better" if after < 0.8 * before else "worse" if after > 1.25 * before else "as before"
    return (f"Since {_listed(tweak.tweaked[:3])} changed at step {tweak.step:,}: mismatch "
            f"{before:.3g} → {after:.3g} ({how}).")
