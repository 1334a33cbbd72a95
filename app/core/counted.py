"""How often something happened in this process since it began: for /metrics, which tells it."""

from collections import Counter
from threading import Lock

_counts: Counter[str] = Counter()
_lock = Lock()


def count(name: str) -> None:
    """Once more of `name`."""
    with _lock:
        _counts[name] += 1


def counted(name: str) -> int:
    """How often that was."""
    return _counts[name]
