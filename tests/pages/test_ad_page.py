"""An ad's page: both sides, where and how, what machines read, and who may see what."""

import re

import pytest

from tests.board import AD, Board
from tests.oracle import assert_no_leak
from tests.pages.look import main_of, words

EMAIL = AD["email"]


def test_it_prints_everything_the_writer_said(board: Board) -> None:
    box = board.publish(about="I run a ward by night.", capacity="3", rhythm="fortnightly")
    page = board.browser().get(f"/ads/{box}")

    assert page.status_code == 200
    text = words(page)
    for said in (
        AD["headline"],
        AD["seeks"],
        AD["offers"],
        "I run a ward by night.",
        "budgets",
        "running a team",
        "first aid",
        "Health",
        "Any sector but their own",
        "Aberystwyth",
        "In person or by phone",
        "Once a fortnight",
        "3 people at a time",
        "Gwen",
        f"Write to Box {box}",
    ):
        assert said in text, said


def test_the_box_alone_finds_it_however_it_is_written(board: Board) -> None:
    box = board.publish()
    browser = board.browser()
    slug = "ward-sister-new-to-running-things-seeks-a-shopkeepers-eye"

    for path in (box, box.lower(), f"{box}/{slug}", f"{box}/an-older-headline"):
        page = browser.get(f"/ads/{path}", follow_redirects=True)
        assert page.status_code == 200
        canonical = re.findall(r'<link rel="canonical" href="([^"]*)"', page.text)
        assert canonical == [f"http://localhost/ads/{box}/{slug}"]


@pytest.mark.parametrize("box", ["ZZZZZZ", "7K2M9", "7K2M9QQ", "ÿÿÿÿÿÿ", "'--", "%00"])
def test_no_ad_no_page(board: Board, box: str) -> None:
    assert board.browser().get(f"/ads/{box}").status_code == 404
    assert board.browser().get(f"/ads/{box}/some-slug").status_code == 404
    assert board.browser().get(f"/ads/{box}/report").status_code == 404


def test_an_ad_nobody_confirmed_was_never_there(board: Board) -> None:
    board.post_ad()
    row = board.app.test_cli_runner().invoke(args=["ads", "held"])
    assert "0 held" in row.output
    browser = board.browser()
    link = browser.get(board.link(EMAIL))
    box = re.findall(r"Box (\w{6})", words(link))[0]

    assert board.browser().get(f"/ads/{box}").status_code == 404
    assert board.browser().get(f"/ads?q=Box+{box}").status_code == 200


def test_a_headline_that_is_a_command_leads_to_the_ad(board: Board) -> None:
    for headline in (
        "Renew!",
        "Close",
        "Report",
        "Reply",
        "Published",
        "Pause?",
        "Resume",
        "Sent:",
    ):
        box = board.publish(headline=headline.ljust(5, "!"))
        browser = board.browser()
        canonical = re.findall(
            r'<link rel="canonical" href="http://localhost([^"]*)"', browser.get(f"/ads/{box}").text
        )
        page = browser.get(canonical[0])
        assert page.status_code == 200
        assert f"Write to Box {box}" in words(page)


def test_others_like_it_are_named_and_none_of_its_own_writer(board: Board) -> None:
    box = board.publish()
    mine = board.publish(headline="Ward sister again, about rotas and budgets")
    other = board.publish(
        email="o@letters.example", headline="Shop manager can show you budgets and rotas"
    )

    page = main_of(board.browser().get(f"/ads/{box}"))

    assert f"Box {other}" in page
    assert mine not in page


def test_machines_are_told_what_people_read(board: Board) -> None:
    box = board.publish()
    head = board.browser().get(f"/ads/{box}").text.partition("</head>")[0]

    assert re.search(r'<meta name="description" content="I’ve been handed a budget[^"]*"', head)
    assert re.search(r'<meta property="og:title" content="Ward sister', head)
    image = re.findall(r'<meta property="og:image" content="([^"]*)"', head)
    assert image[0].startswith("http://localhost/static/card.png")
    with board.browser().get(image[0].removeprefix("http://localhost")) as card:
        assert card.status_code == 200
    assert "noindex" not in head
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!localhost)', head)


def test_the_writer_s_address_is_nowhere(board: Board) -> None:
    writer = board.browser()
    box = board.publish(writer)

    for page in (board.browser().get(f"/ads/{box}"), writer.get(f"/ads/{box}")):
        assert_no_leak(page.data + str(page.headers).encode(), EMAIL)


def test_its_own_writer_gets_no_form_to_write_to_themselves(board: Board) -> None:
    writer = board.browser()
    box = board.publish(writer)
    page = writer.get(f"/ads/{box}")

    assert "This is your own ad" in words(page)
    assert f"/ads/{box}/reply" not in page.text
    assert f"/ads/{box}/reply" in board.browser().get(f"/ads/{box}").text


def test_welsh_is_marked_as_welsh(board: Board) -> None:
    box = board.publish(language="cy", headline="Sgwrs dros baned o de", seeks="Dysgu am wenyn mêl")
    page = main_of(board.browser().get(f"/ads/{box}"))

    assert re.search(r'<h1[^>]* lang="cy">Sgwrs', page)
    assert re.search(r'lang="cy">Dysgu', page)
