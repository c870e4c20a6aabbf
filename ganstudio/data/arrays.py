"""NPY and NPZ files read piece by piece. Nothing is ever unpickled or trusted to be its size."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.data.dataset import DataError

_WHOLE_LIMIT = 1 << 29
_PIECE = 1 << 24
_MOST_MEMBERS = 1000


@dataclass(frozen=True)
class ArrayFile:
    """One array in a file: ``member`` is its name inside an NPZ, None for an NPY."""

    path: Path
    member: str | None
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    column_major: bool
    start: int

    @property
    def title(self) -> str:
        """What to call it in a sentence."""
        return self.path.name if self.member is None else f"{self.path.name}[{self.member}]"

    def pieces(self) -> Iterator[NDArray[Any]]:
        """The array along its first axis, some rows at a time.

        Raises:
            DataError: the file is damaged.
        """
        try:
            with _opened(self.path, self.member) as stream:
                _exactly(stream, self.start, self.title)
                if self.column_major:
                    yield from self._column_major(stream)
                    return
                row = prod(self.shape[1:]) * self.dtype.itemsize
                step = max(1, _PIECE // max(1, row))
                for done in range(0, self.shape[0], step):
                    count = min(step, self.shape[0] - done)
                    data = _exactly(stream, count * row, self.title)
                    yield np.frombuffer(data, self.dtype).reshape(count, *self.shape[1:])
        except DataError:
            raise
        except _DAMAGE as error:
            raise DataError(f"{self.title} is damaged: {_first_line(error)}") from None

    def _column_major(self, stream: IO[bytes]) -> Iterator[NDArray[Any]]:
        size = prod(self.shape) * self.dtype.itemsize
        if size > _WHOLE_LIMIT:
            raise DataError(f"{self.title} is stored column by column and too large to turn round; "
                            "save it in C order")
        data = _exactly(stream, size, self.title)
        yield np.frombuffer(data, self.dtype).reshape(self.shape, order="F")

    def whole(self) -> NDArray[Any]:
        """The whole array in memory. For arrays that were found to be small enough."""
        pieces = list(self.pieces())
        return np.concatenate(pieces) if pieces else np.empty(self.shape, self.dtype)


_DAMAGE = (OSError, EOFError, ValueError, TypeError, MemoryError, OverflowError, RuntimeError,
           NotImplementedError, KeyError, SyntaxError, zipfile.BadZipFile, zlib.error)


def _exactly(stream: IO[bytes], count: int, title: str) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise DataError(f"{title} ends before the data that its header promises")
    return data


@contextmanager
def _opened(path: Path, member: str | None) -> Iterator[IO[bytes]]:
    if member is None:
        with path.open("rb") as stream:
            yield stream
    else:
        with zipfile.ZipFile(path) as archive, archive.open(member + ".npy") as stream:
            yield stream


def _header(path: Path, member: str | None, size: int) -> ArrayFile:
    """What the array's header promises, checked against the ``size`` in bytes that is there."""
    title = path.name if member is None else f"{path.name}[{member}]"
    with _opened(path, member) as stream:
        version = np.lib.format.read_magic(stream)
        if version == (1, 0):
            shape, column_major, dtype = np.lib.format.read_array_header_1_0(stream)
        elif version == (2, 0):
            shape, column_major, dtype = np.lib.format.read_array_header_2_0(stream)
        else:
            raise DataError(f"{title} has an unknown version of the NPY format")
        start = stream.tell()
    if dtype.kind not in "biuf" or dtype.subdtype is not None:
        what = "Python objects" if dtype.hasobject else f"values of type {dtype}"
        raise DataError(f"{title} holds {what}; only plain numbers are read")
    if any(n < 0 for n in shape) or prod(shape) * dtype.itemsize > size - start:
        raise DataError(f"{title} ends before the data that its header promises")
    return ArrayFile(path, member, tuple(shape), dtype, bool(column_major), start)


def list_arrays(path: Path) -> dict[str, ArrayFile]:
    """The arrays in an NPY (under the name "") or NPZ file, by name, their headers checked.

    Raises:
        DataError: not such a file, or damaged; in an NPZ, arrays of objects are passed over
            unless there is nothing else.
    """
    try:
        with path.open("rb") as stream:
            magic = stream.read(6)
        if magic == b"\x93NUMPY":
            return {"": _header(path, None, path.stat().st_size)}
        if magic[:2] == b"PK":
            return _members(path)
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"{path} does not exist") from None
    except PermissionError:
        raise DataError(f"{path} is not permitted to be read") from None
    except Exception as error:
        # The parsers of both headers raise nearly anything on hostile bytes.
        raise DataError(f"{path.name} is damaged: {_first_line(error)}") from None
    raise DataError(f"{path.name} is neither an .npy nor an .npz file of numbers")


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]


def _members(path: Path) -> dict[str, ArrayFile]:
    found: dict[str, ArrayFile] = {}
    refusal: DataError | None = None
    with zipfile.ZipFile(path) as archive:
        members = [i for i in archive.infolist() if i.filename.endswith(".npy")][:_MOST_MEMBERS]
    for info in members:
        name = info.filename.removesuffix(".npy")
        try:
            found[name] = _header(path, name, info.file_size)
        except DataError as error:
            refusal = refusal or error
    if found:
        return found
    raise refusal or DataError(f"{path.name} holds no arrays")


def choose_array(path: Path, names: tuple[str, ...]) -> ArrayFile:
    """The array of an NPY, the only one of an NPZ, or the first of ``names`` in it.

    Raises:
        DataError: damaged, or several arrays of which none has one of the names.
    """
    found = list_arrays(path)
    if len(found) == 1:
        return next(iter(found.values()))
    for name in names:
        if name in found:
            return found[name]
    listed = ", ".join(list(found)[:8])
    raise DataError(f"{path.name} holds {len(found)} arrays ({listed}); name the one to use "
                    f"{', '.join(names[:-1])} or {names[-1]}")
