"""One process at a time may write into a run folder; the others are told which one does.

The lock is the operating system's, on the file ``lock``, so it goes with a process that dies.
The file says who holds it. A process that ends well takes the file away; so a file that nobody
holds is the trace of one that did not, and its run can be gone on with. No torch in here: the
window's start page asks.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ganstudio.runs.errors import RunNotWritableError

NAME = "lock"
MOST_BYTES = 4096
PATIENCE = 0.25
"""Seconds to try for: somebody who only asks holds the lock for a moment too."""

if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 30  # Windows' locks keep readers out, so a byte is locked that nobody reads

    def _seize(handle: int) -> None:
        os.lseek(handle, FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _seize(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


_TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes, or wrote, into a run folder: ``what`` names the program, ``since`` is UTC."""

    what: str = "another program"
    pid: int = 0
    host: str = ""
    since: str = ""

    def __str__(self) -> str:
        where = "" if self.host in ("", socket.gethostname()) else f" on {self.host}"
        when = f", since {self.since.replace('T', ' ')[:16]} UTC" if self.since else ""
        return f"{self.what} (process {self.pid}{where}{when})" if self.pid else self.what


class RunLockedError(RunNotWritableError):
    """Another process writes into the run folder."""


class RunLock:
    """Holds a run folder for this process until ``release``.

    Raises:
        RunLockedError: another process holds it, and which.
        OSError: the folder cannot be written.
    """

    def __init__(self, folder: Path, what: str) -> None:
        self.path = folder / NAME
        self.interrupted: Holder | None
        """Who held it before and never let go: the process died, or the machine."""
        handle = self._take()
        self._handle: int | None = handle
        self.interrupted = _read_or_unknown(self.path) if os.fstat(handle).st_size else None
        me = {"what": what, "pid": os.getpid(), "host": socket.gethostname(),
              "since": datetime.now(UTC).isoformat(timespec="seconds")}
        try:
            os.ftruncate(handle, 0)
            os.lseek(handle, 0, os.SEEK_SET)
            os.write(handle, (json.dumps(me) + "\n").encode())
        except OSError:
            self.drop()
            raise

    def _take(self) -> int:
        until = time.monotonic() + PATIENCE
        while True:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            handle = os.open(self.path, flags, 0o666)
            try:
                _seize(handle)
                if _same_file(handle, self.path):  # else whoever held it has just taken it away
                    return handle
                os.close(handle)
            except OSError as error:
                os.close(handle)
                if error.errno not in _TAKEN:
                    raise
                if time.monotonic() > until:
                    raise RunLockedError(f"{self.path.parent} is open in "
                                         f"{_read_or_unknown(self.path)}; close it there first"
                                         ) from None
                time.sleep(0.01)

    def release(self) -> None:
        """Let go, and leave no trace: the run was closed well."""
        if self._handle is None:
            return
        if sys.platform == "win32":  # which removes no file that is open
            self.drop()
        elif not _same_file(self._handle, self.path):
            self.drop()  # somebody has put another in its place, which is not ours to take away
            return
        with contextlib.suppress(OSError):
            self.path.unlink()
        self.drop()

    def drop(self) -> None:
        """Let go as a process does that dies: the file stays."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the lock says of a run folder: open in a process now, or left without being closed."""

    open_in: Holder | None = None
    left_by: Holder | None = None


def standing(folder: Path) -> Standing:
    """Whether a run is open somewhere, or was left by a process that died. Changes nothing."""
    path = folder / NAME
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
                         | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return Standing()
    try:
        _seize(handle)
    except OSError as error:
        # A file system that knows no locks cannot tell; then it is taken for left.
        if error.errno in _TAKEN:
            return Standing(open_in=_read_or_unknown(path))
    finally:
        os.close(handle)
    return Standing(left_by=_read_or_unknown(path)) if path.exists() else Standing()


def _same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


def _read(path: Path) -> Holder | None:
    with path.open("rb") as file:
        said = json.loads(file.read(MOST_BYTES) or b"null")
    if not isinstance(said, dict):
        return None
    words = {k: str(said.get(k, ""))[:100] for k in ("what", "host", "since")}
    pid = said.get("pid")
    return Holder(pid=pid if isinstance(pid, int) and 0 <= pid < 2**31 else 0, **words)


def _read_or_unknown(path: Path) -> Holder:
    try:
        return _read(path) or Holder()
    except (OSError, ValueError, RecursionError):
        return Holder()
