"""A first message that waits for three days: its reader is reminded, once, and answers by a press.

Also what becomes of a press that comes late.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import tasks
from app.people.policy import PURPOSES
from tests.board import Board
from tests.desk.desk import change
from tests.followups.waiting import (
    DAFYDD,
    GWEN,
    advertise,
    answer,
    consolations,
    end,
    pass_days,
    reminders,
    write,
)
from tests.journeys import mailed
from tests.oracle import assert_no_leak
from tests.pages.look import dump, rows, words
from tests.pages.shelf import stop_clock

ANSWERS = ("yes", "not-now", "no")


@pytest.fixture
def key(board: Board) -> str:
    """Dafydd wrote to Gwen, who has said nothing."""
    stop_clock(board)
    return write(board, advertise(board, capacity=1))


def link_of(board: Board) -> str:
    found = re.search(r"http://localhost(/l/answer-[\w-]{32})", reminders(board)[-1].get_content())
    assert found is not None
    return found[1]


@pytest.fixture
def link(board: Board, key: str) -> str:
    """Where Gwen answers by one press, three days later."""
    pass_days(board, 3)
    return link_of(board)


def press(board: Board, link: str, answer: str) -> TestResponse:
    """One press in a browser that nobody knows."""
    page = board.browser().client.post(link, data={"do": answer})
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    return page


# --- the mail -------------------------------------------------------------------------------------


def test_once_after_three_days_and_never_again(board: Board, key: str) -> None:
    board.clock.shift(timedelta(days=3, minutes=-1))
    assert reminders(board) == []
    board.clock.shift(timedelta(minutes=1))
    (mail,) = reminders(board)
    pass_days(board, 5)

    assert len(reminders(board)) == 1
    text = mail.get_content().replace("\r", "")
    assert "3 days ago" in text
    assert "Aberaeron" in text  # what he wrote
    assert [text.count(f"?say={say}\n") for say in ANSWERS] == [1, 1, 1]
    assert_no_leak(mail.as_bytes(), DAFYDD)


def test_a_reply_counts_from_when_it_reached_its_reader(board: Board) -> None:
    """Held for two days, and unconfirmed ones wait for nobody’s answer."""
    box = advertise(board)
    key = write(board, box, held="too quick")
    write(board, box, "ceri.b@letters.example", known=False)
    pass_days(board, 2)
    board.app.test_cli_runner().invoke(args=["messages", "release", key])
    released = rows(board.app, "SELECT count(*) FROM threads WHERE state = 'open'")
    assert released == [(1,)]

    pass_days(board, 2)
    assert reminders(board) == []
    pass_days(board, 1)
    assert len(reminders(board)) == 1


@pytest.mark.parametrize("how", ["answered", "no", "writer", "replier", "block"])
def test_nobody_is_reminded_of_what_is_settled(board: Board, key: str, how: str) -> None:
    if how == "answered":
        answer(board, key)
    else:
        end(board, key, how)
    pass_days(board, 11)

    assert reminders(board) == []
    assert consolations(board) == []


@pytest.mark.parametrize(("action", "told"), [("pause", 1), ("close", 0)])
def test_a_paused_ad_still_owes_an_answer(board: Board, action: str, told: int) -> None:
    gwen = board.sign_in(GWEN) if advertise(board) else board.browser()
    box = str(rows(board.app, "SELECT box FROM ads")[0][0])
    write(board, box)
    gwen.press("/mine", action=f"/ads/{box}/{action}")
    pass_days(board, 3)

    assert len(reminders(board)) == told
    pass_days(board, 7)
    assert len(consolations(board)) == 1  # Dafydd is told in any case


def test_whoever_wants_no_mails_or_gets_none_is_not_reminded(board: Board, key: str) -> None:
    board.work()
    board.browser().client.post(board.stop(GWEN), data={"do": "mute"})
    pass_days(board, 3)
    assert reminders(board) == []

    rows_before = rows(board.app, "SELECT reminded_at IS NOT NULL FROM threads")
    assert rows_before == [(1,)]  # it was looked at, and will not be again


def test_an_answer_takes_back_a_reminder_that_has_not_gone(board: Board, key: str) -> None:
    board.work()
    board.clock.shift(timedelta(days=3, minutes=1))
    with board.app.app_context():
        tasks.follow_up()
    waiting = "SELECT state FROM outbox WHERE kind = 'reminder_to_answer'"
    assert rows(board.app, waiting) == [("pending",)]

    answer(board, key)

    assert rows(board.app, waiting) == [("cancelled",)]
    assert reminders(board) == []


def test_one_that_fails_holds_up_no_other(board: Board, key: str) -> None:
    other = write(board, advertise(board, "mair.o@b.example"), "ceri.b@letters.example")
    _execute(board, "UPDATE threads SET headline = '=?utf-8?q?x?=' WHERE key = ?", key)
    pass_days(board, 3)

    assert reminders(board) == []
    assert len(reminders(board, "mair.o@b.example")) == 1
    _execute(board, "UPDATE threads SET headline = 'A rota' WHERE key = ?", key)
    assert len(reminders(board)) == 1
    assert other != key


def _execute(board: Board, sql: str, *values: str) -> None:
    change(board, sql, values)


# --- the page -------------------------------------------------------------------------------------


@pytest.mark.parametrize("say", ["", *ANSWERS, "perhaps"])
def test_looking_changes_nothing_and_shows_all_that_would_be_sent(
    board: Board, link: str, say: str
) -> None:
    before = dump(board.app)
    page = board.browser().get(f"{link}?say={say}")
    board.browser().client.head(f"{link}?say={say}")

    assert page.status_code == 200
    assert dump(board.app) == before
    first = re.search(r'name="do" value="([\w-]+)"', page.text)
    assert first is not None
    assert first[1] == (say if say in ANSWERS else "yes")
    assert words(page).count("Send this") == 3
    assert "Nothing has been sent yet." in words(page)
    assert_no_leak(str(page.headers) + page.text, GWEN, DAFYDD)
    assert "Set-Cookie" not in page.headers


def test_yes_sends_the_words_that_stood_there(board: Board, key: str, link: str) -> None:
    shown = words(board.browser().get(link))
    page = press(board, link, "yes")

    assert page.status_code == 200
    assert "Done: Dafydd gets your yes." in words(page)
    mail = board.mails(DAFYDD)[-1].get_content()
    said = re.search(r"--- Gwen writes ---\s+(.+?)\s+---", mail, re.DOTALL)
    assert said is not None
    assert " ".join(said[1].split()) in shown
    full = board.browser().get(f"/ads/{_box(board)}")
    assert "Full for now" in words(full)  # an answer takes a place
    pass_days(board, 10)
    assert consolations(board) == []


@pytest.mark.parametrize("say", ["not-now", "no"])
def test_a_kind_no_says_what_stood_there(board: Board, link: str, say: str) -> None:
    shown = words(board.browser().get(link))
    assert press(board, link, say).status_code == 200

    mail = board.mails(DAFYDD)[-1]
    assert "About your message" in str(mail["Subject"])
    told = " ".join(mail.get_content().replace("\r", "").partition("\n\n")[0].split())
    assert told.startswith("Thank you for writing")
    assert told in shown
    assert rows(board.app, "SELECT state, reason FROM threads") == [
        ("declined", {"not-now": "time", "no": "none"}[say])
    ]


@pytest.mark.parametrize("say", ANSWERS)
def test_twice_is_once(board: Board, link: str, say: str) -> None:
    first = press(board, link, say)
    mails = len(board.mails(DAFYDD))
    board.clock.shift(timedelta(hours=1))
    again = press(board, link, say)

    assert (first.status_code, again.status_code) == (200, 200)
    assert "Done:" in words(again)
    assert len(board.mails(DAFYDD)) == mails


def test_a_made_up_answer_is_none(board: Board, link: str) -> None:
    before = dump(board.app)
    assert press(board, link, "perhaps").status_code == 400
    assert press(board, link[:-3] + "xyz", "yes").status_code == 404
    assert dump(board.app) == before


# --- late -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("say", ANSWERS)
def test_who_has_answered_answers_no_more_here(board: Board, key: str, link: str, say: str) -> None:
    answer(board, key, "In my own words.")
    before = dump(board.app)
    page = press(board, link, say)

    assert page.status_code == 409
    assert "You have answered Dafydd already" in words(page)
    assert board.browser().get(link).status_code == 200
    assert dump(board.app) == before


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("no", "You said a kind no"),
        ("writer", "You ended this conversation."),
        ("replier", "This conversation has ended."),
        ("block", "Nothing more from Dafydd reaches you."),
    ],
)
def test_nothing_goes_where_all_is_over(
    board: Board, key: str, link: str, how: str, sentence: str
) -> None:
    end(board, key, how)
    before = dump(board.app)
    for say in ("yes", "no"):
        page = press(board, link, say)
        assert page.status_code == 410
        assert sentence in words(page)
        assert "Send this" not in page.text
    assert board.browser().get(link).status_code == 410
    assert dump(board.app) == before


def test_a_kind_no_after_a_yes_is_said_in_the_conversation(board: Board, link: str) -> None:
    press(board, link, "yes")
    assert press(board, link, "no").status_code == 409
    assert rows(board.app, "SELECT state FROM threads") == [("open",)]


def test_an_ad_that_closed_can_still_be_answered_for(board: Board, link: str) -> None:
    gwen = board.sign_in(GWEN)
    gwen.press("/mine", action=f"/ads/{_box(board)}/close")
    assert press(board, link, "yes").status_code == 200


def test_after_a_month_without_its_ad_nothing_can(board: Board, link: str) -> None:
    gwen = board.sign_in(GWEN)
    gwen.press("/mine", action=f"/ads/{_box(board)}/close")
    pass_days(board, 31)
    page = press(board, link, "yes")
    assert page.status_code == 410
    assert "closed by itself" in words(page)


def test_whoever_was_erased_is_answered_no_more(board: Board, link: str) -> None:
    board.sign_in(DAFYDD).press("/mine", action="/mine/erase")
    page = press(board, link, "yes")
    assert page.status_code == 410
    assert "somebody who has left" in words(page)
    assert "Dafydd" not in page.text


def test_the_link_of_whoever_erased_themselves_is_unknown(board: Board, link: str) -> None:
    board.sign_in(GWEN).press("/mine", action="/mine/erase")
    assert press(board, link, "yes").status_code == 404


def test_the_link_runs_out(board: Board, link: str) -> None:
    board.clock.shift(PURPOSES["answer"].lasts)
    assert board.browser().get(link).status_code == 410
    assert press(board, link, "yes").status_code == 410


def test_the_link_opens_nothing_else(board: Board, link: str) -> None:
    token = link.rpartition("answer-")[2]
    for path in (f"/l/{token}", f"/l/stop-{token}", f"/l/alert-{token}"):
        assert board.browser().get(path).status_code == 404
    assert board.browser().get(board.stop(GWEN).replace("stop-", "answer-")).status_code == 404


def _box(board: Board) -> str:
    return str(rows(board.app, "SELECT box FROM ads ORDER BY id")[0][0])


# --- by mail --------------------------------------------------------------------------------------


def test_replying_to_the_reminder_is_an_answer(
    make_app: Callable[..., Flask], board: Board
) -> None:
    by_mail = Board(make_app(**mailed.SETTINGS), board.clock)
    write(by_mail, advertise(by_mail))
    pass_days(by_mail, 3)

    mailed.answer(by_mail, "Of course! Friday at three?", by=GWEN)

    assert "Friday at three?" in by_mail.mails(DAFYDD)[-1].get_content()
    assert press(by_mail, link_of(by_mail), "no").status_code == 409
