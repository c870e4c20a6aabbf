"""The networks' field, spectrum and path, from made-up frames; no run, no torch."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ganstudio.session.messages import State
from ganstudio.session.timeline_messages import BranchInfo, Timeline
from ganstudio.studio.docks.dynamics_export import Composition, svg_bytes
from ganstudio.studio.docks.dynamics_real import MOST_STEPS, RealPage, spectrum_words
from ganstudio.studio.docks.dynamics_real_plane import FAR, between_nodes, within
from ganstudio.studio.theme import DARK, LIGHT
from ganstudio.training.field_frames import (
    FieldFrame,
    PathAngleFrame,
    SpectrumFrame,
    WantField,
    WantPathAngle,
    WantSpectrum,
)
from tests.studio.docks.made import IMAGES, POINTS, event, f32, near, picture, update

LEFT = Qt.MouseButton.LeftButton


def field(share: float = 1.0, done: int = 4, known: bool = True) -> FieldFrame:
    """A rotation about the middle, on 5 by 5 nodes."""
    a = np.linspace(-1, 1, 5)
    aa, bb = np.meshgrid(a, a)
    v = np.stack([-bb, aa], axis=-1)
    if not known:
        v[1::2] = np.nan
    return FieldFrame(120, 5, done, 4, f32(a), f32(a), f32(v), f32(np.full((5, 5), share)),
                      f32([0.6, 0.8]), share, f32([[-1, -0.5], [-0.5, -0.4], [0, 0]]),
                      f32([0.9, 0.5, 0.0]), 0.62, 0.03, "generator: gradient",
                      "discriminator: gradient", 0.25)


def spectrum() -> SpectrumFrame:
    return SpectrumFrame(7, f32([[-0.1, 3.0], [-0.1, -3.0], [0.2, 0.0]]), f32([1e-7] * 3),
                         f32([[-0.2, 0.0]]), f32([1e-8]), f32([[-1.5, 0.0]]), f32([1e-8]), 60, 0.3,
                         True)


@pytest.fixture
def page(show):
    made = RealPage()
    made.set_theme(LIGHT)
    show(made, 700, 600)
    return made


def test_nothing_is_asked_for_without_a_run(page):
    assert page.wants() == {}
    assert "Start a run" in page.plane.message
    page.begin(POINTS)
    assert page.wants() == {"field": WantField("gradients", 15, None, None, None, 0)}
    page.begin(None)
    assert page.wants() == {}


def test_views_ask_for_their_own(page, qtbot: QtBot):
    page.begin(IMAGES)
    with qtbot.waitSignal(page.wants_changed):
        qtbot.mouseClick(page.views["spectrum"], LEFT)
    assert page.wants() == {"spectrum": WantSpectrum(8)}
    qtbot.mouseClick(page.views["path"], LEFT)
    assert page.wants() == {"path": WantPathAngle(0)}
    page.from_box.setCurrentIndex(1)
    assert page.wants() == {"path": WantPathAngle(None)}


def test_each_player_may_have_its_own_direction(page):
    page.begin(POINTS)
    page.d_box.setCurrentIndex(page.d_box.findData("random"))
    page.again.click()
    want = page.wants()["field"]
    assert (want.direction_g, want.direction_d, want.seed) == (None, "random", 1)
    page.plane_box.setCurrentIndex(page.plane_box.findData("eigen"))
    want = page.wants()["field"]
    assert (want.plane, want.direction_g, want.direction_d) == ("eigen", None, None)
    assert not page.d_box.isVisible()


def test_the_field_is_drawn_and_what_it_sees_is_told(page):
    page.begin(POINTS)
    page.receive(update(), {"field": field(0.37)})
    assert page.headline.full.startswith("This plane sees 37 % of the motion; 62 ± 3 %")
    assert page.plane.x_title == "generator: gradient"
    image = picture(page.plane)
    centre = float(page.plane.to_x(0.0)), float(page.plane.to_y(0.0))
    assert near(image, *centre, LIGHT.accent)
    # The centre's own arrow points up and to the right.
    assert near(image, centre[0] + 9, centre[1] - 12, LIGHT.accent, 3, 80)


def test_an_arrow_that_the_plane_hardly_sees_is_faint(page):
    def ink(share: float) -> float:
        page.receive(update(), {"field": field(share)})
        image = picture(page.plane)
        x, y = round(float(page.plane.to_x(1.0))), round(float(page.plane.to_y(-1.0)))
        return min(image.pixelColor(x + dx, y + dy).lightness() for dx in range(-6, 7)
                   for dy in range(-6, 7))
    page.begin(POINTS)
    assert ink(1.0) + 40 < ink(0.05)


def test_a_field_in_progress_shows_what_is_known(page):
    page.begin(POINTS)
    page.receive(update(), {"field": field(done=2, known=False)})
    assert "refining, 2 of 4" in page.detail.full
    assert not picture(page.plane).isNull()


def test_the_spectrum_and_its_words(page):
    page.begin(POINTS)
    page.set_view("spectrum")
    page.receive(update(), {"spectrum": spectrum()})
    assert page.headline.full == ("The leading motion turns; 1 of 3 leading eigenvalues push away")
    assert "60 Jacobian-vector products" in page.detail.full
    image, plane = picture(page.spectrum), page.spectrum
    assert near(image, *plane._at(-0.1 + 3j), LIGHT.text)
    assert near(image, *plane._at(-1.5 + 0j), LIGHT.player_d)
    page.log.click()
    assert near(picture(plane), *plane._at(-0.1 + 3j), LIGHT.text)
    table = page.eigenvalue_table().splitlines()
    assert table[0] == "part,real,imaginary,residual" and len(table) == 6
    assert table[1].startswith("game,-0.1")


def test_the_path_angle_and_its_words(page):
    page.begin(POINTS)
    page.set_view("path")
    alpha = np.linspace(0, 1.25, 41)
    frame = PathAngleFrame(900, 0, f32(alpha), f32(np.where(alpha < 1, 0.5, -0.5)),
                           f32(np.abs(alpha - 1)), 2.5, "Attraction: it is drawn in.", 0.2)
    page.receive(update(), {"path": frame})
    assert page.headline.full == "Attraction: it is drawn in."
    plot = page.angle
    assert near(picture(plot), float(plot.to_x(0.5)), float(plot.to_y(0.5)), LIGHT.accent)
    assert page.norm.extent.y0 == 0


def test_the_path_may_run_between_any_two_kept_states(page):
    page.begin(POINTS)
    page.set_view("path")
    assert page.wants()["path"] == WantPathAngle(0)

    def tell(steps):
        main = BranchInfo("", "", 0, steps[-1], "main", 0, "", tuple(steps), ())
        page.receive(replace(update(), timeline=Timeline("", (main,), None, 0, 0)), {})

    tell([0, 30, 60, 90])
    assert [page.to_box.itemText(k) for k in range(page.to_box.count())] == [
        "until now", "until step 30", "until step 60", "until step 90"]
    page.from_box.setCurrentIndex(page.from_box.findData(30))
    page.to_box.setCurrentIndex(page.to_box.findData(60))
    assert page.wants()["path"] == WantPathAngle(30, to_step=60)
    tell(range(0, 2000, 9))
    assert page.wants()["path"] == WantPathAngle(30, to_step=60)  # what is chosen stays
    assert MOST_STEPS - 1 <= page.to_box.count() <= MOST_STEPS + 2
    page.set_view("spectrum")
    tell([0, 45])
    page.set_view("path")
    assert [page.to_box.itemData(k) for k in range(page.to_box.count())] == [None, 45, 60]
    page.begin(POINTS)
    assert page.wants()["path"] == WantPathAngle(0) and page.to_box.count() == 1


def test_what_cannot_be_shown_is_said_in_place(page):
    page.begin(POINTS)
    page.receive(update(events=[event("note", 1, "dynamics.field cannot be shown: it is odd")]), {})
    assert page.plane.message == "This cannot be shown: it is odd"
    page.receive(update(events=[event("note", 1, "samples.x cannot be shown: no")]), {})
    page.receive(update(state=State.PAUSED), {"field": field()})
    assert page.plane.message == ""


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_bad_numbers_do_not_stop_the_drawing(page, bad):
    page.begin(POINTS)
    page.set_theme(DARK)
    f = field()
    broken = FieldFrame(*(f32(np.full(np.shape(getattr(f, n)), bad)) if n in ("v", "share",
                          "centre_v", "path", "path_distance") else getattr(f, n)
                          for n in f.__dataclass_fields__))
    page.receive(update(), {"field": broken})
    assert not picture(page.plane).isNull()
    assert spectrum_words(np.array([complex(bad, 0)])) == "No eigenvalues were found"


@pytest.mark.parametrize("stride", [1, 2, 4])
def test_between_known_nodes_a_plane_is_filled_in_exactly(stride):
    """Linear fields are known everywhere inside from any lattice; nothing is made up outside."""
    rows, columns = np.mgrid[0:7, 0:7].astype(float)
    whole = np.stack([2 * rows - columns, rows + 3 * columns], axis=-1)
    seen = np.full(whole.shape, np.nan)
    seen[::stride, ::stride] = whole[::stride, ::stride]
    last = 6 - 6 % stride
    filled = between_nodes(seen)
    np.testing.assert_allclose(filled[:last + 1, :last + 1], whole[:last + 1, :last + 1])
    assert np.isnan(filled[last + 1:]).all() and np.isnan(filled[:, last + 1:]).all()


def test_what_a_node_itself_holds_is_never_replaced():
    """A finer level in progress, and a field with nothing but one corner."""
    seen = np.full((5, 5, 1), np.nan)
    seen[::2, ::2] = 1.0
    seen[1, 1] = 9.0
    assert between_nodes(seen)[1, 1, 0] == 9.0 and between_nodes(seen)[3, 3, 0] == 1.0
    corner = np.full((5, 5, 1), np.inf)
    corner[0, 0] = 2.0
    filled = between_nodes(corner)
    assert filled[0, 0, 0] == 2.0 and np.isnan(filled).sum() == 24


def test_pixels_of_bad_numbers_lie_far_outside():
    found = within(np.array([np.nan, np.inf, -np.inf, 12.0, 1e30]))
    assert found.tolist() == [FAR, FAR, -FAR, 12.0, FAR]


def test_the_gauges_tell_what_is_seen_and_what_turns(page):
    page.resize(900, 420)
    seen, turns = page.plane.gauges(field(0.25))
    assert (seen.share, turns.share, turns.error) == (0.25, 0.62, 0.03)
    assert "25 %" in seen.words and "62 ± 3 %" in turns.words
    assert page.plane.frame().width() <= page.plane.frame().height() + 1


def test_another_theme_leaves_the_words_of_the_view_in_sight(page):
    page.begin(POINTS)
    page.set_view("spectrum")
    page.receive(update(), {"spectrum": spectrum()})
    page.set_view("plane")
    page.receive(update(), {"field": field(0.37)})
    page.set_theme(DARK)
    assert page.headline.full.startswith("This plane sees 37 %")


def test_how_far_an_eigenvalue_is_known_is_a_disc_around_it(page):
    page.begin(POINTS)
    page.set_view("spectrum")
    page.log.setChecked(False)

    def beside(residual: float) -> float:
        page.receive(update(), {"spectrum": replace(spectrum(), residuals=f32([residual] * 3))})
        x, y = page.spectrum._at(-0.1 + 3.3j)
        return picture(page.spectrum).pixelColor(round(x), round(y)).lightness()

    assert beside(0.5) < beside(1e-7) - 20


def test_in_a_short_dock_the_picture_has_the_room(show):
    dock = QWidget()
    page = RealPage()
    page.setParent(dock)
    page.set_theme(LIGHT)
    unit = page.fontMetrics().height()
    page.resize(36 * unit, 17 * unit)
    show(dock, 36 * unit, 17 * unit)
    page.begin(POINTS)
    page.receive(update(), {"field": field(0.37)})
    assert not page.detail.isVisible() and page.options.isVisible()
    assert not page.g_box.isVisible() and page.plane_box.isVisible()
    assert page.plane.frame().height() > 0.45 * page.height()
    page.options.click()
    assert page.g_box.isVisible() and page.size_box.isVisible()
    page.set_view("path")
    assert page.from_box.isVisible() and page.headline.isVisible()


def test_a_large_eigenvalue_leaves_the_others_their_room_on_a_logarithmic_axis(page):
    page.begin(POINTS)
    page.set_view("spectrum")
    values = f32([[-400.0, 0.0], [-3.0, 12.0], [-3.0, -12.0]])
    page.receive(update(), {"spectrum": replace(spectrum(), eigenvalues=values,
                                                block_g=f32([[-5.0, 0.0]]))})
    near_one, far_one = page.spectrum._at(-5 + 0j)[0], page.spectrum._at(-400 + 0j)[0]
    frame = page.spectrum.frame()
    assert near_one - far_one > 0.3 * frame.width(), "two decades are much of the picture"


def test_what_stands_beside_the_plane_is_not_cut_off_in_the_svg(page):
    page.begin(POINTS)
    page.receive(update(), {"field": field(1.0)})
    page.resize(900, 500)
    sheet = Composition(page.pictures(), page.headline.full, page.detail.full, LIGHT)
    svg = svg_bytes(sheet).decode()
    clips = dict(re.findall(r'<clipPath id="(\w+)">\s*<path[^>]*d="([^"]*)"', svg))
    in_force = re.findall(r"clip-path=\"url\(#(\w+)\)", svg[:svg.rindex("This plane sees")])[-1]
    reach = max(float(x) for x in re.findall(r"[ML](\d+)", clips[in_force]))
    assert reach > page.plane.frame().right() + 100
