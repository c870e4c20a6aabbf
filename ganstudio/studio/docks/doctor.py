"""Doctor: what ails the run, by what evidence, and what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QScrollArea, QVBoxLayout

from ganstudio.recipe import Recipe
from ganstudio.session.messages import State, Update
from ganstudio.studio.docks.base import Dock
from ganstudio.studio.docks.doctor_evidence import EvidenceView
from ganstudio.studio.docks.doctor_parts import Head, Page, RemedyRow, words
from ganstudio.studio.docks.plotting_widgets import Bar, named, tool, truth
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.doctor.diagnosis import Diagnosis, Evidence, Verdict
from ganstudio.training.doctor.frames import DoctorFrame, WantDoctor
from ganstudio.training.doctor.remedies import Remedy, remedies
from ganstudio.training.frames import RunInfo, Want

EMPTY = "Start a run, and the doctor will examine it."
WAITING = "The first examination comes when the run moves."
EXAMINING = "Examining the run…"
PATIENCE = "The first examination is spread over many steps, so that training slows little."
WIDE = 30
"""Font heights from which evidence stands side by side."""


class DoctorDock(Dock):
    """Reads the verdict and offers remedies; changes nothing unasked."""

    key: ClassVar[str] = "doctor"
    title: ClassVar[str] = "Doctor"
    hears_while_hidden: ClassVar[bool] = True

    remedy_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.recipe: Recipe | None = None
        self.frame: DoctorFrame | None = None
        self.shown = ""
        """The disease that is read of, where there are several."""
        self._info: RunInfo | None = None
        self._offered_for = ""
        self.views: list[EvidenceView] = []
        self._places: dict[EvidenceView, tuple[int, int]] = {}
        self.rows: list[RemedyRow] = []
        self._build()
        self.begin(None)

    # ---- building

    def _build(self) -> None:
        self.pause = tool("Pause on disease", "Pause the run when a disease begins; the doctor "
                          "then looks on while this panel is hidden.", True)
        self.pause.toggled.connect(lambda _: self.wants_changed.emit())
        self.head, self.paragraph, self.source, self.effect = Head(), words(), words(), words()
        self.do = words("What may be done")
        self.do.setFont(scaled(self.font(), 1.0, bold=True))
        self.others = Bar()
        self._group = QButtonGroup(self)
        self._evidence = QGridLayout()
        self._evidence.setSpacing(6)
        self._remedies = QVBoxLayout()
        self._remedies.setSpacing(2)
        page = Page()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        for part in (self.others, self.head, self.paragraph, self.source):
            column.addWidget(part)
        column.addLayout(self._evidence)
        column.addWidget(self.effect)
        column.addWidget(self.do)
        column.addLayout(self._remedies)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(page)
        named(self.area, "The doctor's verdict", "")
        self.area.setToolTip("")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(Bar(self.pause))
        whole.addWidget(self.area, 1)

    # ---- what the window tells

    def wants(self) -> Mapping[str, Want]:
        """See Dock."""
        if self._info is None:
            return {}
        return {"doctor": WantDoctor(pause=self.pause.isChecked())}

    @property
    def looks_while_hidden(self) -> bool:
        """Whether the doctor goes on where nobody sees the panel."""
        return self.pause.isChecked()

    def begin(self, info: RunInfo | None) -> None:
        """See Dock."""
        self._info, self.frame, self.shown = info, None, ""
        self._read_nothing(EMPTY if info is None else WAITING)

    def receive(self, update: Update) -> None:
        """See Dock."""
        if self._info is None and update.status.state == State.PREPARING:
            self._read_nothing("Preparing the run…")
        elif self._info is not None and self.frame is None:
            self._await(update.status.state is State.RUNNING)
        for event in update.events:
            if event.kind == "restored" and self.frame and self.frame.step > event.step:
                self.frame = None
                self._read_nothing(WAITING)
        frame = update.frames.get("doctor")
        if isinstance(frame, DoctorFrame):
            self.frame = frame
            self.read()

    def _await(self, running: bool) -> None:
        text = EXAMINING if running else WAITING
        if self.head.headline.text() != text:
            self._read_nothing(text)
            self._say(PATIENCE if running else "", "", "")

    def set_recipe(self, recipe: Recipe) -> None:
        """Remedies start from the recipe in force."""
        self.recipe = recipe
        if self.frame is not None:
            self._offer(self._chosen(self.frame.verdict))

    def set_theme(self, theme: Theme) -> None:
        """See Dock."""
        self.theme = theme
        for part in (self.head, *self.views, *self.rows):
            part.set_theme(theme)
        for label in (self.source, self.effect):
            label.setStyleSheet(f"color: {theme.muted};")
        self.area.setStyleSheet(f"QScrollArea, QScrollArea > QWidget > QWidget "
                                  f"{{ background: {theme.panel}; }}")

    def save_state(self) -> dict[str, Any]:
        """See Dock."""
        return {"pause": self.pause.isChecked()}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """See Dock."""
        self.pause.setChecked(truth(state, "pause", False))

    def resizeEvent(self, event: Any) -> None:
        """Evidence side by side where there is room."""
        super().resizeEvent(event)
        self._arrange()

    # ---- reading

    def _read_nothing(self, text: str) -> None:
        self.head.say(text, "", 0.0)
        self._say("", "", "")
        self._show_evidence(())
        self._list_diagnoses(())
        self._offer(None)

    def _chosen(self, verdict: Verdict) -> Diagnosis | None:
        found = {d.disease: d for d in verdict.diagnoses}
        return found.get(self.shown) or (verdict.diagnoses[0] if verdict.diagnoses else None)

    def read(self) -> None:
        """Show the newest verdict."""
        if self.frame is None:
            return
        verdict = self.frame.verdict
        diagnosis = self._chosen(verdict)
        if diagnosis is not None:
            self.head.say(diagnosis.headline, "ill", diagnosis.confidence)
            self._say(diagnosis.paragraph, diagnosis.source, verdict.effect)
            self._show_evidence(diagnosis.evidence)
        else:
            tone = {"watching": "watching", "steady": ""}.get(verdict.state, "well")
            self.head.say(verdict.headline, tone, verdict.progress)
            self._say(verdict.paragraph, "", verdict.effect)
            self._show_evidence(verdict.evidence)
        self._list_diagnoses(verdict.diagnoses)
        self._offer(diagnosis)

    def _say(self, paragraph: str, source: str, effect: str) -> None:
        for label, text in ((self.paragraph, paragraph), (self.source, source),
                            (self.effect, effect)):
            if label.text() != text:
                label.setText(text)
            label.setVisible(bool(text))

    def _show_evidence(self, evidence: tuple[Evidence, ...]) -> None:
        while len(self.views) > len(evidence):
            gone = self.views.pop()
            self._places.pop(gone, None)
            gone.deleteLater()
        while len(self.views) < len(evidence):
            self.views.append(EvidenceView())
            self.views[-1].set_theme(self.theme)
        for view, piece in zip(self.views, evidence, strict=True):
            view.show_evidence(piece)
        self._arrange()

    def _arrange(self) -> None:
        columns = 2 if self.width() >= WIDE * self.fontMetrics().height() else 1
        for k, view in enumerate(self.views):
            place = k // columns, k % columns
            if self._places.get(view) != place:
                self._places[view] = place
                self._evidence.addWidget(view, *place)

    def _list_diagnoses(self, diagnoses: tuple[Diagnosis, ...]) -> None:
        names = [d.disease for d in diagnoses] if len(diagnoses) > 1 else []
        buttons = {b.property("disease"): b for b in self._group.buttons()}
        if list(buttons) != names:
            for button in buttons.values():
                self._group.removeButton(button)
                button.deleteLater()
            for d in diagnoses if names else ():
                button = tool(d.title, f"Read about: {d.headline}", True)
                button.setProperty("disease", d.disease)
                button.clicked.connect(lambda _=False, name=d.disease: self._read_about(name))
                self._group.addButton(button)
                self.others.layout().addWidget(button)
        shown = self._chosen(self.frame.verdict) if self.frame else None
        for button in self._group.buttons():
            button.setChecked(shown is not None and button.property("disease") == shown.disease)
        self.others.setVisible(bool(names))

    def _read_about(self, disease: str) -> None:
        self.shown = disease
        self.read()

    def _offer(self, diagnosis: Diagnosis | None) -> None:
        """List remedies anew only where they differ: no button moves from under the pointer, so
        one that was taken stays in its place, switched off, as long as the disease is read of.
        """
        offered: tuple[Remedy, ...] = ()
        if diagnosis is not None and self.recipe is not None:
            offered = remedies(diagnosis.disease, self.recipe)
        disease = diagnosis.disease if diagnosis is not None else ""
        kept = self.rows if disease == self._offered_for else []
        self._offered_for = disease
        rows = [row for row in kept if row.remedy in offered or row.taken]
        there = [row.remedy for row in rows]
        rows += [self._row(remedy) for remedy in offered if remedy not in there]
        for row in self.rows:
            if row not in rows:
                self._remedies.removeWidget(row)
                row.deleteLater()
        self.rows = rows
        for row in rows:
            row.offer(row.remedy in offered)
        self.do.setVisible(bool(rows))

    def _row(self, remedy: Remedy) -> RemedyRow:
        row = RemedyRow(remedy)
        row.set_theme(self.theme)
        row.chosen.connect(self.remedy_chosen)
        self._remedies.addWidget(row)
        return row
