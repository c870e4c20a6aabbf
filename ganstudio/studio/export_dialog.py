"""The export panel: what to take away, how far it is, and where it went."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ganstudio.runs.export.kinds import KINDS
from ganstudio.session.messages import CancelExport, Event, Export
from ganstudio.studio.form.switch import Switch
from ganstudio.studio.text import scaled

MOST = 64
GALLERY = "Samples, a time-lapse, the curves, the dynamics and one page that shows it all."


class ExportDialog(QDialog):
    """Stands beside the work; training goes on, and closing the panel lets the export go on."""

    def __init__(self, controller: Any, parent: QWidget | None = None,
                 extras: Callable[[], tuple[tuple[str, bytes, str], ...]] = tuple) -> None:
        super().__init__(parent)
        self.controller = controller
        self.extras = extras
        self.setWindowTitle("Export")
        self.setModal(False)
        self.written: Path | None = None
        self._asked = False
        unit = self.fontMetrics().height()
        column = QVBoxLayout(self)
        column.setContentsMargins(unit * 2, unit + unit // 2, unit * 2, unit + unit // 2)
        column.setSpacing(unit * 2 // 3)
        heading = QLabel("Export")
        heading.setFont(scaled(self.font(), 1.35, bold=True))
        self.lead = QLabel()
        self.lead.setWordWrap(True)
        self.lead.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.lead.setMinimumHeight(unit * 3)  # three lines, so that nothing moves with the kind
        self.lead.setMinimumWidth(unit * 28)
        column.addWidget(heading)
        column.addWidget(self.lead)
        column.addLayout(self._form(unit))
        column.addSpacing(unit // 2)
        self.foot = QStackedWidget()
        self.foot.addWidget(self._ask_page())
        self.foot.addWidget(self._progress_page())
        self.foot.addWidget(self._done_page())
        column.addWidget(self.foot)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(button is self.export_button)
        controller.happened.connect(self._react)
        controller.closed.connect(self._run_closed)

    def _form(self, unit: int) -> QFormLayout:
        self.form = form = QFormLayout()
        form.setSpacing(unit * 2 // 3)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.kind = QComboBox()
        self.kind.setAccessibleName("What")
        self.kind.addItem("Gallery", "gallery")
        for key, kind in KINDS.items():
            self.kind.addItem(kind.title, key)
        form.addRow("What", self.kind)
        self.rows = self._number("Rows", 8, 1, MOST)
        self.columns = self._number("Columns", 8, 1, MOST)
        self.seed = self._number("Seed", 0, 0, 2**31 - 1)
        self.size_row = QWidget()
        size = QHBoxLayout(self.size_row)
        size.setContentsMargins(0, 0, 0, 0)
        size.addWidget(self.rows)
        size.addWidget(QLabel("by"))
        size.addWidget(self.columns)
        self.count = QLabel()
        size.addWidget(self.count)
        size.addStretch(1)
        form.addRow("Rows by columns", self.size_row)
        form.addRow("Seed", self.seed)
        self.averaged = Switch()
        self.averaged.setChecked(True)
        self.averaged.setAccessibleName("From the averaged generator")
        form.addRow("Averaged generator", self.averaged)
        self.folder = QLineEdit()
        self.folder.setAccessibleName("Folder")
        self.folder.setMinimumWidth(unit * 22)
        self.choose = QPushButton("Choose…")
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(self.choose)
        self.place = QLabel("Folder")
        form.addRow(self.place, row)
        self.choose.clicked.connect(self._choose)
        for box in (self.rows, self.columns):
            box.valueChanged.connect(self._count)
        self.kind.currentIndexChanged.connect(self._kind_chosen)
        self._count()
        return form

    def _kind_chosen(self) -> None:
        """Show what this kind asks for, and a fresh place to write it to."""
        key = self.kind.currentData()
        kind = KINDS.get(key)
        gallery = kind is None
        self.lead.setText((GALLERY if kind is None else kind.about) + " Training goes on "
                          "meanwhile.")
        self.form.setRowVisible(self.size_row, gallery)
        self.form.setRowVisible(self.seed, gallery)
        self.form.setRowVisible(self.averaged, gallery or (kind is not None and kind.weights))
        self.place.setText("Folder" if kind is None or not kind.ending else "File")
        self.folder.setAccessibleName(self.place.text())
        self.folder.setText(str(fresh_place(self.controller.folder, key)))
        self.complaint.clear()
        self.adjustSize()

    def _number(self, name: str, value: int, low: int, high: int) -> QSpinBox:
        box = QSpinBox()
        box.setRange(low, high)
        box.setValue(value)
        box.setAccessibleName(name)
        return box

    def _ask_page(self) -> QWidget:
        page, row = _page()
        self.complaint = QLabel()
        self.complaint.setWordWrap(True)
        self.close_button = QPushButton("Close")
        self.export_button = QPushButton("Export")
        self.export_button.setDefault(True)
        row.addWidget(self.complaint, 1)
        row.addWidget(self.close_button)
        row.addWidget(self.export_button)
        self.close_button.clicked.connect(self.close)
        self.export_button.clicked.connect(self.start)
        return page

    def _progress_page(self) -> QWidget:
        page, row = _page()
        self.doing = QLabel("Exporting")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Export progress")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(lambda: self.controller.send(CancelExport()))
        row.addWidget(self.doing)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel_button)
        return page

    def _done_page(self) -> QWidget:
        page, row = _page()
        self.where = QLabel()
        self.open_button = QPushButton("Open folder")
        self.page_button = QPushButton("Open page")
        self.again_button = QPushButton("Close")
        row.addWidget(self.where, 1)
        row.addWidget(self.open_button)
        row.addWidget(self.page_button)
        row.addWidget(self.again_button)
        self.open_button.clicked.connect(self._open)
        self.page_button.clicked.connect(self._open_page)
        self.again_button.clicked.connect(self.close)
        return page

    def present(self, kind: str = "") -> None:
        """Show the panel, on ``kind`` if that is named, with a fresh place to write to."""
        if not self._asked:
            self.foot.setCurrentIndex(0)
            self._lock(False)
            keeps_average = self.controller.running.average.decay > 0
            self.averaged.setChecked(keeps_average)
            self.averaged.setEnabled(keeps_average)
            self.averaged.setToolTip("" if keeps_average else "This run keeps no average (EMA "
                                                              "decay is 0)")
            if kind:
                self.kind.setCurrentIndex(self.kind.findData(kind))
            self._kind_chosen()
        self.show()
        self.raise_()
        self.activateWindow()
        self.kind.setFocus()

    def _count(self) -> None:
        self.count.setText(f"= {self.rows.value() * self.columns.value():,} samples")

    def _choose(self) -> None:
        key, here = self.kind.currentData(), Path(self.folder.text())
        kind = KINDS.get(key)
        if kind is not None and kind.ending:
            chosen = QFileDialog.getSaveFileName(self, kind.title, str(here), f"*{kind.ending}",
                                                 options=QFileDialog.Option.DontConfirmOverwrite)[0]
            if chosen:
                self.folder.setText(chosen)
            return
        chosen = QFileDialog.getExistingDirectory(self, "Where to put the folder", str(here.parent))
        if chosen:
            self.folder.setText(str(Path(chosen) / here.name))

    def start(self) -> None:
        """Ask the session for the gallery."""
        folder = self.folder.text().strip()
        if not folder:
            self.complaint.setText(f"Choose a {self.place.text().lower()} first.")
            return
        self.complaint.clear()
        self._asked = True
        self._lock(True)
        self.progress.setRange(0, 0)
        self.doing.setText("Preparing")
        self.foot.setCurrentIndex(1)
        self.controller.send(Export(str(Path(folder).expanduser()), self.rows.value(),
                                    self.columns.value(), self.seed.value(),
                                    self.averaged.isChecked(), self.kind.currentData(),
                                    self.extras() if self.kind.currentData() == "gallery"
                                    else ()))

    def _lock(self, locked: bool) -> None:
        for part in (self.kind, self.rows, self.columns, self.seed, self.folder, self.choose):
            part.setEnabled(not locked)

    def _react(self, event: Event) -> None:
        if not self._asked:
            return
        if event.kind == "progress" and event.data.get("what") == "export":
            self.doing.setText(str(event.data.get("part", "Exporting")).capitalize())
            self.progress.setRange(0, int(event.data["total"]))
            self.progress.setValue(int(event.data["done"]))
        elif event.kind == "exported":
            self.written = Path(event.data["path"])
            self._finish(2)
            self.where.setText("Done.")
            self.where.setToolTip(str(self.written))
            self.page_button.setVisible((self._shown_folder() / "index.html").exists())
        elif event.kind in ("export_failed", "export_cancelled", "refused"):
            self._finish(0)
            self.complaint.setText("Cancelled." if event.kind == "export_cancelled"
                                   else event.text)

    def _finish(self, page: int) -> None:
        self._asked = False
        self._lock(False)
        self.foot.setCurrentIndex(page)

    def _run_closed(self) -> None:
        if self._asked:
            self._finish(0)
        self.close()

    def _shown_folder(self) -> Path:
        written = self.written or Path()
        return written if written.is_dir() else written.parent

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._shown_folder())))

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._shown_folder() / "index.html")))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the panel; an export goes on."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)


def _page() -> tuple[QWidget, QHBoxLayout]:
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    return page, row


def fresh_place(run: Path | None, key: str) -> Path:
    """A place for an export of this kind that nothing stands at, beside the folder of runs."""
    run = run or Path.home() / "run"
    kind = KINDS.get(key)
    beside = run.parent.name == "runs"
    base = run.parent.parent / ("galleries" if kind is None else "exports") if beside else (
        run.parent)
    now = time.strftime("%H%M%S")
    stem = f"{run.stem}-gallery-{now}" if kind is None else (
        run.stem if kind.ending else f"{run.stem}-log")
    ending = kind.ending if kind else ""
    place, number = base / f"{stem}{ending}", 2
    while place.exists():
        place, number = base / f"{stem}-{number}{ending}", number + 1
    return place
