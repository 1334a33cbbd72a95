"""Reporting an ad: anybody may, the broker is told, the writer is not."""

from typing import Any

import pytest

from tests.board import AD, Board
from tests.oracle import assert_no_leak
from tests.pages.look import field_errors, fields, rows, words

BROKER = "broker@chamber.example"
REPORT: dict[str, Any] = {
    "reason": "spam",
    "text": "It sells lamps.",
    "email": "finder@letters.example",
}


@pytest.fixture
def box(board: Board) -> str:
    return board.publish()


def test_a_report_is_stored_and_mailed_to_the_broker(board: Board, box: str) -> None:
    answer = board.browser().press(f"/ads/{box}/report", **REPORT)

    assert answer.status_code == 303
    number = answer.location.split("/")[-1]
    assert number in words(board.browser().get(answer.location))
    mail = board.mails(BROKER)[-1]
    for said in (number, box, "It sells lamps.", f"http://localhost/ads/{box}"):
        assert said in str(mail["Subject"]) + mail.get_content()
    assert number in board.mails("finder@letters.example")[-1].get_content()
    assert len(board.mails(AD["email"])) == 1  # its writer hears nothing of it
    assert_no_leak(mail.as_bytes(), REPORT["email"])
    ran = board.app.test_cli_runner().invoke(args=["reports"])
    assert ran.exit_code == 0, ran.exception
    listed = ran.output
    assert number in listed
    assert_no_leak(listed, REPORT["email"])


def test_an_address_is_not_needed(board: Board, box: str) -> None:
    assert board.browser().press(f"/ads/{box}/report", reason="unsafe").status_code == 303
    assert len(board.mails(BROKER)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "boring"}, "reason"),
        ({"text": "x" * 2001}, "text"),
        ({"email": "finder"}, "email"),
    ],
)
def test_each_rule_speaks_at_its_field(
    board: Board, box: str, changes: dict[str, Any], field: str
) -> None:
    page = board.browser().press(f"/ads/{box}/report", **(REPORT | changes))

    assert page.status_code == 422
    assert list(field_errors(page)) == [field]
    assert fields(page)["email"] == [(REPORT | changes)["email"]]
    assert rows(board.app, "SELECT count(*) FROM reports") == [(0,)]


def test_a_double_press_is_one_report(board: Board, box: str) -> None:
    browser = board.browser()
    page = browser.get(f"/ads/{box}/report")

    first, second = browser.send(page, **REPORT), browser.send(page, **REPORT)

    assert first.location == second.location
    assert rows(board.app, "SELECT count(*) FROM reports") == [(1,)]
    assert len(board.mails(BROKER)) == 1


def test_another_person_s_like_report_is_another_report(board: Board, box: str) -> None:
    first = board.browser().press(f"/ads/{box}/report", reason="spam", email="a@letters.example")
    second = board.browser().press(f"/ads/{box}/report", reason="spam", email="b@letters.example")

    assert first.location != second.location
    assert len(board.mails("b@letters.example")) == 1


def test_a_board_without_a_broker_s_address_stores_it_all_the_same(
    board: Board, make_app: object, box: str
) -> None:
    board.app = make_app(broker_email="")  # type: ignore[operator]
    before = len(board.mails())

    assert board.browser().press(f"/ads/{box}/report", reason="unsafe").status_code == 303
    assert rows(board.app, "SELECT reason FROM reports") == [("unsafe",)]
    assert len(board.mails()) == before
