"""What may be asked of the doctor, and what comes back. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from ganstudio.training.doctor.diagnosis import Verdict
from ganstudio.training.doctor.record import Symptoms


@dataclass(frozen=True, slots=True)
class WantDoctor:
    """Examinations of the run at least ``every`` steps apart, and what they come to.

    ``pause``: pause the run when a disease begins.
    """

    every: int = 50
    pause: bool = False


@dataclass(frozen=True, slots=True)
class DoctorFrame:
    """The newest examination and the verdict on all of them. ``seconds``: what it cost."""

    step: int
    symptoms: Symptoms
    verdict: Verdict
    seconds: float = 0.0
