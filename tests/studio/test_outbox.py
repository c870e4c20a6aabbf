"""A drag is sent no oftener than it can be seen, and its end always."""

from __future__ import annotations

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ganstudio.studio.outbox import Outbox


def test_a_drag_goes_together_and_its_end_is_not_lost(qtbot: QtBot) -> None:
    parent = QObject()
    acted: list[tuple[dict[str, object], str]] = []
    outbox = Outbox(lambda changes, label: acted.append((changes, label)), parent)
    for k in range(200):
        outbox.put({"lr": k}, f"to {k}", dragged=True)
    outbox.put({"width": 3}, "wider", dragged=True)
    assert acted == [({"lr": 0}, "to 0")]
    qtbot.waitUntil(lambda: len(acted) == 2)
    assert acted[1] == ({"lr": 199, "width": 3}, "wider")
    outbox.put({"lr": 7}, "to 7", dragged=True)  # it still rests
    assert len(acted) == 2
    outbox.flush()
    assert acted[2:] == [({"lr": 7}, "to 7")]


def test_what_is_not_dragged_goes_at_once_with_what_waited(qtbot: QtBot) -> None:
    parent = QObject()
    acted: list[dict[str, object]] = []
    outbox = Outbox(lambda changes, _: acted.append(changes), parent)
    outbox.put({"a": 1}, "", dragged=False)
    outbox.put({"a": 2}, "", dragged=False)
    outbox.put({"a": 3}, "", dragged=True)
    outbox.put({"a": 4}, "", dragged=True)
    outbox.put({"b": 5}, "", dragged=False)
    assert acted == [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4, "b": 5}]
    outbox.put({"a": 6}, "", dragged=True)
    outbox.clear()
    outbox.flush()
    assert len(acted) == 4
    outbox.put({"a": 7}, "", dragged=True)
    assert acted[4:] == [{"a": 7}]
