"""What a file or folder that somebody dropped on the program is."""

from __future__ import annotations

from pathlib import Path

from ganstudio.data.arrays import list_arrays
from ganstudio.data.dataset import DataError, Monitor
from ganstudio.data.idx import images_in_folder, looks_like_idx, open_idx
from ganstudio.data.image_array import channels_last
from ganstudio.data.image_folder import SUFFIXES, walk_images
from ganstudio.data.points_file import POINT_ARRAYS, refuse_columns
from ganstudio.data.table import read_table
from ganstudio.recipe.data import Images, PointsFile

ACCEPTED = ("a table of points (CSV, .npy, .npz), a folder of images, an IDX file or an array of "
            "images (.npy, .npz)")
_LOOKED_AT = 200


def identify(path: Path) -> PointsFile | Images:
    """The recipe part that reads ``path``, after a quick look inside.

    Raises:
        DataError: one sentence that says what it is and what is accepted.
    """
    path = path.expanduser().absolute()
    try:
        if path.is_dir():
            return _folder(path)
        if not path.exists():
            raise DataError(f"{path} does not exist")
        if not path.is_file():
            raise DataError(f"{path.name} is neither a file nor a folder; give {ACCEPTED}")
        return _file(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None


def _folder(path: Path) -> Images:
    if images_in_folder(path) is None and next(walk_images(path, Monitor()), None) is None:
        raise DataError(f"the folder {path.name} holds no images and no IDX file; give {ACCEPTED}")
    return Images(path=str(path))


def _file(path: Path) -> PointsFile | Images:
    if path.stat().st_size == 0:
        raise DataError(f"{path.name} is an empty file; give {ACCEPTED}")
    with path.open("rb") as stream:
        magic = stream.read(6)
    if magic == b"\x93NUMPY" or magic[:4] == b"PK\x03\x04" or path.suffix in (".npy", ".npz"):
        return _array(path)
    if looks_like_idx(path):
        if len(open_idx(path).shape) < 3:
            raise DataError(f"{path.name} holds IDX labels, not images; give the file of images")
        return Images(path=str(path))
    if path.name.lower().endswith(SUFFIXES):
        raise DataError(f"{path.name} is a single image; give the folder that holds it")
    return _table(path)


def _array(path: Path) -> PointsFile | Images:
    found = list_arrays(path)
    flat = {name: a for name, a in found.items() if len(a.shape) <= 2}
    # Labels beside images are flat too, so images decide.
    if len(flat) < len(found):
        deep = next(a for a in found.values() if len(a.shape) > 2)
        channels_last(deep.title, deep.shape)
        return Images(path=str(path))
    name = next((n for n in POINT_ARRAYS if n in flat), next(iter(flat)))
    shape = flat[name].shape
    refuse_columns(flat[name].title, shape[1] if len(shape) == 2 else 1)
    return PointsFile(path=str(path))


def _table(path: Path) -> PointsFile:
    try:
        values, _ = read_table(path, Monitor(), most_rows=_LOOKED_AT)
    except DataError as error:
        if path.suffix.lower() in (".csv", ".tsv", ".txt", ".dat"):
            raise
        raise DataError(f"{path.name} is not data that can be trained on; "
                        f"give {ACCEPTED}") from error
    refuse_columns(path.name, values.shape[1])
    return PointsFile(path=str(path))
