"""What a setting does, on how good authority, and what it may be."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from ganstudio.recipe import FieldSpec
from ganstudio.studio.edits import value_text
from ganstudio.studio.form.state_dot import LIVE, MEANING, RESTART
from ganstudio.studio.theme import Theme


def info_html(spec: FieldSpec, default: object, theme: Theme) -> str:
    """The popup's text."""
    rows = [("Allowed", spec.range_text() if spec.type != "choice"
             else ", ".join(title for _, title in spec.choices))]
    if default is not None:
        rows.append(("Preset", value_text(spec, default)))
    rows.append(("Source", spec.knob.source or "–"))
    rows.append(("In a recipe", spec.path))
    cells = "".join(
        f"<tr><td style='color:{theme.muted}; padding-right:10px'>{name}</td>"
        f"<td>{escape(text)}</td></tr>" for name, text in rows)
    unit = f" <span style='color:{theme.muted}'>({escape(spec.knob.unit)})</span>" if (
        spec.knob.unit) else ""
    return (f"<p style='font-weight:600'>{escape(spec.knob.title)}{unit}</p>"
            f"<p>{escape(spec.knob.help)}</p>"
            f"<p style='color:{theme.muted}'>{MEANING[LIVE if spec.live else RESTART]}</p>"
            f"<table cellspacing='0' cellpadding='1'>{cells}</table>")


class InfoPopup(QFrame):
    """A small card beside its row; any click or Escape closes it."""

    def __init__(self, spec: FieldSpec, default: object, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("infoPopup")
        self.setStyleSheet(f"#infoPopup {{ background: {theme.panel}; "
                           f"border: 1px solid {theme.line}; }}")
        unit = self.fontMetrics().height()
        column = QVBoxLayout(self)
        column.setContentsMargins(unit, unit // 2, unit, unit // 2)
        label = QLabel(info_html(spec, default, theme))
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setFixedWidth(unit * 20)
        label.setAccessibleName(f"About {spec.knob.title}")
        column.addWidget(label)

    def show_beside(self, row: QWidget) -> None:
        """Open next to a row, inside the screen."""
        self.adjustSize()
        corner = row.mapToGlobal(QPoint(row.width(), 0))
        area = row.screen().availableGeometry()
        x = corner.x() if corner.x() + self.width() <= area.right() else (
            row.mapToGlobal(QPoint(0, 0)).x() - self.width())
        y = min(corner.y(), area.bottom() - self.height())
        self.move(max(x, area.left()), max(y, area.top()))
        self.show()
