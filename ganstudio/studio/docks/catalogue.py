"""Every dock by key: to add one, write its file and one line here."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from ganstudio.studio.docks.base import Dock


@dataclass(frozen=True, slots=True)
class DockEntry:
    """Where a dock's class is found, and where the dock stands at first.

    ``place`` is ``left``, ``centre``, ``right``, ``below`` (under the right-hand dock, in
    tabs with the others that stand there) or ``bottom`` (along the whole lower edge).
    """

    key: str
    title: str
    module: str
    name: str
    place: str


CATALOGUE: tuple[DockEntry, ...] = (
    DockEntry("controls", "Controls", "ganstudio.studio.docks.controls", "ControlsDock", "left"),
    DockEntry("samples", "Samples", "ganstudio.studio.docks.samples", "SamplesDock", "centre"),
    DockEntry("losses", "Losses", "ganstudio.studio.docks.losses", "LossesDock", "right"),
    DockEntry("metrics", "Metrics", "ganstudio.studio.docks.metrics", "MetricsDock", "below"),
    DockEntry("latent", "Latent", "ganstudio.studio.docks.latent", "LatentDock", "below"),
    DockEntry("dynamics", "Dynamics", "ganstudio.studio.docks.dynamics", "DynamicsDock", "below"),
    DockEntry("doctor", "Doctor", "ganstudio.studio.docks.doctor", "DoctorDock", "below"),
    DockEntry("log", "Log", "ganstudio.studio.docks.log", "LogDock", "below"),
    DockEntry("timeline", "Timeline", "ganstudio.studio.docks.timeline", "TimelineDock", "bottom"),
)


def load(entry: DockEntry) -> Dock:
    """A new dock of this entry; whatever its module or constructor raises comes through."""
    made: Dock = getattr(import_module(entry.module), entry.name)()
    return made
