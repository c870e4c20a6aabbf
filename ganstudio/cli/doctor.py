"""What the doctor says of a run that was trained without a window."""

from __future__ import annotations

import textwrap
from math import isfinite
from typing import TYPE_CHECKING, Any

from ganstudio.training.doctor.diagnosis import Evidence, Verdict
from ganstudio.training.doctor.remedies import remedies
from ganstudio.training.doctor.words import confidence_words

if TYPE_CHECKING:
    from ganstudio.recipe import Recipe
    from ganstudio.session.conductor import Conductor


def verdict_of(conductor: Conductor) -> tuple[dict[str, Any], str]:
    """The verdict at the run's last step, for JSON and in words."""
    frame, _ = conductor.doctoring.examine()
    verdict = frame.verdict
    plain = [{"disease": d.disease, "confidence": round(d.confidence, 3), "headline": d.headline,
              "evidence": _plain(d.evidence),
              "remedies": [{"label": r.label, "changes": dict(r.changes), "restart": r.restart,
                            "why": r.why, "source": r.source}
                           for r in remedies(d.disease, conductor.recipe)]}
             for d in verdict.diagnoses]
    return ({"verdict": verdict.state, "diagnoses": plain},
            _in_words(verdict, conductor.recipe))


def _plain(evidence: tuple[Evidence, ...]) -> dict[str, float | None]:
    return {e.key: float(f"{e.value:.4g}") if isfinite(e.value) else None for e in evidence}


def _in_words(verdict: Verdict, recipe: Recipe) -> str:
    lines = [f"doctor: {verdict.headline}", *textwrap.wrap(verdict.paragraph, 92)]
    if verdict.effect:
        lines.append(verdict.effect)
    for d in verdict.diagnoses:
        numbers = ", ".join(f"{key} {value:.4g}" for key, value in _plain(d.evidence).items()
                            if value is not None)
        lines.append(f"{d.title}, {confidence_words(d.confidence)}: {numbers}")
        lines += [f"  {'start anew: ' if r.restart else ''}{r.label} ("
                  + ", ".join(f"{k}={v}" for k, v in r.changes.items()) + f"): {r.why}"
                  for r in remedies(d.disease, recipe)]
    return "\n".join(lines)
