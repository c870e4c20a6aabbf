"""What an export is made from: plain facts and arrays, gathered by whoever holds the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ganstudio.nets.base import Generator
from ganstudio.recipe import Recipe
from ganstudio.runs.gallery.data import GalleryData
from ganstudio.runs.retrace import Script


class ExportError(ValueError):
    """An export that could not be made: one sentence says why."""


@dataclass(frozen=True, slots=True)
class Content:
    """A run at one step.

    ``start`` is the recipe that the run began with. ``generator`` is a copy at rest on the CPU.
    ``gallery`` holds history, time-lapse and the units. ``metrics`` are records with their step;
    ``done`` is all that was done to the run since its first step.
    """

    start: Recipe
    device: str
    sample_shape: tuple[int, ...]
    generator: Generator
    gallery: GalleryData
    done: Script = field(default_factory=Script)
    metrics: Sequence[Mapping[str, Any]] = ()

    @property
    def recipe(self) -> Recipe:
        """The recipe as it is now."""
        return self.gallery.recipe
