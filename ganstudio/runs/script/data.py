"""The part of a script that makes or reads the real samples."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, radians, sin
from typing import Any

from ganstudio.runs.script.files import images_text, points_file_text
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.text import block, inside, join, number

CHUNK = 1 << 18
"""The run draws its points so many at a time, and so does the script where there are more."""


def data_text(plan: Plan) -> str:
    """Code that leaves the training set in ``data``, a tensor."""
    part = plan.recipe.data
    if plan.is_image:
        return images_text(plan)
    if part.kind == "points":
        return join(points_file_text(plan), _as_tensor(plan))
    return join(_toy(part), _as_tensor(plan))


def _as_tensor(plan: Plan) -> str:
    double = ".double()" if plan.recipe.machine.precision == "float64" else ""
    device = "" if plan.device == "cpu" else ".to(DEVICE)"
    return f"data = torch.from_numpy(points.astype(np.float32)){double}{device}"


def _toy(part: Any) -> str:
    before, body = _TOYS[part.kind](part)
    if part.points <= CHUNK:
        body = body.replace("{n}", number(part.points))
        return join(f"rng = np.random.default_rng([SEED, 0xDA7A])\n{before}", body)
    return join(
        f"rng = np.random.default_rng([SEED, 0xDA7A])\n{before}", "",
        "def draw(n):", inside(body.replace("{n}", "n")), "    return points", "",
        f"sizes = [{CHUNK}] * {part.points // CHUNK} + [{part.points % CHUNK}]",
        "points = np.concatenate([draw(n) for n in sizes])")


Toy = tuple[str, str]
"""What is worked out once, and how {n} points are drawn."""


def _mixture(centres: str, count: int, sigma: float, dim: int = 2) -> Toy:
    return centres, (f"points = centres[rng.integers({count}, size={{n}})]\n"
                     f"points = points + {sigma!r} * rng.standard_normal(({{n}}, {dim}))")


def _gaussian_1d(part: Any) -> Toy:
    return _mixture(f"centres = np.array([[{float(part.mean)!r}]])", 1, part.sigma, 1)


def _two_gaussians(part: Any) -> Toy:
    half = part.separation / 2
    return _mixture(f"centres = np.array([[{-half!r}, 0.0], [{half!r}, 0.0]])", 2, part.sigma)


def _circle(count: int, radius: float) -> str:
    times = f"{radius!r} * " if radius != 1 else ""
    return block(f"""
        angle = 2 * math.pi * np.arange({count}) / {count}
        centres = {times}np.stack([np.cos(angle), np.sin(angle)], axis=1)
        """)


def _ring(part: Any) -> Toy:
    return _mixture(_circle(part.modes, part.radius * part.scale), part.modes,
                    part.sigma * part.scale)


def _grid(part: Any) -> Toy:
    return _mixture(block(f"""
        line = (np.arange({part.side}) - {(part.side - 1) / 2!r}) * {part.spacing!r}"""
                          f""" * {part.scale!r}
        x, y = np.meshgrid(line, line, indexing="ij")
        centres = np.stack([x.ravel(), y.ravel()], axis=1)
        """), part.side**2, part.sigma * part.scale)


def _drawn(part: Any) -> Toy:
    rows, line = [], ""
    for x, y in part.strokes:
        pair = f"({x!r}, {y!r}), "
        if len(line) + len(pair) > 92:
            rows.append(line.rstrip())
            line = ""
        line += pair
    rows.append(line.rstrip())
    return _mixture(join("centres = np.array([  # where the mouse went", inside("\n".join(rows)),
                         "], dtype=np.float64)"), len(part.strokes), part.sigma)


def _curve(part: Any, branches: int, places: str, before: str = "") -> Toy:
    """Points along ``places`` of (branch, u), two arrays (n,), smeared."""
    chosen = ("branch = rng.integers({branches}, size={n})" if branches > 1 else
              "rng.integers(1, size={n})  # which branch: there is one alone, yet a draw is made")
    return before, chosen.replace("{branches}", str(branches)) + "\n" + block(f"""
        u = rng.random({{n}})
        noise = {part.sigma!r} * rng.standard_normal(({{n}}, 2))
        """) + "\n" + places + "\npoints = noise + points"


def _line(part: Any) -> Toy:
    angle = radians(part.angle)
    x, y = part.length * cos(angle), part.length * sin(angle)
    return _curve(part, 1, f"points = (u - 0.5)[:, None] * [{x!r}, {y!r}]")


def _moons(part: Any) -> Toy:
    return _curve(part, 2, block("""
        arc = np.stack([np.cos(math.pi * u), np.sin(math.pi * u)], axis=1)
        points = np.where(branch[:, None] == 0, arc - [0.5, 0.25], [0.5, 0.25] - arc)
        """))


def _spiral(part: Any) -> Toy:
    return _curve(part, part.arms, block(f"""
        radius = np.sqrt(u)  # as many points per area near the centre as far out
        angle = {2 * pi * part.turns!r} * radius + 2 * math.pi * branch / {part.arms}
        points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        """))


def _swiss_roll(part: Any) -> Toy:
    return _curve(part, 1, block("""
        angle = 1.5 * math.pi * (1 + 2 * u)
        radius = angle / (4.5 * math.pi)
        points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        """))


def _checkerboard(part: Any) -> Toy:
    side = part.side
    return block(f"""
        column, row = np.divmod(np.arange({side**2}), {side})
        used = (column + row) % 2 == 0
        squares = np.stack([column[used], row[used]], axis=1)
        """), block(f"""
        chosen = rng.integers(len(squares), size={{n}})
        points = (squares[chosen] + rng.random(({{n}}, 2))) * {2 / side!r} - 1
        """)


def _disjoint(part: Any) -> Toy:
    radius = part.radius * part.scale
    return _circle(part.blobs, part.scale), block(f"""
        centre = centres[rng.integers({part.blobs}, size={{n}})]
        angle = 2 * math.pi * rng.random({{n}})
        distance = {radius!r} * np.sqrt(rng.random({{n}}))  # equal areas are equally likely
        points = centre + distance[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        """)


_TOYS: dict[str, Callable[[Any], Toy]] = {
    "gaussian-1d": _gaussian_1d, "two-gaussians": _two_gaussians, "ring": _ring, "grid": _grid,
    "line": _line, "moons": _moons, "spiral": _spiral, "swiss-roll": _swiss_roll,
    "checkerboard": _checkerboard, "disjoint": _disjoint, "drawn": _drawn,
}
