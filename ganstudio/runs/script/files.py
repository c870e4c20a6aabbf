"""The part of a script that reads real samples from a person's own files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganstudio.data.arrays import choose_array
from ganstudio.data.digits import SIDE
from ganstudio.data.idx import images_in_folder, looks_like_idx
from ganstudio.data.image_array import IMAGE_ARRAYS, channels_last
from ganstudio.data.points_file import POINT_ARRAYS
from ganstudio.data.table import delimiter_of
from ganstudio.runs.script.plan import Plan, ScriptError
from ganstudio.runs.script.text import block, inside, join


def points_file_text(plan: Plan) -> str:
    """Code that leaves the table's numbers in ``points`` (n, 1 or 2), standardised if asked.

    Raises:
        ScriptError: the file is written in a way that no plain reader of tables takes.
    """
    part: Any = plan.recipe.data
    path = Path(part.path).expanduser()
    with path.open("rb") as stream:
        magic = stream.read(6)
    if magic[:2] == b"PK" or magic == b"\x93NUMPY":
        read = _array_read(path, POINT_ARRAYS, "points")
        shape = choose_array(path, POINT_ARRAYS).shape
        read += ".astype(np.float64)" + (".reshape(-1, 1)" if len(shape) == 1 else "")
    else:
        read = _table_read(path)
    if not part.standardise:
        return read
    return join(read, block("""
        for i, column in enumerate(points.T):  # mean 0 and deviation 1
            low, reach = column.min(), np.ptp(column)
            unit = (column - low) / reach if reach > 0 else np.zeros_like(column)
            scale = reach * unit.std() if reach > 0 else 1.0
            points[:, i] = (column - (low + reach * unit.mean())) / scale
        """))


def _array_read(path: Path, names: tuple[str, ...], variable: str) -> str:
    member = choose_array(path, names).member
    index = "" if member is None else f"[{member!r}]"
    return f"{variable} = np.load({str(path)!r}){index}"


def _table_read(path: Path) -> str:
    """One call of numpy.loadtxt, fitted to this file's delimiter and header."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            lines = [stream.readline(1 << 16) for _ in range(1000)]
    except UnicodeDecodeError:
        raise ScriptError(f"{path.name} is not written in UTF-8, and a plain script cannot read "
                          "it; save it as UTF-8 first") from None
    full = [(i, line) for i, line in enumerate(lines) if line.strip()
            and not line.startswith("#")]
    first = next(i for i, (_, line) in enumerate(full) if any(c.isdigit() for c in line))
    delimiter = delimiter_of(full[first][1])
    options = [repr(str(path)), "ndmin=2", 'encoding="utf-8-sig"', "quotechar='\"'"]
    if delimiter is not None:
        options.append(f"delimiter={delimiter!r}")
    if first:
        options.append(f"skiprows={full[0][0] + 1}")
    if delimiter in (";", "\t") and any("," in line for _, line in full[first:]):
        options.append('converters=lambda cell: float(cell.replace(",", "."))')
    return f"points = np.loadtxt({', '.join(options)})"


# ---- images -------------------------------------------------------------------------------------


def images_text(plan: Plan) -> str:
    """Code that leaves uint8 images (n, channels, side, side) in the tensor ``data``."""
    part: Any = plan.recipe.data
    device = "" if plan.device == "cpu" else ".to(DEVICE)"
    return join(_digits(plan) if part.kind == "digits" else _images(plan, part),
                f"data = torch.from_numpy(images){device}")


def _digits(plan: Plan) -> str:
    read = block("""
        from sklearn.datasets import load_digits  # 8x8 pixels that come with scikit-learn

        images = np.rint(load_digits().images * (255 / 16)).astype(np.uint8)
        """)
    side = plan.shape[-1]
    if side == SIDE:
        return join(read, "images = images[:, None]  # a channel axis")
    return join(read, _resized(plan, "crop"), "images = np.stack([fitted(Image.fromarray(one)) "
                                              "for one in images])")


def _images(plan: Plan, part: Any) -> str:
    path = Path(part.path).expanduser()
    target = (images_in_folder(path) or path) if path.is_dir() else path
    if target.is_dir():
        return _folder(plan, part, target)
    packed = target.suffix == ".gz"
    if looks_like_idx(target):
        opened = "gzip.open" if packed else "open"
        read = join("import gzip\n" if packed else "", block(f"""
            with {opened}({str(target)!r}, "rb") as file:  # the IDX format of MNIST
                header = file.read(4)
                shape = np.frombuffer(file.read(4 * header[3]), ">i4")
                images = np.frombuffer(file.read(), np.uint8).reshape(shape)
            """))
        shape: tuple[int, ...] = _idx_shape(target)
    else:
        source = choose_array(target, IMAGE_ARRAYS)
        if source.dtype.str != "|u1":
            raise ScriptError(f"{target.name} holds {source.dtype} values and no bytes from 0 to "
                              "255; save it as uint8 to have the run as a script")
        read, shape = _array_read(target, IMAGE_ARRAYS, "images"), source.shape
    if part.limit:
        read = join(read, f"images = images[:{part.limit}]")
    return join(read, _from_array(plan, part, shape))


