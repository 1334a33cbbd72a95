"""Matches beside other things: on one’s own page, in what a search finds, as an alert."""

import re

import pytest

from tests.alerts.saved import NIA, told
from tests.board import Board, Browser
from tests.matching.test_matches import BOOKS, CLOCKS, boxes
from tests.pages.look import statements

HENS = {"seeks": "How to keep hens through a winter.", "seeks_skills": "keeping hens"}


@pytest.fixture
def clocks(board: Board) -> Browser:
    """The browser of somebody whose ad about clocks is live."""
    browser = board.browser()
    board.publish(browser, **CLOCKS)
    return browser


def section(html: str) -> str:
    found = re.search(r'<section id="matches".*?</section>', html, re.DOTALL)
    return found[0] if found else ""


def test_one_s_own_page_shows_who_could_swap(board: Board, clocks: Browser) -> None:
    assert section(clocks.get("/mine").text) == ""

    books = board.publish(**BOOKS)

    shown = section(clocks.get("/mine").text)
    assert boxes(shown) == [books]
    assert "You seek <mark>" in shown
    board.reply(books, clocks, email=CLOCKS["email"])
    assert section(clocks.get("/mine").text) == ""  # they are in touch already


def test_results_say_how_two_could_help_each_other(board: Board, clocks: Browser) -> None:
    books = board.publish(**BOOKS)
    board.publish(**(BOOKS | HENS | {"email": "hens@members.example"}))

    page = clocks.get("/ads?q=clocks").text
    found = page.split('<li class="ad">')[1:]
    told = [card for card in found if "You could help each other" in card]

    assert len(found) == 3  # the reader’s own is one of them
    assert len(told) == 1
    assert f"Box {books}" in told[0]
    assert "your ad offers “bookkeeping" in told[0].lower()
    assert "You could help each other" not in board.browser().get("/ads?q=clocks").text


def test_matches_on_results_ask_no_more_for_more_ads(board: Board, clocks: Browser) -> None:
    board.publish(**BOOKS)
    with statements(board.app) as for_two:
        clocks.get("/ads")
    for number in range(3):
        board.publish(**(BOOKS | {"email": f"bench{number}@members.example"}))
    with statements(board.app) as for_five:
        answer = clocks.get("/ads")

    assert answer.text.count("You could help each other") == 4
    assert len(for_five) == len(for_two)


def test_nobody_yet_offers_an_alert_made_from_the_ad(board: Board) -> None:
    box = board.publish(**CLOCKS)
    page = f"/ads/{box}/matches"
    answer = board.browser().press(page, action="/alerts", email=NIA, pace="at_once")
    assert answer.status_code == 303
    reader = board.browser()
    reader.press(board.link(NIA))
    listed = reader.get("/alerts").text
    assert f"Ads that could swap with Box {box}" in listed
    assert f'href="{page}"' in listed

    board.publish(**(BOOKS | HENS | {"email": "hens@members.example"}))
    books = board.publish(**BOOKS)
    board.work()

    assert told(board) == [[books]]


def test_an_alert_for_an_ad_that_ended_finds_nothing(board: Board, clocks: Browser) -> None:
    listed = clocks.get("/mine").text
    box = re.findall(r"Box (\w{6})", listed)[0]
    reader = board.browser()
    reader.press(f"/ads/{box}/matches", action="/alerts", email=NIA, pace="at_once")
    reader.press(board.link(NIA))

    clocks.press("/mine", action=f"/ads/{box}/close")
    board.publish(**BOOKS)
    board.work()

    assert told(board) == []


@pytest.mark.parametrize(("swap", "status"), [("ZZZZZZ", 404), ("<b>", 404), ("x" * 5000, 404)])
def test_an_alert_for_no_ad_is_refused(board: Board, swap: str, status: int) -> None:
    box = board.publish(**CLOCKS)
    answer = board.browser().press(
        f"/ads/{box}/matches", action="/alerts", email=NIA, pace="daily", swap=swap
    )
    assert answer.status_code == status


def test_a_mistyped_address_keeps_what_was_asked_for(board: Board) -> None:
    box = board.publish(**CLOCKS)
    browser = board.browser()
    answer = browser.press(f"/ads/{box}/matches", action="/alerts", email="nia", pace="at_once")
    assert answer.status_code == 422
    assert f"Ads that could swap with Box {box}" in answer.text
    assert browser.send(answer, email=NIA).status_code == 303
