"""A session is made by the press of a mailed link, anew each time, and by nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.board import AD, Board, Browser
from tests.desk.desk import command
from tests.pages.look import words
from tests.security.scene import REPLIER

EMAIL = str(AD["email"])
OLD, NEW = "a key for tests that is long enough", "another key which is just as long"


def number(browser: Browser) -> str:
    with browser.client.session_transaction() as session:
        return str(session.get("sid", ""))


def carrying(board: Board, browser: Browser) -> Browser:
    """Another browser with the first one's cookie, planted or stolen."""
    other, cookie = board.browser(), browser.client.get_cookie("bothways")
    assert cookie is not None
    other.client.set_cookie("bothways", cookie.value)
    return other


def test_signing_in_makes_a_number_nobody_knew_before(board: Board) -> None:
    attacker = board.browser()
    board.publish(attacker, email="attacker@members.example", headline="An ad like any other")
    victim = carrying(board, attacker)  # the attacker's own session was planted there
    board.publish(email=EMAIL)
    assert board.browser().press("/mine", email=EMAIL).status_code == 303
    assert victim.press(board.link(EMAIL)).status_code == 303

    assert number(victim) != number(attacker)
    assert EMAIL in words(victim.get("/mine"))
    assert EMAIL not in words(attacker.get("/mine"))


@pytest.mark.parametrize("made_up", ["x", "a" * 32, "' OR 1=1 --"])
def test_a_number_made_up_signs_nobody_in(board: Board, made_up: str) -> None:
    board.publish()
    browser = board.browser()
    with browser.client.session_transaction() as session:  # signed by the board, even
        session["sid"], session["seen"] = made_up, int(datetime.now(UTC).timestamp())

    assert "Your email address" in browser.get("/mine").text


def test_a_cookie_that_was_changed_counts_for_nothing(board: Board) -> None:
    browser = board.browser()
    board.publish(browser)
    cookie = browser.client.get_cookie("bothways")
    assert cookie is not None
    for forged in (cookie.value[:-2] + "AA", cookie.value.partition(".")[0], "e30.e30.e30"):
        browser.client.set_cookie("bothways", forged)
        assert "Your email address" in browser.get("/mine").text


def test_signed_out_means_everywhere_the_cookie_went(board: Board) -> None:
    browser = board.browser()
    board.publish(browser)
    thief = carrying(board, browser)
    assert browser.press("/mine", action="/sign-out").status_code == 303

    assert "Your email address" in thief.get("/mine").text


def test_a_session_has_no_way_in_by_an_address(board: Board) -> None:
    browser = board.browser()
    board.publish(browser)
    sid = number(browser)
    for path in (f"/mine?sid={sid}", f"/mine?bothways={sid}", f"/mine;{sid}"):
        assert EMAIL not in board.browser().get(path).text


@pytest.mark.parametrize("wanted", ["link", "stop", "appeal"])
def test_what_was_mailed_before_a_key_was_changed_still_works(
    board: Board, make_app: Callable[..., Flask], wanted: str
) -> None:
    box = board.publish()
    board.converse(box, email=REPLIER)
    if wanted == "link":
        board.post_ad(headline="One more, which waits for its link to be pressed")
        path = board.link(EMAIL)
    elif wanted == "stop":
        path = board.stop(EMAIL)
    else:
        command(board, "ads", "remove", box)
        texts = [mail.get_content() for mail in board.mails(EMAIL)]
        (path,) = [
            urlsplit(word).path for text in texts for word in text.split() if "/l/appeal-" in word
        ]

    board.app = make_app(secret_key=NEW, secret_key_fallbacks=(OLD,))
    assert board.browser().get(path).status_code == 200
    board.app = make_app(secret_key=NEW)  # links are kept, not signed: even without the old key
    assert board.browser().get(path).status_code == 200


def test_over_https_the_cookie_is_bound_to_this_host(
    board: Board, make_app: Callable[..., Flask]
) -> None:
    board.app = make_app(base_url="https://board.example.org")
    board.post_ad()
    path = board.link(EMAIL)
    browser = board.browser()
    page = browser.client.get(path, base_url="https://board.example.org")
    board.clock.shift(timedelta(seconds=5))
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = browser.client.post(
        path, data={"csrf_token": token}, base_url="https://board.example.org"
    )

    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-bothways=")
    parts = [part.strip() for part in cookie.split(";")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
    assert not any(part.startswith("Domain") for part in parts)
