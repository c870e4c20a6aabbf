"""Where the studio keeps things: settings, runs, and its own resources."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(name: str) -> Path:
    """A file that comes with the program, such as ``icons/run.svg``."""
    installed = _PACKAGE / "_resources" / name
    return installed if installed.exists() else _PACKAGE.parent / "resources" / name


def config_dir() -> Path:
    """The folder of the settings; ``GANSTUDIO_CONFIG`` overrides it."""
    chosen = os.environ.get("GANSTUDIO_CONFIG")
    if chosen:
        return Path(chosen)
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", str(home / "AppData" / "Roaming"))) / "GAN Studio"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "GAN Studio"
    return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "ganstudio"


def runs_dir() -> Path:
    """The folder that new runs are put in; ``GANSTUDIO_RUNS`` overrides it."""
    chosen = os.environ.get("GANSTUDIO_RUNS")
    if chosen:
        return Path(chosen)
    home = Path.home()
    documents = home / "Documents"
    return (documents if documents.is_dir() else home) / "GAN Studio" / "runs"


def new_run_folder(name: str) -> Path:
    """A folder that does not exist yet, named after the run, the day and a number."""
    slug = re.sub(r"[^\w]+", "-", name.strip().lower()).strip("-_")[:60] or "run"
    stem = f"{slug}-{time.strftime('%Y-%m-%d')}"
    number = 1
    while (folder := runs_dir() / f"{stem}-{number}.run").exists():
        number += 1
    return folder
