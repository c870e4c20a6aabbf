"""The journal as a script."""

from hypothesis import given
from hypothesis import strategies as st

from ganstudio.runs.retrace import Change, Script, Solo, script_of


def tweak(step, **values):
    return {"step": step, "kind": "tweak", "changes": {k: [None, v] for k, v in values.items()}}


def move(step, only, count):
    return {"step": step, "kind": "move", "only": only, "count": count}


def test_tweaks_and_moves_of_one_player():
    made = script_of([{"step": 0, "kind": "created"}, tweak(3, batch=9), move(7, "d", 2),
                      tweak(7, batch=8), {"step": 7, "kind": "saved"}])
    assert made.changes == (Change(3, {"batch": 9}), Change(7, {"batch": 8}))
    assert made.solos == (Solo(5, 7, "d"),)
    assert [made.player(s) for s in (0, 4, 5, 6, 7)] == [
        ("", 5), ("", 5), ("d", 7), ("d", 7), ("", None)]


def test_up_to_a_step():
    made = script_of([tweak(3, batch=9), move(7, "d", 3), tweak(7, batch=8)])
    assert made.until(6) == Script((Change(3, {"batch": 9}),), (Solo(4, 6, "d"),))
    assert made.until(7) == made
    assert made.until(7, inclusive=False).changes == made.changes[:1]


def test_after_a_loss_that_is_no_number_the_recipe_stays_as_it_was():
    made = script_of([tweak(5, batch=4), tweak(90, batch=9), move(100, "g", 20),
                      {"step": 64, "kind": "nonfinite"}, tweak(70, batch=3)])
    assert made.changes == (Change(5, {"batch": 4}), Change(64, {"batch": 9}),
                            Change(70, {"batch": 3}))
    assert made.solos == ()


def test_what_was_lost_with_the_plug_is_left_out():
    made = script_of([tweak(50, batch=9), move(60, "d", 4), tweak(30, batch=5)])
    assert made.changes == (Change(30, {"batch": 5}),) and made.solos == ()


def test_a_diagnosis_may_be_of_an_earlier_step():
    made = script_of([tweak(50, batch=9), {"step": 40, "kind": "diagnosis"}])
    assert made.changes == (Change(50, {"batch": 9}),)


@given(st.lists(st.one_of(st.builds(dict), st.fixed_dictionaries({
    "step": st.integers(0, 50), "kind": st.sampled_from(["tweak", "move", "nonfinite", 3]),
    "count": st.one_of(st.none(), st.integers(-3, 60)), "only": st.sampled_from(["d", "g", "x"]),
    "changes": st.one_of(st.none(), st.dictionaries(st.text(), st.lists(st.integers())))}))))
def test_any_entries_make_a_script_in_order(entries):
    made = script_of([e for e in entries if e])
    steps = [c.step for c in made.changes]
    assert steps == sorted(steps)
    assert all(0 <= s.start < s.stop for s in made.solos)
    ends = [x for s in made.solos for x in (s.start, s.stop)]
    assert ends == sorted(ends)
