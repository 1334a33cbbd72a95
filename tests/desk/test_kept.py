"""What moderation keeps of people: nothing once they are erased, and nothing for ever."""

import re
from datetime import timedelta

from tests.board import AD, Board, Browser
from tests.desk.desk import decide, held, known, queue, report
from tests.pages.look import dump, rows, words

FINDER = "finder@members.example"


def test_an_erased_reporter_leaves_no_address_and_no_words(board: Board, rhian: Browser) -> None:
    box, browser = board.publish(), known(board, FINDER)
    report(board, box, browser, text="Quillovox words.", email=FINDER)

    browser.press("/mine", action="/mine/erase")
    board.work()

    assert rows(board.app, "SELECT email, reporter_id, reporter, text FROM reports") == [
        (None, None, "", "")
    ]
    kept = "\n".join(dump(board.app))
    assert FINDER not in kept
    assert "Quillovox" not in kept
    assert "Report on an ad" in queue(rhian)
    assert decide(rhian, f"/desk/ad/{box}", "none").status_code == 303


def test_a_case_about_somebody_erased_can_be_closed(board: Board, rhian: Browser) -> None:
    writer = board.browser()
    box = board.publish(writer)
    report(board, box, email="stranger@letters.example")
    other = known(board, FINDER)
    board.reply(box, other, email=FINDER)
    thread = re.findall(r'href="(/threads/\w+)"', other.get("/mine").text)[0]
    other.press(thread, action="/report", reason="unsafe", attach="y")
    writer.press(thread, message="Quillovox message of hers.")
    writer.press("/mine", action="/mine/erase")
    board.work()

    screen = rhian.get(f"/desk/ad/{box}")
    assert screen.status_code == 200
    assert AD["headline"] not in words(screen)
    assert decide(rhian, f"/desk/ad/{box}", "none").status_code == 303
    key = thread.split("/")[2]
    assert decide(rhian, f"/desk/thread/{key}", "none").status_code == 303
    assert AD["email"] not in "\n".join(dump(board.app))


def test_a_decided_case_is_forgotten_after_a_year_and_its_addresses_after_a_month(
    board: Board, rhian: Browser
) -> None:
    box = board.publish()
    report(board, box, email="stranger@letters.example")
    decide(rhian, f"/desk/ad/{box}", "none")
    waiting = held(board, headline="Waits, and waits")

    board.clock.shift(timedelta(days=31))
    board.work()
    assert rows(board.app, "SELECT email, reporter FROM reports") == [(None, "")]
    board.clock.shift(timedelta(days=340))
    board.work()
    for table in ("reports", "cases", "decisions"):
        assert rows(board.app, f"SELECT count(*) FROM {table}") == [(0,)], table
    assert waiting
