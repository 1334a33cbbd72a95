"""Saying no from a mail: one press, no session, as often as one likes, from either side."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.board import Board, Browser
from tests.oracle import assert_no_leak
from tests.pages.look import fields

GWEN = "gwen.prydderch@members.example"
DAFYDD = "d.rhys1954@letters.example"
BROKER = "broker@chamber.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(params=["", "relay.example.org"], ids=["by the page", "by mail"])
def app(make_app: Callable[..., Flask], request: pytest.FixtureRequest) -> Flask:
    """Once where mails are answered on the page, once where they can simply be answered."""
    return make_app(relay_domain=request.param, relay_to_header="real")


@dataclass
class Two:
    """Gwen, whose ad it is, and Dafydd, who wrote to it; and a browser that nobody knows."""

    board: Board
    path: str
    gwen: Browser
    dafydd: Browser
    stranger: Browser

    def mails(self, email: str) -> list[EmailMessage]:
        """What came of the conversation to that address."""
        return [mail for mail in self.board.mails(email) if mail["List-Unsubscribe"]]

    def press(self, stop: str, wish: str) -> TestResponse:
        """Press that button on the page of the link, in a browser that nobody knows."""
        page = self.stranger.get(stop)
        assert page.status_code == 200
        assert re.search(rf'name="do" value="{wish}"', page.text), wish
        answer = self.stranger.client.post(stop, data={"do": wish})
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        return answer


@pytest.fixture
def two(board: Board) -> Two:
    gwen, dafydd = board.browser(), board.browser()
    path = board.converse(board.publish(gwen, email=GWEN), dafydd, email=DAFYDD)
    two = Two(board, path, gwen, dafydd, board.browser())
    gwen.press(path, message="Would a Friday do?")
    return two


def test_a_mail_programs_own_button_mutes_without_a_page(two: Two) -> None:
    """RFC 8058 §3.1–3.2: one POST, no cookie, no token, no redirect; in either form."""
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        answer = two.stranger.client.post(
            two.board.stop(GWEN), data=ONE_CLICK, content_type=content_type
        )
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    before = len(two.mails(GWEN))

    two.dafydd.press(two.path, message="Friday it is!")

    assert len(two.mails(GWEN)) == before
    assert "Friday it is!" in two.gwen.get(two.path).text
    assert ">sent</span>" in two.dafydd.get(two.path).text.rpartition("Friday it is!")[0]
    assert_no_leak(answer.text, GWEN, DAFYDD)


def test_looking_changes_nothing_however_often(two: Two) -> None:
    stop = two.board.stop(GWEN)
    for _ in range(3):
        assert two.stranger.get(stop).status_code == 200
        assert two.stranger.client.head(stop).status_code == 200
    two.dafydd.press(two.path, message="Friday it is!")

    assert "Friday it is!" in two.mails(GWEN)[-1].get_content()
    page = two.stranger.get(stop)
    assert "Nothing has happened yet." in page.text
    assert_no_leak(str(page.headers) + page.text, GWEN, DAFYDD)
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize(("email", "other"), [(GWEN, DAFYDD), (DAFYDD, GWEN)])
def test_either_side_mutes_and_unmutes(two: Two, email: str, other: str) -> None:
    stop = two.board.stop(email)
    for _ in range(2):
        answer = two.stranger.client.post(stop, data={"do": "mute"})
        assert "Done: no more mails from this conversation." in answer.text
    writing = two.gwen if other == GWEN else two.dafydd
    before = len(two.mails(email))
    writing.press(two.path, message="Unheard")
    assert len(two.mails(email)) == before

    assert "again" in two.press(stop, "unmute").text
    writing.press(two.path, message="Heard")

    assert "Heard" in two.mails(email)[-1].get_content()


def test_the_writers_kind_no(two: Two) -> None:
    stop = two.board.stop(GWEN)
    assert 'value="decline"' not in two.stranger.get(two.board.stop(DAFYDD)).text

    assert "Dafydd gets a kind no" in two.press(stop, "decline").text
    again = two.stranger.client.post(stop, data={"do": "decline"})

    assert again.status_code == 200
    declines = [m for m in two.mails(DAFYDD) if m["Subject"].startswith("About your message")]
    assert len(declines) == 1
    assert "has said a kind no this time" in two.dafydd.get(two.path).text


def test_the_replier_can_not_decline(two: Two) -> None:
    answer = two.stranger.client.post(two.board.stop(DAFYDD), data={"do": "decline"})

    assert answer.status_code == 403


@pytest.mark.parametrize(("email", "name"), [(GWEN, "Dafydd"), (DAFYDD, "Gwen")])
def test_either_side_blocks(two: Two, email: str, name: str) -> None:
    stop, before = two.board.stop(email), len(two.board.mails())

    assert f"nothing from {name} reaches you again" in two.press(stop, "block").text
    again = two.stranger.client.post(stop, data={"do": "block"})

    assert again.status_code == 200
    assert 'value="block"' not in again.text
    assert len(two.board.mails()) == before
    for browser in (two.gwen, two.dafydd):
        assert 'name="message"' not in browser.get(two.path).text


@pytest.mark.parametrize("email", [GWEN, DAFYDD])
def test_either_side_reports_once(two: Two, email: str) -> None:
    stop = two.board.stop(email)
    for _ in range(2):
        assert "A person reads your report" in two.press(stop, "report").text

    reports = [m for m in two.board.mails(BROKER) if m["Subject"].startswith("Report ")]
    assert len(reports) == 1
    assert "Reason: It doesn’t fit the house rules" in reports[0].get_content()
    assert_no_leak(reports[0].get_content(), GWEN, DAFYDD)


def test_when_it_is_over_there_is_nothing_left_to_stop(two: Two) -> None:
    stop = two.board.stop(GWEN)
    two.dafydd.press(two.path, action="/end")

    answer = two.stranger.client.post(stop, data={"do": "decline"})

    assert answer.status_code == 200
    assert "has ended already" in answer.text


def test_it_works_for_half_a_year_and_as_long_as_somebody_is_there(two: Two) -> None:
    stop = two.board.stop(DAFYDD)
    two.board.clock.shift(timedelta(days=179))
    assert two.stranger.get(stop).status_code == 200
    two.board.clock.shift(timedelta(days=1))
    for answer in (two.stranger.get(stop), two.stranger.client.post(stop, data=ONE_CLICK)):
        assert answer.status_code == 410


def test_no_other_link_says_no_and_this_one_opens_nothing(two: Two) -> None:
    conversation = two.board.link(GWEN)
    stop = two.board.stop(GWEN)

    for wrong in (conversation.replace("/l/", "/l/stop-"), "/l/stop-nosuchlink", "/l/stop-"):
        assert two.stranger.get(wrong).status_code == 404
        assert two.stranger.client.post(wrong, data=ONE_CLICK).status_code in {400, 404}
    opening = stop.replace("stop-", "")
    assert two.stranger.get(opening).status_code == 404
    token = {"csrf_token": fields(two.stranger.get("/mine"))["csrf_token"]}
    assert two.stranger.client.post(opening, data=token).status_code == 404
    assert two.stranger.get(two.path).status_code == 303  # to ask who is there
    two.press(stop, "mute")
    assert two.stranger.get(two.path).status_code == 303


@pytest.mark.parametrize("sent", [{}, {"do": "erase"}, {"List-Unsubscribe": "Two-Click"}])
def test_what_it_does_not_know_it_does_not_do(two: Two, sent: dict[str, str]) -> None:
    answer = two.stranger.client.post(two.board.stop(GWEN), data=sent)

    assert answer.status_code == 400
    two.dafydd.press(two.path, message="Still here?")
    assert "Still here?" in two.mails(GWEN)[-1].get_content()


def test_the_conversations_own_page_mutes_and_unmutes_too(two: Two) -> None:
    assert two.gwen.press(two.path, action="/mute", do="mute").status_code == 303
    assert "You get no mails from here" in two.gwen.get(two.path).text
    assert "You get no mails from here" not in two.dafydd.get(two.path).text
    before = len(two.mails(GWEN))
    two.dafydd.press(two.path, message="Unheard")
    assert len(two.mails(GWEN)) == before
    two.gwen.press(two.path, action="/mute", do="unmute")
    two.dafydd.press(two.path, message="Heard")

    assert "Heard" in two.mails(GWEN)[-1].get_content()


def test_an_address_is_shared_by_mail_and_shown_on_no_page(two: Two) -> None:
    assert two.dafydd.press(two.path, action="/share", do="share").status_code == 303
    two.dafydd.press(two.path, message=f"So write to {DAFYDD}!")

    shared, message = two.mails(GWEN)[-2:]
    assert shared["Subject"].startswith("Dafydd shares an address with you")
    assert DAFYDD in shared.get_content()
    assert f"So write to {DAFYDD}!" in message.get_content()
    for browser, other, words in (
        (two.gwen, DAFYDD, "Dafydd shares an address with you, by mail."),
        (two.dafydd, GWEN, "You share your address with Gwen, by mail."),
    ):
        assert_no_leak(browser.get("/mine").text, other)
        page = browser.get(two.path)
        assert_no_leak(str(page.headers) + page.text, DAFYDD, GWEN)
        assert words in page.text
        assert '<span class="cut">[an address shared by mail]</span>' in page.text
    stop = two.dafydd.press(two.path, action="/share", do="stop")
    assert stop.status_code == 303
    two.dafydd.press(two.path, message=f"Forget {DAFYDD}")
    assert_no_leak(two.mails(GWEN)[-1].get_content(), DAFYDD)
    assert "no longer shares an address" in two.gwen.get(two.path).text


def test_only_its_two_buttons_share(two: Two) -> None:
    assert two.dafydd.press(two.path, action="/share", do="give").status_code == 400
    assert "shares an address" not in two.gwen.get(two.path).text
