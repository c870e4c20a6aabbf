"""A field's title is readable in a narrow panel."""

from pytestqt.qtbot import QtBot

from ganstudio.studio.form.row import TitleButton


def test_a_long_title_takes_two_lines(qtbot: QtBot) -> None:
    title = TitleButton("Historical averaging")
    qtbot.addWidget(title)
    line = title.fontMetrics().height()
    wide = title.sizeHint().width()
    assert title.heightForWidth(wide) == line
    assert title.heightForWidth(wide - 1) >= 2 * line
    title.resize(wide - 1, 2 * line)
    assert title.lines() == ["Historical", "averaging"]


def test_a_word_too_long_for_a_line_is_cut_short(qtbot: QtBot) -> None:
    title = TitleButton("Discriminator")
    qtbot.addWidget(title)
    title.resize(title.sizeHint().width() // 2, 20)
    (line,) = title.lines()
    assert line.endswith("…") and len(line) < len("Discriminator")
