"""A search for dead cycles must not stop the window again and again for all that torch brought."""

import gc
import subprocess
import sys

SCRIPT = """
import gc, sys
from ganstudio.bench.recipes import tiny_recipe
from ganstudio.session.session import Session
from ganstudio.session.messages import State
one = Session(tiny_recipe())
one.start()
while one.poll().status.state is not State.PAUSED:
    pass
print(gc.get_freeze_count(), len(gc.get_objects()), gc.isenabled())
one.close()
again = gc.get_freeze_count()
other = Session(tiny_recipe())
other.start()
other.close()
print(gc.get_freeze_count() <= again)
"""


def test_modules_are_left_out_once():
    said = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True,
                          timeout=120, check=True).stdout.split()
    spared, searched = int(said[0]), int(said[1])
    assert spared > 5 * searched  # nearly all that there is was there before the run
    assert said[2:] == ["True", "True"]  # cycles of a run are still found, of a later one too


def test_cycles_made_later_are_found():
    from ganstudio.session.garbage import spare_what_stays
    spare_what_stays()
    gc.collect()
    made: list[object] = []
    made.append(made)
    del made
    assert gc.collect() >= 1
