"""One rule for each disease: to what degree (0 … 1) do the symptoms show it?

Each rule asks for several independent signs and takes the least of them. The thresholds were
set on runs with other seeds than those of the published table (docs/doctor.md).
"""

from __future__ import annotations

from collections.abc import Callable

from ganstudio.game.facts import LOSS_FACTS
from ganstudio.training.doctor.record import Symptoms
from ganstudio.training.doctor.window import LAST, Window, log_ramp, ramp

LONG = 2 * LAST
LASTING = LONG - 2
"""Examinations for what a young generator shows as well, and outgrows."""


def vanishing(w: Window) -> float:
    """D is all but perfect and hardly any of G's gradient is left (Arjovsky & Bottou 2017)."""
    return min(w.holds(lambda s: ramp(s.auc, 0.9, 0.97)),
               log_ramp(w.gradient_left(), 0.2, 0.04), _unmatched(w))


def lagging(w: Window) -> float:
    """D takes fakes for real though they differ, knows which way to go, and moves too little."""
    slow = w.median("move_d") / max(w.median("move_g"), 1e-300)
    return min(w.holds(lambda s: ramp(s.auc, 0.45, 0.25)), log_ramp(w.median("snr_d"), 8, 30),
               max(log_ramp(slow, 0.5, 0.15), log_ramp(w.median("move_d"), 1e-4, 2e-5)),
               _unmatched(w))


def oscillation(w: Window) -> float:
    """The players circle: places and favours come back, and the match does not get better."""
    size, crossings = w.swing()
    swings = min(ramp(size, 0.5, 1.0), ramp(crossings, 2, 4))
    favours = ramp(w.turns_of_favour(), 2, 5)
    if len(w.all) < LONG:
        return 0.0
    return min(max(swings, favours), ramp(w.change("mismatch"), 0.5, 0.7),
               log_ramp(w.median("mismatch"), 10, 30))


def collapse_total(w: Window) -> float:
    """All latents give one sample, or all but one that stays where it is."""
    stays = 1 - ramp(w.jumps(), 0.4, 0.6)
    return max(w.holds(lambda s: ramp(s.spread, 0.02, 0.005)),
               min(w.holds(lambda s: ramp(s.spread, 0.08, 0.03)), stays))


def hopping(w: Window) -> float:
    """Few cells at a time, and other ones each time (Metz et al. 2017, fig. 2), without end.

    A young generator does so too, but gets better.
    """
    if len(w.all) < LASTING:
        return 0.0
    return min(w.holds(lambda s: ramp(s.effective, 0.5, 0.3), LASTING),
               ramp(w.jumps(LASTING), 0.4, 0.6), ramp(w.jumps(), 0.4, 0.6),
               ramp(w.change("mismatch"), 0.4, 0.6))


def collapse_partial(w: Window) -> float:
    """What is made is good, and the same part of the data has been left out for long."""
    good = w.holds(lambda s: max(ramp(s.precision, 0.15, 0.4), ramp(s.high_quality, 0.15, 0.4)))
    return min(ramp(w.missing(LASTING), 0.05, 0.12), good)


def overfit(w: Window) -> float:
    """D rates its training items above held-out reals, after seeing each of them often."""
    return min(w.holds(lambda s: ramp(s.auc_held, 0.53, 0.6)),
               ramp(w.last[-1].epoch, 3, 6))


def memorisation(w: Window) -> float:
    """Fakes lie nearer to training items than reals lie to one another, and to many of them."""
    return min(w.holds(lambda s: ramp(s.copy_ratio, 0.7, 0.5)),
               w.holds(lambda s: ramp(s.copy_distinct, 0.15, 0.3)),
               w.holds(lambda s: ramp(s.spread, 0.2, 0.4)))


def noise(w: Window) -> float:
    """D says ½ to everything and finds nothing to learn in its batches, though samples differ.

    At the healthy equilibrium D says the same, but there the samples match. Where (nearly) half of
    the labels are flipped there is nothing to learn, whatever one batch seems to say.
    """
    last = w.last[-1]
    if LOSS_FACTS[last.loss].output == "probability":
        undecided = w.holds(lambda s: ramp(s.logit_size, 0.15, 0.07))
    else:
        undecided = ramp(abs(w.median("auc") - 0.5), 0.25, 0.15)
    blind = ramp(last.flip, 0.3, 0.45)
    if len(w.all) >= LASTING:
        blind = max(blind, min(log_ramp(w.median("snr_d", LONG), 16, 8),
                               w.holds(lambda s: ramp(quality(s), 0.7, 0.6)),
                               1 - ramp(better(w), 1.3, 1.6)))
    return min(undecided, log_ramp(w.median("mismatch"), 6, 12), blind)


def quality(s: Symptoms) -> float:
    """The share of good fakes, by the modes' own measure where they are known."""
    return s.high_quality if s.high_quality == s.high_quality else s.precision


def better(w: Window) -> float:
    """By what factor the samples got better between the older and the newer half."""
    ratios = [w.change(name) for name in ("precision", "high_quality")]
    ratios.append(1 / max(w.change("mismatch"), 1e-9))
    return max((r for r in ratios if r == r), default=1.0)


def divergence(w: Window) -> float:
    """Samples, logits or weights run away, or a loss has ceased to be a number."""
    if any(s.nonfinite for s in w.last):
        return 1.0
    begun = w.all[0].reach if w.all[0].reach == w.all[0].reach else 1.0

    def member(s: Symptoms) -> float:
        return max(min(log_ramp(s.reach, 3, 8), log_ramp(s.reach / begun, 1.5, 3)),
                   log_ramp(s.logit_size, 40, 150))
    return w.holds(member, 4)


def cue(w: Window) -> float:
    """D tells the fakes apart, and a real that lacks nothing but one trivial trait it takes for
    fake as well.
    """
    return w.holds(lambda s: min(ramp(s.cue_gain, 0.2, 0.3), ramp(s.auc, 0.75, 0.85)))


def _unmatched(w: Window) -> float:
    return w.holds(lambda s: log_ramp(s.mismatch, 2.5, 6))


RULES: dict[str, Callable[[Window], float]] = {
    "divergence": divergence, "lagging": lagging, "cue": cue, "vanishing": vanishing,
    "collapse_total": collapse_total, "hopping": hopping, "memorisation": memorisation,
    "overfit": overfit, "collapse_partial": collapse_partial, "oscillation": oscillation,
    "noise": noise,
}
"""Every disease's rule by its name."""

EXPLAINS: dict[str, tuple[str, ...]] = {
    "lagging": ("divergence", "collapse_total", "hopping", "collapse_partial", "oscillation",
                "noise"),
    "divergence": ("vanishing", "collapse_total", "hopping", "collapse_partial", "oscillation",
                   "cue", "overfit"),
    "cue": ("vanishing",),
    "collapse_total": ("hopping", "vanishing", "collapse_partial", "oscillation", "noise", "cue"),
    "noise": ("hopping", "collapse_partial", "oscillation"),
    "hopping": ("collapse_partial", "oscillation"),
    "vanishing": ("collapse_partial",),
    "collapse_partial": ("oscillation",),
    "memorisation": ("collapse_partial",),
}
"""What a disease brings with it: these are not named beside it."""
