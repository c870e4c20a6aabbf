"""The doctor's findings as part of the run: recorded, journaled, and told when they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from ganstudio.runs.errors import RunError
from ganstudio.runs.journal import Tail
from ganstudio.runs.records import far_enough
from ganstudio.training.doctor.diagnosis import Diagnosis
from ganstudio.training.doctor.frames import DoctorFrame, WantDoctor
from ganstudio.training.doctor.record import from_plain
from ganstudio.training.doctor.words import DISEASES, confidence_words

if TYPE_CHECKING:
    from ganstudio.session.conductor import Conductor


@dataclass(frozen=True, slots=True)
class Change:
    """A disease that has begun or has passed."""

    disease: str
    began: bool
    text: str
    data: dict[str, Any]


class Doctoring:
    """Follows the verdicts on one run. Reads earlier examinations when it is first used."""

    def __init__(self, conductor: Conductor) -> None:
        self.conductor = conductor
        self.look = conductor.observer.doctor
        self._known: dict[str, int] = {}
        """Diseases that are on, and the step at which they were first named."""
        self._recorded: int | None = None
        self._take_up()

    def _take_up(self) -> None:
        folder = self.conductor.folder
        if folder is None:
            return
        try:
            entries = folder.symptoms.read()
        except (RunError, OSError):
            return  # a run can be trained on without its earlier symptoms
        self.look.doctor.take_up([from_plain(e["step"], e) for e in entries])
        for entry in Tail(folder.journal).new(("diagnosis",)):
            disease = entry.get("disease")
            if disease in DISEASES:
                self._known.pop(disease, None)
                if entry.get("began"):
                    self._known[disease] = entry["step"]
        if self.look.doctor.history:
            self._recorded = self.look.doctor.history[-1].step

    @property
    def due(self) -> bool:
        """Whether an examination is due."""
        return self.look.doctor.due

    def examine(self) -> tuple[DoctorFrame, tuple[Change, ...]]:
        """A whole examination at the present step, recorded."""
        frame = self.look.look()
        return frame, self.examined(frame)

    def examined(self, frame: DoctorFrame) -> tuple[Change, ...]:
        """Record an examination; returns the diseases that it shows to begin or to have passed."""
        conductor = self.conductor
        ill = frame.verdict.state == "ill" and frame.step != self._recorded
        if ill or far_enough(frame.step, self._recorded):
            self._recorded = frame.step
            conductor.guarded(
                lambda folder: folder.symptoms.add(frame.step, frame.symptoms.plain()))
        if frame.verdict.state == "watching":
            return ()
        named = {d.disease: d for d in frame.verdict.diagnoses}
        changes = [_begun(d, frame.step) for name, d in named.items() if name not in self._known]
        changes += [_passed(name) for name in self._known if name not in named]
        for change in changes:
            if change.began:
                self._known[change.disease] = frame.step
            else:
                del self._known[change.disease]
            conductor.note_diagnosis(change.data)
        return tuple(changes)


def tell(conductor: Conductor, frame: DoctorFrame, want: object, say: Callable[..., None],
         pause: Callable[[str], None]) -> None:
    """Say what the doctor found to begin or to have passed, and pause if that is wanted."""
    changes = conductor.doctoring.examined(frame)
    for change in changes:
        say("diagnosis", change.text, data=change.data)
    begun = [c for c in changes if c.began]
    if begun and isinstance(want, WantDoctor) and want.pause:
        pause(f"Paused, because a disease begins: {begun[0].data['text']}")


def _begun(d: Diagnosis, step: int) -> Change:
    evidence = {e.key: float(f"{e.value:.4g}") for e in d.evidence if isfinite(e.value)}
    text = f"{d.title}: {d.headline} ({confidence_words(d.confidence)})"
    return Change(d.disease, True, text, {
        "disease": d.disease, "began": True, "confidence": round(d.confidence, 3),
        "evidence": evidence, "text": d.title})


def _passed(disease: str) -> Change:
    title = DISEASES[disease].title
    return Change(disease, False, f"{title}: no longer shows", {
        "disease": disease, "began": False, "text": f"{title}: over"})
