"""``ganstudio bench``: its parts by name."""

import pytest

from ganstudio.bench.collapse import summary
from ganstudio.bench.figures import at_most


def test_it_is_started_by_name_alone(ganstudio, monkeypatch):
    from ganstudio.bench import collapse
    monkeypatch.setattr(collapse, "rows", lambda jobs: iter([summary("grid", 2, [(25, 1.0)] * 2)]))
    said = ganstudio("bench", "collapse", "--json").document
    assert said["rows"][0]["modes"] == 25
    both = ganstudio("bench", "collapse", "headless")
    assert both.code == 2 and "study of its own" in both.err


@pytest.mark.parametrize("said", [("soak",), ("--soak",), ("soak", "--soak")])
@pytest.mark.parametrize("full", [False, True])
def test_the_soak_is_a_part_and_a_flag(ganstudio, monkeypatch, said, full):
    from ganstudio.bench import soak
    asked = []
    monkeypatch.setattr(soak, "soak", lambda full, parts: asked.append((full, parts)) or [
        at_most("soak_run_max", "worst", [250.0], 100, "ms")])
    told = ganstudio("bench", *said, *(["--full"] if full else []), "--json").document
    assert asked == [(full, [])]  # once, and no other part with it
    assert [f["key"] for f in told["figures"]] == ["soak_run_max"] and not told["all_hold"]
    assert "≤ 100  MISSED" in ganstudio("bench", *said).out


def test_parts_of_the_soak_by_name(ganstudio, monkeypatch):
    from ganstudio.bench import soak
    asked = []
    monkeypatch.setattr(soak, "soak", lambda full, parts: asked.append(parts) or [])
    every = [word for name in soak.PARTS for word in ("--part", name)]
    assert ganstudio("bench", "--soak", *every).code == 0
    assert asked == [list(soak.PARTS)]
    said = ganstudio("bench", "--soak", "--part", "dancing")
    assert said.code == 2 and "dancing" in said.err


def test_a_gpu_is_timed_where_there_is_one(ganstudio, monkeypatch):
    import torch

    from ganstudio.bench import on_gpu
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for parts in ([], ["headless"]):
        told = ganstudio("bench", *parts, "--device", "cuda")
        assert (told.code, told.out) == (2, "") and "no NVIDIA GPU" in told.err
    other = ganstudio("bench", "window", "--device", "cuda")
    assert other.code == 2 and "headless part alone" in other.err
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "A GPU")
    monkeypatch.setattr(on_gpu, "on_gpu", lambda rounds, seconds, device: [
        on_gpu.at_least("gpu_x", "graph / plain", [2.0], None)])
    said = ganstudio("bench", "--device", "cuda", "--json").document
    assert said["machine"].endswith("A GPU") and said["figures"][0]["median"] == 2
