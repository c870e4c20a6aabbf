"""How long a thread has waited for a core: a busy machine is told from a slow window."""

from __future__ import annotations

import sys
import threading
from pathlib import Path


def waited(thread: threading.Thread) -> float:
    """Seconds that a thread was ready to run and had no core, since it began; 0 where not told.

    Linux tells it in the second number of ``schedstat``, in nanoseconds.
    """
    if sys.platform != "linux" or thread.native_id is None:
        return 0.0
    try:
        told = Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text("ascii").split()
        return int(told[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
