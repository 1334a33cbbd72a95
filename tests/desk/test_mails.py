"""Mails nobody took, as a broker sees them: tried again, or never sent."""

import pytest

from tests.board import AD, Board, Browser
from tests.desk.desk import change
from tests.oracle import assert_no_leak
from tests.outside import columns_of, say
from tests.pages.look import rows, words

MAILS = "/desk/mails"


def given_up(board: Board) -> int:
    """A mail that was tried until nobody hoped any more; returns its number."""
    board.post_ad()
    ((number,),) = rows(board.app, "SELECT max(id) FROM outbox")
    trouble = "the mail server refused the mail"
    ended = "state = 'dead', ended_at = created_at, trouble = ?"
    change(board, f"UPDATE outbox SET {ended} WHERE id = ?", (trouble, number))
    return int(number)


def state(board: Board, number: int) -> str:
    ((found,),) = rows(board.app, f"SELECT state FROM outbox WHERE id = {number}")
    return str(found)


def test_it_is_tried_again(board: Board, rhian: Browser) -> None:
    number = given_up(board)
    page = rhian.get(MAILS)
    assert f"Mail {number}: confirm_ad" in words(page)
    assert "the mail server refused the mail" in words(page)
    assert_no_leak(page.data, AD["email"])

    answer = rhian.press(MAILS, mail=str(number), do="retry")
    assert (answer.status_code, answer.location) == (303, MAILS)
    assert "None. Every mail has found somebody." in words(rhian.get(MAILS))
    assert board.link(AD["email"])
    assert state(board, number) == "sent"


def test_it_is_never_sent(board: Board, rhian: Browser) -> None:
    number = given_up(board)
    assert rhian.press(MAILS, mail=str(number), do="cancel").status_code == 303
    board.work()
    assert state(board, number) == "cancelled"
    assert board.mails(AD["email"]) == []


@pytest.mark.parametrize("typed", [{}, {"mail": "99999999"}, {"mail": "x"}, {"mail": "9" * 400}])
def test_without_a_mail_nothing_happens(
    board: Board, rhian: Browser, typed: dict[str, str]
) -> None:
    number = given_up(board)
    assert rhian.press(MAILS, do="cancel", **typed).status_code == 303
    assert state(board, number) == "dead"


def test_another_wish_is_not_known(board: Board, rhian: Browser) -> None:
    number = given_up(board)
    assert rhian.press(MAILS, mail=str(number), do="burn").status_code == 400
    assert state(board, number) == "dead"


def test_what_only_waits_does_not_hide_it(board: Board, rhian: Browser) -> None:
    board.post_ad(email="many@members.example", headline="Its mail waits")
    own = ", ".join(name for name in columns_of(board.app, "outbox") if name != "id")
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)"
    waiting = f"{numbers} SELECT {own} FROM outbox, n WHERE state = 'pending'"
    say(board.app, f"INSERT INTO outbox ({own}) {waiting}")
    number = given_up(board)
    assert f"Mail {number}:" in words(rhian.get(MAILS))
