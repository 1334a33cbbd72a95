"""How much one address, source or text may do: counted in the database, whoever asks."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.limits.rules import LIMITS
from tests.board import AD, MESSAGE, Board
from tests.pages.look import dump, fields, rows, words

EMAIL = AD["email"]


def ask(
    board: Board, email: str, source: str = "198.51.100.7", app: Flask | None = None
) -> TestResponse:
    """Ask for a sign-in link from a network."""
    client = (app or board.app).test_client()
    client.environ_base["REMOTE_ADDR"] = source
    return client.post("/mine", data=fields(client.get("/mine")) | {"email": email})


def check_429(page: TestResponse) -> None:
    assert page.status_code == 429
    assert "A little slower, please" in words(page)
    assert "a lot in a short time" in words(page)
    assert 0 < int(page.headers["Retry-After"]) <= 86_400


def test_an_address_s_limit_holds_across_processes(
    board: Board, make_app: Callable[..., Flask]
) -> None:
    board.publish()
    two = [board.app, make_app()]
    most = LIMITS["sign-in-address"].most

    for number in range(most):
        answer = ask(board, EMAIL, f"198.51.100.{number}", two[number % 2])
        assert answer.status_code == 303
    for number, app in enumerate(two):
        check_429(ask(board, EMAIL.upper(), f"203.0.113.{number}", app))
    check_429(ask(board, EMAIL, "203.0.113.9", make_app()))  # nor does a restart help
    assert len(board.mails(EMAIL)) == 1 + most
    assert ask(board, "somebody.else@letters.example").status_code == 303


def test_the_limit_is_the_same_for_strangers(board: Board) -> None:
    for number in range(LIMITS["sign-in-address"].most):
        assert ask(board, "nobody@letters.example", f"198.51.100.{number}").status_code == 303
    check_429(ask(board, "nobody@letters.example", "203.0.113.1"))


def test_a_window_ends(board: Board) -> None:
    for number in range(LIMITS["sign-in-address"].most + 1):
        last = ask(board, EMAIL, f"198.51.100.{number}")
    check_429(last)
    board.clock.shift(timedelta(seconds=int(last.headers["Retry-After"]) + 1))

    assert ask(board, EMAIL).status_code == 303
    board.clock.shift(timedelta(days=2))
    board.work()
    assert rows(board.app, "SELECT count(*) FROM counts") == [(0,)]


@pytest.mark.parametrize(
    ("sources", "counted_as_one"),
    [
        (("198.51.100.7", "198.51.100.7"), True),
        (("198.51.100.7", "198.51.100.8"), False),
        (("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), True),
        (("2001:db8:1:2::1", "2001:db8:1:3::1"), False),
        (("::ffff:198.51.100.7", "198.51.100.7"), True),
        (("::ffff:198.51.100.7", "::ffff:198.51.100.8"), False),
    ],
)
def test_what_counts_as_one_source(
    board: Board, sources: tuple[str, str], counted_as_one: bool
) -> None:
    first, second = sources
    for number in range(LIMITS["sign-in-source"].most):
        assert ask(board, f"a{number}@letters.example", first).status_code == 303

    answer = ask(board, "b@letters.example", second)

    assert answer.status_code == (429 if counted_as_one else 303)


@pytest.mark.parametrize(("hops", "believed"), [(0, False), (1, True)])
def test_a_forwarded_address_counts_only_behind_a_proxy(
    board: Board, make_app: Callable[..., Flask], hops: int, believed: bool
) -> None:
    client = make_app(proxy_hops=hops).test_client()
    for number in range(LIMITS["sign-in-source"].most + 1):
        headers = {"X-Forwarded-For": f"6.6.6.6, 198.51.100.{number}"}
        form = fields(client.get("/mine")) | {"email": f"a{number}@letters.example"}
        last = client.post("/mine", data=form, headers=headers)

    assert last.status_code == (303 if believed else 429)


def test_posting_is_limited_by_address_and_nothing_typed_is_lost(board: Board) -> None:
    browser = board.browser()
    for number in range(LIMITS["post-address"].most):
        assert (
            board.post_ad(browser, headline=f"Ad number {number} of far too many").status_code
            == 303
        )
    before = dump(board.app)

    answer = board.post_ad(browser, headline="The one that is too many today")

    check_429(answer)
    assert fields(answer)["headline"] == ["The one that is too many today"]
    assert dump(board.app) == before
    board.clock.shift(timedelta(seconds=int(answer.headers["Retry-After"])))
    done = browser.send(answer)
    assert (browser.send(done) if done.status_code == 400 else done).status_code == 303


def test_posting_is_limited_by_source(board: Board) -> None:
    browser = board.browser()
    limit = LIMITS["post-source"].most
    preview = browser.press("/ads/new", **AD)
    sent = fields(preview)
    for number in range(limit):
        data = sent | {"email": f"a{number}@letters.example"}
        assert browser.client.post("/ads/new", data=data).status_code == 303

    check_429(browser.client.post("/ads/new", data=sent))


def test_the_same_words_to_many_ads_are_noticed(board: Board) -> None:
    box = board.publish()
    page = board.browser().get(f"/ads/{box}")
    sent = fields(page) | {"name": "Dafydd"}
    most = LIMITS["reply-text"].most
    client = board.app.test_client()
    for number in range(most):
        data = sent | {"message": MESSAGE, "email": f"a{number}@letters.example"}
        assert client.post(f"/ads/{box}/reply", data=data).status_code == 303
    shouted = re.sub(r"\s+", "  \n", MESSAGE.upper())

    again = client.post(
        f"/ads/{box}/reply", data=sent | {"message": shouted, "email": "b@letters.example"}
    )

    check_429(again)
    other = sent | {"message": MESSAGE + " Tea?", "email": "b@letters.example"}
    assert client.post(f"/ads/{box}/reply", data=other).status_code == 303


@pytest.mark.parametrize("answered", [True, False])
def test_whoever_was_answered_is_not_limited_towards_that_person(
    board: Board, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    gwen, dafydd = board.browser(), board.browser()
    box = board.publish(gwen, capacity="3")
    other = board.publish(gwen, headline="A second ad by the same writer", capacity="3")
    path = board.converse(box, dafydd)
    if answered:
        gwen.press(path, message="Gladly! And do write to my other ad.")
    for rule in ("message-address", "reply-source", "reply-address", "reply-text"):
        monkeypatch.setitem(LIMITS, rule, replace(LIMITS[rule], most=2))

    on_page = [dafydd.press(path, message=f"On the page, number {n}").status_code for n in range(4)]
    on_ads = [board.reply(one, dafydd).status_code for one in (box, other, other, other)]
    by_writer = [gwen.press(path, message=f"And back, {n}").status_code for n in range(4)]

    assert (on_page == [303] * 4) is answered
    assert (on_ads == [303] * 4) is answered
    assert (429 in on_page + on_ads) is not answered
    assert by_writer == [303] * 4  # from the first word on they have talked


def test_reports_are_limited_by_source_and_by_address(board: Board) -> None:
    box = board.publish()
    client = board.app.test_client()
    form = fields(client.get(f"/ads/{box}/report"))

    def report(number: int, email: str = "", source: str = "198.51.100.7") -> int:
        data = form | {"reason": "spam", "text": f"Number {number}", "email": email}
        client.environ_base["REMOTE_ADDR"] = source
        return client.post(f"/ads/{box}/report", data=data).status_code

    by_address = LIMITS["report-address"].most
    for number in range(by_address):
        assert report(number, "f@letters.example", f"203.0.113.{number}") == 303
    assert report(99, "f@letters.example", "203.0.113.99") == 429
    for number in range(LIMITS["report-source"].most):
        assert report(100 + number) == 303
    assert report(200) == 429


def test_no_address_and_no_source_is_kept_in_the_counts(board: Board) -> None:
    ask(board, "nobody@letters.example", "198.51.100.77")

    kept = [line for line in dump(board.app) if 'INSERT INTO "counts"' in line]
    assert len(kept) == 2
    assert all("nobody" not in line and "198.51" not in line for line in kept)
