"""Markup and scripts typed into any field stand as text on every page, in every mail and feed."""

import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.board import AD, MESSAGE, Board, Browser
from tests.desk.desk import broker
from tests.pages.atom import SPACE
from tests.security.scene import REPLIER, rules

BAD = "'\"></textarea></script></title><xbad onxbad=1>{{7*7}}"  # breaks out of what it stands in
NAME = "'\"><xbad onxbad=1>"
WRITER = str(AD["email"])


class Tags(HTMLParser):
    """Every tag and attribute of a page, as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs if name.startswith(("on", "style", "srcdoc"))]
        links = [value for _, value in attrs if (value or "").lower().startswith("javascript:")]
        self.found += [tag] * (tag == "xbad") + names + [str(link) for link in links]


def clean(page: str) -> bool:
    return Tags(page).found == []


@pytest.fixture
def typed(board: Board) -> tuple[Browser, Browser, str, str]:
    """A writer and a replier who typed it everywhere; the ad's Box and the conversation's path."""
    writer, replier = board.browser(), board.browser()
    texts = {name: f"{AD[name]} {BAD}" for name in ("seeks", "offers")}
    texts |= {
        "headline": f"Ward sister {BAD}",
        "about": BAD,
        "name": NAME,
        "seeks_skills": "a <xbad onxbad=1>",
    }
    texts["capacity"] = "5"
    box = board.publish(writer, **texts)
    path = board.converse(box, replier, name=NAME, message=f"{MESSAGE} {BAD}")
    writer.press(path, message=f"{BAD} {MESSAGE}")
    replier.press(path, action="/report", reason="other", text=BAD)
    board.browser().press(f"/ads/{box}/report", reason="other", text=BAD)
    board.browser().press(f"/ads?q={NAME}", action="/alerts", email=REPLIER, pace="at_once")
    return writer, replier, box, path


def addresses(board: Board, box: str, path: str) -> list[str]:
    """Every page there is, with that ad and conversation in it."""
    values = {"box": box, "slug": "x", "key": path.split("/")[2], "number": NAME, "token": NAME}
    values |= {"filename": "board.css", "year": "2026"}
    found = {
        re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda part: values[part[1]], rule.rule)
        for rule in rules(board.app, "GET")
    }
    searches = [f"/ads?{name}={BAD}" for name in ("q", "place", "skill", "sector", "sort", "page")]
    return [*sorted(found), *searches, f"/mine?next={BAD}", f"/mine?wish={BAD}", f"/{BAD}"]


def test_on_no_page_does_it_become_a_tag(
    board: Board, typed: tuple[Browser, Browser, str, str]
) -> None:
    writer, replier, box, path = typed
    seen = 0
    for browser in (writer, replier, board.browser()):
        for address in addresses(board, box, path):
            with browser.get(address) as page:
                shown = page.get_data(as_text=True) if page.mimetype == "text/html" else ""
            assert clean(shown), address
            assert not re.search(r"xbad onxbad=1&gt;49", shown), address  # 7 × 7, worked out
            seen += "xbad" in shown
    assert seen >= 15


def test_on_no_form_that_comes_back_does_it(
    board: Board, typed: tuple[Browser, Browser, str, str]
) -> None:
    writer, _, box, path = typed
    guest = board.browser()
    everywhere: dict[str, Any] = dict.fromkeys(AD, BAD)
    pages = [
        guest.press("/ads/new", **everywhere),
        guest.press("/ads/new", **(AD | {"about": BAD, "name": NAME})),
        guest.press(f"/ads/{box}", action="/reply", name=NAME, email=BAD, message=BAD),
        guest.press(f"/ads/{box}/report", reason=BAD, text=BAD, email=BAD),
        guest.press("/mine", email=BAD),
        guest.press("/ads?q=tea", action="/alerts", email=BAD, pace=BAD),
        writer.press(path, message=BAD * 90),
        writer.press(f"/ads/{box}/edit", headline=BAD, about=BAD * 20),
        guest.client.post("/ads/new", data={"csrf_token": BAD, "headline": BAD}),
    ]
    for page in pages:
        assert page.status_code in {200, 400, 422}, page.request.path
        assert clean(page.text), page.request.path


def test_at_no_screen_of_the_desk_does_it(
    board: Board, typed: tuple[Browser, Browser, str, str]
) -> None:
    _, _, box, path = typed
    rhian = broker(board)
    screens = ["/desk", "/desk/mails", "/desk/log", f"/desk/ad/{box}"]
    screens += [f"/desk/thread/{path.split('/')[2]}"]
    screens += [f"/desk/ads?q={BAD}", "/desk/ads?q=ward", "/desk/figures"]
    screens += [str(rhian.press(f"/desk/ad/{box}", action="/desk/people").location)]
    linked = re.findall(r'href="(/desk/[^"#]+)"', rhian.get("/desk").text)
    seen = 0
    for screen in {*screens, *linked}:
        page = rhian.get(screen)
        assert page.status_code == 200, screen
        assert clean(page.text), screen
        seen += "xbad" in page.text
    assert seen >= 2


def test_in_no_mail_is_there_any_markup_at_all(
    board: Board, typed: tuple[Browser, Browser, str, str]
) -> None:
    mails = board.mails()
    assert any("xbad" in mail.get_content() for mail in mails)
    for mail in mails:
        assert mail.get_content_type() == "text/plain"
        assert not mail.is_multipart()


def test_feeds_and_data_say_it_as_it_was_typed(
    board: Board, typed: tuple[Browser, Browser, str, str]
) -> None:
    _, _, box, _ = typed
    guest = board.browser().client
    feed = ElementTree.fromstring(guest.get("/ads.atom").data)
    titles = [found.text or "" for found in feed.iter(f"{SPACE}title")]
    assert any("<xbad onxbad=1>" in title for title in titles)
    assert not [one for one in feed.iter() if "xbad" in str(one.tag)]

    ad = guest.get(f"/api/v1/ads/{box}")
    assert ad.mimetype == "application/json"
    assert "<xbad onxbad=1>" in ad.get_data(as_text=True)

    page = guest.get(f"/ads/{box}", follow_redirects=True).text
    for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL):
        assert "xbad" in json.dumps(json.loads(data))
        assert "<" not in data
