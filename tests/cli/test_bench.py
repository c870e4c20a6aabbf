"""``ganstudio bench``: its parts by name."""

from ganstudio.bench.collapse import summary


def test_it_is_started_by_name_alone(ganstudio, monkeypatch):
    from ganstudio.bench import collapse
    monkeypatch.setattr(collapse, "rows", lambda jobs: iter([summary("grid", 2, [(25, 1.0)] * 2)]))
    said = ganstudio("bench", "collapse", "--json").document
    assert said["rows"][0]["modes"] == 25
    both = ganstudio("bench", "collapse", "headless")
    assert both.code == 2 and "study of its own" in both.err
