"""Python's search for dead cycles of objects, kept from what never dies."""

from __future__ import annotations

import gc
from functools import cache


@cache
def spare_what_stays() -> None:
    """Leave all that lives now out of every later search: modules, types, functions, the window.

    With torch imported these are some 200,000 objects, and a whole search held up every thread for
    0.2 s, again and again as a run went on. Only the first call does anything: what a run has made
    must still be found when the run is closed.
    """
    gc.freeze()
