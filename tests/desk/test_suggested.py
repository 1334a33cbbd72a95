"""Whom a broker might introduce: ads alone on the board, each with one it could swap with."""

import re
from datetime import timedelta
from typing import Any

import pytest

from app.ads import service as ads
from app.core.clock import utcnow
from app.db import transaction
from tests.board import Board, Browser
from tests.desk.introducing import DESK, LINE, propose
from tests.followups.waiting import advertise, write
from tests.oracle import assert_no_leak
from tests.pages.look import rows, statements, words

CRAFTS = [
    ("clock repair", "bookkeeping"),
    ("bread baking", "public speaking"),
    ("knitting", "chess"),
]


def craft(board: Board, number: int, at: int, **changes: Any) -> str:
    """One of two ads that could swap crafts; returns its Box."""
    sought, offered = CRAFTS[number][:: 1 if at else -1]
    values = {
        "headline": f"Seeks {sought}, and has {offered}",
        "seeks": f"Somebody to show me {sought}.",
        "offers": f"I can teach you {offered}.",
        "seeks_skills": (sought,),
        "offers_skills": (offered,),
        "sector": "trades",
        "name": "Ifor",
        "capacity": 1,
    }
    email = str(changes.pop("email", f"crafts{number}{at}@many.example"))
    return advertise(board, email, **(values | changes))


def pairs(rhian: Browser) -> list[tuple[str, str]]:
    """The pairs that are suggested, in their order, from the links that fill in the form."""
    page = rhian.get(DESK)
    assert page.status_code == 200
    return re.findall(rf'href="{DESK}\?first=(\w{{6}})&amp;second=(\w{{6}})#pair"', page.text)


@pytest.fixture
def boxes(board: Board) -> list[str]:
    """Three pairs, the first the longest on the board; read for matching."""
    found = []
    for number in range(3):
        for at in (0, 1):
            found.append(craft(board, number, at))
            board.clock.shift(timedelta(minutes=10))
    board.work()
    return found


def test_ads_alone_are_paired_the_longest_alone_first_with_the_reason(
    board: Board, boxes: list[str], rhian: Browser
) -> None:
    assert pairs(rhian) == [(boxes[0], boxes[1]), (boxes[2], boxes[3]), (boxes[4], boxes[5])]

    page = rhian.get(DESK)
    seen = words(page)
    assert "Whom you might introduce" in seen
    sought = CRAFTS[0][1]
    assert re.search(rf"This ad seeks [^;]*{sought}[^;]*; they offer [^.]*{sought}", seen)
    assert "Ifor" not in page.text
    assert_no_leak(page.text, "crafts00@many.example")


def test_a_suggestion_fills_in_the_form(board: Board, boxes: list[str], rhian: Browser) -> None:
    first, second = boxes[0], boxes[1]
    answer = rhian.press(f"{DESK}?first={first}&second={second}", action=DESK, line=LINE)
    assert answer.status_code == 303
    assert rows(board.app, "SELECT pair FROM introductions") == [("-".join(sorted(boxes[:2])),)]
    assert pairs(rhian) == [(boxes[2], boxes[3]), (boxes[4], boxes[5])]
    board.clock.shift(timedelta(days=15))
    board.work()
    again = pairs(board.sign_in("rhian@chamber.example"))
    assert (boxes[0], boxes[1]) not in again  # two ads meet once


def full(board: Board, boxes: list[str]) -> None:
    """The longest alone are written to; so is their match."""
    key = write(board, boxes[1], "earlier@letters.example")
    board.sign_in("crafts01@many.example").press(f"/threads/{key}", message="Gladly, on Friday.")


def met(board: Board, boxes: list[str]) -> None:
    """They talk already, about another ad of one of them."""
    other = advertise(board, "crafts00@many.example", headline="About something else")
    write(board, other, "crafts01@many.example")


def blocked(board: Board, boxes: list[str]) -> None:
    other = advertise(board, "crafts00@many.example", headline="About something else")
    key = write(board, other, "crafts01@many.example")
    board.sign_in("crafts00@many.example").press(f"/threads/{key}", action="/block")


def gone(board: Board, boxes: list[str]) -> None:
    with board.app.app_context(), transaction() as work:
        ad = ads.find_ad(work, boxes[1])
        assert ad is not None
        ads.close(work, ad=ad, now=utcnow())


def unreachable(board: Board, boxes: list[str]) -> None:
    with board.app.app_context(), transaction() as work:
        ad = ads.find_ad(work, boxes[1])
        assert ad is not None
        ad.person.undeliverable_at = utcnow()


@pytest.mark.parametrize("spoil", [full, met, blocked, gone, unreachable])
def test_who_can_not_be_introduced_is_not_suggested(
    board: Board, boxes: list[str], rhian: Browser, spoil: Any
) -> None:
    spoil(board, boxes)
    board.work()
    assert pairs(rhian) == [(boxes[2], boxes[3]), (boxes[4], boxes[5])]


def test_an_ad_that_was_written_to_is_not_alone(
    board: Board, boxes: list[str], rhian: Browser
) -> None:
    write(board, boxes[0], "earlier@letters.example")
    board.work()
    # Its match is alone still, and may be introduced to it: there is room.
    assert (boxes[1], boxes[0]) in pairs(rhian)
    assert (boxes[0], boxes[1]) not in pairs(rhian)


def test_however_many_there_are_the_database_is_asked_as_often(
    board: Board, boxes: list[str], rhian: Browser
) -> None:
    rhian.get(DESK)
    with statements(board.app) as few:
        rhian.get(DESK)
    propose(rhian, boxes[0], boxes[1])
    for number in range(3):
        craft(board, number, number % 2, email=f"more{number}@many.example")
    board.work()
    rhian.get(DESK)
    with statements(board.app) as more:
        rhian.get(DESK)
    assert len(more) <= len(few) + 1  # the ads of what is listed
    assert len(few) < 25
