"""A conversation on its page, as two browsers have it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.core.clock import utcnow
from app.current import site
from app.db import transaction
from app.mail import outbox
from app.mail.models import OutboxMail
from app.relay import bounces, keeping, passing
from app.relay.models import Thread
from app.relay.policy import Role
from tests.board import MESSAGE, Board, Browser
from tests.oracle import assert_no_leak

GWEN = "gwen.prydderch@members.example"
DAFYDD = "d.rhys1954@letters.example"
BROKER = "broker@chamber.example"


@dataclass
class Two:
    """Gwen, whose ad it is, and Dafydd, who wrote to it; each in a browser that knows them."""

    board: Board
    path: str
    gwen: Browser
    dafydd: Browser

    def page(self, browser: Browser) -> TestResponse:
        answer = browser.get(self.path)
        assert answer.status_code == 200
        return answer

    def say(self, browser: Browser, text: str) -> TestResponse:
        return browser.press(self.path, message=text)


@pytest.fixture
def two(board: Board) -> Two:
    gwen, dafydd = board.browser(), board.browser()
    box = board.publish(gwen, email=GWEN)
    path = board.converse(box, dafydd, email=DAFYDD)
    return Two(board, urlsplit(path).path, gwen, dafydd)


def mains(page: TestResponse) -> str:
    return page.text.partition("<main")[2]


def test_a_whole_exchange_both_ways(two: Two) -> None:
    page = two.page(two.gwen)
    assert "<h1>You and Dafydd</h1>" in page.text
    assert "Your turn" in page.text

    answer = two.say(two.gwen, "Thank you! Would a Friday do?")
    assert answer.status_code == 303
    assert re.search(r"#m-\d+$", answer.location)
    assert ">on its way</span>" in two.page(two.gwen).text
    assert "Would a Friday do?" in two.board.mails(DAFYDD)[-1].get_content()
    assert ">sent</span>" in two.page(two.gwen).text
    two.say(two.dafydd, "Friday the 27th, three o’clock?")

    assert "Friday the 27th" in two.board.mails(GWEN)[-1].get_content()
    for browser in (two.gwen, two.dafydd):
        said = [mains(two.page(browser)).find(t) for t in (MESSAGE, "Would a Friday", "the 27th")]
        assert -1 not in said
        assert said == sorted(said)


def test_neither_side_sees_the_others_address_anywhere(two: Two) -> None:
    two.say(two.gwen, f"Write to me at {GWEN}, or {GWEN.upper()}.")
    two.say(two.dafydd, "I’m d.rhys1954 at letters dot example.")
    closing = two.gwen.press(two.path, action="/decline")
    assert closing.status_code == 303

    for browser, email, hidden in ((two.gwen, GWEN, DAFYDD), (two.dafydd, DAFYDD, GWEN)):
        page = two.page(browser)
        assert '<span class="cut">[an address was removed here]</span>' in page.text
        for seen in (page, browser.get("/mine"), browser.get("/ads", follow_redirects=True)):
            assert_no_leak(str(seen.headers) + seen.text, hidden)
        for mail in two.board.mails(email):
            assert_no_leak(mail.as_bytes(), hidden)
    assert_no_leak(two.page(two.gwen).text, GWEN)  # nor one's own: somebody may look over it


def test_the_composer_is_the_first_form_and_its_button_says_to_whom(two: Two) -> None:
    main = mains(two.page(two.gwen))
    first = main[main.index("<form") : main.index("</form>")]

    assert 'name="message"' in first
    assert re.findall(r"<button[^>]*>([^<]*)</button>", first) == ["Send to Dafydd"]
    assert "Send a kind no" in main
    assert "Send a kind no" not in two.page(two.dafydd).text


def test_a_double_press_sends_once(two: Two) -> None:
    page = two.page(two.gwen)
    first = two.gwen.send(page, message="Would a Friday do?")
    second = two.gwen.send(page, message="Would a Friday do?")

    assert first.location == second.location
    assert mains(two.page(two.gwen)).count("Would a Friday do?") == 1
    mails = [m for m in two.board.mails(DAFYDD) if "Would a Friday" in m.get_content()]
    assert len(mails) == 1


def test_markup_is_shown_as_it_was_typed(two: Two) -> None:
    two.say(two.dafydd, "<script>alert(1)</script> & {{ 7 * 7 }}\n\n<img src=x onerror=y>")

    page = two.page(two.gwen).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7 * 7 }}" in page
    assert "<script" not in page
    assert "<img" not in page


@pytest.mark.parametrize(
    ("text", "why"), [("x" * 4001, "room for 4000"), ("  \r\n ", "Write your message first.")]
)
def test_what_was_typed_is_kept_with_the_reason(two: Two, text: str, why: str) -> None:
    answer = two.say(two.gwen, text)

    assert answer.status_code == 422
    assert why in answer.text
    assert text.strip() in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<title>Error:" in answer.text
    assert two.say(two.gwen, "x" * 4000).status_code == 303


def test_somebody_elses_conversation_is_not_there(two: Two) -> None:
    stranger = two.board.browser()
    two.board.publish(stranger, email="third.party@elsewhere.example", headline="Another ad")

    assert stranger.get(two.path).status_code == 404
    token = {"csrf_token": re.findall(r'csrf_token" value="([^"]+)', stranger.get("/mine").text)[0]}
    for action in ("", "/decline", "/end", "/block", "/report"):
        answer = stranger.client.post(two.path + action, data=token)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    asked = two.board.browser().get(two.path)
    assert (asked.status_code, urlsplit(asked.location).path) == (303, "/mine")


def test_nobody_may_keep_or_index_the_page(two: Two) -> None:
    page = two.page(two.gwen)

    assert page.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in page.text


def test_before_the_link_is_pressed_only_its_sender_knows(two: Two) -> None:
    box = two.board.publish(two.gwen, email=GWEN, headline="A second ad of mine")
    two.board.reply(box, email=DAFYDD)  # from another browser
    (path,) = set(re.findall(r"/threads/\w+", two.dafydd.get("/mine").text)) - {two.path}

    page = two.dafydd.get(path)
    assert "press the link in the mail" in page.text
    assert 'name="message"' not in page.text
    assert two.gwen.get(path).status_code == 404


def test_a_kind_no(two: Two) -> None:
    old = two.page(two.dafydd)
    answer = two.gwen.press(two.path, action="/decline", reason="far")

    assert answer.status_code == 303
    assert two.board.mails(DAFYDD)[-1]["Subject"].startswith("About your message")
    assert "Gwen has said a kind no: ‘It’s too far’." in two.page(two.dafydd).text
    for browser in (two.gwen, two.dafydd):
        assert 'name="message"' not in two.page(browser).text
    late = two.dafydd.send(old, message="But I have a car")
    assert late.status_code == 410
    assert "has ended" in late.text
    assert two.dafydd.send(old, message="").status_code == 410


def test_a_reason_from_elsewhere_is_refused(two: Two) -> None:
    answer = two.gwen.press(two.path, action="/decline", reason="age")

    assert answer.status_code == 422
    assert "Choose what comes nearest." in answer.text
    assert 'name="message"' in two.page(two.gwen).text


def test_the_replier_cannot_decline(two: Two) -> None:
    page = two.page(two.dafydd)
    form = re.findall(r'csrf_token" value="([^"]+)', page.text)[0]

    answer = two.dafydd.client.post(f"{two.path}/decline", data={"csrf_token": form})

    assert answer.status_code == 403


def test_an_end_and_a_block_look_the_same_from_the_other_side(board: Board) -> None:
    pages = []
    for number, action in enumerate(("/end", "/block")):
        gwen, dafydd = board.browser(), board.browser()
        box = board.publish(gwen, email=f"gwen{number}@one{number}.example", headline="Rota help")
        path = urlsplit(board.converse(box, dafydd, email=f"d{number}@letters.example")).path
        assert gwen.press(path, action=action).status_code == 303
        page = mains(dafydd.get(path))
        assert "This conversation has ended." in page
        pages.append(re.sub(rf"{path}|{box}|m-\d+|value=\"[^\"]*\"|<time.*?</time>", "", page))

    assert pages[0] == pages[1]
    assert "locked" not in pages[1]


def test_after_a_block_nothing_is_mailed(two: Two) -> None:
    old, before = two.page(two.dafydd), len(two.board.mails())
    two.gwen.press(two.path, action="/block")

    assert two.dafydd.send(old, message="Are you there?").status_code == 410
    page = two.page(two.gwen).text
    assert "Nothing more from Dafydd reaches you." in page
    assert "Block Dafydd" not in page
    assert len(two.board.mails()) == before


def test_a_report_reaches_the_broker_and_nobody_else(two: Two) -> None:
    empty = two.gwen.press(two.path, action="/report", text="Have a look")
    assert empty.status_code == 422
    assert "Have a look" in empty.text
    before = len(two.board.mails(DAFYDD))

    answer = two.gwen.press(two.path, action="/report", reason="dating", text="Have a look")

    assert answer.status_code == 303
    assert "Thank you. A person reads your report" in two.page(two.gwen).text
    assert "Thank you. A person reads" not in two.page(two.gwen).text
    assert "Have a look" in two.board.mails(BROKER)[-1].get_content()
    assert len(two.board.mails(DAFYDD)) == before
    assert_no_leak(two.board.mails(BROKER)[-1].as_bytes(), DAFYDD)


# --- what came how --------------------------------------------------------------------------------


def happen(two: Two, author: Role, text: str, *, files: int = 0, automatic: bool = False) -> None:
    """A message that comes by mail, and perhaps a machine's answer with it."""
    with two.board.app.app_context(), transaction() as session:
        thread = session.scalar(select(Thread).where(Thread.key == two.path.split("/")[2]))
        assert thread is not None
        now = utcnow()
        message, _ = keeping.keep(session, thread, author, text, now, by_mail=True, files=files)
        passing.pass_on(session, thread=thread, message=message, now=now, site=site())
        if automatic:
            bounces.note_automatic(session, thread=thread, role=author, now=now)


