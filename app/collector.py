"""When garbage is collected: on Python 3.11 at moments of our choosing; later ones do it right.

Before 3.12 a collection may start inside any allocation, in the middle of a dictionary being
changed. What it finds there may be a cursor of SQLite, whose end lets other threads run; one that
meets the same half-changed dictionary breaks the process. Under eight busy threads that took a
minute. Here a thread of its own collects, between whatever the others do.
"""

import gc
import sys
import time
from threading import Thread

OFTEN = 0.5  # seconds between looks at what was made lately
FULL_EVERY = 120  # such looks between those at everything


def collect_at_safe_moments() -> None:
    """Take collecting over from the interpreter where it is too eager."""
    if sys.version_info < (3, 12):
        gc.disable()
        Thread(target=_collect, name="collector", daemon=True).start()


def _collect() -> None:
    looks = 0
    while True:
        time.sleep(OFTEN)
        looks += 1
        gc.collect(2 if looks % FULL_EVERY == 0 else 1)
