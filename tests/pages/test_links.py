"""Mailed links: they show on GET, act on POST, once, and say plainly why when they can't."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.board import AD, Board
from tests.pages.look import dump, fields, rows, words

EMAIL = AD["email"]
OTHER = "dafydd.rhys@letters.example"


def session_of(page: TestResponse) -> str:
    return page.headers.get("Set-Cookie", "")


@pytest.fixture
def link(board: Board) -> str:
    """The link that publishes an ad, as it was mailed."""
    board.post_ad()
    return board.link(EMAIL)


def renewing(board: Board) -> str:
    board.publish()
    board.clock.shift(timedelta(days=54))
    return board.link(EMAIL)


def signing_in(board: Board) -> str:
    board.publish()
    board.browser().press("/mine", email=EMAIL)
    return board.link(EMAIL)


def sending(board: Board) -> str:
    board.reply(board.publish())
    return board.link(OTHER)


def continuing(board: Board) -> str:
    board.converse(board.publish())
    return board.link(EMAIL)


def publishing(board: Board) -> str:
    board.post_ad()
    return board.link(EMAIL)


EVERY = [publishing, renewing, signing_in, sending, continuing]


@pytest.mark.parametrize("make", EVERY)
def test_looking_changes_nothing_however_often(board: Board, make: Callable[[Board], str]) -> None:
    link = make(board)
    before = dump(board.app)
    browser = board.browser()

    for _ in range(20):
        page = browser.get(link)
        assert page.status_code == 200
        assert browser.client.head(link).status_code == 200
        assert session_of(page) == ""
        assert browser.client.options(link).status_code == 200

    assert dump(board.app) == before
    assert browser.press(link).status_code == 303


@pytest.mark.parametrize("make", EVERY)
def test_every_answer_of_a_link_stays_out_of_caches_and_indexes(
    board: Board, make: Callable[[Board], str]
) -> None:
    link = make(board)
    browser = board.browser()
    answers = [browser.get(link), browser.press(link), browser.get(link)]
    answers += [browser.get(link + "x"), browser.client.post(link)]

    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Referrer-Policy"] == "strict-origin"


def test_no_link_is_kept_in_the_open(board: Board, link: str) -> None:
    token = link.removeprefix("/l/")

    assert len(token) == 32
    assert not any(token in row for row in dump(board.app))


def test_publishing_signs_the_browser_in_as_its_writer(board: Board, link: str) -> None:
    browser = board.browser()
    answer = browser.press(link)

    assert answer.status_code == 303
    assert "/l/" not in answer.location
    assert "Your ad is on the board" in words(browser.get(answer.location))
    assert EMAIL in words(browser.get("/mine"))


def test_a_used_link_says_so(board: Board, link: str) -> None:
    browser = board.browser()
    page = browser.get(link)
    assert browser.send(page).status_code == 303
    before = dump(board.app)

    for answer in (browser.get(link), board.browser().get(link)):
        assert answer.status_code == 410
        assert "has been used already" in words(answer)
    stranger = board.browser()
    assert stranger.send(page).status_code == 410
    assert stranger.get("/mine").text.count(EMAIL) == 0
    assert dump(board.app) == before


@pytest.mark.parametrize(
    ("make", "lasts"),
    [
        (publishing, timedelta(hours=72)),
        (sending, timedelta(hours=72)),
        (signing_in, timedelta(minutes=30)),
        (renewing, timedelta(days=8)),
        (continuing, timedelta(days=30)),
    ],
)
def test_a_link_runs_out(board: Board, make: Callable[[Board], str], lasts: timedelta) -> None:
    link = make(board)
    board.clock.shift(lasts - timedelta(minutes=2))
    page = board.browser().get(link)
    early = page.status_code
    board.clock.shift(timedelta(minutes=3))

    late = board.browser().get(link)

    assert late.status_code == 410
    assert "has run out" in words(late)
    assert board.browser().send(page).status_code == 410
    assert early == 200


@pytest.mark.parametrize("token", ["x", "A" * 32, "%00", "a" * 5000, "ŵ"])
def test_an_unknown_link_says_so(board: Board, token: str) -> None:
    page = board.browser().get(f"/l/{token}")

    assert page.status_code == 404
    assert "We don’t know this link" in words(page)


def test_a_tampered_link_is_unknown(board: Board, link: str) -> None:
    swapped = link[:-1] + ("A" if link[-1] != "A" else "B")

    assert board.browser().get(swapped).status_code == 404
    assert board.browser().get(link.swapcase().replace("/L/", "/l/")).status_code == 404


def test_a_link_in_somebody_else_s_browser_changes_who_it_speaks_for(board: Board) -> None:
    browser = board.browser()
    board.publish(browser, email=OTHER, headline="Retired ferryman seeks a patient ear")
    board.post_ad()

    browser.press(board.link(EMAIL))

    page = words(browser.get("/mine"))
    assert EMAIL in page
    assert OTHER not in page
    assert "ferryman" not in page


def test_only_the_newest_sign_in_link_works(board: Board) -> None:
    board.publish()
    older = signing_in_again(board)
    newer = signing_in_again(board)

    assert board.browser().get(older).status_code == 410
    assert board.browser().press(newer).status_code == 303


def signing_in_again(board: Board) -> str:
    board.clock.shift(timedelta(seconds=2))
    board.browser().press("/mine", email=EMAIL)
    return board.link(EMAIL)


def test_a_sign_in_link_goes_on_to_where_one_wanted_to_be(board: Board) -> None:
    box = board.publish()
    browser = board.browser()
    asked = browser.get(f"/ads/{box}/edit")
    assert asked.status_code == 303
    assert browser.press(asked.location, email=EMAIL).status_code == 303

    assert browser.press(board.link(EMAIL)).location == f"/ads/{box}/edit"
    assert browser.get(f"/ads/{box}/edit").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/mine/erase", "/l/x", "/ads/x/edit\n", ""]
)
def test_a_sign_in_link_leads_nowhere_else(board: Board, wanted: str) -> None:
    board.publish()
    browser = board.browser()
    browser.press("/mine", email=EMAIL, next=wanted)

    assert browser.press(board.link(EMAIL)).location == "/mine"


@pytest.mark.parametrize("earlier", ["closed", "published by an earlier link"])
def test_a_publish_link_whose_ad_moved_on(board: Board, earlier: str) -> None:
    browser = board.browser()
    board.post_ad(browser)
    first = board.link(EMAIL)
    board.clock.shift(timedelta(minutes=10))
    board.post_ad(browser)
    second = board.link(EMAIL)
    page = browser.get(second)
    if earlier == "closed":
        # Given they signed in by the other way and closed it before it was ever live
        signed_in = board.sign_in(EMAIL)
        signed_in.press("/mine", action="/close")
    else:
        board.browser().press(first)
    before = dump(board.app)

    for answer in (board.browser().get(second), board.browser().send(page)):
        assert answer.status_code == 410
        assert "moved on since" in words(answer)
    assert dump(board.app) == before


def test_a_publish_link_whose_writer_was_erased(board: Board, link: str) -> None:
    page = board.browser().get(link)
    board.publish(headline="Another ad, by which the writer is known")
    board.sign_in(EMAIL).press("/mine", action="/mine/erase")

    assert board.browser().get(link).status_code == 404
    assert board.browser().send(page).status_code == 404
    assert "Ward sister" not in board.browser().get("/ads").text


def test_two_presses_at_once_of_two_browsers_publish_once(board: Board, link: str) -> None:
    one, two = board.browser(), board.browser()
    first, second = one.get(link), two.get(link)

    assert one.send(first).status_code == 303
    assert two.send(second).status_code == 410
    assert two.get("/mine").text.count(EMAIL) == 0


def test_a_link_in_a_notice_opens_no_conversation_by_itself(board: Board) -> None:
    link = continuing(board)
    stranger = board.browser()

    answer = stranger.press(link)

    assert answer.location == "/mine/sent"
    assert session_of(answer) == ""
    assert stranger.press(board.link(EMAIL)).location.startswith("/threads/")
    assert stranger.press(link).location.startswith("/threads/")


def test_links_and_sessions_survive_a_rotated_key(
    board: Board, make_app: Callable[..., Flask]
) -> None:
    browser = board.browser()
    page = browser.get("/ads/new")
    box = board.publish(browser)
    form = browser.get(f"/ads/{box}/edit")
    old = "a key for tests that is long enough"

    board.app = make_app(
        secret_key="another key which is just as long", secret_key_fallbacks=(old,)
    )
    after = board.browser()
    cookie = browser.client.get_cookie("bothways")
    assert cookie is not None
    after.client.set_cookie("bothways", cookie.value)

    assert EMAIL in words(after.get("/mine"))
    assert after.send(form, headline="Ward sister, still new to it").status_code == 303
    assert board.browser().send(page, **AD).status_code == 200


def test_without_the_old_key_nothing_signed_with_it_counts(
    board: Board, make_app: Callable[..., Flask]
) -> None:
    page = board.browser().get("/ads/new")
    board.app = make_app(secret_key="another key which is just as long")

    assert board.browser().send(page, **AD).status_code == 400


def test_a_signed_in_person_asked_for_another_link_is_asked_again(board: Board) -> None:
    """The page of a link opened before signing in, sent after it: asked once more, then done."""
    board.publish()
    browser = board.browser()
    board.post_ad(headline="Ward sister, second try, seeks a shopkeeper")
    publish = board.link(EMAIL)
    page = browser.get(publish)
    board.sign_in(EMAIL, browser)

    again = browser.send(page)

    assert again.status_code == 400
    assert "Send it once more" in words(again)
    assert browser.send(again).status_code == 303
    assert rows(board.app, "SELECT count(*) FROM ads WHERE state = 'live'") == [(2,)]
    assert fields(again).keys() == {"csrf_token"}
