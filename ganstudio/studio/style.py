"""How the theme becomes Qt: Fusion, a palette and one compact stylesheet.

Lengths are multiples of the font's height, so that a larger font or scale keeps the shape.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from ganstudio.studio.icons import mix
from ganstudio.studio.paths import resource
from ganstudio.studio.theme import THEMES, Theme

MODES = ("auto", "light", "dark")


def palette(theme: Theme) -> QPalette:
    """Qt's roles in the theme's colours."""
    roles = QPalette.ColorRole
    colours = {
        roles.Window: theme.window, roles.WindowText: theme.text, roles.Base: theme.field,
        roles.AlternateBase: theme.soft, roles.Text: theme.text, roles.Button: theme.panel,
        roles.ButtonText: theme.text, roles.BrightText: theme.error,
        roles.Highlight: theme.accent, roles.HighlightedText: theme.accent_text,
        roles.Link: theme.accent, roles.LinkVisited: theme.accent,
        roles.ToolTipBase: theme.panel, roles.ToolTipText: theme.text,
        roles.PlaceholderText: theme.muted, roles.Light: theme.panel, roles.Midlight: theme.hover,
        roles.Mid: theme.line, roles.Dark: theme.line, roles.Accent: theme.accent,
        roles.Shadow: mix(theme.window, "#000000", 0.4),
    }
    made = QPalette()
    for role, colour in colours.items():
        made.setColor(role, QColor(colour))
    faint = QColor(mix(theme.muted, theme.panel, 0.45))
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, role, faint)
    made.setColor(QPalette.ColorGroup.Disabled, roles.Base, QColor(theme.window))
    made.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(theme.line))
    return made


def stylesheet(t: Theme, unit: float) -> str:
    """What the palette cannot say; ``unit`` is the font's height in logical pixels."""
    def u(share: float) -> str:
        return f"{max(1, round(unit * share))}px"

    def inner(share: float) -> str:
        """A padding where the border takes a pixel of it."""
        return f"{max(0, round(unit * share) - 1)}px"

    control = mix(t.line, t.muted, 0.35)  # outlines of things that can be used: 3:1 on their ground
    faint = mix(t.muted, t.panel, 0.45)
    groove = max(2, round(unit * .125) * 2)
    knob = round(unit * .3) * 2
    arrow = resource("icons/arrow-down.svg").as_posix().removesuffix("-down.svg")
    tick = resource(f"icons/checked-{t.name}.svg").as_posix()
    return f"""
    QCheckBox::indicator, QListView::indicator {{ width: {u(.8)}; height: {u(.8)};
        border: 1px solid {control}; border-radius: {u(.2)}; background: {t.field}; }}
    QCheckBox::indicator:hover, QListView::indicator:hover {{ border-color: {t.accent}; }}
    QCheckBox::indicator:checked, QListView::indicator:checked {{ background: {t.accent};
        border-color: {t.accent}; image: url({tick}); }}
    QCheckBox::indicator:disabled {{ border-color: {t.line}; background: transparent; }}
    QCheckBox::indicator:checked:disabled {{ background: {t.line}; }}
    QCheckBox:focus {{ color: {t.accent}; }}
    QDialogButtonBox, QMessageBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QToolTip {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line};
        padding: {u(.3)}; }}
    QMainWindow::separator {{ background: transparent; width: {u(.4)}; height: {u(.4)}; }}
    QMainWindow::separator:hover {{ background: {t.accent}; }}
    QMenuBar {{ background: {t.panel}; padding: {u(.1)} {u(.3)}; }}
    QMenuBar::item {{ padding: {u(.3)} {u(.6)}; border-radius: {u(.25)}; background: transparent; }}
    QMenuBar::item:selected {{ background: {t.hover}; color: {t.text}; }}
    QMenu {{ background: {t.panel}; border: 1px solid {t.line}; padding: {u(.3)}; }}
    QMenu::item {{ padding: {u(.36)} {u(1.9)} {u(.36)} {u(1.9)}; border-radius: {u(.25)}; }}
    QMenu::item:selected {{ background: {t.accent}; color: {t.accent_text}; }}
    QMenu::item:disabled {{ color: {faint}; background: transparent; }}
    QMenu::separator {{ height: 1px; background: {t.line}; margin: {u(.3)} {u(.5)}; }}
    QMenu::icon {{ padding-left: {u(.5)}; }}
    QMenu::indicator {{ left: {u(.5)}; }}
    #toolbar {{ background: {t.panel}; border: none; border-bottom: 1px solid {t.line};
        spacing: {u(.15)}; padding: {u(.3)} {u(.5)}; }}
    #toolbar::separator {{ background: {t.line}; width: 1px; margin: {u(.4)} {u(.5)}; }}
    QToolButton {{ background: transparent; border: 1px solid transparent;
        border-radius: {u(.35)}; padding: {u(.3)} {u(.5)}; }}
    QToolButton[flat="true"] {{ padding: {u(.12)}; }}
    QToolButton:hover {{ background: {t.hover}; }}
    QToolButton:pressed, QToolButton:checked {{ background: {t.pressed}; }}
    QToolButton:focus {{ border-color: {t.accent}; }}
    QToolButton:disabled {{ color: {faint}; }}
    QToolButton:checked:disabled {{ background: transparent; border-color: {t.line}; }}
    QToolButton[popupMode="1"] {{ padding-right: {u(1.15)}; }}
    QToolButton::menu-button {{ border: none; width: {u(.95)}; }}
    QToolButton[primary="true"] {{ background: {t.accent}; color: {t.accent_text};
        font-weight: 600; padding: {u(.3)} {u(.35)} {u(.3)} {u(.7)}; }}
    QToolButton[primary="true"]:hover {{ background: {mix(t.accent, t.text, .14)}; }}
    QToolButton[primary="true"]:focus {{ border: 2px solid {t.text};
        padding: {inner(.3)} {inner(.35)} {inner(.3)} {inner(.7)}; }}
    QToolButton[primary="true"]:disabled {{ background: {t.hover}; color: {faint}; }}
    QStatusBar {{ background: {t.panel}; border-top: 1px solid {t.line}; }}
    QStatusBar::item {{ border: none; }}
    QPushButton {{ background: {t.panel}; border: 1px solid {control}; border-radius: {u(.35)};
        padding: {u(.32)} {u(.9)}; }}
    QPushButton:hover {{ background: {t.hover}; }}
    QPushButton:pressed {{ background: {t.pressed}; }}
    QPushButton:focus {{ border: 2px solid {t.accent}; padding: {u(.25)} {u(.85)}; }}
    QPushButton:disabled {{ color: {faint}; border-color: {t.line}; }}
    QPushButton[primary="true"], QPushButton:default {{ background: {t.accent};
        color: {t.accent_text}; border-color: {t.accent}; }}
    QPushButton[primary="true"]:hover, QPushButton:default:hover {{
        background: {mix(t.accent, t.text, .14)}; }}
    QPushButton[primary="true"]:focus {{ border: 2px solid {t.text}; }}
    QPushButton[primary="true"]:disabled, QPushButton:default:disabled {{
        background: {t.hover}; color: {faint}; border-color: {t.line}; }}
    QPushButton[link="true"] {{ background: transparent; border: none; color: {t.accent};
        padding: {u(.2)} {u(.3)}; text-align: left; }}
    QPushButton[link="true"]:hover {{ text-decoration: underline; }}
    QPushButton[link="true"]:focus {{ border: 1px solid {t.accent}; }}
    QLineEdit, QAbstractSpinBox, QPlainTextEdit {{ background: {t.field};
        border: 1px solid {control}; border-radius: {u(.3)}; padding: {u(.2)} {u(.4)};
        selection-background-color: {t.accent}; selection-color: {t.accent_text}; }}
    QLineEdit:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus {{ border-color: {t.accent}; }}
    QLineEdit:disabled, QAbstractSpinBox:disabled {{ color: {faint}; background: {t.window};
        border-color: {t.line}; }}
    QComboBox {{ background: {t.field}; border: 1px solid {control}; border-radius: {u(.3)};
        padding: {u(.2)} {u(.4)}; combobox-popup: 0; }}
    QComboBox:focus, QComboBox:on {{ border-color: {t.accent}; }}
    QComboBox:disabled {{ color: {faint}; border-color: {t.line}; background: {t.window}; }}
    QComboBox::drop-down {{ border: none; width: {u(1.1)}; }}
    QComboBox::down-arrow, QToolButton::menu-arrow {{ image: url({arrow}-down.svg);
        width: {u(.8)}; height: {u(.8)}; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none;
        background: transparent; width: {u(1.1)}; }}
    QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{
        background: {t.hover}; }}
    QAbstractSpinBox::up-arrow {{ image: url({arrow}-up.svg); width: {u(.6)}; height: {u(.6)}; }}
    QAbstractSpinBox::down-arrow {{ image: url({arrow}-down.svg);
        width: {u(.6)}; height: {u(.6)}; }}
    QComboBox QAbstractItemView {{ background: {t.panel}; border: 1px solid {t.line};
        outline: none; padding: {u(.2)}; selection-background-color: {t.accent};
        selection-color: {t.accent_text}; }}
    QComboBox QAbstractItemView::item {{ min-height: {u(1.5)}; }}
    QTabBar::tab {{ background: transparent; color: {t.muted}; padding: {u(.4)} {u(.9)};
        border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
    QTabBar::tab:hover {{ color: {t.text}; }}
    QTabBar::tab:selected:focus {{ background: {t.hover}; color: {t.accent}; }}
    QScrollArea {{ background: transparent; border: 1px solid transparent; }}
    QScrollArea:focus {{ border-color: {t.accent}; }}
    QScrollArea[page="true"]:focus {{ border-color: transparent; }}
    QTableView {{ border: 1px solid transparent; }}
    QTableView:focus {{ border-color: {t.accent}; }}
    QScrollBar:vertical {{ background: transparent; width: {u(.7)}; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: {u(.7)}; margin: 0; }}
    QScrollBar::handle {{ background: {mix(t.line, t.muted, .3)}; border-radius: {u(.2)};
        margin: {u(.14)}; }}
    QScrollBar::handle:vertical {{ min-height: {u(2)}; }}
    QScrollBar::handle:horizontal {{ min-width: {u(2)}; }}
    QScrollBar::handle:hover {{ background: {t.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QSlider {{ min-height: {knob + 6}px; }}
    QSlider::groove:horizontal {{ height: {groove}px; border-radius: {groove // 2}px;
        background: {t.line}; }}
    QSlider::sub-page:horizontal {{ background: {t.accent}; border-radius: {groove // 2}px; }}
    QSlider::sub-page:horizontal:disabled {{ background: {t.line}; }}
    QSlider::handle:horizontal {{ width: {knob}px; margin: -{(knob + 4 - groove) // 2}px 0;
        border-radius: {(knob + 4) // 2}px; background: {t.panel};
        border: 2px solid {t.accent}; }}
    QSlider::handle:horizontal:focus {{ background: {t.accent}; }}
    QSlider::handle:horizontal:disabled {{ border-color: {t.line}; }}
    QProgressBar {{ background: {t.line}; border: none; border-radius: {u(.2)};
        max-height: {u(.4)}; min-height: {u(.4)}; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: {u(.2)}; }}
    #dock {{ background: {t.panel}; }}
    #dockTitle {{ background: {t.panel}; border-bottom: 1px solid {t.line}; }}
    #workspace, #startPage {{ background: {t.window}; }}
    """


