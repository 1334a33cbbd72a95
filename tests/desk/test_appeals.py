"""A second look: every decision’s mail leads to one form, and what is sent goes to the top."""

import re
from datetime import timedelta

import pytest

from tests.board import AD, Board, Browser
from tests.desk.desk import OTHER, broker, decide, held, queue, report
from tests.pages.look import dump, field_errors, rows, words

FINDER = "finder@letters.example"


def appeal_link(board: Board, to: str) -> str:
    text = board.mails(to)[-1].get_content()
    return re.findall(r"http://localhost(/l/appeal-\S+)", text)[0]


@pytest.fixture
def removed(board: Board, rhian: Browser) -> str:
    """An ad that a broker took off the board after a report."""
    box = board.publish()
    report(board, box, email=FINDER)
    decide(rhian, f"/desk/ad/{box}", "remove", reason="spam")
    return box


def test_its_writer_asks_and_it_is_on_the_board_again(
    board: Board, rhian: Browser, removed: str
) -> None:
    older = held(board, headline="Something that waits already")
    board.clock.shift(timedelta(days=3))
    rhian = board.sign_in("rhian@chamber.example")
    link = appeal_link(board, AD["email"])
    before = dump(board.app)
    form = board.browser().get(link)
    assert "A second look" in words(form)
    assert dump(board.app) == before

    answer = board.browser().send(form, text=f"I sell nothing. Ask {AD['email']}.")

    assert "It lies at the top of the pile" in words(answer)
    front = rhian.get("/desk").text
    assert front.index("A second look") < front.index(older)
    screen = rhian.get(f"/desk/ad/{removed}")
    assert "I sell nothing." in words(screen)
    assert AD["email"] not in screen.text
    assert "The decision was yours" in words(screen)
    owain = broker(board, OTHER)
    assert "The decision was yours" not in words(owain.get(f"/desk/ad/{removed}"))
    assert decide(owain, f"/desk/ad/{removed}", "publish").status_code == 303
    assert board.browser().get(f"/ads/{removed}", follow_redirects=True).status_code == 200
    subjects = [str(mail["Subject"]) for mail in board.mails(AD["email"])]
    assert any(subject.startswith("About your report") for subject in subjects[-2:])


def test_a_second_press_is_one_appeal(board: Board, removed: str) -> None:
    form = board.browser().get(appeal_link(board, AD["email"]))
    for _ in range(2):
        board.browser().send(form, text="I sell nothing.")
    assert rows(board.app, "SELECT count(*) FROM cases WHERE appeal_of IS NOT NULL") == [(1,)]
    again = board.browser().get(appeal_link(board, AD["email"]))
    assert "We have what you wrote" in words(again)


def test_an_appeal_needs_a_line(board: Board, removed: str) -> None:
    page = board.browser().press(appeal_link(board, AD["email"]), text=" ")
    assert page.status_code == 422
    assert list(field_errors(page)) == ["text"]


def test_the_reporter_may_disagree_too(board: Board, rhian: Browser) -> None:
    box = board.publish()
    report(board, box, email=FINDER)
    decide(rhian, f"/desk/ad/{box}", "none")
    writers = len(board.mails(AD["email"]))

    board.browser().press(appeal_link(board, FINDER), text="It does sell lamps.")

    assert "A second look" in queue(rhian)
    decide(rhian, f"/desk/ad/{box}", "none")
    assert "looked again" in " ".join(board.mails(FINDER)[-1].get_content().split())
    assert len(board.mails(AD["email"])) == writers  # who hears of neither
    assert "Nothing waits for you" in queue(rhian)


def test_another_link_is_no_appeal(board: Board, removed: str) -> None:
    stranger = board.browser()
    assert stranger.get("/l/appeal-nothing").status_code == 404
    link = appeal_link(board, AD["email"]).replace("/l/appeal-", "/l/report-")
    assert stranger.get(link).status_code == 404
    assert stranger.get(link.replace("report-", "")).status_code == 404
