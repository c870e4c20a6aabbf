"""The colours of exported pictures: the studio's own, by role."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as ``#rrggbb``; ``low``, ``middle`` and ``high`` span the D surface."""

    paper: str
    text: str
    muted: str
    line: str
    real: str
    fake: str
    player_d: str
    player_g: str
    marker: str
    low: str
    middle: str
    high: str

    def rgb(self, role: str) -> tuple[int, int, int]:
        """A role's colour as three bytes."""
        text = str(getattr(self, role))
        return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


LIGHT = Palette(
    paper="#ffffff", text="#16191d", muted="#565d66", line="#d3d7dd", real="#0072b2",
    fake="#c44e00", player_d="#0072b2", player_g="#c44e00", marker="#7a3e9d", low="#f6b98a",
    middle="#f7f7f5", high="#8cc1e3",
)
DARK = Palette(
    paper="#14161a", text="#eceef1", muted="#a4abb5", line="#3a3f47", real="#56b4e9",
    fake="#f0913c", player_d="#56b4e9", player_g="#f0913c", marker="#c79be0", low="#7a3f12",
    middle="#1b1e23", high="#16537a",
)
