"""Yes or no to an introduction: nothing passes until both say yes, and a no is never shown."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from tests.board import Board, Browser
from tests.desk.desk import broker
from tests.desk.introducing import (
    GWEN,
    IFAN,
    LINE,
    SEEN,
    listed,
    proposed,
    says,
    subjects,
    threads,
)
from tests.followups.waiting import advertise, write
from tests.journeys import mailed
from tests.oracle import assert_no_leak
from tests.pages.look import dump, rows, words

FORTNIGHT = timedelta(days=14, minutes=1)
OVER = "About the introduction: Ward sister seeks a wheel"


def plain(page: str) -> str:
    """A page without what is other in every form."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


# --- looking --------------------------------------------------------------------------------------


def test_looking_shows_both_ads_and_changes_nothing(board: Board, rhian: Browser) -> None:
    gwen, _ = proposed(board, rhian)
    before = dump(board.app)

    page = board.browser().get(gwen)

    seen = words(page)
    assert page.status_code == 200
    for said in (LINE, "Wheelwright seeks a calm voice", "Ward sister seeks a wheel"):
        assert said in seen
    assert "Ifanwyn" not in page.text
    assert_no_leak(page.text, GWEN, IFAN)
    assert re.findall(r'name="do" value="(\w+)"', page.text) == ["no", "yes"]
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in page.headers
    board.browser().client.head(gwen)
    assert dump(board.app) == before


def test_no_other_link_opens_it_and_it_opens_nothing_else(board: Board, rhian: Browser) -> None:
    gwen, _ = proposed(board, rhian)
    secret = gwen.removeprefix("/l/meet-")
    for kind in ("", "stop-", "answer-", "alert-", "appeal-", "report-"):
        assert board.browser().get(f"/l/{kind}{secret}").status_code in {404, 410}, kind
    assert board.browser().get(f"{gwen}x").status_code == 404
    assert board.browser().client.post(gwen, data={"do": "maybe"}).status_code == 400


# --- one yes --------------------------------------------------------------------------------------


def test_one_yes_passes_nothing(board: Board, rhian: Browser) -> None:
    gwen, ifan = proposed(board, rhian)
    before = plain(board.browser().get(ifan).text)

    page = says(board, gwen, "yes")

    assert page.status_code == 200
    assert SEEN in words(page)
    assert SEEN in words(board.browser().get(gwen))
    assert plain(board.browser().get(ifan).text) == before
    assert subjects(board, IFAN) == [
        "Would you like to be introduced? Wheelwright seeks a calm voice"
    ]
    assert threads(board) == []
    assert "waiting" in listed(board)


def test_minds_may_be_changed_until_both_say_yes(board: Board, rhian: Browser) -> None:
    gwen, ifan = proposed(board, rhian)

    assert "Your no is noted" in words(says(board, gwen, "no"))
    assert SEEN in words(says(board, gwen, "yes"))
    assert "Your no is noted" in words(says(board, gwen, "no"))
    assert SEEN in words(says(board, ifan, "yes"))
    assert threads(board) == []
    says(board, gwen, "yes")
    assert len(threads(board)) == 1
    late = board.browser().client.post(gwen, data={"do": "no"})
    assert late.status_code == 409
    assert "You both said yes already" in words(late)


def test_the_same_press_twice_is_once(board: Board, rhian: Browser) -> None:
    gwen, ifan = proposed(board, rhian)
    for link in (gwen, gwen, ifan, ifan, gwen):
        assert board.browser().client.post(link, data={"do": "yes"}).status_code == 200
    assert len(threads(board)) == 1
    assert len(subjects(board, GWEN)) == len(subjects(board, IFAN)) == 2


# --- both say yes ---------------------------------------------------------------------------------


@pytest.fixture
def met(board: Board, rhian: Browser) -> tuple[str, str]:
    """Both said yes; the paths of their links."""
    gwen, ifan = proposed(board, rhian)
    says(board, gwen, "yes")
    assert "You’re introduced" in words(says(board, ifan, "yes"))
    return gwen, ifan


def test_both_hear_who_the_other_is_and_how_to_go_on(
    board: Board, met: tuple[str, str], rhian: Browser
) -> None:
    for email, name, other in ((GWEN, "Ifanwyn", IFAN), (IFAN, "Gwenllian", GWEN)):
        mail = board.mails(email)[-1]
        assert str(mail["Subject"]) == f"You’re introduced: {name} said yes, too"
        text = " ".join(mail.get_content().split())
        assert LINE in text
        assert f"You both said yes. {name} wrote" in text
        assert mail["List-Unsubscribe"]
        assert_no_leak(mail.as_bytes(), other)
        leads_to = re.search(r"/l/[\w-]+", mail.get_content())
        assert leads_to is not None
        assert "Go on to the conversation?" in words(board.browser().get(leads_to[0]))
    ((state, _, writer, replier),) = threads(board)
    assert (state, writer, replier) == ("open", "Gwenllian", "Ifanwyn")
    assert "both said yes" in listed(board)
    for link in met:
        page = board.browser().get(link)
        assert page.status_code == 200
        assert 'href="/threads/' in page.text


