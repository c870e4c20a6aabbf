import io
import json

import numpy as np
import pytest
from PIL import Image

from ganstudio.recipe import from_text
from ganstudio.runs.export.events import crc32c, words
from ganstudio.runs.export.wire import varint
from ganstudio.runs.export.write import write_export
from tests import tiny
from tests.runs.export.reading import fields, read_events, summaries

JOURNAL = ({"step": 2, "kind": "tweak", "label": "calmer", "changes": {"batch": [16, 8]}},)
METRICS = ({"step": 3, "fid": 1.5, "floor": {"fid": 0.25}, "name": "x", "on": True},)


@pytest.fixture(params=["points", "images"])
def written(request, made, tmp_path):
    content, _ = made(steps=3, journal=JOURNAL, metrics=METRICS,
                      **(tiny.IMAGES if request.param == "images" else {}))
    (path,) = write_export("tensorboard", content, tmp_path / "log")
    return content, path


def test_everything_is_in_the_file(written):
    content, path = written
    events = read_events(path.read_bytes())
    assert events[0][3] == [b"brain.Event:2"]
    found = summaries(events)
    for column, tag in enumerate(("losses/loss_d", "losses/loss_g", "outputs/d_real",
                                  "outputs/d_fake")):
        assert [step for step, _ in found[tag]] == [1, 2, 3]
        np.testing.assert_array_equal(np.array([v[2][0] for _, v in found[tag]], np.float32),
                                      content.gallery.values[:, column])
    assert [(s, v[2][0]) for s, v in found["metrics/fid"]] == [(3, 1.5)]
    assert [(s, v[2][0]) for s, v in found["metrics/floor/fid"]] == [(3, 0.25)]
    assert "metrics/on" not in found
    assert [s for s, _ in found["samples"]] == [0, 3]
    picture = fields(found["samples"][0][1][4][0])
    image = Image.open(io.BytesIO(picture[4][0]))
    assert image.size == (picture[2][0], picture[1][0]) and image.mode == "RGB"


def test_the_recipe_and_the_changes_are_words(written):
    content, path = written
    found = summaries(read_events(path.read_bytes()))
    text = fields(found["recipe/text_summary"][0][1][8][0])[8][0].decode()
    assert from_text(text.removeprefix("```json").removesuffix("```")) == content.start
    step, value = found["changes/text_summary"][0]
    assert step == 2
    assert fields(value[8][0])[8][0].decode() == "**calmer**\n\n- `batch`: 16 → 8"


def test_the_recipe_stands_among_the_hyperparameters(written):
    _content, path = written
    found = summaries(read_events(path.read_bytes()))
    plugin = fields(fields(found["_hparams_/session_start_info"][0][1][9][0])[1][0])
    assert plugin[1] == [b"hparams"]
    pairs = {}
    for raw in fields(fields(plugin[2][0])[3][0])[1]:
        pair = fields(raw)
        pairs[pair[1][0].decode()] = fields(pair[2][0])
    assert pairs["optimizer_d.lr"] == {2: [0.001]}
    assert pairs["loss.kind"] == {3: [b"non_saturating"]}
    assert pairs["update.train_d"] == {4: [1]}


def test_a_loss_that_is_no_number_leaves_a_gap(made, tmp_path):
    content, _ = made(steps=2, update={"unit": "epochs"})
    (path,) = write_export("tensorboard", content, tmp_path)
    assert "losses/loss_g" not in summaries(read_events(path.read_bytes()))


def test_tensorboard_reads_it(written):
    module = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator",
                                 reason="tensorboard is not installed here")
    content, path = written
    log = module.EventAccumulator(str(path.parent), size_guidance={"scalars": 0, "images": 0})
    log.Reload()
    assert [e.step for e in log.Scalars("losses/loss_d")] == [1, 2, 3]
    assert len(log.Images("samples")) == 2
    text = log.Tensors("recipe/text_summary")[0].tensor_proto.string_val[0].decode()
    assert json.loads(text.strip("`").removeprefix("json"))["name"] == content.start.name


def test_known_checksums_and_numbers():
    assert crc32c(b"123456789") == 0xE3069283  # RFC 3720, B.4
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert varint(300) == b"\xac\x02" and len(varint(-1)) == 10
    assert fields(words("t", "é"))[1] == [b"t"]
