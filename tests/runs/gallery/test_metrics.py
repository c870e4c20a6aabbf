import csv
from math import inf, nan

from ganstudio.runs.gallery.metrics import COLUMNS, metrics_csv, metrics_section
from ganstudio.runs.gallery.write import write_gallery
from ganstudio.training.metrics_frames import MetricsFrame, MetricValue

from .made import points

FRAMES = (
    MetricsFrame(10, (MetricValue("frechet", 2.5, 0.1, 0.02, 512),), 'a "net", <mine>'),
    MetricsFrame(20, (MetricValue("frechet", inf, nan, nan, 512),
                      MetricValue("recall", -0.25, 0.9, 0.01, 512)), 'a "net", <mine>'),
)


def test_the_file_has_every_value():
    rows = list(csv.DictReader(metrics_csv(FRAMES).decode().splitlines()))
    assert tuple(rows[0]) == COLUMNS and len(rows) == 3
    assert rows[0]["features"] == 'a "net", <mine>' and float(rows[0]["value"]) == 2.5
    assert rows[1]["value"] == "" and rows[1]["floor"] == "" and rows[2]["step"] == "20"


def test_the_page_shows_the_newest_with_its_floor_and_nothing_unescaped():
    shown = metrics_section(FRAMES)
    assert "<mine>" not in shown and "Fréchet distance in a" in shown
    assert "−0.25" in shown and "0.9 ± 0.01" in shown and "higher is better" in shown
    assert metrics_section(()) == ""


def test_a_gallery_has_them_where_there_are_any(tmp_path):
    out = write_gallery(points(metrics=FRAMES), tmp_path / "a")
    assert "<h2>Metrics</h2>" in (out / "index.html").read_text("utf-8")
    assert (out / "metrics.csv").read_bytes() == metrics_csv(FRAMES)
    bare = write_gallery(points(), tmp_path / "b")
    assert "<h2>Metrics</h2>" not in (bare / "index.html").read_text("utf-8")
    assert not (bare / "metrics.csv").exists()
