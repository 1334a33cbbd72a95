"""A reported conversation stays private, unless a side attaches it; and both see it is read."""

import re
from typing import Any

import pytest

from tests.board import AD, MESSAGE, Board, Browser
from tests.desk.desk import OTHER, broker, decide, queue
from tests.oracle import assert_no_leak
from tests.pages.look import dump, rows, words

DAFYDD = "dafydd.rhys@letters.example"
EVENT = "Our broker has read the last messages of this conversation."


@pytest.fixture
def talk(board: Board) -> tuple[Browser, Browser, str]:
    """Gwen, whose ad it is, Dafydd, who wrote to it, and the path of their conversation."""
    gwen, dafydd = board.browser(), board.browser()
    path = board.converse(board.publish(gwen), dafydd)
    gwen.press(path, message="Come on Tuesday, and bring five hundred pounds.")
    return gwen, dafydd, path


def desk_path(browser: Browser) -> str:
    return re.findall(r'href="(/desk/(?:thread|person)/\w+)"', browser.get("/desk").text)[0]


def report(browser: Browser, path: str, **typed: Any) -> None:
    said = {"reason": "unsafe", "text": "It was nice until the money."} | typed
    assert browser.press(path, action="/report", **said).status_code == 303


def test_without_a_tick_nobody_reads_what_was_written(
    board: Board, rhian: Browser, talk: tuple[Browser, Browser, str]
) -> None:
    _, dafydd, path = talk
    report(dafydd, path)

    screen = rhian.get(desk_path(rhian))
    assert "It was nice until the money." in words(screen)
    for private in (MESSAGE, "five hundred pounds"):
        assert private not in screen.text
    assert "Open them" not in screen.text
    assert rows(board.app, "SELECT count(*) FROM case_messages") == [(0,)]


def test_what_is_attached_is_opened_by_a_press_that_both_see(
    board: Board, rhian: Browser, talk: tuple[Browser, Browser, str]
) -> None:
    gwen, dafydd, path = talk
    report(dafydd, path, attach="y")
    where = desk_path(rhian)
    before = dump(board.app)
    closed = rhian.get(where)
    assert "five hundred pounds" not in closed.text
    assert dump(board.app) == before
    assert EVENT not in words(gwen.get(path))

    opened = rhian.press(where, action="/open")
    assert opened.status_code == 303

    screen = rhian.get(where)
    assert "five hundred pounds" in screen.text
    assert MESSAGE in words(screen)
    for side in (gwen, dafydd):
        assert words(side.get(path)).count(EVENT) == 1
    assert rows(board.app, "SELECT who, what FROM moderation_log WHERE what = 'read'") == [
        ("broker 1", "read")
    ]
    assert_no_leak(screen.data, AD["email"], DAFYDD)
    # Another broker has to open them as well, and that is seen too.
    owain = broker(board, OTHER)
    assert "five hundred pounds" not in owain.get(where).text


def test_what_is_attached_is_what_the_reporter_could_read(
    board: Board, rhian: Browser, talk: tuple[Browser, Browser, str]
) -> None:
    gwen, dafydd, path = talk
    for number in range(12):
        gwen.press(path, message=f"Message number {number} of many, many.")
    report(dafydd, path, attach="y")
    gwen.press(path, message="Said after the report.")
    assert rows(board.app, "SELECT count(*) FROM case_messages") == [(10,)]
    where = desk_path(rhian)
    rhian.press(where, action="/open")
    screen = words(rhian.get(where))
    assert "number 11" in screen
    assert "number 1 " not in screen
    assert "Said after the report" not in screen


def test_a_stop_link_s_holder_reports_without_a_session(
    board: Board, rhian: Browser, talk: tuple[Browser, Browser, str]
) -> None:
    assert talk
    stop = board.stop(AD["email"])
    answer = board.browser().press(
        stop, do="report", reason="dating", text="Asked me out.", attach="y"
    )
    assert "A person reads your report" in words(answer)
    screen = words(rhian.get(desk_path(rhian)))
    assert "It treats this as dating" in screen
    assert "Asked me out." in screen
    assert "Open them" in screen


def test_ending_a_conversation_tells_both_and_names_no_reporter(
    board: Board, rhian: Browser, talk: tuple[Browser, Browser, str]
) -> None:
    gwen, dafydd, path = talk
    report(dafydd, path)
    where = desk_path(rhian)

    answer = decide(rhian, where, "remove", reason="unsafe", sentence="No money here, please.")

    assert answer.status_code == 303, answer.text
    told, heard = board.mails(AD["email"])[-1], board.mails(DAFYDD)[-1]
    assert "ended a conversation of yours" in " ".join(told.get_content().split())
    assert "No money here, please." in told.get_content()
    assert "has done something about it" in " ".join(heard.get_content().split())
    assert "Dafydd" not in told.get_content()
    for side in (gwen, dafydd):
        assert "Our broker has ended this conversation" in words(side.get(path))
    assert "Nothing waits for you" in queue(rhian)


def test_the_person_behind_a_conversation_is_reported(
    board: Board, rhian: Browser, talk: tuple[Browser, Browser, str]
) -> None:
    gwen, _, path = talk
    report(gwen, path, person="y", attach="y")
    where = desk_path(rhian)
    assert where.startswith("/desk/person/P")
    assert decide(rhian, where, "suspend", reason="unsafe").status_code == 303
    assert "Your address is paused here" in str(board.mails(DAFYDD)[-1]["Subject"])
    assert decide(rhian, where, "lift").status_code == 303
    assert "You can post and write again" in str(board.mails(DAFYDD)[-1]["Subject"])
