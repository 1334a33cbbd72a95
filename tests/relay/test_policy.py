"""The rules of a conversation, as tables."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from app.relay import policy

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def ad(state: str = "live", expires: timedelta = timedelta(days=9), ended: Any = None) -> Any:
    return SimpleNamespace(state=state, expires_at=NOW + expires, ended_at=ended)


def thread(**fields: Any) -> Any:
    usual = {"state": "open", "moved_at": NOW, "created_at": NOW, "ad": ad()}
    return SimpleNamespace(**{**usual, "ended_by": "", "reason": "", **fields})


@pytest.mark.parametrize(
    ("text", "least", "fits"),
    [
        ("", 1, False),
        (" \r\n \u200b ", 1, False),
        ("Yes", 1, True),
        ("x" * 39, 40, False),
        ("x" * 40, 40, True),
        ("x" * 4000, 1, True),
        ("x" * 4001, 1, False),
        ("x\r\n" * 1999 + "xy", 1, True),  # 4,000 characters: a line end counts once
    ],
)
def test_length_of_a_message(text: str, least: int, fits: bool) -> None:
    assert (policy.text_problem(text, least=least) is None) == fits


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("Siân", True),
        ("O’Brien-Łukasz", True),
        ("x" * 40, True),
        ("x" * 41, False),
        ("", False),
        ("bob@shop.example", False),
        ("bob at gmail dot com", False),
        ("=?utf-8?q?x?=", False),
    ],
)
def test_names(name: str, fits: bool) -> None:
    fields = {problem.field for problem in policy.opening_problems(name, "x" * 40)}

    assert fields == (set() if fits else {"name"})


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (thread(), "open"),
        (thread(moved_at=NOW - timedelta(days=180) + SECOND), "open"),
        (thread(moved_at=NOW - timedelta(days=180)), "over"),
        (thread(ad=ad(expires=timedelta(days=-30) + SECOND)), "open"),
        (thread(ad=ad(expires=timedelta(days=-30))), "over"),
        (thread(ad=ad("closed", ended=NOW - timedelta(days=29))), "open"),
        (thread(ad=ad("closed", ended=NOW - timedelta(days=30))), "over"),
        (thread(ad=ad("removed", ended=NOW - timedelta(days=30))), "over"),
        (thread(ad=ad("paused")), "open"),
        (thread(ad=None, created_at=NOW - timedelta(days=90)), "over"),
        (thread(state="held", moved_at=NOW - timedelta(days=999)), "held"),
        (thread(state="declined"), "declined"),
    ],
)
def test_state_by_the_clock(given: Any, state: str) -> None:
    assert policy.state_at(given, NOW) == state


@pytest.mark.parametrize(
    ("given", "again"),
    [
        (thread(state="ended", ended_by="replier"), True),
        (thread(state="ended", ended_by="writer"), False),
        (thread(state="ended", reason="idle"), True),
        (thread(state="ended", reason="withheld"), True),
        (thread(state="declined", ended_by="writer"), False),
        (thread(state="blocked", ended_by="replier"), False),
        (thread(moved_at=NOW - timedelta(days=200)), True),
        (thread(), False),
    ],
)
def test_which_closed_threads_a_new_message_takes_up(given: Any, again: bool) -> None:
    assert policy.reopens(given, NOW) == again


@pytest.mark.parametrize(
    ("author", "state", "by_writer"),
    [
        ("replier", "unconfirmed", False),
        ("replier", "held", False),
        ("replier", "withheld", False),
        ("replier", "queued", True),
        ("replier", "undeliverable", True),
        ("writer", "withheld", True),
    ],
)
def test_what_the_writer_may_read(author: str, state: str, by_writer: bool) -> None:
    message: Any = SimpleNamespace(author=author, state=state)

    assert policy.readable(message, "writer") == by_writer