class Appearance(QObject):
    """The theme in force: light, dark, or whichever the system wears."""

    changed = Signal(object)

    def __init__(self, app: QApplication, mode: str = "auto") -> None:
        super().__init__(app)
        self.app = app
        self.mode = mode if mode in MODES else "auto"
        self.theme = self._pick()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)

    def apply(self) -> None:
        """Dress the whole application."""
        if self.app.style().objectName().lower() != "fusion":
            self.app.setStyle("Fusion")
        self.app.setPalette(palette(self.theme))
        unit = QFontMetricsF(self.app.font()).height()
        self.app.setStyleSheet(stylesheet(self.theme, unit))

    def set_mode(self, mode: str) -> None:
        """Choose ``auto``, ``light`` or ``dark``; takes effect at once."""
        self.mode = mode if mode in MODES else "auto"
        self._refresh()

    def toggle(self) -> None:
        """The other of light and dark."""
        self.set_mode("light" if self.theme.dark else "dark")

    def _pick(self) -> Theme:
        if self.mode in THEMES:
            return THEMES[self.mode]
        scheme = QGuiApplication.styleHints().colorScheme()
        return THEMES["dark" if scheme == Qt.ColorScheme.Dark else "light"]

    def _system_changed(self, _: Qt.ColorScheme) -> None:
        if self.mode == "auto":
            self._refresh()

    def _refresh(self) -> None:
        theme = self._pick()
        if theme is not self.theme:
            self.theme = theme
            self.apply()
            self.changed.emit(theme)
