"""The timeline zoomed: wheel, keys, and what stays in sight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt

from ganstudio.session.messages import State, Status, Update
from ganstudio.session.timeline_messages import BranchInfo, Mark, Timeline
from ganstudio.studio.docks.timeline import TimelineDock
from ganstudio.studio.docks.timeline_zoom import LEAST, Zoom
from ganstudio.studio.theme import LIGHT
from tests.studio.docks.made import POINTS, near, picture, wheel

LEFT = Qt.MouseButton.LeftButton
MAIN = BranchInfo("", "", 0, 10_000, "main", 0, "/run", (100, 4000, 9000),
                  (Mark(3000, "tweak", "slower D"), Mark(7000, "tweak", "faster D")))


def tell(dock, step=10_000, name="main"):
    info = BranchInfo("", "", 0, step, name, 0, "/run", MAIN.snapshots, MAIN.marks)
    dock.receive(Update(Status(State.RUNNING, step), (), {}, (), None,
                        Timeline("", (info,), None, 0, 0)))


@pytest.fixture
def view(show):
    dock = show(TimelineDock())
    dock.resize(1000, 220)
    dock.begin(POINTS)
    tell(dock)
    dock.view.dock = dock
    return dock.view


def at(view, step):
    return QPoint(round(view.to_x(step)), round(view.to_y(0)))


moves = st.lists(st.one_of(
    st.tuples(st.just("zoom"), st.floats(.1, 9), st.floats(-5, 9e4)),
    st.tuples(st.just("pan"), st.floats(-1e5, 1e5)),
    st.tuples(st.just("show"), st.floats(0, 5e4)),
    st.tuples(st.just("grow"), st.integers(-5000, 5000))), max_size=30)


@given(last=st.integers(1, 50_000), moves=moves)
def test_the_window_never_leaves_the_run(last, moves):
    zoom = Zoom()
    for kind, *rest in moves:
        if kind == "grow":
            last = max(1, last + rest[0])
            zoom.range(last)
        else:
            getattr(zoom, kind)(*rest, last)
        first, end = zoom.range(last)
        assert -1e-6 <= first < end <= last + 1e-6
        assert end - first >= min(LEAST, last) - 1e-6
        if kind == "show" and rest[0] <= last:
            assert first - 1e-6 <= rest[0] <= end + 1e-6


def test_the_wheel_zooms_about_the_pointer_and_a_double_click_shows_all(view, qtbot):
    there = at(view, 3000)
    wheel(view, there.x(), there.y(), 480)
    first, end = view.range()
    assert 4000 < end - first < 6000
    assert view.to_x(3000) == pytest.approx(there.x(), abs=2)
    assert near(picture(view), view.to_x(3000), view.to_y(0), LIGHT.marker)
    qtbot.mouseClick(view, LEFT, pos=at(view, 3500))
    assert view.moment == pytest.approx(3500, abs=6)
    wheel(view, there.x(), there.y(), -4800)
    assert view.range() == (0, 10_000)
    wheel(view, there.x(), there.y(), 480)
    qtbot.mouseDClick(view, LEFT, pos=there)
    assert view.range() == (0, 10_000)


def test_a_double_click_leaves_the_cursor_where_it_was(view, qtbot):
    view.dock.look_at("", 5000)
    qtbot.mousePress(view, LEFT, pos=at(view, 8000))
    assert view.moment != 5000
    qtbot.mouseRelease(view, LEFT, pos=at(view, 8000))
    qtbot.mouseDClick(view, LEFT, pos=at(view, 8000))
    assert view.moment == 5000


def test_what_is_out_of_sight_is_not_drawn_over_the_names(view):
    wheel(view, view.to_x(5000), view.to_y(0), 1200)
    assert view.range()[0] > 3000
    left = view.span()[0]
    image = picture(view)
    assert not any(near(image, x, view.to_y(0), LIGHT.marker) for x in range(60, int(left) - 10))


def test_keys_zoom_and_the_cursor_stays_in_sight(view, qtbot):
    view.dock.look_at("", 5000)
    view.setFocus()
    for _ in range(20):
        qtbot.keyClick(view, Qt.Key.Key_Plus)
    first, end = view.range()
    assert end - first < 200 and first <= 5000 <= end
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.range()[0] == 0
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.range()[1] == 10_000
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.range() == (0, 10_000)


def test_a_window_at_the_end_goes_on_with_the_run_and_others_stay(view):
    wheel(view, view.to_x(10_000), view.to_y(0), 960)
    wide = view.range()[1] - view.range()[0]
    tell(view.dock, 12_000)
    assert view.range() == pytest.approx((12_000 - wide, 12_000))
    view.zoom.pan(-5000, view.last())
    before = view.range()
    tell(view.dock, 13_000)
    assert view.range() == before


def test_the_whole_grows_with_the_run(view):
    tell(view.dock, 20_000)
    assert view.range() == (0, 20_000)


def test_a_long_name_gets_more_room_but_never_most_of_it(view):
    before = view.span()[0]
    tell(view.dock, name="a branch with quite some name")
    assert before < view.span()[0] <= .18 * view.width()
