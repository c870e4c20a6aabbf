"""The part of a recipe that says where real samples come from."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from ganstudio.recipe.base import Part
from ganstudio.recipe.knob import Knob

Size = Annotated[
    int,
    Field(ge=100, le=10_000_000),
    Knob(
        "Points",
        "How many points are drawn once, from the seed, to make the training set. "
        "One epoch is one pass through them.",
        unit="points",
        step=1000,
        log=True,
    ),
]
Noise = Annotated[
    float,
    Field(ge=0.0001, le=10),
    Knob("Spread σ", "Standard deviation of the Gaussian noise around each mode or curve.",
         step=0.01, log=True),
]
Scale = Annotated[
    float,
    Field(gt=0, le=1000),
    Knob("Scale", "Every coordinate is multiplied by this.", step=0.1, log=True),
]


class Gaussian1D(Part):
    """One bell curve on the line."""

    title: ClassVar[str] = "1-D Gaussian"
    kind: Literal["gaussian-1d"] = "gaussian-1d"
    mean: Annotated[float, Field(ge=-100, le=100), Knob(
        "Mean", "Centre of the bell.", step=0.1)] = 2
    sigma: Noise = 0.5
    points: Size = 20_000


class TwoGaussians(Part):
    """Two round blobs in the plane."""

    title: ClassVar[str] = "Two Gaussians"
    kind: Literal["two-gaussians"] = "two-gaussians"
    separation: Annotated[
        float, Field(ge=0, le=100),
        Knob("Separation", "Distance between the two centres.", step=0.1),
    ] = 2.0
    sigma: Noise = 0.25
    points: Size = 20_000


class Ring(Part):
    """Equal Gaussian modes evenly round a circle."""

    title: ClassVar[str] = "Ring"
    kind: Literal["ring"] = "ring"
    modes: Annotated[
        int, Field(ge=1, le=1000),
        Knob("Modes", "How many Gaussians stand round the circle.",
             source="Srivastava et al. 2017 (VEEGAN); Lin et al. 2018 (PacGAN)"),
    ] = 8
    radius: Annotated[float, Field(gt=0, le=100), Knob(
        "Radius", "Radius of the circle.", step=0.1)] = 1
    sigma: Noise = 0.01
    scale: Scale = 1
    points: Size = 100_000


class Grid(Part):
    """Equal Gaussian modes on a square lattice."""

    title: ClassVar[str] = "Grid"
    kind: Literal["grid"] = "grid"
    side: Annotated[
        int, Field(ge=1, le=50),
        Knob("Side", "Modes along each side; the set has the square of it.",
             source="Srivastava et al. 2017 (VEEGAN); Lin et al. 2018 (PacGAN)"),
    ] = 5
    spacing: Annotated[float, Field(gt=0, le=100), Knob("Spacing", "Distance between neighbours.",
                                                        step=0.1)] = 2
    sigma: Noise = 0.05
    scale: Scale = 1
    points: Size = 100_000


class Moons(Part):
    """Two interleaved half circles."""

    title: ClassVar[str] = "Moons"
    kind: Literal["moons"] = "moons"
    sigma: Noise = 0.06
    points: Size = 20_000


class Spiral(Part):
    """Arms that wind outward from the centre."""

    title: ClassVar[str] = "Spiral"
    kind: Literal["spiral"] = "spiral"
    arms: Annotated[int, Field(ge=1, le=10), Knob("Arms", "How many arms.")] = 2
    turns: Annotated[float, Field(ge=0.25, le=5), Knob("Turns", "How often each arm winds round.",
                                                       step=0.25)] = 1
    sigma: Noise = 0.04
    points: Size = 20_000


class SwissRoll(Part):
    """The classic rolled sheet, seen from its end."""

    title: ClassVar[str] = "Swiss roll"
    kind: Literal["swiss-roll"] = "swiss-roll"
    sigma: Noise = 0.03
    points: Size = 20_000


class Checkerboard(Part):
    """Uniform on every other square of a board."""

    title: ClassVar[str] = "Checkerboard"
    kind: Literal["checkerboard"] = "checkerboard"
    side: Annotated[int, Field(ge=2, le=20), Knob("Side", "Squares along each side.")] = 4
    points: Size = 20_000


class Disjoint(Part):
    """Uniform discs that do not touch: the supports that defeat the minimax loss."""

    title: ClassVar[str] = "Disjoint blobs"
    kind: Literal["disjoint"] = "disjoint"
    blobs: Annotated[int, Field(ge=2, le=20), Knob("Blobs", "How many discs.")] = 3
    radius: Annotated[float, Field(gt=0, le=0.45), Knob(
        "Radius", "Radius of each disc; their centres stand on the unit circle, before scaling.",
        step=0.01)] = 0.3
    scale: Scale = 1
    points: Size = 20_000


class Line(Part):
    """A straight stroke through the origin: one dimension in a plane of two."""

    title: ClassVar[str] = "Line"
    kind: Literal["line"] = "line"
    length: Annotated[float, Field(gt=0, le=100), Knob(
        "Length", "From one end to the other.", step=0.1)] = 1.6
    angle: Annotated[float, Field(ge=-180, le=180), Knob(
        "Angle", "How far it is turned from the horizontal, anticlockwise.", unit="°",
        step=5)] = 30
    sigma: Noise = 0.02
    points: Size = 20_000


def _as_tuples(dots: Any) -> Any:
    """What JSON knows as lists of lists."""
    if not isinstance(dots, list | tuple):
        return dots
    return tuple(tuple(dot) if isinstance(dot, list) else dot for dot in dots)


class Drawn(Part):
    """A distribution drawn with the mouse: points scattered round the strokes."""

    title: ClassVar[str] = "Drawn"
    kind: Literal["drawn"] = "drawn"
    strokes: Annotated[
        tuple[tuple[float, float], ...],
        Field(min_length=1, max_length=20_000),
        BeforeValidator(_as_tuples),
        Knob("Strokes", "The dots that the mouse left, in the plane from −1 to 1.", hidden=True),
    ] = ((0.0, 0.0),)
    sigma: Noise = 0.03
    points: Size = 20_000


HeldOut = Annotated[
    float,
    Field(ge=0, le=0.5),
    Knob("Held out", "Share of the items that is kept from training, so that the doctor can tell "
                     "whether D knows its training set by heart; 0 trains on all.", step=0.05),
]


class PointsFile(Part):
    """A table of points: CSV, NPY or NPZ with one or two columns."""

    title: ClassVar[str] = "Points from a file"
    kind: Literal["points"] = "points"
    path: Annotated[str, Field(min_length=1), Knob("File", "A .csv, .npy or .npz file of points.")]
    standardise: Annotated[bool, Knob(
        "Standardise", "Train on columns shifted to mean 0 and scaled to deviation 1; "
        "everything exported is in the file's own units.")] = True
    held_out: HeldOut = 0


FIT_CHOICES = (
    ("crop", "Fill and crop the middle"),
    ("pad", "Fit inside and pad"),
    ("stretch", "Stretch to fit"),
)
ImageSize = Annotated[
    int,
    Field(ge=0, le=128),
    Knob("Size", "Side of the square images that are trained on, at most 128; 0 keeps the native "
                 "size up to 64, or takes the nearest to it that the network can make.",
         unit="px"),
]
Fit = Annotated[
    Literal["crop", "pad", "stretch"],
    Knob("Fit", "How an image that is not square is made so.", choices=FIT_CHOICES),
]
Colour = Annotated[
    Literal["auto", "grey", "rgb"],
    Knob("Colour", "Automatic is grey only if every image is grey.",
         choices=(("auto", "Automatic"), ("grey", "Grey"), ("rgb", "Colour"))),
]
Limit = Annotated[
    int,
    Field(ge=0, le=10_000_000),
    Knob("At most", "Use only the first so many images; 0 uses all.", unit="images", step=1000),
]


class Digits(Part):
    """1,797 handwritten digits of 8 by 8 pixels that come with scikit-learn."""

    title: ClassVar[str] = "Digits"
    kind: Literal["digits"] = "digits"
    size: ImageSize = 0
    held_out: HeldOut = 0


class Images(Part):
    """A folder of images, an IDX file (MNIST's own format, .gz or not) or an NPZ array."""

    title: ClassVar[str] = "Images"
    kind: Literal["images"] = "images"
    path: Annotated[str, Field(min_length=1), Knob(
        "Folder or file", "A folder of images, an IDX file, or an .npz or .npy array.")]
    size: ImageSize = 0
    fit: Fit = "crop"
    colour: Colour = "auto"
    limit: Limit = 0
    held_out: HeldOut = 0


DataPart = Annotated[
    Gaussian1D | TwoGaussians | Ring | Grid | Line | Moons | Spiral | SwissRoll | Checkerboard
    | Disjoint | Drawn | PointsFile | Digits | Images,
    Field(discriminator="kind"),
]

IMAGE_KINDS = ("digits", "images")


LATENT_BOXES = {"uniform": (-1.0, 1.0), "uniform01": (0.0, 1.0)}
"""Noise that fills a box evenly: the ends of each coordinate's range."""


class Latent(Part):
    """The noise that the generator turns into samples."""

    title: ClassVar[str] = "Latent noise"
    kind: Annotated[
        Literal["normal", "uniform", "uniform01", "sphere"],
        Knob("Noise", "Standard normal, uniform on [−1, 1] or on [0, 1], or uniform on the unit "
             "sphere.", source="Goodfellow et al. 2014; White 2016 (sphere)",
             choices=(("normal", "Normal"), ("uniform", "Uniform, −1 to 1"),
                      ("uniform01", "Uniform, 0 to 1"), ("sphere", "On the sphere"))),
    ] = "normal"
    dim: Annotated[int, Field(ge=1, le=4096), Knob("Dimension", "Numbers in each z.")] = 2
