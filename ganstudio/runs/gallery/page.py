"""The one page that shows a whole gallery: everything inside it, nothing fetched from anywhere."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from ganstudio import __version__
from ganstudio.runs.gallery.data import GalleryData
from ganstudio.runs.gallery.dynamics import words
from ganstudio.runs.gallery.metrics import metrics_section
from ganstudio.runs.gallery.settings import change_text, commands, recipe_tables
from ganstudio.runs.gallery.style import STYLE
from ganstudio.runs.gallery.vector import clean


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture for the page, and what replaces it on a dark page (empty: nothing does)."""

    kind: str
    light: bytes
    dark: bytes = b""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Pictures:
    """All that the page shows. ``curves`` and ``dynamics`` are inline ``<svg>``, in the page's
    colours.
    """

    sheet: Shown
    curves: str
    real: Shown | None = None
    moving: Shown | None = None
    still: Shown | None = None
    strip: list[tuple[int, Shown]] = field(default_factory=list)
    dynamics: str = ""


def page(data: GalleryData, pictures: Pictures, files: Mapping[str, int]) -> str:
    """The page as HTML. ``files`` is the size in bytes of each file beside it."""
    body = [
        _header(data),
        _samples(data, pictures),
        _timelapse(data, pictures),
        f'<section><h2>Curves</h2><figure class="card scroll">'
        f"{pictures.curves}</figure></section>",
        metrics_section(data.metrics),
        _dynamics(data, pictures),
        _tweaks(data),
        _recipe(data),
        _again(data),
        _files(files),
        _footer(data),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        "img-src data:;style-src 'unsafe-inline'\">"
        f"<title>{clean(data.name)}: sample gallery at step {data.step:,}</title>"
        f"<style>{STYLE}</style></head><body><main>\n" + "\n".join(part for part in body if part)
        + "\n</main></body></html>\n")


def _uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _image(shown: Shown, alt: str, css: str = "") -> str:
    size = f' width="{shown.width}" height="{shown.height}"' if shown.width else ""
    style = f' class="{css}"' if css else ""
    image = f'<img src="{_uri(shown.kind, shown.light)}" alt="{clean(alt)}"{size}{style}>'
    if not shown.dark:
        return image
    return ('<picture><source media="screen and (prefers-color-scheme:dark)" '
            f'srcset="{_uri(shown.kind, shown.dark)}">{image}</picture>')


def _header(data: GalleryData) -> str:
    tables = dict(recipe_tables(data.recipe))
    loss = dict(tables.get("Loss", [])).get("Loss", data.recipe.loss.kind)
    facts = [("Step", f"{data.step:,}"), ("Epoch", f"{data.epoch:,.1f}"),
             ("Seed of this gallery", str(data.seed)), ("Samples", f"{len(data.samples):,}"),
             ("Generator", "averaged" if data.averaged else "as trained"),
             ("Loss", loss), ("Data", type(data.recipe.data).title)]
    items = "".join(f"<div><dt>{clean(k)}</dt><dd>{clean(v)}</dd></div>" for k, v in facts)
    return (f'<header><p class="over">Sample gallery</p><h1>{clean(data.name)}</h1>'
            f'<dl class="facts">{items}</dl></header>')


def _samples(data: GalleryData, pictures: Pictures) -> str:
    where = f"step {data.step:,}"
    if not data.is_image:
        alt = f"Real points and {len(data.samples):,} generated points at {where}"
        image = _image(pictures.sheet, alt)
        note = "Axes are in the data’s own units."
        if data.samples.shape[1] == 1:
            note = ("Densities of the real and the generated points, by a kernel estimate; each "
                    "dot below is one point. The axis is in the data’s own units.")
        return (f'<section><h2>Samples</h2><figure class="card">{image}'
                f"<figcaption>{note}</figcaption></figure></section>")
    css = "pixels tiles" if max(data.samples.shape[1:3]) <= 32 else "tiles"
    alt = f"{len(data.samples):,} generated images at {where}"
    figures = [f'<figure class="card">{_image(pictures.sheet, alt, css)}'
               f"<figcaption>Generated, {where}, seed {data.seed}</figcaption></figure>"]
    if pictures.real is not None:
        figures.append(f'<figure class="card">'
                       f"{_image(pictures.real, 'Real images from the training data', css)}"
                       "<figcaption>Real, from the training data</figcaption></figure>")
    layout = "pair" if data.columns <= 12 else "stack"
    return f'<section><h2>Samples</h2><div class="{layout}">{"".join(figures)}</div></section>'


