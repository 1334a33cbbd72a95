"""Reports become cases: five on one thing are one, ten of one person count once, enough hide it."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.board import AD, Board, Browser
from tests.desk.desk import decide, known, queue, report
from tests.pages.look import rows, words

FINDER = "finder@letters.example"


def case(board: Board) -> tuple[object, ...]:
    """The one open case: kind, reporters, confirmed, hidden or not."""
    query = "SELECT kind, reporters, confirmed, hidden_at IS NOT NULL FROM cases"
    (found,) = rows(board.app, f"{query} WHERE decided_at IS NULL")
    return found


def test_five_reports_on_one_thing_are_one_case(board: Board, rhian: Browser) -> None:
    box = board.publish()
    for number in range(5):
        report(board, box, email=f"finder{number}@letters.example")

    assert case(board) == ("ad", 5, 0, 0)
    assert "5 people" in queue(rhian)
    assert len(board.mails("broker@chamber.example")) == 1  # the broker is mailed once a case
    assert "What 5 people said" in words(rhian.get(f"/desk/ad/{box}"))


@pytest.mark.parametrize(
    ("who", "times"),
    [("a session", 10), ("a source", 10), ("an address", 5)],  # then a limit says: a little slower
)
def test_one_person_reporting_ten_times_counts_once(board: Board, who: str, times: int) -> None:
    box = board.publish()
    browser = known(board, FINDER) if who == "a session" else board.browser()
    typed = {"email": FINDER} if who == "an address" else {}
    for number in range(times):
        report(board, box, browser, text=f"Look, number {number}.", **typed)

    assert case(board)[1] == 1
    (text,) = rows(board.app, "SELECT text FROM reports")[0]
    assert "number 0" in str(text)
    assert f"number {times - 1}" in str(text)


def test_three_confirmed_hide_an_ad_and_its_writer_is_told_kindly(
    board: Board, rhian: Browser
) -> None:
    box = board.publish()
    people = [known(board, f"known{number}@members.example") for number in range(3)]
    for browser in people[:2]:
        report(board, box, browser)
    assert board.browser().get(f"/ads/{box}", follow_redirects=True).status_code == 200

    report(board, box, people[2])

    gone = board.browser().get(f"/ads/{box}")
    assert gone.status_code == 410
    assert AD["headline"] not in words(gone)
    board.work()
    assert box not in board.browser().get("/ads").text
    told = board.mails(AD["email"])[-1]
    assert "Being looked at" in str(told["Subject"])
    assert "Nobody has decided anything yet" in " ".join(told.get_content().split())
    assert case(board) == ("ad", 3, 3, 1)
    assert "hidden meanwhile" in queue(rhian)
    assert board.sign_in(AD["email"]).get("/mine").text.count("Waiting for our broker") == 1
    expires = rows(board.app, f"SELECT expires_at FROM ads WHERE box = '{box}'")

    decide(rhian, f"/desk/ad/{box}", "publish")
    assert board.browser().get(f"/ads/{box}", follow_redirects=True).status_code == 200
    assert rows(board.app, f"SELECT expires_at FROM ads WHERE box = '{box}'") == expires


def test_unconfirmed_reports_hide_nothing(board: Board) -> None:
    box = board.publish()
    for number in range(8):
        report(board, box, email=f"stranger{number}@letters.example")
    assert case(board) == ("ad", 8, 0, 0)
    assert board.browser().get(f"/ads/{box}", follow_redirects=True).status_code == 200


def test_a_typed_address_counts_once_its_mailed_link_is_pressed(board: Board) -> None:
    box = board.publish()
    for number in range(2):
        report(board, box, known(board, f"known{number}@members.example"))
    report(board, box, email=FINDER)
    link = board.link(FINDER)
    assert link.startswith("/l/report-")
    page = board.browser().get(link)
    assert "Is this report yours?" in words(page)
    assert case(board) == ("ad", 3, 2, 0)

    answer = board.browser().send(page)

    assert "counts in full now" in words(answer)
    assert "Set-Cookie" not in answer.headers
    assert case(board) == ("ad", 3, 3, 1)
    assert board.browser().send(page).status_code == 410  # it works once
    assert case(board) == ("ad", 3, 3, 1)


@pytest.mark.parametrize(("setting", "hidden"), [(0, False), (1, True)])
def test_the_setting_says_how_many_hide(
    board: Board, make_app: Callable[..., Flask], setting: int, hidden: bool
) -> None:
    board.app = make_app(reports_hide=setting)
    box = board.publish()
    report(board, box, known(board, FINDER))
    status = board.browser().get(f"/ads/{box}", follow_redirects=True).status_code
    assert (status == 410) is hidden


def test_whoever_was_wrong_once_does_not_hide_it_again(board: Board, rhian: Browser) -> None:
    box = board.publish()
    people = [known(board, f"known{number}@members.example") for number in range(3)]
    for browser in people:
        report(board, box, browser)
    decide(rhian, f"/desk/ad/{box}", "publish")

    for browser in people:
        report(board, box, browser)

    assert case(board) == ("ad", 3, 0, 0)
    assert board.browser().get(f"/ads/{box}", follow_redirects=True).status_code == 200


def test_a_person_is_reported_and_named_by_a_handle(board: Board, rhian: Browser) -> None:
    box = board.publish()
    second = board.publish(headline="A second ad of the same writer")
    for number in range(3):
        report(board, box, known(board, f"known{number}@members.example"), person="y")

    for gone in (box, second):
        assert board.browser().get(f"/ads/{gone}").status_code == 410
    path = re.findall(r'href="(/desk/person/\w+)"', rhian.get("/desk").text)[0]
    screen = rhian.get(path)
    assert "Person P" in words(screen)
    assert AD["email"] not in screen.text
    assert "A second ad of the same writer" in words(screen)

    assert decide(rhian, path, "warn", reason="other").status_code == 303
    for back in (box, second):
        assert board.browser().get(f"/ads/{back}", follow_redirects=True).status_code == 200
    assert "A word from our broker" in str(board.mails(AD["email"])[-1]["Subject"])


def test_a_reporter_in_a_session_is_not_asked_to_confirm(board: Board) -> None:
    box, browser = board.publish(), known(board, FINDER)
    report(board, box, browser, email=FINDER)
    mail = board.mails(FINDER)[-1]
    assert "Thank you: report" in str(mail["Subject"])
    assert "/l/report-" not in mail.get_content()