def _idx_shape(path: Path) -> tuple[int, ...]:
    from ganstudio.data.idx import open_idx
    return open_idx(path).shape


def _from_array(plan: Plan, part: Any, shape: tuple[int, ...]) -> str:
    height, width, channels, last = channels_last("the array", shape)
    lines = "" if last else "images = np.moveaxis(images, 1, 3)"
    side = plan.shape[-1]
    if (height, width) != (side, side) or channels not in (1, plan.shape[0]):
        squeeze = "" if channels > 1 or len(shape) == 3 else ".squeeze(2)"
        return join(lines, _resized(plan, part.fit),
                    "images = np.stack([fitted(Image.fromarray(np.ascontiguousarray("
                    f"one{squeeze}))) for one in images])")
    lines = join(lines, "images = images[..., None]" if len(shape) == 3 else "",
                 "images = np.moveaxis(images, 3, 1).copy()")
    if channels == 1 and plan.shape[0] == 3:
        lines = join(lines, "images = images.repeat(3, axis=1)")
    return lines


def _folder(plan: Plan, part: Any, folder: Path) -> str:
    limit = f"[:{part.limit}]" if part.limit else ""
    draft = 4 * plan.shape[-1]
    return join("import re\nfrom pathlib import Path\n", _resized(plan, part.fit), "", block(f"""
        def opened(path):
            image = Image.open(path)
            image.draft(None, ({draft}, {draft}))  # JPEG files come smaller, and much faster
            return fitted(ImageOps.exif_transpose(image))


        def natural(name):
            \"\"\"Puts img2 before img10.\"\"\"
            parts = re.split(r"([0-9]+)", name)
            return [(0, int(p), "") if p[0] in "0123456789" else (1, 0, p.casefold())
                    for p in parts if p], name


        FOLDER = Path({str(folder)!r})
        ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
        names = [p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*")
                 if p.is_file() and p.name.lower().endswith(ENDINGS)
                 and not any(part.startswith(".") for part in p.relative_to(FOLDER).parts)]
        names = sorted(names, key=natural){limit}
        images = np.stack([opened(FOLDER / name) for name in names])
        """)).replace("from PIL import Image\n", "from PIL import Image, ImageOps\n")


def _resized(plan: Plan, fit: str) -> str:
    channels, side = plan.shape[0], plan.shape[-1]
    mode = "L" if channels == 1 else "RGB"
    body = {"crop": f"""
        width, height = image.size
        square = min(width, height)
        left, top = (width - square) // 2, (height - square) // 2
        box = (left, top, left + square, top + square)
        image = image.resize(({side}, {side}), Image.Resampling.BICUBIC, box, reducing_gap=3.0)
        """, "stretch": f"""
        image = image.resize(({side}, {side}), Image.Resampling.BICUBIC, reducing_gap=3.0)
        """, "pad": f"""
        factor = {side} / max(image.size)
        size = [max(1, round(length * factor)) for length in image.size]
        image = on_white(image.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0))
        pixels = np.asarray(image).reshape(image.height, image.width, -1)
        rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        colour = tuple(int(c) for c in np.median(rim, axis=0))  # what to pad with
        canvas = Image.new(image.mode, ({side}, {side}), colour if len(colour) > 1 else colour[0])
        canvas.paste(image, [({side} - length) // 2 for length in size])
        image = canvas
        """}[fit]
    axis = "[None]" if channels == 1 else ".transpose(2, 0, 1)"
    return join(block(f"""
        from PIL import Image


        def on_white(image):
            if image.mode not in ("LA", "RGBA"):
                return image
            white = Image.new(image.mode[:-1], image.size, "white")
            white.paste(image.convert(image.mode[:-1]), mask=image.getchannel("A"))
            return white


        def fitted(image):
            \"\"\"Any image as uint8 of shape ({channels}, {side}, {side}).\"\"\"
            if image.mode not in ("L", "LA", "RGB", "RGBA") or "transparency" in image.info:
                image = image.convert("L" if image.mode == "1" else "RGBA"
                                      if "transparency" in image.info or image.mode == "PA"
                                      else "RGB")
        """), inside(block(body)),
        f'    return np.asarray(on_white(image).convert("{mode}")){axis}\n')
