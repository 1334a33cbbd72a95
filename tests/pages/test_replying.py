"""Writing to an ad from its page: what is asked, who is told, and what nobody can find out."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.board import AD, MESSAGE, Board, Browser
from tests.oracle import assert_no_leak
from tests.pages.look import dump, field_errors, fields, files, main_of, rows, words
from tests.pages.shelf import stop_clock

WRITER = AD["email"]
REPLIER = "dafydd.rhys@letters.example"
REPLY: dict[str, Any] = {"message": MESSAGE, "name": "Dafydd", "email": REPLIER}


@pytest.fixture
def writer(board: Board) -> Browser:
    return board.browser()


@pytest.fixture
def box(board: Board, writer: Browser) -> str:
    return board.publish(writer)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"message": ""}, "message", "Write your message first"),
        ({"message": "Hello there"}, "message", "at least 40 characters"),
        ({"message": "x" * 4001}, "message", "room for 4000"),
        ({"name": ""}, "name", "Write your name"),
        ({"name": "x" * 41}, "name", "at most 40"),
        ({"name": "bob@example.org"}, "name", "Just a name here"),
        ({"name": "=?utf-8?q?x?="}, "name", "=?"),
        ({"email": ""}, "email", "Type your email address"),
        ({"email": "dafydd"}, "email", "has an @ in it"),
        ({"email": "dŵr@letters.example"}, "email", "Type the whole address"),
    ],
)
def test_each_rule_speaks_at_its_field(
    board: Board, box: str, changes: dict[str, Any], field: str, sentence: str
) -> None:
    browser = board.browser()
    page = browser.send(browser.get(f"/ads/{box}"), **(REPLY | changes))

    assert page.status_code == 422
    assert list(field_errors(page)) == [field]
    assert sentence in field_errors(page)[field].replace(",", "")
    assert "One thing to put right" in words(page)
    for name, value in (REPLY | changes).items():
        assert fields(page)[name] == [value]
    assert rows(board.app, "SELECT count(*) FROM threads") == [(0,)]


def test_nothing_goes_on_before_the_link_is_pressed(board: Board, box: str) -> None:
    before = len(board.mails(WRITER))
    browser = board.browser()
    assert board.reply(box, browser).location == f"/ads/{box}/sent"
    assert "Check your mail" in words(browser.get(f"/ads/{box}/sent"))
    assert len(board.mails(WRITER)) == before

    answer = browser.press(board.link(REPLIER))

    assert answer.location.startswith("/threads/")
    assert MESSAGE in words(browser.get(answer.location))
    mail = board.mails(WRITER)[-1]
    assert str(mail["Subject"]) == f"Dafydd answers your ad: {AD['headline']}"
    assert "learnt to write a rota" in mail.get_content()


def test_a_browser_that_speaks_for_the_address_goes_straight(board: Board, box: str) -> None:
    browser = board.browser()
    board.publish(browser, email=REPLIER, headline="Retired shopkeeper seeks company")
    before = len(board.mails(REPLIER))

    answer = board.reply(box, browser)

    assert answer.location == "/mine#messages"
    assert len(board.mails(REPLIER)) == before
    assert "Dafydd answers" in str(board.mails(WRITER)[-1]["Subject"])


def test_a_browser_that_speaks_for_another_address_is_no_proof(board: Board, box: str) -> None:
    browser = board.browser()
    board.publish(browser, email="another@letters.example", headline="Retired ferryman seeks tea")
    before = len(board.mails(WRITER))

    assert board.reply(box, browser).location == f"/ads/{box}/sent"
    assert len(board.mails(WRITER)) == before


def test_a_quick_answer_waits_for_the_broker(board: Board, box: str) -> None:
    stop_clock(board)
    browser = board.browser()
    page = browser.get(f"/ads/{box}")
    assert browser.send(page, takes=timedelta(seconds=1), **REPLY).status_code == 303
    answer = browser.press(board.link(REPLIER))

    assert "Our broker looks at your message" in words(browser.get(answer.location))
    assert "Dafydd" not in str(board.mails(WRITER)[-1]["Subject"])
    listed = board.app.test_cli_runner().invoke(args=["messages", "held"]).output
    key = listed.split()[0]
    assert MESSAGE in listed
    released = board.app.test_cli_runner().invoke(args=["messages", "release", key])
    assert released.exit_code == 0
    assert "Dafydd answers" in str(board.mails(WRITER)[-1]["Subject"])


def test_the_time_of_the_first_look_survives_an_error(board: Board, box: str) -> None:
    browser = board.browser()
    page = browser.send(browser.get(f"/ads/{box}"), **(REPLY | {"message": "Too short"}))
    assert browser.send(page, takes=timedelta(seconds=1), message=MESSAGE).status_code == 303

    browser.press(board.link(REPLIER))

    assert "Dafydd answers" in str(board.mails(WRITER)[-1]["Subject"])


def test_one_s_own_ad_answers_409(board: Board, box: str, writer: Browser) -> None:
    form = board.browser().get(f"/ads/{box}")
    token = fields(writer.get("/mine"), action="sign-out")["csrf_token"]
    board.clock.shift(timedelta(seconds=20))

    data = fields(form) | REPLY | {"email": WRITER, "csrf_token": token}
    answer = writer.client.post(f"/ads/{box}/reply", data=data)

    assert answer.status_code == 409
    assert "This is your own ad" in words(answer)
    assert MESSAGE in words(answer)


def test_a_full_ad_shows_it_and_answers_409(board: Board, box: str, writer: Browser) -> None:
    stranger = board.browser()
    early = stranger.get(f"/ads/{box}")
    path = board.converse(box)
    writer.press(path, message="Gladly. Friday at three?")

    page = board.browser().get(f"/ads/{box}")
    assert page.status_code == 200
    assert "takes no messages just now" in words(page)
    assert f"/ads/{box}/reply" not in page.text
    answer = stranger.send(early, **(REPLY | {"email": "late@letters.example"}))
    assert answer.status_code == 409
    assert MESSAGE in words(answer)
    assert f'href="/ads/{box}/matches"' in main_of(answer)
    assert "Hear of new ads" in words(answer)
    assert "This ad is full for now." in words(page)
    assert "Hear of new ones like it" in words(page)
    assert "full for now" in main_of(board.browser().get("/ads"))

    writer.press(path, action="/end")
    again = stranger.send(early, **(REPLY | {"email": "late@letters.example"}))
    assert again.status_code == 303


@pytest.mark.parametrize("address", ["new", "known", "the writer's", "blocked", "unconfirmed"])
def test_nobody_learns_whose_address_it_is(
    board: Board, box: str, writer: Browser, address: str
) -> None:
    path = board.converse(box, email="blocked@letters.example")
    writer.press(path, action="/block")
    board.publish(email="known@letters.example", headline="Another ad, by somebody known")
    board.post_ad(email="waiting@letters.example", headline="Another ad, by somebody unproven")
    stranger = board.browser()
    page = stranger.get(f"/ads/{box}")

    typed = {
        "new": "new.here@letters.example",
        "known": "known@letters.example",
        "the writer's": WRITER,
        "blocked": "blocked@letters.example",
        "unconfirmed": "waiting@letters.example",
    }[address]
    before = len(board.mails(typed))
    answer = stranger.send(page, **(REPLY | {"email": typed, "message": f"Good day! {MESSAGE}"}))

    assert (answer.status_code, answer.location) == (303, f"/ads/{box}/sent")
    assert set(answer.headers.keys()) == set(board.reply(box).headers.keys())
    assert seen(stranger.get(answer.location)) == seen(board.browser().get(f"/ads/{box}/sent"))
    assert len(board.mails(typed)) == before + 1
    assert str(board.mails(typed)[-1]["Subject"]).startswith("Send your message")


def seen(page: TestResponse) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page.text)


def test_a_reload_of_the_answer_leads_back_to_the_form(board: Board, box: str) -> None:
    answer = board.browser().get(f"/ads/{box}/reply")

    assert answer.status_code == 303
    assert answer.location.startswith(f"/ads/{box}")


# --- what anybody can see -------------------------------------------------------------------------


def everything_seen(board: Board, box: str, browser: Browser) -> list[TestResponse]:
    """Every page one browser can open, and the errors it can provoke."""
    paths = ["/", "/ads", "/ads?q=shopkeeper", f"/ads/{box}", f"/ads/{box}/report", "/sitemap.xml"]
    paths += ["/robots.txt", "/ads/ZZZZZZ", "/ads/new", "/mine", "/privacy", f"/ads/{box}/sent"]
    paths += ["/help", "/safety", "/brokering", "/terms", "/accessibility", "/readyz", "/healthz"]
    pages = [browser.get(path) for path in paths]
    pages.append(browser.client.post(f"/ads/{box}/reply", data=REPLY | {"email": "x@y.example"}))
    return pages


def test_no_address_leaks_anywhere_in_a_whole_exchange(
    board: Board, writer: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box = board.publish(writer)
    replier = board.browser()
    path = board.converse(
        box, replier, message=f"{MESSAGE} Mine is {REPLIER}, yours is {WRITER}?", email=REPLIER
    )
    writer.press(path, message=f"Lovely. Write to {WRITER} or {REPLIER}, whichever you like.")
    replier.press(path, message="Friday it is, at the café by the harbour.")
    writer.press(path, action="/report", reason="other", text="Nothing is wrong, I only try it out")
    writer.press(path, action="/decline", reason="far")
    writer.press("/mine", action=f"/ads/{box}/close")
    board.work()

    for page in [*everything_seen(board, box, replier), replier.get(path)]:
        assert_no_leak(page.data + str(page.headers).encode(), WRITER)
    for page in [*everything_seen(board, box, writer), writer.get(path)]:
        assert_no_leak(page.data + str(page.headers).encode(), REPLIER)
    for page in everything_seen(board, box, board.browser()):
        for address in (WRITER, REPLIER):
            assert_no_leak(page.data + str(page.headers).encode(), address)
    assert len(board.mails(REPLIER)) >= 3
    for mail in board.mails():
        for address in {WRITER, REPLIER} - {str(mail["To"])}:
            assert_no_leak(mail.as_bytes(), address)
    for address in (WRITER, REPLIER):
        assert_no_leak(caplog.text, address)
        index = board.app.extensions["settings"].search_folder
        for content in files(index).values():
            assert_no_leak(content, address)


def test_outsiders_do_not_see_a_conversation(board: Board, box: str) -> None:
    path = board.converse(box)
    outsider = board.browser()
    board.publish(outsider, email="else@letters.example", headline="Somebody else altogether")
    before = dump(board.app)

    assert outsider.get(path).status_code == 404
    token = fields(outsider.get("/mine"), action="sign-out")["csrf_token"]
    for action in ("", "/end", "/block", "/decline", "/report"):
        sent: dict[str, Any] = {"csrf_token": token, "message": "Hello", "reason": "spam"}
        assert outsider.client.post(path + action, data=sent).status_code == 404
    assert dump(board.app) == before
