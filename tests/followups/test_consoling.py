"""After ten days the one who waits is told, and whom else they might ask."""

import pytest

from tests.board import Board
from tests.followups.waiting import (
    DAFYDD,
    GWEN,
    advertise,
    answer,
    consolations,
    end,
    named,
    pass_days,
    write,
)
from tests.oracle import assert_no_leak
from tests.pages.look import main_of, rows
from tests.pages.shelf import stop_clock

HENS = "I have kept hens for thirty years, and I wonder how one makes a web page for a small shop."


def crowd(board: Board, number: int, **changes: object) -> list[str]:
    """Ads of so many others; their Boxes, the oldest first."""
    return [
        advertise(board, f"p{n}.other@crowd.example", headline=f"Ad number {n} here", **changes)
        for n in range(number)
    ]


@pytest.fixture
def box(board: Board) -> str:
    stop_clock(board)
    return advertise(board, capacity=1)


def told(board: Board) -> list[str]:
    """The Boxes of the ads that Dafydd is told of, ten days after he wrote."""
    board.work()
    pass_days(board, 10)
    (mail,) = consolations(board)
    return named(mail)


def test_once_after_ten_days_with_others_to_ask(board: Board, box: str) -> None:
    others = crowd(board, 4)
    write(board, box)
    pass_days(board, 9.99)
    assert consolations(board) == []
    pass_days(board, 0.01)
    (mail,) = consolations(board)
    pass_days(board, 5)

    assert len(consolations(board)) == 1
    assert 3 <= len(named(mail)) <= 5
    assert set(named(mail)) <= set(others)
    assert_no_leak(mail.as_bytes(), GWEN)


def test_whoever_is_known_already_is_not_named(board: Board, box: str) -> None:
    """Asked before, who wrote to him, blocked, full, his own, off the board: none of them."""
    asked, again, _wrote, blocked, full, closed, *good = crowd(board, 9)
    board_of_asked = advertise(board, "p0.other@crowd.example", headline="Another of the first")
    his = advertise(board, DAFYDD)
    write(board, asked)
    answer(board, write(board, again))
    write(board, his, "p2.other@crowd.example")
    end(board, write(board, blocked), "block")
    for number in range(9):
        answer(board, write(board, full, f"q{number}.x@crowd.example"))
    gone = board.sign_in("p5.other@crowd.example")
    gone.press("/mine", action=f"/ads/{closed}/close")
    write(board, box)

    pass_days(board, 10)
    mail = next(m for m in consolations(board) if f"Box {box}" in str(m["Subject"]))
    assert sorted(named(mail)) == sorted(good)
    assert board_of_asked not in named(mail)


def test_his_own_ad_s_matches_come_first(board: Board, box: str) -> None:
    crowd(board, 4)
    match = advertise(
        board,
        "bench.h@crowd.example",
        kind="offers",
        seeks="Please explain bookkeeping to me.",
        offers="Mending clocks at my bench, clock repair for beginners.",
    )
    advertise(
        board,
        DAFYDD,
        seeks="Somebody to show me clock repair.",
        offers="Bookkeeping explained over tea.",
    )
    write(board, box)

    found = told(board)
    assert found[0] == match
    assert len(found) >= 3


def test_what_he_wrote_counts_where_he_has_no_ad(board: Board, box: str) -> None:
    fits = advertise(
        board,
        "eggs.h@crowd.example",
        seeks="How to keep hens through a winter.",
        offers="Web pages for small shops.",
    )
    crowd(board, 4)
    write(board, box, text=HENS)

    assert told(board)[0] == fits


def test_each_is_another_person_s_while_there_are_enough(board: Board, box: str) -> None:
    crowd(board, 3)
    for number in range(3):
        advertise(board, "many.x@crowd.example", headline=f"One of many, {number}")
    write(board, box)

    found = told(board)
    people = rows(
        board.app,
        "SELECT count(DISTINCT person_id) FROM ads WHERE box IN ({})".format(
            ",".join(f"'{one}'" for one in found)
        ),
    )
    assert people == [(len(found),)]


def test_where_there_are_too_few_all_there_is_is_shown(board: Board, box: str) -> None:
    one = advertise(board, "many.x@crowd.example", headline="One of two")
    two = advertise(board, "many.x@crowd.example", headline="Two of two")
    write(board, box)

    assert sorted(told(board)) == sorted([one, two])


def test_an_empty_board_says_so_and_offers_an_alert(board: Board, box: str) -> None:
    write(board, box)
    assert told(board) == []
    text = " ".join(consolations(board)[0].get_content().split())
    assert "Nobody else like it" in text
    assert "http://localhost/ads?kind=seeks&sector=health" in text
    assert 'action="/alerts"' in board.browser().get("/ads?kind=seeks&sector=health").text


@pytest.mark.parametrize("how", ["mute", "erase"])
def test_whoever_wants_no_mail_gets_none(board: Board, box: str, how: str) -> None:
    his = board.browser()
    crowd(board, 3)
    key = write(board, box)
    his = board.sign_in(DAFYDD, his)
    if how == "mute":
        his.press(f"/threads/{key}", action="/mute", do="mute")
    else:
        his.press("/mine", action="/mine/erase")
    pass_days(board, 10)
    assert consolations(board) == []


def test_a_late_answer_ends_it_before_the_mail_goes(board: Board, box: str) -> None:
    key = write(board, box)
    pass_days(board, 5)
    answer(board, key)
    pass_days(board, 10)
    assert consolations(board) == []


def test_the_conversation_s_page_names_others_too(board: Board, box: str) -> None:
    others = crowd(board, 4)
    key = write(board, box)
    pass_days(board, 9)
    assert "Meanwhile, others to ask" not in board.sign_in(DAFYDD).get(f"/threads/{key}").text
    pass_days(board, 1)

    page = main_of(board.sign_in(DAFYDD).get(f"/threads/{key}"))
    assert sum(f"Box {other}" in page for other in others) >= 3
    assert "Meanwhile, others to ask" not in board.sign_in(GWEN).get(f"/threads/{key}").text
    answer(board, key)
    assert "Meanwhile, others to ask" not in board.sign_in(DAFYDD).get(f"/threads/{key}").text