def test_both_sides_read_how_it_came_and_what_stayed_behind(two: Two) -> None:
    happen(two, "replier", f"Hello!\n\n{GWEN} or {DAFYDD}?", files=2)

    for browser, wrote in ((two.gwen, "Dafydd wrote"), (two.dafydd, "You wrote")):
        message = two.page(browser).text.rpartition("<article")[2].partition("</article>")[0]
        assert f"<h3>{wrote}</h3>" in message
        assert ">by mail</span>" in message
        assert "2 addresses were removed. 2 attachments were not passed on." in message
        assert message.count('<span class="cut">[an address was removed here]</span>') == 2
    first = two.page(two.gwen).text.partition("<article")[2].partition("</article>")[0]
    assert "by mail" not in first
    assert "removed" not in first


def test_one_of_each_is_said_as_one(two: Two) -> None:
    happen(two, "writer", f"Me: {GWEN}", files=1)

    page = two.page(two.dafydd).text
    assert "An address was removed. 1 attachment was not passed on." in page


def test_a_machines_answer_is_told_where_it_happened(two: Two) -> None:
    happen(two, "replier", "I’m off to the islands", automatic=True)
    two.board.clock.shift(60)
    two.say(two.gwen, "Have a good time!")

    for browser, words in (
        (two.gwen, "An automatic reply came from Dafydd; it wasn’t passed on."),
        (two.dafydd, "Your mailbox answered by itself; that wasn’t passed on to Gwen."),
    ):
        page = mains(two.page(browser))
        places = [page.find(text) for text in ("the islands", words, "Have a good time!")]
        assert -1 not in places
        assert places == sorted(places)


