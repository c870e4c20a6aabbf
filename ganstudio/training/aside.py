"""Slow imports on threads of their own, so that training need not wait for them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from importlib import import_module

_LOCK = threading.Lock()
_WORKING: dict[str, threading.Thread] = {}


def bring_in(name: str) -> Iterator[None]:
    """Import a module: None again and again until it is there (or could not be imported)."""
    with _LOCK:
        thread = _WORKING.get(name)
        if thread is None:
            if name in sys.modules:
                return
            thread = _WORKING[name] = threading.Thread(target=import_module, args=(name,),
                                                       name="ganstudio-imports")
            thread.start()
    while thread.is_alive():
        thread.join(0.002)
        yield
    with _LOCK:
        _WORKING.pop(name, None)


def finish() -> None:
    """Wait for the imports that are under way: no thread may outlive whoever began it."""
    with _LOCK:
        left = list(_WORKING.values())
        _WORKING.clear()
    for thread in left:
        thread.join()
