"""The desk is for brokers; for everybody else there is no such address, whatever they try."""

import re

import pytest

from tests.board import Board, Browser
from tests.desk.desk import BROKER, broker, command, held, known
from tests.pages.look import dump

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def paths(board: Board, box: str) -> list[str]:
    """Every address under /desk that the board knows, and some it does not."""
    values = {"kind": "ad", "subject": box, "number": "1", "deed": "revoke", "way": "out"}
    values |= {"handle": "P123456", "name": "how-far"}
    found = {
        re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda part: values[part[1]], rule.rule)
        for rule in board.app.url_map.iter_rules()
        if rule.rule.startswith("/desk")
    }
    assert len(found) >= 7
    return [*sorted(found), "/desk/", "/desk/nothing", "/desk/ad", "/desk/person/P1234567"]


@pytest.mark.parametrize("who", ["nobody", "a person", "a former broker"])
def test_nobody_else_gets_anything_but_404(board: Board, who: str) -> None:
    box = held(board)
    visitor: Browser = board.browser()
    if who == "a person":
        visitor = known(board, "a.person@members.example")
    elif who == "a former broker":
        visitor = broker(board)
        assert visitor.get("/desk").status_code == 200
        command(board, "brokers", "remove", BROKER)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', visitor.get("/mine").text)
    before = dump(board.app)

    for path in paths(board, box):
        for method in METHODS:
            pressed = {"csrf_token": token[0], "decision": "publish", "after": "0"}
            for data in ({}, pressed) if method == "POST" else ({},):
                answer = visitor.client.open(path, method=method, data=data)
                assert answer.status_code == 404, (path, method)
                if method != "HEAD":
                    assert "There’s nothing at this address" in answer.text
    assert dump(board.app) == before


def test_a_broker_signs_in_as_everybody_does_and_finds_the_desk(board: Board) -> None:
    rhian = broker(board)
    assert 'href="/desk"' in rhian.get("/mine").text
    assert rhian.get("/desk").status_code == 200
    someone = known(board, "someone@members.example")
    assert "/desk" not in someone.get("/mine").text


def test_a_brokers_link_leads_to_the_thing_by_way_of_signing_in(board: Board) -> None:
    box = held(board)
    command(board, "brokers", "add", BROKER)
    browser = board.browser()
    browser.press(f"/mine?next=/desk/ad/{box}", email=BROKER)

    assert browser.press(board.link(BROKER)).location == f"/desk/ad/{box}"
    assert browser.get(f"/desk/ad/{box}").status_code == 200


def test_a_page_of_the_desk_is_kept_by_nobody(board: Board, rhian: Browser) -> None:
    for path in paths(board, held(board)):
        answer = rhian.get(path)
        if answer.status_code == 200:
            assert answer.headers["Cache-Control"] == "no-store", path
            assert answer.headers["X-Robots-Tag"] == "noindex", path


def test_looking_changes_nothing(board: Board, rhian: Browser) -> None:
    box = held(board)
    before = dump(board.app)
    for path in paths(board, box):
        rhian.get(path)
        rhian.client.head(path)
    assert dump(board.app) == before


def test_a_decision_needs_a_form_of_ours(board: Board, rhian: Browser) -> None:
    box = held(board)
    before = dump(board.app)
    sent = {"decision": "publish", "after": "0"}
    assert rhian.client.post(f"/desk/ad/{box}", data=sent).status_code == 400
    page = rhian.get(f"/desk/ad/{box}")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    data = sent | {"csrf_token": token}
    assert rhian.client.post(f"/desk/ad/{box}", data=data, headers=elsewhere).status_code == 400
    assert dump(board.app) == before


def test_only_the_list_shows_addresses(board: Board) -> None:
    said = command(board, "brokers", "add", BROKER)
    assert BROKER not in said
    assert BROKER in command(board, "brokers", "list")
    assert BROKER not in command(board, "brokers", "remove", BROKER)
    assert BROKER not in command(board, "brokers", "list")
    ran = board.app.test_cli_runner().invoke(args=["brokers", "remove", BROKER])
    assert ran.exit_code == 1
    assert "no broker" in ran.output


@pytest.mark.parametrize("number", ["9" * 400, "99999999999999999999", "-1", "²", "x", ""])
def test_a_number_that_is_none_of_ours_stands_for_none(
    board: Board, rhian: Browser, number: str
) -> None:
    """No number in an address is more than a database can count to."""
    for path in ("/desk", "/desk/log", "/desk/ads", "/desk/networks", "/desk/introductions"):
        answer = rhian.client.get(path, query_string={"page": number, "before": number})
        assert answer.status_code == 200, path
    assert rhian.client.get(f"/desk/networks/{number or 0}").status_code == 404