def test_the_conversation_says_how_it_began_and_goes_on(board: Board, met: tuple[str, str]) -> None:
    ((key,),) = rows(board.app, "SELECT key FROM threads")
    gwen, ifan = board.sign_in(GWEN), board.sign_in(IFAN)
    for browser, name in ((gwen, "Ifanwyn"), (ifan, "Gwenllian")):
        mine = words(browser.get("/mine"))
        assert f"{name}, about Box" in mine
        assert "Our broker introduced you: say hello" in mine
        assert "Waiting for an answer" not in mine
        page = browser.get(f"/threads/{key}")
        assert f"you both said yes: ‘{LINE}’" in words(page)
        assert "has waited" not in words(page)
        assert "Decline kindly" not in page.text

    answer = gwen.press(f"/threads/{key}", message="Hello! Thursday at four?")
    assert answer.status_code == 303
    mail = board.mails(IFAN)[-1]
    assert str(mail["Subject"]) == "Re: Ward sister seeks a wheel"
    assert "Gwenllian has written to you about" in " ".join(mail.get_content().split())
    ifan.press(f"/threads/{key}", message="Four it is.")
    assert "Four it is." in board.mails(GWEN)[-1].get_content()
    assert "Your turn" in words(gwen.get("/mine"))


def test_it_takes_a_place_and_counts_as_no_message(board: Board, met: tuple[str, str]) -> None:
    ((box,),) = rows(board.app, "SELECT box FROM threads")
    page = board.browser().get(f"/ads/{box}", follow_redirects=True)
    assert "full for now" in words(page)
    mails = len(board.mails())
    board.clock.shift(timedelta(days=20))
    kinds = {str(mail["Subject"]) for mail in board.mails()[mails:]}
    assert not [subject for subject in kinds if "answer" in subject.lower()]
    assert "new here" in words(board.browser().get(f"/ads/{box}", follow_redirects=True))


def test_either_side_may_leave_it_kindly(board: Board, met: tuple[str, str]) -> None:
    ((key, box),) = rows(board.app, "SELECT key, box FROM threads")
    stop = board.stop(GWEN)
    assert "A kind no" not in words(board.browser().get(stop))
    done = board.browser().client.post(stop, data={"do": "decline"})  # from a page seen before
    assert done.status_code == 200
    assert str(board.mails(IFAN)[-1]["Subject"]).startswith("Conversation ended")
    assert "full for now" not in words(board.browser().get(f"/ads/{box}", follow_redirects=True))
    assert "This conversation has ended" in words(board.sign_in(IFAN).get(f"/threads/{key}"))


def test_two_who_found_each_other_meanwhile_go_on_where_they_are(
    board: Board, rhian: Browser
) -> None:
    gwen, ifan = proposed(board, rhian)
    ((second,),) = rows(board.app, "SELECT box FROM ads WHERE name = 'Ifanwyn'")
    write(board, str(second), GWEN)
    says(board, gwen, "yes")
    says(board, ifan, "yes")

    assert len(threads(board)) == 1
    ((answered,),) = rows(board.app, "SELECT answered_at IS NOT NULL FROM threads")
    assert answered
    assert subjects(board, GWEN)[-1].startswith("You’re introduced")


