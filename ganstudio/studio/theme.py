"""Colours: one light and one dark set, told apart by colour-blind eyes too.

Blue is the real side (data, D), orange the generated side (fakes, G), everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """Named colours as ``#rrggbb``; ``low``, ``middle`` and ``high`` span the D surface."""

    name: str
    dark: bool
    window: str
    panel: str
    plot: str
    text: str
    muted: str
    line: str
    accent: str
    accent_text: str
    real: str
    fake: str
    player_d: str
    player_g: str
    marker: str
    warning: str
    error: str
    low: str
    middle: str
    high: str
    field: str
    """Ground of inputs."""
    hover: str
    """Ground of a button under the pointer."""
    pressed: str
    soft: str
    """Ground of pictures and quiet areas, between window and panel."""
    running: str
    """The dot of a run under way."""
    tint_warning: str
    tint_error: str
    tint_info: str


LIGHT = Theme(
    name="light", dark=False, window="#f3f4f6", panel="#ffffff", plot="#ffffff", text="#16191d",
    muted="#565d66", line="#d3d7dd", accent="#0b5cad", accent_text="#ffffff", real="#0072b2",
    fake="#c44e00", player_d="#0072b2", player_g="#c44e00", marker="#7a3e9d", warning="#8a5a00",
    error="#b3261e", low="#f6b98a", middle="#f7f7f5", high="#8cc1e3",
    field="#ffffff", hover="#e6eaef", pressed="#d8dee6", soft="#f6f8fa", running="#1a7f4b",
    tint_warning="#fdf3dc", tint_error="#fbe7e5", tint_info="#e6f0fa",
)
DARK = Theme(
    name="dark", dark=True, window="#17191d", panel="#1f2227", plot="#14161a", text="#eceef1",
    muted="#a4abb5", line="#3a3f47", accent="#4aa3e8", accent_text="#08121c", real="#56b4e9",
    fake="#f0913c", player_d="#56b4e9", player_g="#f0913c", marker="#c79be0", warning="#e6b04a",
    error="#ff8a80", low="#7a3f12", middle="#1b1e23", high="#16537a",
    field="#15171b", hover="#2b3037", pressed="#363c45", soft="#1a1d22", running="#5cc48b",
    tint_warning="#332a17", tint_error="#3a2220", tint_info="#1b2b3a",
)
THEMES = {"light": LIGHT, "dark": DARK}
