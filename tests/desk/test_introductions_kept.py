"""What is held of introductions: given to its two sides, erased with either, gone after a year."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.board import Board, Browser
from tests.desk.introducing import GWEN, IFAN, LINE, listed, propose, proposed, says, two
from tests.pages.look import dump, fields, rows, words


def given(browser: Browser) -> list[dict[str, Any]]:
    """The introductions in somebody’s own file."""
    token = fields(browser.get("/mine"), action="/mine/export")["csrf_token"]
    answer = browser.client.post("/mine/export", data={"csrf_token": token, "as": "json"})
    found: list[dict[str, Any]] = json.loads(answer.text)["introductions"]
    return found


def test_each_side_is_given_what_it_said_and_never_what_the_other_did(
    board: Board, rhian: Browser
) -> None:
    gwen, ifan = proposed(board, rhian)
    says(board, gwen, "yes")
    says(board, ifan, "no")

    (hers,), (his,) = given(board.sign_in(GWEN)), given(board.sign_in(IFAN))

    assert (hers["your_answer"], his["your_answer"]) == ("yes", "no")
    assert hers["state"] == his["state"] == "waiting"
    assert hers["line"] == his["line"] == LINE
    assert (hers["box"], hers["their_box"]) == (his["their_box"], his["box"])
    assert set(hers) == set(his)
    assert "no" not in hers.values()


def test_the_page_says_it_in_words(board: Board, rhian: Browser) -> None:
    gwen, ifan = proposed(board, rhian)
    says(board, gwen, "yes")
    says(board, ifan, "yes")
    browser = board.sign_in(GWEN)
    token = fields(browser.get("/mine"), action="/mine/export")["csrf_token"]
    page = browser.client.post("/mine/export", data={"csrf_token": token, "as": "html"})
    seen = words(page)
    assert "Introductions by our broker" in seen
    assert "Both said yes" in seen
    assert seen.count(LINE) == 2  # once there, once in the conversation


def test_erasing_one_side_leaves_nothing_of_it_and_nothing_to_guess_from(
    board: Board, rhian: Browser, tmp_path: Path
) -> None:
    gwen, ifan = proposed(board, rhian)
    says(board, gwen, "yes")
    says(board, ifan, "yes")
    ((key,),) = rows(board.app, "SELECT key FROM threads")
    assert board.sign_in(IFAN).press("/mine", action="/mine/erase").status_code == 303
    board.work()

    assert rows(board.app, "SELECT line, pair, second_says, second_said_at FROM introductions") == [
        ("", None, "", None)
    ]
    her = board.sign_in(GWEN)
    page = her.get(f"/threads/{key}")
    assert "You and somebody who has left" in words(page)
    assert LINE not in page.text
    assert "Ifanwyn" not in page.text
    assert "an ad that is gone" in listed(board)
    board.work()
    held = b"".join(path.read_bytes() for path in tmp_path.glob("board.db*"))
    held += "\n".join(dump(board.app)).encode()
    assert LINE.encode() not in held
    assert IFAN.encode() not in held


def test_a_mail_that_waits_goes_with_the_ad_it_names(board: Board, rhian: Browser) -> None:
    first, second = two(board)
    browser = board.sign_in(IFAN)
    assert propose(rhian, first, second).status_code == 303  # nothing has gone out yet
    assert browser.press("/mine", action="/mine/erase").status_code == 303
    assert board.mails(GWEN) == []


def test_both_erased_leave_no_row(board: Board, rhian: Browser) -> None:
    proposed(board, rhian)
    for email in (GWEN, IFAN):
        assert board.sign_in(email).press("/mine", action="/mine/erase").status_code == 303
    assert rows(board.app, "SELECT count(*) FROM introductions") == [(0,)]


def test_a_year_after_it_ended_it_is_gone(board: Board, rhian: Browser) -> None:
    proposed(board, rhian)
    board.clock.shift(timedelta(days=15))
    board.work()
    board.clock.shift(timedelta(days=360))
    board.work()
    assert rows(board.app, "SELECT count(*) FROM introductions") == [(1,)]
    board.clock.shift(timedelta(days=10))
    board.work()
    assert rows(board.app, "SELECT count(*) FROM introductions") == [(0,)]
