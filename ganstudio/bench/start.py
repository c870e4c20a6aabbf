"""How soon there is something to see, and something learnt."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from ganstudio.bench.figures import Figure, at_least, at_most


def _child(module: str, *words: str) -> float:
    """Seconds from spawning a process to the moment it prints."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "GANSTUDIO_CONFIG": folder, "GANSTUDIO_RUNS": folder}
        if sys.platform == "linux" and not (os.environ.get("DISPLAY")
                                            or os.environ.get("WAYLAND_DISPLAY")):
            environment["QT_QPA_PLATFORM"] = "offscreen"
        begun = time.time()
        done = subprocess.run([sys.executable, "-m", module, *words], env=environment,
                              capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1]) - begun


def start(rounds: int) -> list[Figure]:
    """(d) of the bench: windows and first steps, ours and the other way in turn."""
    paint, step = "ganstudio.bench.first_paint", "ganstudio.bench.first_step"
    commands = {"window": (paint,), "torch_first": (paint, "--torch-first"),
                "step": (step, "ours"), "plain_step": (step, "plain")}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for words in commands.values():
        _child(*words)  # the first of each reads files from the disk
    for _ in range(rounds):
        for name, words in commands.items():
            seconds[name].append(_child(*words))
    shares = [a / b for a, b in zip(seconds["window"], seconds["torch_first"], strict=True)]
    steps = [a / b for a, b in zip(seconds["step"], seconds["plain_step"], strict=True)]
    return [
        at_most("start_window_share", "window / (import torch + window)", shares, 1 / 3, "×"),
        at_least("start_window", "    first paint after", seconds["window"], None, "s"),
        at_least("start_torch_first", "    with torch imported first", seconds["torch_first"],
                 None, "s"),
        at_most("start_step_ratio", "first step / plain script's first step", steps, None, "×"),
        at_least("start_step", "    ours after", seconds["step"], None, "s"),
        at_least("start_plain_step", "    plain after", seconds["plain_step"], None, "s"),
    ]
