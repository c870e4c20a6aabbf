"""Toy games on their thread."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from ganstudio.game.dynamics import run_spec
from ganstudio.session.toy import ToySession
from ganstudio.session.toy_frames import Mover, ToyPicture, ToySpec
from ganstudio.session.toy_words import judge

SPEC = ToySpec("bilinear", {}, (Mover("simultaneous", {"lr": 0.1}),), (1.0, 1.0),
               (-2.0, 2.0, -2.0, 2.0), steps=50)


@pytest.fixture
def session():
    made = ToySession()
    made.start()
    yield made
    assert made.close(10)


def until(session: ToySession, good, seconds: float = 30) -> ToyPicture:
    """Poll until a picture is good; the wait is for the condition, never for the clock."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        picture = session.poll()
        if picture is not None and good(picture):
            return picture
        time.sleep(0.001)
    raise AssertionError("no such picture came")


def seen(session: ToySession, spec: ToySpec) -> ToyPicture:
    serial = session.ask(spec)
    return until(session, lambda p: p.serial >= serial)


def test_no_torch_is_imported_until_the_thread_runs():
    code = ("import sys; from ganstudio.session.toy import ToySession; s = ToySession(); "
            "assert s.close(); assert 'torch' not in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("rule", ["simultaneous", "alternating", "consensus", "ogda", "adam"])
def test_a_picture_is_what_the_command_line_computes(session, rule):
    spec = replace(SPEC, game="dirac", game_params={"r1_gamma": 0.3},
                   movers=(Mover(rule, {"lr": 0.1}),), start=(1.0, -1.0))
    picture = seen(session, spec)
    told = run_spec({"game": "dirac", "game_params": {"r1_gamma": 0.3}, "rule": rule,
                     "rule_params": {"lr": 0.1}, "start": [1.0, -1.0], "n_steps": 50})
    track = picture.tracks[0]
    assert np.allclose(track.path, told["iterates"], atol=1e-12)
    assert track.distance == pytest.approx(np.hypot(*track.path.T))
    if told["eigenvalues"] is None:
        assert track.eigenvalues is None and track.radius is None
    else:
        assert [[z.real, z.imag] for z in track.eigenvalues] == told["eigenvalues"]
        assert track.radius == told["spectral_radius"]
    assert picture.equilibria == ((0.0, 0.0),)


def test_the_field_is_the_games_own(session):
    picture = seen(session, replace(SPEC, spacing=0.5))
    field = picture.fields[0]
    assert len(field.x) == 64
    assert np.allclose(field.vx, -field.y) and np.allclose(field.vy, field.x)


def test_arrows_stay_where_they_are_while_the_view_moves(session):
    one = seen(session, replace(SPEC, spacing=0.5)).fields[0]
    other = seen(session, replace(SPEC, spacing=0.5, view=(-1.9, 2.1, -2.0, 2.0))).fields[0]
    shared = set(zip(one.x, one.y, strict=True)) & set(zip(other.x, other.y, strict=True))
    assert len(shared) >= 56


def test_three_fields_add_up(session):
    picture = seen(session, replace(SPEC, layers=frozenset({"three"}), gamma=2.5))
    own, conservative, total = picture.fields
    assert np.allclose(total.vx, own.vx + 2.5 * conservative.vx)
    assert np.allclose(conservative.vy, -conservative.y), "−∇½‖v‖² of θψ is −(θ, ψ)"


def test_nullclines_contours_and_surface(session):
    picture = seen(session, replace(SPEC, layers=frozenset(
        {"nullclines", "contours", "surface", "streams"})))
    assert np.allclose(picture.null_g[:, [1, 3]], 0, atol=1e-12), "θ rests where ψ is 0"
    assert np.allclose(picture.null_d[:, [0, 2]], 0, atol=1e-12)
    surface = picture.surface
    assert np.allclose(surface.height_g, np.outer(surface.y, surface.x))
    assert np.allclose(surface.height_d, -surface.height_g)
    assert len(picture.contours) and len(picture.streams)


def test_everything_is_read_only(session):
    picture = seen(session, replace(SPEC, layers=frozenset(
        {"arrows", "streams", "nullclines", "contours"})))
    arrays = [picture.streams, picture.heads, picture.null_g, picture.contours,
              picture.fields[0].vx, picture.tracks[0].path, picture.tracks[0].distance]
    assert not any(a.flags.writeable for a in arrays)


def test_the_long_run_is_told_when_all_is_quiet(session):
    session.ask(SPEC)
    picture = until(session, lambda p: p.tracks and p.tracks[0].judgement.outcome)
    assert picture.tracks[0].judgement.outcome == "diverges"
    assert picture.tracks[0].judgement.agrees is True


def test_an_escape_that_eigenvalues_do_not_foresee(session):
    spec = replace(SPEC, game="dirac", movers=(Mover("consensus", {"lr": 0.2, "gamma": 10.0}),),
                   start=(1.0, -1.0))
    session.ask(spec)
    judged = until(session, lambda p: p.tracks[0].judgement.outcome).tracks[0].judgement
    assert judged.kind == "converges" and judged.agrees is False


def test_only_the_newest_request_is_answered(session):
    last = 0
    for k in range(200):
        last = session.ask(replace(SPEC, start=(0.5 + k / 1024, 0.5)))
    pictures = []
    until(session, lambda p: pictures.append(p) or p.serial == last)
    assert len(pictures) < 100
    assert pictures[-1].spec.start == (0.5 + 199 / 1024, 0.5)


def test_steps_and_reset(session):
    seen(session, SPEC)
    session.step(7)
    picture = until(session, lambda p: p.tracks[0].taken == 7)
    track = picture.tracks[0]
    assert track.here == 7 and len(track.path) == 7 + 1 + 50
    session.reset()
    track = until(session, lambda p: p.tracks[0].taken == 0).tracks[0]
    assert len(track.path) == 51 and tuple(track.path[0]) == (1.0, 1.0)


def test_played_steps_are_those_of_the_preview(session):
    ahead = seen(session, replace(SPEC, steps=400)).tracks[0].path
    session.set_speed(3000)
    session.play(True)
    picture = until(session, lambda p: p.tracks[0].taken >= 100)
    session.play(False)
    here = picture.tracks[0].taken
    assert np.array_equal(picture.tracks[0].path[:min(here, 400) + 1], ahead[:min(here, 400) + 1])


def test_a_change_while_it_plays_goes_on_from_where_it_is(session):
    seen(session, SPEC)
    session.step(20)
    before = until(session, lambda p: p.tracks[0].taken == 20).tracks[0]
    other = replace(SPEC, movers=(Mover("simultaneous", {"lr": 0.01}),))
    after = seen(session, other).tracks[0]
    assert after.taken == 20 and np.array_equal(after.path[:21], before.path[:21])
    x, y = after.path[20]
    assert after.path[21] == pytest.approx([x - 0.01 * y, y + 0.01 * x])


def test_memory_is_kept_through_a_change_of_rate(session):
    momentum = replace(SPEC, movers=(Mover("momentum", {"lr": 0.1, "beta": 0.5}),))
    seen(session, momentum)
    session.step(3)
    path = until(session, lambda p: p.tracks[0].taken == 3).tracks[0].path
    slow = replace(SPEC, movers=(Mover("momentum", {"lr": 1e-9, "beta": 0.5}),))
    after = seen(session, slow).tracks[0].path
    assert after[4] - after[3] == pytest.approx(0.5 * (path[3] - path[2]), abs=1e-8)


def test_a_new_start_begins_anew(session):
    seen(session, SPEC)
    session.step(5)
    until(session, lambda p: p.tracks[0].taken == 5)
    track = seen(session, replace(SPEC, start=(0.5, 0.0))).tracks[0]
    assert track.taken == 0 and tuple(track.path[0]) == (0.5, 0.0)


def test_playing_ends_where_the_numbers_do(session):
    wild = replace(SPEC, movers=(Mover("simultaneous", {"lr": 50.0}),))
    seen(session, wild)
    session.set_speed(5000)
    session.play(True)
    picture = until(session, lambda p: p.tracks[0].ended and not p.playing)
    assert np.isfinite(picture.tracks[0].path).all()
    assert not session.playing


def test_a_long_play_keeps_a_bounded_path(session):
    circle = replace(SPEC, movers=(Mover("alternating", {"lr": 0.1}),))
    seen(session, circle)
    session.step(20_000)
    track = until(session, lambda p: p.tracks[0].taken == 20_000).tracks[0]
    assert len(track.path) <= 4_000 + 51 and track.first + track.here == 20_000


def test_what_cannot_be_is_refused_in_a_sentence_and_the_thread_lives(session):
    picture = seen(session, replace(SPEC, game="chess"))
    assert "bilinear" in picture.error and not picture.tracks
    picture = seen(session, replace(SPEC, movers=(Mover("simultaneous", {"lr": -1.0}),)))
    assert "lr" in picture.error
    assert not seen(session, SPEC).error


def test_several_rules_start_together(session):
    movers = tuple(Mover(r, {"lr": 0.1}) for r in ("simultaneous", "alternating", "extragradient"))
    picture = seen(session, replace(SPEC, movers=movers))
    kinds = [t.judgement.kind for t in picture.tracks]
    assert kinds == ["diverges", "cycles", "converges"]
    assert all(tuple(t.path[0]) == (1.0, 1.0) for t in picture.tracks)


def test_busy_until_the_last_word():
    session = ToySession()
    assert not session.busy
    session.start()
    session.ask(SPEC)
    assert session.busy
    until(session, lambda p: p.tracks[0].judgement.outcome)
    end = time.monotonic() + 10
    while session.busy and time.monotonic() < end:
        time.sleep(0.001)
    assert not session.busy
    assert session.close(10) and not session.busy
    assert session.close(10), "closing twice is allowed"


def test_closing_while_it_plays():
    session = ToySession()
    session.start()
    session.ask(SPEC)
    session.play(True)
    until(session, lambda p: p.tracks)
    assert session.close(10)


@pytest.mark.parametrize(("values", "words"), [
    ([1 + 0.1j, 1 - 0.1j], "Spirals out: |λ| = 1.005, +0.5 % a step"),
    ([0.9, 0.5], "Goes straight in: |λ| = 0.900, −10 % a step"),
    ([-1.5, 0.2], "Flips its way out: |λ| = 1.500, +50 % a step"),
    ([np.exp(0.1j), np.exp(-0.1j)], "Circles: |λ| = 1, neither in nor out"),
    ([30.0, 1.0], "Goes straight out: |λ| = 30.000, ×30 a step"),
])
def test_words(values, words):
    assert judge(np.array(values, complex)).headline == words


def test_words_for_one_player():
    assert judge(np.array([0.97, 0.4], complex), one_player=True).headline.startswith(
        "Descends to the end")
    assert judge(None).kind == ""
