"""The metrics of a run in its gallery: a table for the page, a file of all values."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from ganstudio.metrics.table import METRICS
from ganstudio.runs.gallery.vector import clean
from ganstudio.training.metrics_frames import MetricsFrame, latest

COLUMNS = ("step", "metric", "features", "averaged", "value", "floor", "floor_sd", "n")
BETTER = {"higher": "higher is better", "lower": "lower is better", "floor": "the floor is best"}


def metrics_csv(frames: Sequence[MetricsFrame]) -> bytes:
    """One line a value: ``COLUMNS``; what is not known is left empty."""
    lines = [",".join(COLUMNS)]
    for frame in frames:
        features = '"' + frame.features.replace('"', '""') + '"' if frame.features else ""
        lines += [f"{frame.step},{v.key},{features},{int(frame.averaged)},{_exact(v.value)},"
                  f"{_exact(v.floor)},{_exact(v.floor_sd)},{v.n}" for v in frame.values]
    return ("\n".join(lines) + "\n").encode()


def _exact(value: float) -> str:
    return f"{value:.9g}" if isfinite(value) else ""


def metrics_section(frames: Sequence[MetricsFrame]) -> str:
    """The newest value of each metric with its floor, as a part of the page; empty for none."""
    rows = []
    for key, one in latest(frames).items():
        metric = METRICS[key]
        rows.append(
            f'<tr><th scope="row" title="{clean(metric.help)} {clean(metric.source)}.">'
            f'{clean(one["name"])}</th><td class="number">{_shown(one["value"])}</td>'
            f'<td class="number">{_shown(one["floor"])} ± {_shown(one["floor_sd"], 2)}</td>'
            f'<td class="number">{one["n"]:,}</td><td class="step">{one["step"]:,}</td>'
            f"<td>{BETTER[metric.better]}</td></tr>")
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{title}</th>' for title in
                   ("Metric", "Value", "Noise floor", "Samples", "Step", ""))
    return ('<section><h2>Metrics</h2><figure class="card scroll"><table><thead><tr>'
            f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table><figcaption>The noise "
            "floor is what as many fresh real samples score against the same real data: mean "
            "and standard deviation.</figcaption></figure></section>")


def _shown(value: float | None, digits: int = 4) -> str:
    return "–" if value is None else f"{value:.{digits}g}".replace("-", "−")
