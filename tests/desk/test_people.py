"""A person at the desk: by a handle, with their history; their address only by a press."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.board import AD, MESSAGE, Board, Browser
from tests.desk.desk import BROKER, change, decide, handle_of, known, report
from tests.oracle import assert_no_leak
from tests.pages.look import dump, field_errors, rows, words
from tests.words import own_sides

WRITER = str(AD["email"])


@pytest.fixture
def writer(board: Board) -> Browser:
    return board.browser()


@pytest.fixture
def box(board: Board, writer: Browser) -> str:
    return board.publish(writer)


def look(browser: Browser, path: str, reason: str = "law") -> TestResponse:
    """Ask to be shown the address of whoever has that page."""
    return browser.press(path, action="/address", reason=reason)


def test_the_page_is_reached_from_an_ad_and_shows_their_history(
    board: Board, rhian: Browser, writer: Browser, box: str
) -> None:
    second = board.publish(writer, headline="A second ad of theirs", **own_sides(1))
    report(board, box, known(board, "finder@members.example"), reason="dating", text="Odd.")
    report(board, box, email="stranger@letters.example")
    board.converse(second, email="someone@letters.example")
    decide(rhian, f"/desk/ad/{box}", "warn", reason="dating", sentence="Be kind.")
    other = board.publish(email="other@members.example", **own_sides(2))
    report(board, other, writer, reason="unsafe")
    before = dump(board.app)

    answer = rhian.press(f"/desk/ad/{box}", action="/desk/people")

    path = str(answer.location)
    assert re.fullmatch(r"/desk/people/P\w{6}", path)
    named = dump(board.app)
    assert len(named) == len(before) + 1  # a name was given, and nothing else
    page = rhian.get(path)
    said = words(page)
    for known_ in (
        "A second ad of theirs",
        "1 conversation",
        "one first message came to them, 0 answered",
        "Mails reach them",
        "2 people reported, one with a proven address",
        "warned: 1",
        "They have reported once themselves",
    ):
        assert known_ in said, known_
    assert "treats this as dating" in said
    assert_no_leak(page.data, WRITER, "finder@members.example", "stranger@letters.example")
    assert dump(board.app) == named  # looking changes nothing
    assert f'href="{path}"' in rhian.get(f"/desk/ad/{box}").text
    assert rhian.press(f"/desk/ad/{second}", action=f"/desk/ad/{second}").status_code in {303, 422}


def test_a_name_is_given_once(board: Board, rhian: Browser, box: str) -> None:
    page = rhian.get(f"/desk/ad/{box}")
    first = rhian.send(page, action="/desk/people").location
    before = dump(board.app)
    assert rhian.send(page, action="/desk/people").location == first
    assert dump(board.app) == before
    lower = str(first).lower()
    assert rhian.get(lower).status_code == 200


@pytest.mark.parametrize(
    "path", ["/desk/people/P000000", "/desk/people/x", "/desk/people/" + "9" * 300]
)
def test_whom_nobody_knows_is_not_there(board: Board, rhian: Browser, box: str, path: str) -> None:
    assert rhian.get(path).status_code == 404
    page = rhian.get(f"/desk/people/{handle_of(rhian, box)}")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
    sent = {"csrf_token": token, "reason": "law"}
    assert rhian.client.post(f"{path}/address", data=sent).status_code == 404
    named = {"csrf_token": token, "kind": "ad", "subject": path[-40:]}
    assert rhian.client.post("/desk/people", data=named).status_code == 404
    assert rows(board.app, "SELECT count(*) FROM moderation_log") == [(0,)]


def test_their_address_is_shown_once_and_never_in_secret(
    board: Board, rhian: Browser, writer: Browser, box: str
) -> None:
    path = f"/desk/people/{handle_of(rhian, box)}"

    answer = look(rhian, path)

    assert answer.status_code == 200
    assert WRITER in words(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert_no_leak(str(answer.headers), WRITER)
    handle = path.rpartition("/")[2]
    assert rows(board.app, "SELECT who, what, kind, subject, reason FROM moderation_log") == [
        ("broker 1", "address", "person", handle, "law")
    ]
    for later in (path, "/desk/log", f"/desk/ad/{box}", "/desk", f"/desk/ads?q={handle}"):
        page = rhian.get(later)
        assert page.status_code == 200
        assert_no_leak(page.data, WRITER)
    assert "address looked at" in words(rhian.get("/desk/log"))
    assert "The law asks for it" in words(rhian.get("/desk/log"))
    assert "broker 1 (The law asks for it" in words(rhian.get(path))


def test_they_see_that_it_was_looked_at_and_not_by_whom(
    board: Board, rhian: Browser, writer: Browser, box: str
) -> None:
    as_file: dict[str, Any] = {"as": "json"}
    to_read: dict[str, Any] = {"as": "html"}
    look(rhian, f"/desk/people/{handle_of(rhian, box)}", "danger")

    found = json.loads(writer.press("/mine", action="/mine/export", **as_file).text)["desk"]
    page = writer.press("/mine", action="/mine/export", **to_read)

    assert [set(one) for one in found] == [{"handle"}, {"address_shown_at", "reason"}]
    assert found[1]["reason"] == "danger"
    assert "A broker looked at your address" in words(page)
    assert "Somebody may be in danger" in words(page)
    assert_no_leak(page.data, BROKER)


def test_without_a_reason_it_is_not_shown(board: Board, rhian: Browser, box: str) -> None:
    path = f"/desk/people/{handle_of(rhian, box)}"
    for reason in ("", "because", "spam"):
        page = look(rhian, path, reason)
        assert page.status_code == 422
        assert list(field_errors(page)) == ["need"]
        assert_no_leak(page.data, WRITER)
    assert rows(board.app, "SELECT count(*) FROM moderation_log") == [(0,)]


def test_every_look_is_a_line(board: Board, rhian: Browser, box: str) -> None:
    path = f"/desk/people/{handle_of(rhian, box)}"
    page = rhian.get(path)
    for _ in range(2):  # the same press again shows it again, and that is written down as well
        assert WRITER in rhian.send(page, action="/address", reason="request").text
    assert rows(board.app, "SELECT count(*) FROM moderation_log") == [(2,)]
    assert rhian.client.get(f"{path}/address").status_code == 405


def test_after_an_erasure_nobody_is_behind_the_name(
    board: Board, rhian: Browser, writer: Browser, box: str
) -> None:
    path = f"/desk/people/{handle_of(rhian, box)}"
    writer.press("/mine", action="/mine/erase")
    assert rhian.get(path).status_code == 404


def test_they_are_suspended_and_let_back_from_their_page(
    board: Board, rhian: Browser, writer: Browser, box: str
) -> None:
    handle = handle_of(rhian, box)
    where, page = f"/desk/person/{handle}", f"/desk/people/{handle}"

    assert rhian.press(page, action=where, decision="suspend", reason="unsafe").status_code == 303

    assert "suspended since today" in words(rhian.get(page))
    assert board.browser().get(f"/ads/{box}").status_code == 410
    assert "address suspended: 1" in words(rhian.get(page))
    assert rhian.press(page, action=where, decision="lift").status_code == 303
    assert "may post and write" in words(rhian.get(page))
    refused = rhian.press(page, action=where, decision="suspend")
    assert refused.status_code == 422


def test_how_they_answer_and_that_mails_come_back(
    board: Board, rhian: Browser, writer: Browser, box: str
) -> None:
    for number in range(3):
        thread = board.converse(
            box, email=f"one{number}@letters.example", message=f"{MESSAGE} {own_sides(number)}"
        )
        if number:
            writer.press(thread, action="/decline", reason="far")
    board.clock.shift(timedelta(days=4))
    rhian = board.sign_in(BROKER)
    path = f"/desk/people/{handle_of(rhian, box)}"
    assert "3 first messages came to them, 2 answered · answers most people" in words(
        rhian.get(path)
    )
    change(board, "UPDATE people SET undeliverable_at = created_at WHERE email = ?", (WRITER,))
    assert "Mails come back since" in words(rhian.get(path))
