"""What programs read in pages: the ad as JSON-LD, and how a browser may search the board."""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import html5lib
import pytest
from flask import Flask

from tests.board import AD, Board
from tests.oracle import assert_no_leak
from tests.pages.look import boxes
from tests.pages.shelf import put

HTML = "{http://www.w3.org/1999/xhtml}"
SPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


def data_in(page: str) -> list[dict[str, Any]]:
    """Every piece of JSON-LD that a browser finds in the page."""
    tree = html5lib.parse(page)
    scripts = [it for it in tree.iter(f"{HTML}script") if "src" not in it.attrib]
    assert all(it.attrib["type"] == "application/ld+json" for it in scripts)
    return [json.loads("".join(it.itertext())) for it in scripts]


def ad_data(board: Board, box: str) -> dict[str, Any]:
    page = board.browser().get(f"/ads/{box}")
    assert page.status_code == 200
    (found,) = data_in(page.text)
    assert_no_leak(json.dumps(found), str(AD["email"]))
    return found


def test_an_ad_says_who_seeks_and_offers_what(board: Board) -> None:
    box = board.publish()

    person = ad_data(board, box)

    assert (person["@context"], person["@type"]) == ("https://schema.org", "Person")
    assert person["name"] == "Gwen"
    assert person["url"].startswith(f"http://localhost/ads/{box}/")
    seeks, offers = person["seeks"], person["makesOffer"]
    assert (seeks["@type"], offers["@type"]) == ("Demand", "Offer")
    assert (seeks["name"], seeks["description"]) == (AD["headline"], AD["seeks"])
    assert offers["description"] == AD["offers"]
    assert [it["name"] for it in seeks["itemOffered"]] == ["budgets", "running a team"]
    assert seeks["areaServed"]["name"].startswith("Aberystwyth")
    ends = datetime.fromisoformat(offers["validThrough"]) - datetime.fromisoformat(
        offers["validFrom"]
    )
    assert ends == timedelta(days=60)


def test_an_open_return_offers_nothing_it_does_not_have(board: Board) -> None:
    box = put(board, offers="", return_open=True, place="", modes=("phone",))

    person = ad_data(board, box)

    assert "makesOffer" not in person
    assert "areaServed" not in person["seeks"]


def test_words_cannot_get_out_of_the_data(board: Board) -> None:
    words = 'Closing </script><b id="out">& <!-- quotes " and \u2028 lines'
    box = put(board, seeks=words, headline="</script><i>Headline</i>")

    page = board.browser().get(f"/ads/{box}").text

    assert 'id="out"' not in page
    assert "</script><i>" not in page
    assert data_in(page)[0]["seeks"]["name"] == "</script><i>Headline</i>"
    assert "Closing </script><b" in data_in(page)[0]["seeks"]["description"]


def test_what_has_ended_is_no_data_any_more(board: Board) -> None:
    writer = board.browser()
    box = board.publish(writer)
    writer.press("/mine", action=f"/ads/{box}/pause")

    assert data_in(board.browser().get(f"/ads/{box}").text) == []


# --- searching from the browser -------------------------------------------------------------------


def described(board: Board) -> ElementTree.Element:
    page = board.browser().get("/opensearch.xml")
    assert page.status_code == 200
    assert page.mimetype == "application/opensearchdescription+xml"
    return ElementTree.fromstring(page.data)


@pytest.mark.parametrize("q", ["bread", "a loaf & “butter”"])
def test_a_browser_can_search_the_board(board: Board, q: str) -> None:
    box = put(board, headline="Bread: a loaf & “butter”")
    found = described(board)

    assert found.tag == f"{SPACE}OpenSearchDescription"
    assert found.findtext(f"{SPACE}ShortName") == "Bothways"
    urls = {it.attrib["type"]: it.attrib["template"] for it in found.iter(f"{SPACE}Url")}
    assert set(urls) == {"text/html", "application/atom+xml"}
    for template in urls.values():
        path = template.removeprefix("http://localhost").replace("{searchTerms}", quote(q))
        answer = board.browser().get(path)
        assert answer.status_code == 200
        assert box in answer.text
    page = board.browser().get(urls["text/html"].replace("{searchTerms}", quote(q)))
    assert boxes(page) == [box]


def test_every_page_names_the_description(board: Board) -> None:
    link = re.compile(
        r'<link rel="search" href="/opensearch.xml" '
        r'type="application/opensearchdescription\+xml" title="Bothways">'
    )
    for path in ("/", "/ads", "/help", "/nothing"):
        assert link.search(board.browser().get(path).text), path


def test_a_long_name_is_cut_to_what_the_format_takes(make_app: Any) -> None:
    app: Flask = make_app(site_name="The Teifi Valley & Cardigan Bay Exchange")
    found = ElementTree.fromstring(app.test_client().get("/opensearch.xml").data)
    assert found.findtext(f"{SPACE}ShortName") == "The Teifi Valley"
