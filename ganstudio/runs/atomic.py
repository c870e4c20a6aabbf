"""Writing so that a reader finds the old thing or the new one, never half of either.

Everything is built under a temporary name beside its target, flushed to the disk, and only then
renamed into place.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

_TEMPORARY = re.compile(r"\..+\.tmp-[0-9a-f]{8}")


class TargetRefused(ValueError):  # noqa: N818 - a refusal, told as such
    """The place to write to is taken by something that is not ours: one sentence says by what."""


def write_bytes(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``, whole or not at all.

    Raises:
        OSError: what the system said; a file that was there before is untouched.
    """
    with replacing(path, "wb") as file:
        file.write(data)


def write_text(path: Path, text: str) -> None:
    """Put ``text`` at ``path`` as UTF-8 with plain newlines, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


@contextmanager
def replacing(path: Path, mode: str = "wb") -> Iterator[IO[Any]]:
    """A file to write, open in ``mode`` (``w`` or ``wb``), that takes ``path``'s place at the end.

    Text is UTF-8 with plain newlines. If the block raises, nothing has happened.
    """
    if mode not in ("w", "wb"):
        raise ValueError(f"replacing() writes a whole file, so the mode is 'w' or 'wb', not {mode}")
    temporary = _beside(path, "tmp")
    # Opened with x rather than by mkstemp, so that the person's umask decides who may read it.
    text = {} if "b" in mode else {"encoding": "utf-8", "newline": "\n"}
    try:
        with temporary.open(mode.replace("w", "x"), **text) as file:  # type: ignore[call-overload]
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    with suppress(OSError):  # the new file stands; a failure here would say it does not
        sync_folder(path.parent)


@contextmanager
def fresh_folder(target: Path, *, refusal: Callable[[Path], str | None] | None = None,
                 on_file: Callable[[], None] | None = None) -> Iterator[Path]:
    """A temporary folder to fill, that becomes ``target`` when the block ends well.

    Args:
        target: Where it shall stand. Missing parents are made (and unmade on failure).
        refusal: Asked about a target that exists and is not empty: None lets it be replaced,
            else the sentence with which it is refused. Without it, every such target is refused.
        on_file: Called before each file is brought to the disk; may raise to give up.

    A folder that is replaced keeps its place until the new one is whole, and gets it back if the
    swap fails. If anything raises, what was there before is there again, and nothing more.

    Raises:
        TargetRefused: the target is taken.
        OSError: what the system said.
    """
    target = target.resolve()
    _check_free(target, refusal)
    made = _make_parents(target.parent)
    temporary = _beside(target, "tmp")
    try:
        temporary.mkdir()
        yield temporary
        _sync_tree(temporary, on_file)
        # Asked again: building takes a while, and somebody may have put something there since.
        _check_free(target, refusal)
        _move_in(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise
    with suppress(OSError):
        sync_folder(target.parent)


def sweep(folder: Path) -> None:
    """Take away the temporary files that a process which was killed left directly in a folder.

    Only for the one who alone writes there.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        left = [e.path for e in entries if _TEMPORARY.fullmatch(e.name)
                and e.is_file(follow_symlinks=False)]
        for path in left:
            with suppress(OSError):
                Path(path).unlink()


def plain_files(folder: Path, suffix: str) -> list[Path]:
    """The files of a folder whose names are a decimal number and ``suffix``, in order.

    Links and everything else that is no plain file are left out. A folder that is missing, or is
    a link itself, has none.
    """
    if folder.is_symlink():
        return []
    try:
        with os.scandir(folder) as entries:
            found = [Path(e.path) for e in entries if e.name.endswith(suffix)
                     and e.name[:-len(suffix)].isdecimal() and len(e.name) < 40
                     and e.name.isascii() and e.is_file(follow_symlinks=False)]
    except OSError:
        return []
    return sorted(found)


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk, where the system can (not on Windows)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EIO, errno.EDQUOT):
            raise
    finally:
        os.close(handle)


def _beside(path: Path, what: str) -> Path:
    # A long name is cut: with its ending it must still fit the system's limit of 255 bytes.
    stem = os.fsdecode(os.fsencode(path.name)[:200].decode("utf-8", "ignore"))
    return path.with_name(f".{stem}.{what}-{uuid.uuid4().hex[:8]}")


def _check_free(target: Path, refusal: Callable[[Path], str | None] | None) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise TargetRefused(f"{target} is a file; give the name of a folder")
    if not any(target.iterdir()):
        return
    reason = refusal(target) if refusal else f"{target} is not empty; give a new or empty folder"
    if reason:
        raise TargetRefused(reason)


def _make_parents(folder: Path) -> list[Path]:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    made: list[Path] = []
    try:
        for each in reversed(missing):
            each.mkdir(exist_ok=True)
            made.append(each)
    except BaseException:
        for each in reversed(made):
            with suppress(OSError):
                each.rmdir()
        raise
    return made


def _sync_tree(folder: Path, on_file: Callable[[], None] | None) -> None:
    for path in sorted(folder.rglob("*")):
        if on_file:
            on_file()
        if path.is_dir():
            sync_folder(path)
            continue
        with path.open("rb+") as file:  # Windows syncs only what is open for writing
            os.fsync(file.fileno())
    sync_folder(folder)


def _move_in(new: Path, target: Path) -> None:
    if not target.exists():
        new.replace(target)
        return
    old = _beside(target, "old")
    target.replace(old)
    try:
        new.replace(target)
    except BaseException:
        try:
            old.replace(target)
        except OSError as error:
            raise OSError(error.errno, f"{error.strerror}; what was there is now at {old}",
                          str(target)) from error
        raise
    shutil.rmtree(old, ignore_errors=True)
