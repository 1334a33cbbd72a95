"""Made once, also by threads that ask at the same time."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.once import once


def test_threads_that_ask_together_get_one_and_the_same() -> None:
    made = []

    @once
    def slow() -> object:
        time.sleep(0.05)
        made.append(1)
        return object()

    with ThreadPoolExecutor(8) as people:
        got = list(people.map(lambda _: slow(), range(8)))

    assert len(made) == 1
    assert len({id(one) for one in got}) == 1


def test_what_failed_is_tried_again() -> None:
    asked = []

    @once
    def later() -> str:
        asked.append(1)
        if len(asked) == 1:
            raise OSError("not yet")
        return "made"

    with pytest.raises(OSError, match="not yet"):
        later()
    assert (later(), later(), len(asked)) == ("made", "made", 2)
