"""Recorded steps, kept: one recording serves every value of a rule's and a game's numbers.

Rates, γ, η, β and their like, and the game's a, σ, penalties …, go into a recording as inputs, so
that dragging a slider costs no new one. What changes the computation's shape (a count of steps, a
switch, a bound, another game) does.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from torch import Tensor

from ganstudio.game.products import gradient
from ganstudio.game.protocol import Rule, State, flatten_state
from ganstudio.game.replay import CannotReplay, Program, record
from ganstudio.game.toys import Toy

KEPT = 128
"""How many recordings are kept; each is some kilobytes."""

Recorded = Callable[..., tuple[float, ...]]
Function = Callable[[Toy, Rule, Sequence[Tensor], State], list[Tensor]]

_kept: OrderedDict[Hashable, Program | None] = OrderedDict()


def step_program(toy: Toy, rule: Rule, like: State) -> Recorded | None:
    """The rule's step on ``toy`` as a function of the state's numbers in flat order.

    ``like`` is a state of the rule. None where the step cannot be recorded.
    """
    return _program("step", toy, rule, like, _step)


def jacobian_program(toy: Toy, rule: Rule, like: State) -> Recorded | None:
    """The step's Jacobian, row by row, as such a function.

    Recording it costs several times one evaluation, so the first time a computation of this
    shape is asked for the answer is None, and the caller does it once by hand.
    """
    key = ("asked", *_key(toy, rule))
    if key not in _kept:
        _keep(key, None)
        return None
    return _program("jacobian", toy, rule, like, _jacobian)


def _key(toy: Toy, rule: Rule) -> tuple[Hashable, ...]:
    return toy.family, toy.low, toy.high, type(rule), _shape(rule)


def _keep(key: Hashable, program: Program | None) -> None:
    _kept[key] = program
    _kept.move_to_end(key)
    while len(_kept) > KEPT:
        _kept.popitem(last=False)


def _program(kind: str, toy: Toy, rule: Rule, like: State, function: Function
             ) -> Recorded | None:
    key, numbers = (kind, *_key(toy, rule)), (*toy.numbers, *_numbers(rule))
    if key not in _kept:
        _keep(key, _recorded(toy, rule, like, numbers, function))
    program = _kept[key]
    _kept.move_to_end(key)
    return None if program is None else lambda *state: program(*state, *numbers)


def state_of(numbers: Sequence[Tensor], like: State) -> State:
    """Scalars in the order of ``flatten_state`` as a state shaped like ``like``."""
    row = iter(numbers)
    place = like.point.map(lambda _: next(row))
    return State(place, {name: like.memory[name].map(lambda _: next(row))
                         for name in sorted(like.memory)})


def _step(toy: Toy, rule: Rule, state: Sequence[Tensor], like: State) -> list[Tensor]:
    after = rule.step(toy, state_of(state, like), keep=True)
    return [t for part in (after.point, *(after.memory[n] for n in sorted(after.memory)))
            for t in part.all]


def _jacobian(toy: Toy, rule: Rule, state: Sequence[Tensor], like: State) -> list[Tensor]:
    return [entry for value in _step(toy, rule, state, like)
            for entry in gradient(value, state, keep=True)]


def _recorded(toy: Toy, rule: Rule, like: State, numbers: tuple[float, ...],
              function: Function) -> Program | None:
    start = flatten_state(like).tolist()

    def whole(inputs: Sequence[Tensor]) -> list[Tensor]:
        state, row = inputs[:len(start)], inputs[len(start):]
        count = len(toy.numbers)
        return function(toy.under(row[:count]), _rebuilt(rule, iter(row[count:])), state, like)

    try:
        return record(whole, [*start, *numbers])
    except CannotReplay:
        return None


# A rule is a frozen dataclass of numbers, switches and an optimizer, which is another.


def _numbers(part: Any) -> Iterator[float]:
    """Every float in a rule, in order."""
    if isinstance(part, float):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from _numbers(item)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _numbers(getattr(part, field.name))


def _shape(part: Any) -> Hashable:
    """The rule without its floats: what a recording depends on."""
    if isinstance(part, float):
        return float
    if isinstance(part, tuple):
        return tuple(map(_shape, part))
    if is_dataclass(part):
        return (type(part), *(_shape(getattr(part, field.name)) for field in fields(part)))
    named: Hashable = part
    return named


def _rebuilt(part: Any, row: Iterator[Tensor]) -> Any:
    """The rule with its floats replaced, in the order of ``_numbers``."""
    if isinstance(part, float):
        return next(row)
    if isinstance(part, tuple):
        return tuple(_rebuilt(item, row) for item in part)
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{field.name: _rebuilt(getattr(part, field.name), row)
                                for field in fields(part)})
    return part
