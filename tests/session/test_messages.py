import dataclasses
import typing

import pytest

from ganstudio.session import messages
from ganstudio.session.failures import failure_event, sentence


def test_every_command_is_frozen_and_told_apart():
    commands = typing.get_args(messages.Command)
    assert len(commands) == 23
    for command in commands:
        needed = [f for f in dataclasses.fields(command) if f.default is dataclasses.MISSING
                  and f.default_factory is dataclasses.MISSING]
        made = command(*({} for _ in needed))
        assert made == command(*({} for _ in needed))
        for field in dataclasses.fields(command):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(made, field.name, 1)


def test_an_error_becomes_one_line_with_the_traceback_beside_it():
    try:
        raise KeyError("a\n  b")
    except KeyError as error:
        event = failure_event("it broke", error, 7, 1.5)
    assert (event.kind, event.step, event.time, event.data["type"]) == ("error", 7, 1.5, "KeyError")
    assert event.text.startswith("it broke: ") and "\n" not in event.text
    assert "Traceback" in event.details
    assert sentence(ValueError()) == "ValueError"