def test_where_mails_can_be_answered_the_first_of_them_can(
    make_app: Callable[..., Flask],
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        board = Board(make_app(**mailed.SETTINGS), clock)
        for link in proposed(board, broker(board)):
            says(board, link, "yes")
        mailed.answer(board, "Hello Gwenllian, Thursday?", by=IFAN)
        assert "Hello Gwenllian, Thursday?" in board.mails(GWEN)[-1].get_content()
        mailed.answer(board, "Thursday it is.", by=GWEN)
        mail = board.mails(IFAN)[-1]
        assert "Thursday it is." in mail.get_content()
        assert mail["In-Reply-To"]  # mail programs put it beside the one that introduced them
        for one in board.mails(IFAN):
            assert_no_leak(one.as_bytes(), GWEN)


# --- a no is never shown --------------------------------------------------------------------------


def blocks_her(board: Board, ifan: str) -> None:
    """Ifan blocks Gwen in a conversation that only he ended up not wanting; and says yes here."""
    third = advertise(board, IFAN, headline="Another of Ifan’s", capacity=3)
    key = write(board, third, GWEN)
    board.sign_in(IFAN).press(f"/threads/{key}", action="/block")
    says(board, ifan, "yes")


def erases_himself(board: Board, ifan: str) -> None:
    assert board.sign_in(IFAN).press("/mine", action="/mine/erase").status_code == 303


def closes_it(board: Board, ifan: str) -> None:
    ((box,),) = rows(board.app, "SELECT box FROM ads WHERE name = 'Ifanwyn'")
    board.sign_in(IFAN).press("/mine", action=f"/ads/{box}/close")


NOTHING = {
    "no": lambda board, ifan: says(board, ifan, "no"),
    "silence": lambda board, ifan: None,
    "closed": closes_it,
    "erased": erases_himself,
    "blocked": blocks_her,
}


def heard(board: Board, rhian: Browser, does: Callable[[Board, str], object]) -> tuple[str, str]:
    """What Gwen, who said yes, is mailed at the end, and what the desk says."""
    gwen, ifan = proposed(board, rhian, capacity=3)
    says(board, gwen, "yes")
    does(board, ifan)
    before = subjects(board, GWEN)
    assert OVER not in before
    board.clock.shift(FORTNIGHT - timedelta(hours=1))
    assert OVER not in subjects(board, GWEN)
    board.clock.shift(timedelta(hours=1))
    last = board.mails(GWEN)[-1]
    assert subjects(board, GWEN).count(OVER) == 1
    assert board.browser().get(gwen).status_code == 410
    board.clock.shift(timedelta(days=20))
    assert subjects(board, GWEN).count(OVER) == 1  # and never again
    ((box,),) = rows(board.app, "SELECT box FROM ads WHERE name = 'Gwenllian'")
    said = " ".join(last.get_content().split()).replace(str(box), "BOX")
    return said, listed(board)


@pytest.mark.parametrize("reason", NOTHING)
def test_who_said_yes_hears_the_same_words_whatever_the_reason(
    board: Board, rhian: Browser, reason: str
) -> None:
    text, desk = heard(board, rhian, NOTHING[reason])

    assert text == (
        "A fortnight ago our broker put your ad ‘Ward sister seeks a wheel’, Box BOX, to somebody "
        "else’s, and you said yes. Thank you for that. Nothing came of it this time. It says "
        "nothing about you: people are away, ads end, plans change. There are others. Here is who "
        "could swap with you today: http://localhost/ads/BOX/matches There is nothing to do. "
        "Neither your name nor a word of yours was passed on. Bothways never asks for money, a "
        "code or a password. -- Bothways http://localhost Looked after by Teifi Chamber: "
        "broker@chamber.example"
    )
    assert "not taken up" in desk
    if reason != "erased":
        over = [subject for subject in subjects(board, IFAN) if subject.startswith("About the")]
        assert len(over) == (reason == "blocked")  # he said yes, and knows why nothing came


@pytest.mark.parametrize("reason", ["no", "silence", "blocked"])
def test_meanwhile_no_page_tells_a_no_from_silence(
    board: Board, rhian: Browser, reason: str
) -> None:
    gwen, ifan = proposed(board, rhian, capacity=3)
    says(board, gwen, "yes")
    before, desk = plain(board.browser().get(gwen).text), listed(board)

    NOTHING[reason](board, ifan)

    assert plain(board.browser().get(gwen).text) == before
    assert listed(board) == desk
    board.clock.shift(timedelta(days=9))
    assert "waiting" in listed(board)


def test_who_said_no_or_nothing_hears_no_more(board: Board, rhian: Browser) -> None:
    gwen, _ = proposed(board, rhian)
    says(board, gwen, "no")
    board.clock.shift(FORTNIGHT)
    assert len(subjects(board, GWEN)) == len(subjects(board, IFAN)) == 1
    board.clock.shift(timedelta(days=30))
    assert len(subjects(board, IFAN)) == 1


def test_after_a_fortnight_nothing_can_be_answered_even_if_nobody_ended_it(
    board: Board, rhian: Browser
) -> None:
    gwen, ifan = proposed(board, rhian)
    says(board, gwen, "yes")
    board.clock.shift(FORTNIGHT)

    late = board.browser().client.post(ifan, data={"do": "yes"})

    assert late.status_code == 410
    assert "This introduction is over" in words(late)
    assert "not taken up" in listed(board)
    assert threads(board) == []


def test_while_an_ad_rests_a_yes_waits_and_a_no_does_not(board: Board, rhian: Browser) -> None:
    gwen, ifan = proposed(board, rhian)
    ((box,),) = rows(board.app, "SELECT box FROM ads WHERE name = 'Ifanwyn'")
    his = board.sign_in(IFAN)
    his.press("/mine", action=f"/ads/{box}/pause")

    page = board.browser().get(gwen)
    assert "takes nobody just now" in words(page)
    assert re.findall(r'name="do" value="(\w+)"', page.text) == ["no"]
    assert "Wheelwright" not in page.text
    assert board.browser().client.post(gwen, data={"do": "yes"}).status_code == 409
    assert board.browser().client.post(gwen, data={"do": "no"}).status_code == 200
    his.press("/mine", action=f"/ads/{box}/resume")
    says(board, gwen, "yes")
    assert "You’re introduced" in words(says(board, ifan, "yes"))
