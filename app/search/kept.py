"""A cache of arrays that is bounded by bytes and safe to share between threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from numpy.typing import NDArray

Arrays = tuple[NDArray[Any], ...]
_ENTRY = 200  # bytes that an entry takes beside its arrays, roughly


class Kept:
    """What was made, by key, until there is too much of it: then the longest unused goes."""

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._arrays: OrderedDict[Hashable, Arrays] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Arrays]) -> Arrays:
        """What `make` gives for `key`; it is asked again only after the first was let go."""
        with self._lock:
            if (known := self._arrays.get(key)) is not None:
                self._arrays.move_to_end(key)
                return known
        made = make()
        with self._lock:
            if key not in self._arrays:
                self._arrays[key] = made
                self._size += _bytes(made)
                while self._size > self._limit and len(self._arrays) > 1:
                    self._size -= _bytes(self._arrays.popitem(last=False)[1])
        return made


def _bytes(arrays: Arrays) -> int:
    return sum(array.nbytes for array in arrays) + _ENTRY


class Remembered:
    """What was answered, by question, a bounded number of them; safe between threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, question: Hashable, work_out: Callable[[], Any]) -> Any:
        """What `work_out` says to `question`, from the first time it was asked."""
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                return self._answers[question]
        answer = work_out()
        with self._lock:
            self._answers[question] = answer
            while len(self._answers) > self._limit:
                self._answers.popitem(last=False)
        return answer
