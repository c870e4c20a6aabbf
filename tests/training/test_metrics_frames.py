import json
from math import inf, isnan, nan

from ganstudio.training.metrics_frames import (
    MetricsFrame,
    MetricValue,
    as_entry,
    from_entry,
    latest,
)

FRAME = MetricsFrame(40, (MetricValue("frechet", 1.5, 0.2, 0.01, 512, "how"),
                          MetricValue("recall", 0.75, nan, nan, 512)), "random features")


def test_an_entry_is_the_frame_again():
    entry = json.loads(json.dumps({**as_entry(FRAME), "step": 40}))
    again = from_entry(entry)
    assert (again.step, again.features, again.averaged) == (40, "random features", True)
    assert [(v.key, v.value, v.n) for v in again.values] == [("frechet", 1.5, 512),
                                                             ("recall", 0.75, 512)]
    assert again.values[0].floor_sd == 0.01 and isnan(again.values[1].floor)


def test_what_is_not_finite_is_null():
    frame = MetricsFrame(1, (MetricValue("kl_real_fake", inf, 0.1, 0.1, 9),), averaged=False)
    entry = as_entry(frame)
    assert entry["values"]["kl_real_fake"]["value"] is None and entry["averaged"] is False
    assert isnan(from_entry({**entry, "step": 1}).values[0].value)


def test_entries_that_make_no_sense_do_no_harm():
    for entry in ({}, {"step": 1}, {"step": "x", "values": {}}, {"step": 1, "values": []}):
        assert from_entry(entry) is None
    odd = {"step": 1, "features": 3, "values": {"no_such": {"value": 1}, "w1": 3,
                                                "kid": {"value": "x", "n": True}}}
    frame = from_entry(odd)
    assert [v.key for v in frame.values] == ["kid"] and isnan(frame.values[0].value)
    assert frame.features == "" and frame.values[0].n == 0


def test_the_name_says_the_features_and_only_the_published_ones_make_an_fid():
    assert FRAME.name("frechet") == "Fréchet distance in random features"
    assert MetricsFrame(1, ()).name("w1") == "W1"
    assert MetricsFrame(1, (), "Inception", inception=True).name("frechet") == "FID"


def test_the_latest_value_of_each_with_its_step():
    later = MetricsFrame(50, (MetricValue("recall", 0.5, 0.9, 0.1, 512),), "random features")
    found = latest([FRAME, later])
    assert list(found) == ["frechet", "recall"]
    assert found["frechet"]["step"] == 40 and found["recall"] == {
        "name": "Recall in random features", "value": 0.5, "floor": 0.9, "floor_sd": 0.1,
        "n": 512, "step": 50}
