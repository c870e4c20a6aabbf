"""The base that every part of a recipe shares."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A frozen, closed piece of a recipe.

    Unknown names and non-finite numbers are refused, and a value must be of its field's type:
    ``true`` is no whole number, and "5" none either.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)

    title: ClassVar[str] = ""
