"""What the palette cannot say: marks that can be told from their ground in either theme."""

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox
from pytestqt.qtbot import QtBot

from ganstudio.studio.style import Appearance


def luminance(rgb: tuple[int, int, int]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
              for c in (v / 255 for v in rgb)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("checked", [False, True])
def test_a_check_box_stands_out_from_its_ground(qapp: QApplication, qtbot: QtBot, mode: str,
                                                checked: bool) -> None:
    appearance = Appearance(qapp, mode)
    appearance.apply()
    box = QCheckBox()
    qtbot.addWidget(box)
    box.setChecked(checked)
    box.resize(40, 30)
    box.show()
    image = box.grab().toImage()
    shades = [luminance(image.pixelColor(x, y).getRgb()[:3])
              for x in range(image.width()) for y in range(image.height())]
    ground = luminance(image.pixelColor(image.width() - 1, 0).getRgb()[:3])
    contrast = max((max(s, ground) + 0.05) / (min(s, ground) + 0.05) for s in shades)
    assert contrast >= (3 if checked else 2)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_chosen_line_of_a_list_can_be_read(qapp: QApplication, qtbot: QtBot, mode: str
                                               ) -> None:
    Appearance(qapp, mode).apply()
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItems(["Minimax", "Non-saturating", "Hinge"])
    box.setCurrentIndex(1)
    box.show()
    box.showPopup()
    qtbot.waitUntil(lambda: box.view().isVisible())
    line = box.view().visualRect(box.view().currentIndex())
    image = box.view().viewport().grab(line).toImage()
    shades = [luminance(image.pixelColor(x, y).getRgb()[:3])
              for x in range(image.width()) for y in range(2, image.height() - 2)]
    box.hidePopup()
    assert (max(shades) + 0.05) / (min(shades) + 0.05) >= 4.5