def _timelapse(data: GalleryData, pictures: Pictures) -> str:
    if pictures.moving is None or pictures.still is None:
        return ""
    what = "the same latents" if data.is_image else "points from the same latents"
    first, last = pictures.strip[0][0], pictures.strip[-1][0]
    alt = f"Time-lapse of {what} from step {first:,} to step {last:,}"
    strip = "".join(f'<figure>{_image(shown, f"Samples at step {step:,}")}'
                    f"<figcaption>step {step:,}</figcaption></figure>"
                    for step, shown in pictures.strip)
    strip = f'<div class="strip">{strip}</div>' if len(pictures.strip) > 1 else ""
    return (
        '<section><h2>Time-lapse</h2><figure class="card">'
        '<input type="checkbox" class="hold" id="hold"><label for="hold">'
        '<span class="stop">Hold on the last picture</span><span class="go">Play</span></label>'
        f'<div class="moving">{_image(pictures.moving, alt)}</div>'
        f'<div class="still">{_image(pictures.still, f"The same at step {last:,}")}</div>{strip}'
        f"<figcaption>What the generator made of {what}, from step {first:,} to step "
        f"{last:,}.</figcaption></figure></section>")


def _dynamics(data: GalleryData, pictures: Pictures) -> str:
    figures = []
    if data.dynamics is not None:
        caption = (f"{words(data.dynamics)} Positive real parts push away from where the players "
                   "stand, negative ones draw in; imaginary parts turn.")
        figures.append(f'<figure class="card scroll">{pictures.dynamics}'
                       f"<figcaption>{clean(caption)}</figcaption></figure>")
    for extra in data.extras:
        if extra.name.endswith(".png"):
            figures.append(f'<figure class="card">'
                           f"{_image(Shown('png', extra.content), extra.caption)}"
                           f"<figcaption>{clean(extra.caption)}</figcaption></figure>")
    if not figures:
        return ""
    return f'<section><h2>Dynamics</h2><div class="stack">{"".join(figures)}</div></section>'


def _tweaks(data: GalleryData) -> str:
    if not data.tweaks:
        return ""
    rows = []
    for number, tweak in enumerate(data.changes, 1):
        details = "<br>".join(clean(change_text(data.recipe, path, change))
                              for path, change in tweak.changes.items())
        label = clean(tweak.label)
        rows.append(f'<tr><td class="number">{number}</td><td class="step">{tweak.step:,}</td>'
                    f"<td>{label}</td><td>{details}</td></tr>")
    return ('<section><h2>Changed while it trained</h2><div class="card scroll"><table><thead><tr>'
            '<th scope="col">No.</th><th scope="col">Step</th><th scope="col">Change</th>'
            '<th scope="col">From → to</th></tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table></div></section>")


def _recipe(data: GalleryData) -> str:
    cards = []
    for title, rows in recipe_tables(data.recipe):
        body = "".join(f'<tr><th scope="row">{clean(name)}</th><td>{clean(value)}</td></tr>'
                       for name, value in rows)
        cards.append(f'<div class="card"><h3>{clean(title)}</h3><table><tbody>{body}'
                     "</tbody></table></div>")
    return (f"<section><h2>Recipe</h2><p>As it stood at step {data.step:,}.</p>"
            f'<div class="settings">{"".join(cards)}</div></section>')


def _again(data: GalleryData) -> str:
    lines = "".join(f"<p>{clean(what)}:</p><pre>{clean(line)}</pre>"
                    for what, line in commands(data))
    return f'<section><h2>Make it again</h2><div class="card">{lines}</div></section>'


def _files(files: Mapping[str, int]) -> str:
    inside = {name: size for name, size in files.items() if name.startswith("samples/")}
    rows = [(name, size) for name, size in files.items() if name not in inside]
    if inside:
        names = sorted(inside)
        rows.append((f"{names[0]} … {names[-1].removeprefix('samples/')}", sum(inside.values())))
    items = "".join(f"<li><code>{clean(name)}</code><span>{size_text(size)}</span></li>"
                    for name, size in rows)
    return (f'<section><h2>Files in this folder</h2><div class="card"><ul class="files">{items}'
            "</ul></div></section>")


def size_text(size: int) -> str:
    """A size in bytes, kB or MB."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"


def _footer(data: GalleryData) -> str:
    digest = (f"<br>State digest: <code>{clean(data.state_digest)}</code>"
              if data.state_digest else "")
    return f"<footer>Written by GAN Studio {clean(__version__)}.{digest}</footer>"
