"""Examinations on the probe budget: a slice at a time, beside the training."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ganstudio.training.doctor.diagnosis import diagnose
from ganstudio.training.doctor.frames import DoctorFrame, WantDoctor
from ganstudio.training.doctor.look import Doctor
from ganstudio.training.doctor.record import Symptoms

SLICE_SECONDS = 0.008


class DoctorLook:
    """Makes ``DoctorFrame``s of one doctor, who keeps the history."""

    def __init__(self, doctor: Doctor) -> None:
        self.doctor = doctor
        self._begun: Iterator[Symptoms | None] | None = None
        self._begun_at = 0
        self._spent = 0.0
        self._told: int | None = None

    def glance(self, want: WantDoctor) -> tuple[DoctorFrame | None, bool]:
        """Work for a slice: (the frame when an examination is done, whether it is)."""
        doctor = self.doctor
        doctor.every = want.every
        if self._begun is not None and self._begun_at > doctor.trainer.step:
            self._begun = None  # the run went back meanwhile
        if self._begun is None:
            if not doctor.due:
                # What was examined before anybody looked is told without a new examination.
                return (self._frame(0.0) if self._told is None else None), True
            self._begun, self._begun_at, self._spent = (doctor.examination(),
                                                        doctor.trainer.step, 0.0)
        begun = time.perf_counter()
        while time.perf_counter() - begun < SLICE_SECONDS:
            try:
                found = next(self._begun)
            except Exception:
                self._begun = None
                raise
            if found is not None:
                self._begun = None
                return self._frame(self._spent + time.perf_counter() - begun), True
        self._spent += time.perf_counter() - begun
        return None, False

    def look(self) -> DoctorFrame:
        """A whole examination now, unless this step was examined already."""
        history = self.doctor.history
        begun = time.perf_counter()
        if not history or history[-1].step != self.doctor.trainer.step:
            self.doctor.examine()
        return self._frame(time.perf_counter() - begun)

    def _frame(self, seconds: float) -> DoctorFrame:
        history = self.doctor.history
        self._told = history[-1].step
        return DoctorFrame(history[-1].step, history[-1], diagnose(history), seconds)
