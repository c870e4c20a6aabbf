"""A scene as SVG: lines, areas and text, nothing else, so that every reader can show it."""

from __future__ import annotations

from html import escape

from ganstudio.runs.gallery.palette import LIGHT, Palette
from ganstudio.runs.gallery.scene import Area, Line, Points, Role, Scene, Text

FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"


def to_svg(scene: Scene, title: str, description: str, palette: Palette | None = LIGHT) -> str:
    """The scene as one ``<svg>`` element.

    With ``palette`` None, colours are left to the page as CSS variables called by role
    (``--player-d``), and no paper is laid under the picture.
    """
    size = f"{scene.width:g} {scene.height:g}"
    fixed = "" if palette is None else f' width="{scene.width:g}" height="{scene.height:g}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}"{fixed} role="img" '
        f'font-family="{FONT}"><title>{clean(title)}</title>'
        f"<desc>{clean(description)}</desc>"
    ]
    if palette is not None:
        parts.append(f'<rect width="100%" height="100%" fill="{palette.paper}"/>')
    for mark in scene.marks:
        if isinstance(mark, Line):
            parts.append(_line(mark, palette))
        elif isinstance(mark, Area):
            parts.append(f'<path d="{_path(mark.points)}Z" {_paint("fill", mark.role, palette)}'
                         f'{_opacity(mark.opacity)}/>')
        elif isinstance(mark, Text):
            parts += _text(mark, palette)
        else:
            raise TypeError(f"{type(mark).__name__} marks are drawn as PNG only")
    return "\n".join([*parts, "</svg>"])


def clean(text: str) -> str:
    """Text for XML and HTML: escaped, and without the characters that XML forbids."""
    kept = "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"
                                                       and not "\ud800" <= c <= "\udfff"))
    return escape(kept, quote=True)


def _line(mark: Line, palette: Palette | None) -> str:
    dash = f' stroke-dasharray="{" ".join(f"{d:g}" for d in mark.dash)}"' if mark.dash else ""
    return (f'<path d="{_path(mark.points)}" fill="none" {_paint("stroke", mark.role, palette)} '
            f'stroke-width="{mark.width:g}" stroke-linejoin="round"{dash}'
            f"{_opacity(mark.opacity)}/>")


def _text(mark: Text, palette: Palette | None) -> list[str]:
    start = (f'<text x="{mark.x:g}" y="{mark.y:g}" font-size="{mark.size:g}" '
             f'text-anchor="{mark.anchor}"')
    end = f">{clean(mark.text)}</text>"
    words = [f"{start} {_paint('fill', mark.role, palette)}{end}"]
    if mark.halo:  # twice, since not every reader knows paint-order
        words.insert(0, f'{start} {_paint("stroke", "paper", palette)} stroke-width="3" '
                        f'fill="none" stroke-linejoin="round" aria-hidden="true"{end}')
    return words


def _path(points: Points) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points.tolist())


def _paint(attribute: str, role: Role, palette: Palette | None) -> str:
    if palette is None:
        return f'style="{attribute}:var(--{role.replace("_", "-")})"'
    return f'{attribute}="{getattr(palette, role)}"'


def _opacity(value: float) -> str:
    return "" if value >= 1 else f' opacity="{value:g}"'
