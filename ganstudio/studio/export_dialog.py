"""The export panel: what to take away, how far it is, and where it went."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import (
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

from ganstudio.session.messages import CancelExport, Event, Export
from ganstudio.studio.form.switch import Switch
from ganstudio.studio.text import scaled

MOST = 64


class ExportDialog(QDialog):
    """Stands beside the work; training goes on, and closing the panel lets the export go on."""

    def __init__(self, controller: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controller = controller
        self.setWindowTitle("Export a gallery")
        self.setModal(False)
        self.written: Path | None = None
        self._asked = False
        unit = self.fontMetrics().height()
        column = QVBoxLayout(self)
        column.setContentsMargins(unit * 2, unit + unit // 2, unit * 2, unit + unit // 2)
        column.setSpacing(unit * 2 // 3)
        heading = QLabel("Export a gallery")
        heading.setFont(scaled(self.font(), 1.35, bold=True))
        self.lead = QLabel("Samples, a time-lapse, the curves and one page that shows it all. "
                           "Training goes on meanwhile.")
        self.lead.setWordWrap(True)
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
        form = QFormLayout()
        form.setSpacing(unit * 2 // 3)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.rows = self._number("Rows", 8, 1, MOST)
        self.columns = self._number("Columns", 8, 1, MOST)
        self.seed = self._number("Seed", 0, 0, 2**31 - 1)
        size = QHBoxLayout()
        size.addWidget(self.rows)
        size.addWidget(QLabel("by"))
        size.addWidget(self.columns)
        self.count = QLabel()
        size.addWidget(self.count)
        size.addStretch(1)
        form.addRow("Rows by columns", size)
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
        form.addRow("Folder", row)
        self.choose.clicked.connect(self._choose)
        for box in (self.rows, self.columns):
            box.valueChanged.connect(self._count)
        self._count()
        return form

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

    def present(self) -> None:
        """Show the panel, with a fresh folder to write to."""
        if not self._asked:
            self.foot.setCurrentIndex(0)
            self._lock(False)
            self.complaint.clear()
            keeps_average = self.controller.running.average.decay > 0
            self.averaged.setChecked(keeps_average)
            self.averaged.setEnabled(keeps_average)
            self.averaged.setToolTip("" if keeps_average else "This run keeps no average (EMA "
                                                              "decay is 0)")
            self.folder.setText(str(self._fresh_folder()))
        self.show()
        self.raise_()
        self.activateWindow()
        self.rows.setFocus()

    def _fresh_folder(self) -> Path:
        run = self.controller.folder or Path.home() / "gallery"
        base = run.parent.parent / "galleries" if run.parent.name == "runs" else run.parent
        stem = f"{run.stem}-gallery-{time.strftime('%H%M%S')}"
        folder, number = base / stem, 2
        while folder.exists():
            folder, number = base / f"{stem}-{number}", number + 1
        return folder

    def _count(self) -> None:
        self.count.setText(f"= {self.rows.value() * self.columns.value():,} samples")

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the gallery",
                                                  str(Path(self.folder.text()).parent))
        if chosen:
            self.folder.setText(str(Path(chosen) / Path(self.folder.text()).name))

    def start(self) -> None:
        """Ask the session for the gallery."""
        folder = self.folder.text().strip()
        if not folder:
            self.complaint.setText("Choose a folder first.")
            return
        self.complaint.clear()
        self._asked = True
        self._lock(True)
        self.progress.setRange(0, 0)
        self.doing.setText("Preparing")
        self.foot.setCurrentIndex(1)
        self.controller.send(Export(str(Path(folder).expanduser()), self.rows.value(),
                                    self.columns.value(), self.seed.value(),
                                    self.averaged.isChecked()))

    def _lock(self, locked: bool) -> None:
        for part in (self.rows, self.columns, self.seed, self.folder, self.choose):
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