def test_a_mail_that_came_back_shows_as_not_delivered_to_its_writer_alone(two: Two) -> None:
    two.say(two.dafydd, "Does this arrive?")
    two.board.work()
    with two.board.app.app_context(), transaction() as session:
        newest = session.scalar(select(func.max(OutboxMail.id)))
        assert outbox.came_back(session, newest, now=utcnow()) is not None

    assert ">could not be delivered</span>" in two.page(two.dafydd).text
    assert "could not be delivered" not in two.page(two.gwen).text
    two.board.work()
    assert ">could not be delivered</span>" in two.page(two.dafydd).text


@pytest.mark.parametrize(
    ("relay_domain", "hint"),
    [("", "by mail and answers here."), ("relay.example.org", "simply reply to the mails.")],
)
def test_the_form_says_whether_mails_can_be_answered(
    make_app: Callable[..., Flask], two: Two, relay_domain: str, hint: str
) -> None:
    path = two.path
    with time_machine.travel(utcnow(), tick=True) as clock:
        board = Board(make_app(relay_domain=relay_domain), clock)
        gwen = Browser(board.app, clock)
        session = two.gwen.client.get_cookie("bothways")
        assert session is not None
        gwen.client.set_cookie("bothways", session.value)
        assert hint in gwen.get(path).text
