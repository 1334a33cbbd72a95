"""What is done when somebody waits, as a table of cases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.followups import rules
from app.followups.rules import Rate, Wait

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
WAIT = Wait(state="open", answered=False, since=NOW, ad="live")
MINUTE = timedelta(minutes=1)


def waited(days: float, **changes: Any) -> Wait:
    return replace(WAIT, since=NOW - timedelta(days=days), **changes)


@pytest.mark.parametrize(
    ("wait", "reminds", "consoles"),
    [
        (waited(0), False, False),
        (waited(2.99), False, False),
        (waited(3), True, False),
        (waited(9.99), True, False),
        (waited(10), True, True),
        (waited(100), True, True),
        (waited(10, answered=True), False, False),
        (waited(10, ad="paused"), True, True),
        (waited(10, ad="expired"), False, True),
        (waited(10, ad="closed"), False, True),
        (waited(10, ad="removed"), False, True),
        (waited(10, ad=""), False, True),
        (waited(10, writer_takes_mail=False), False, True),
        (waited(10, replier_takes_mail=False), True, False),
        *[
            (waited(10, state=state), False, False)
            for state in ("unconfirmed", "held", "declined", "ended", "blocked", "over")
        ],
    ],
)
def test_who_is_mailed(wait: Wait, reminds: bool, consoles: bool) -> None:
    assert rules.reminds(wait, NOW) is reminds
    assert rules.consoles(wait, NOW) is consoles


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (None, Rate.NEW),
        (1.0, Rate.NEARLY_ALL),
        (0.9, Rate.NEARLY_ALL),
        (0.89, Rate.MOST),
        (2 / 3, Rate.MOST),
        (0.64, Rate.HALF),
        (0.5, Rate.HALF),
        (0.4, Rate.HALF),
        (0.39, Rate.FEW),
        (0.0, Rate.FEW),
    ],
)
def test_how_answering_is_put(share: float | None, words: Rate) -> None:
    assert rules.rate(share) is words


def test_days_are_whole_ones() -> None:
    assert rules.days(waited(3), NOW) == 3
    assert rules.days(waited(3), NOW + timedelta(days=1) - MINUTE) == 3
