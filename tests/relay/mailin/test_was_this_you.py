"""The page behind “Was this you?”: what it shows, what its button does, what it leaves alone."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

import pytest
import time_machine
from flask import Flask

from app.core.clock import utcnow
from app.relay.door import TAKEN, Door, Surroundings
from tests.board import AD, Board
from tests.desk import desk
from tests.oracle import assert_no_leak
from tests.pages.look import words
from tests.words import own_sides

DAFYDD = "dafydd.rhys@letters.example"
GWEN = str(AD["email"])
RAW = "From: {sender}\r\nTo: you@reply.board.example\r\nMessage-ID: <{id}@x>\r\n\r\n{text}\r\n"


@pytest.fixture
def board(make_app: Callable[..., Flask]) -> Iterator[Board]:
    app = make_app(relay_domain="reply.board.example", relay_to_header="real")
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        yield Board(app, clock)


@pytest.fixture
def thread(board: Board) -> str:
    writer = board.browser()
    path = board.converse(board.publish(writer))
    writer.press(path, message="Would Friday do?")
    return path


def mail_in(board: Board, *texts: str) -> str:
    """Mails in Dafydd’s name that nothing proves; returns the path of the link that asks him."""
    app = board.app
    site = app.extensions["site"]
    door = Door(Surroundings(context=app.app_context, now=utcnow, site=site))
    newest = [m for m in board.mails(DAFYDD) if "via" in str(m["From"])][-1]
    alias = parseaddr(str(newest["From"]))[1]
    for number, text in enumerate(texts):
        raw = RAW.format(sender=DAFYDD, id=f"{number}.{len(text)}", text=text)
        assert door.take(alias, raw.encode(), False) == TAKEN
    return board.link(DAFYDD)


def test_the_link_shows_the_words_and_sends_them_on(board: Board, thread: str) -> None:
    link = mail_in(board, "Friday it is. <b>")
    dafydd = board.browser()
    for _ in range(3):
        page = dafydd.get(link)
    assert "Was this you?" in words(page)
    assert "Friday it is. <b>" in words(page)
    assert "Friday it is" not in words(board.sign_in(GWEN).get(thread))

    answer = dafydd.send(page)

    assert (answer.status_code, answer.location) == (303, thread)
    assert "Friday it is. <b>" in words(dafydd.get(thread))  # it proved the address
    mail = [m for m in board.mails(GWEN) if "Friday it is." in m.get_content()]
    assert len(mail) == 1
    assert_no_leak(mail[0].as_bytes(), DAFYDD)
    assert board.browser().get(link).status_code == 410


def test_of_several_each_can_be_left_out(board: Board, thread: str) -> None:
    link = mail_in(board, "Friday it is.", "Send money.")
    browser = board.browser()
    page = browser.get(link)
    values = re.findall(r'name="message" value="(\d+)" checked', page.text)
    assert len(values) == 2
    assert browser.send(page, message=values[0]).status_code == 303
    gwens = words(board.sign_in(GWEN).get(thread))
    assert "Friday it is." in gwens
    assert "Send money." not in gwens


def test_a_press_that_chooses_nothing_sends_nothing(board: Board, thread: str) -> None:
    link = mail_in(board, "Friday it is.")
    browser = board.browser()
    assert browser.press(link, message="0").status_code == 410
    assert "Friday it is." not in words(board.sign_in(GWEN).get(thread))
    assert browser.press(link).status_code == 303  # the link still works


def test_what_was_erased_meanwhile_is_not_sent(board: Board, thread: str) -> None:
    link = mail_in(board, "Friday it is.")
    board.clock.shift(timedelta(hours=71))
    assert board.browser().get(link).status_code == 200
    board.clock.shift(timedelta(hours=1, minutes=1))
    board.work()
    page = board.browser().get(link)
    assert page.status_code == 410


def test_a_conversation_that_ended_meanwhile_stays_ended(board: Board, thread: str) -> None:
    link = mail_in(board, "Friday it is.")
    board.sign_in(GWEN).press(thread, action="/end")
    assert board.browser().press(link).status_code == 410
    assert not [m for m in board.mails(GWEN) if "Friday it is." in m.get_content()]


def test_the_privacy_page_says_how_long_mails_are_kept(board: Board) -> None:
    assert "deleted as soon as it has been read" in words(board.browser().get("/privacy"))


def test_whom_a_broker_has_suspended_sends_nothing_on(board: Board, thread: str) -> None:
    link = mail_in(board, "Friday it is.")
    dafydd = board.browser()
    page = dafydd.get(link)
    rhian = desk.broker(board)
    box = board.publish(dafydd, email=DAFYDD, headline="An ad of his own", **own_sides(1))
    desk.decide(rhian, f"/desk/ad/{box}", "suspend", reason="unsafe")
    mails = len(board.mails(GWEN))

    answer = board.browser().press(link)

    assert answer.status_code == 409
    assert "A broker has paused your address" in words(answer)
    assert page.status_code == 200
    assert len(board.mails(GWEN)) == mails
    assert "Friday it is." not in words(board.sign_in(GWEN).get(thread))
