import json

import pytest
import tiny
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from ganstudio.runs.checkpoint import load_checkpoint, save_checkpoint, state_digest
from ganstudio.runs.errors import RunError


@pytest.fixture(scope="module")
def trainer():
    made = tiny.trainer(**tiny.ZOO["batch-norm-average"])
    made.advance(2)
    return made


@pytest.fixture
def path(tmp_path, trainer):
    where = tmp_path / "0000000002.safetensors"
    save_checkpoint(where, trainer.state(), trainer.recipe)
    return where


def test_what_is_saved_is_loaded(path, trainer):
    state, recipe, _ = load_checkpoint(path)
    assert recipe == trainer.recipe
    assert tiny.same(state, trainer.state())
    assert state_digest(state) == state_digest(trainer.state())
    assert list(path.parent.iterdir()) == [path]  # nothing temporary is left


def test_it_is_no_pickle_and_readable_by_others(path):
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        assert "g.weight_0" in file.keys()  # noqa: SIM118
        assert set(file.metadata()) == {"format", "values", "recipe", "journal_lines"}


def test_channels_last_weights_come_back_bit_for_bit(tmp_path):
    made = tiny.trainer(**{**tiny.DCGAN, "data": {"kind": "digits", "size": 16}})
    made.advance(2)
    save_checkpoint(tmp_path / "x", made.state(), made.recipe)
    state, recipe, _ = load_checkpoint(tmp_path / "x")
    again = tiny.trainer(recipe)
    again.load(state)
    assert state_digest(again.state()) == state_digest(made.state())
    assert any(w.ndim == 4 and w.is_contiguous(memory_format=torch.channels_last)
               and not w.is_contiguous() for w in again.players.weights_d)


@settings(max_examples=60)
@given(data=st.data())
def test_a_damaged_checkpoint_is_refused_or_harmless(data, trainer, tmp_path_factory):
    path = tmp_path_factory.mktemp("c") / "x.safetensors"
    save_checkpoint(path, trainer.state(), trainer.recipe)
    raw = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        raw = raw[:data.draw(st.integers(0, len(raw) - 1))]
    else:
        header = 8 + int.from_bytes(raw[:8], "little")
        for place in data.draw(st.lists(st.integers(0, header), min_size=1, max_size=4)):
            raw[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(raw)
    try:
        state, recipe, _ = load_checkpoint(path)
        tiny.trainer(recipe).load(state)
    except ValueError as error:  # RunError is one
        assert str(error)


@pytest.mark.parametrize(("metadata", "sentence"), [
    (None, "has checkpoint format 'none'; this GAN Studio reads 1 to 2"),
    ({"format": "3"}, "has checkpoint format '3'; this GAN Studio reads 1 to 2"),
    ({"format": "1"}, "is damaged"),
    ({"format": "2", "values": '{"step": 1}', "recipe": "{}"}, "is damaged"),
    ({"format": "2", "values": '{"step": 1}', "recipe": "{}", "journal_lines": "-1"},
     "is damaged"),
    ({"format": "1", "values": '{"step": true}', "recipe": "{}"}, "it does not say its step"),
    ({"format": "1", "values": '{"step": -1}', "recipe": "{}"}, "it does not say its step"),
    ({"format": "1", "values": "{", "recipe": "{}"}, "is damaged"),
    ({"format": "1", "values": "[]", "recipe": "{}"}, "is damaged"),
    ({"format": "1", "values": "[" * 100_000, "recipe": "{}"}, "is damaged"),
    ({"format": "1", "values": '{"step": 1}', "recipe": '{"batch": 0}'},
     "its recipe: batch: 0 is not allowed"),
])
def test_a_checkpoint_that_says_something_else(tmp_path, metadata, sentence):
    save_file({"x": torch.zeros(1)}, tmp_path / "x", metadata)
    with pytest.raises(RunError) as refusal:
        load_checkpoint(tmp_path / "x")
    assert sentence in str(refusal.value) and "\n" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"\x80\x04]q\x00.", b"\xff" * 8 + b"{}", json.dumps(
    {"a": 1}).encode()])
def test_what_is_no_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(RunError, match="x is not a readable checkpoint"):
        load_checkpoint(tmp_path / "x")
    with pytest.raises(RunError, match="nothing is not a readable checkpoint"):
        load_checkpoint(tmp_path / "nothing")


def test_a_failed_write_leaves_the_old_one(path, trainer, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OSError, match="No space"):
        save_checkpoint(path, trainer.state(), trainer.recipe)
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]
