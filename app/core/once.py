"""What is slow to make, and made when it is first asked for: once, however many threads ask."""

from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import TypeVar

Made = TypeVar("Made")


def once(make: Callable[[], Made]) -> Callable[[], Made]:
    """A function that returns what `make` made, the same each time; whoever is early waits.

    `functools.cache` lets every thread that comes before the first is done make its own.
    """
    lock = Lock()
    made: list[Made] = []

    @wraps(make)
    def get() -> Made:
        if not made:
            with lock:
                if not made:
                    made.append(make())
        return made[0]

    return get
