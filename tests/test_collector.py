"""Garbage is collected, whoever does it."""

import subprocess
import sys

from app.config import ROOT

MAKES_GARBAGE = """
import gc, sys, time, weakref
from app import collector
collector.OFTEN = 0.01
collector.collect_at_safe_moments()
class Knot: pass
knot = Knot()
knot.self = knot
gone = weakref.ref(knot)
del knot
junk = [[] for _ in range(5000)]  # where collecting is the interpreter's, this sets it going
for _ in range(500):
    junk.append([[] for _ in range(100)])
    time.sleep(0.01)
    if gone() is None:
        sys.exit(0 if gc.isenabled() == (sys.version_info >= (3, 12)) else 2)
sys.exit(1)
"""


def test_what_refers_to_itself_is_let_go_and_not_inside_an_allocation() -> None:
    done = subprocess.run([sys.executable, "-c", MAKES_GARBAGE], cwd=ROOT, timeout=60, check=False)

    assert done.returncode == 0
