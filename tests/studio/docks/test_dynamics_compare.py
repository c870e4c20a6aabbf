"""Several rules from one start, and their distances."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QIcon
from pytestqt.qtbot import QtBot

from ganstudio.game.catalogue import RULES
from ganstudio.studio.docks.dynamics_look import LOOKS
from ganstudio.studio.theme import LIGHT
from tests.studio.docks.made import near, picture
from tests.studio.docks.toys import LEFT, pixel_of, settle


def test_compare_draws_each_rule_in_its_own_look(dock, qtbot: QtBot):
    dock.tabs.setCurrentIndex(1)
    dock.lab.layers["arrows"].setChecked(False)
    settle(dock, qtbot)
    assert len(dock.lab.picture.tracks) == 5
    assert dock.lab.headline.full == "Of 5 rules: 3 come in, 1 circle, 1 go out"
    plane, image = dock.lab.field.plane, picture(dock.lab.field.plane)
    looks = dock.lab.panel.rules.looks()
    assert len(set(looks)) == 5
    for k, track in enumerate(dock.lab.picture.tracks[:3]):
        colour = LOOKS[looks[k]].colour(LIGHT)
        hits = [near(image, p.x(), p.y(), colour, 2, 70) for p in
                (pixel_of(plane, *place) for place in track.path[4:40:3])]
        assert sum(hits) >= 3, track.mover.rule


def test_ticks_in_the_list_choose_what_is_compared(dock, qtbot: QtBot):
    dock.tabs.setCurrentIndex(1)
    settle(dock, qtbot)
    rules = dock.lab.panel.rules
    kept = dict(zip(rules.checked(), rules.looks(), strict=True))
    item = rules.list.item(list(RULES).index("sga"))
    rules.list.scrollToItem(item)
    box = rules.list.visualItemRect(item)
    qtbot.mouseClick(rules.list.viewport(), LEFT, pos=QPoint(box.left() + 10, box.center().y()))
    settle(dock, qtbot)
    assert "sga" in [t.mover.rule for t in dock.lab.picture.tracks]
    after = dict(zip(rules.checked(), rules.looks(), strict=True))
    assert all(after[name] == look for name, look in kept.items()), "colours stay"


def test_one_rate_serves_all_compared_rules(dock, qtbot: QtBot):
    dock.tabs.setCurrentIndex(1)
    settle(dock, qtbot)
    dock.lab.panel.rules.form.rows["lr"].box.setValue(0.05)
    settle(dock, qtbot)
    assert {t.mover.params["lr"] for t in dock.lab.picture.tracks} == {0.05}


def test_distances_are_drawn_on_a_log_axis(dock, qtbot: QtBot):
    dock.tabs.setCurrentIndex(1)
    settle(dock, qtbot)
    plot = dock.lab.field.distance
    assert plot.isVisible()
    labels = [text for _, text in plot.y_ticks()]
    assert any(text.startswith("10") for text in labels)
    image, k = picture(plot), 2  # consensus: a straight line down
    track = dock.lab.picture.tracks[k]
    colour = LOOKS[plot.looks[k]].colour(LIGHT)
    hits = [near(image, float(plot.to_x(i)), float(plot.to_y(np.log10(track.distance[i]))),
                 colour, 2, 70) for i in (60, 120, 180, 240)]
    assert sum(hits) >= 3


def test_two_rates_are_offered_and_used(dock, qtbot: QtBot):
    form = dock.lab.panel.rule_form
    form.two_rates.setChecked(True)
    assert not form.rows["lr"].box.isVisible() and form.rows["lr_d"].box.isVisible()
    form.rows["lr_d"].box.setValue(0.3)
    settle(dock, qtbot)
    params = dock.lab.picture.tracks[0].mover.params
    assert "lr" not in params and (params["lr_g"], params["lr_d"]) == (0.1, 0.3)


def test_every_rule_shows_its_own_parameters(dock, qtbot: QtBot):
    for name, entry in RULES.items():
        dock.lab.panel.choose("bilinear", name)
        assert set(dock.lab.panel.rule_form.rows) == {p.name for p in entry.params}
    settle(dock, qtbot)
    assert not dock.lab.picture.error


def test_the_sample_of_the_selected_row_stands_on_the_ground_of_the_plot(dock):
    dock.tabs.setCurrentIndex(1)
    icon = dock.lab.panel.rules.list.item(0).icon()
    size = dock.lab.panel.rules.list.iconSize()
    plain, chosen = (icon.pixmap(size, mode).toImage() for mode in (
        QIcon.Mode.Normal, QIcon.Mode.Selected))
    assert plain.pixelColor(size.width() // 2, 1).alpha() == 0
    assert chosen.pixelColor(size.width() // 2, 1).name() == LIGHT.plot
    middle = 9, size.height() // 2
    assert chosen.pixelColor(*middle) != QColor(LIGHT.plot)
