"""Suggestions as one types: what they hold, and that nothing whatever breaks them."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.board import Board
from tests.words import own_sides

STATIC = Path(__file__).parents[2] / "app/static"
HOSTILE = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="\"'-+#&%*()<>\\\x00\x1f\u202e\u200f\u0301🏴😀אबC ", max_size=60),
    st.sampled_from(
        ['"', "in ", "a" * 10_000, "a b " * 2_500, "C++ AND (", "%00", "Cardiff " * 900]
    ),
)


@pytest.fixture
def stocked(board: Board) -> Board:
    board.publish(
        headline="Zither for beginners, by an engineer",
        offers="Zithers, tuned and strummed; also Kierkegaard.",
        offers_skills="zither, bookkeeping",
    )
    return board


def asked(client: FlaskClient, q: str) -> dict[str, list[dict[str, Any]]]:
    """The items by the name of their group."""
    answer = client.get("/suggest", query_string={"q": q})
    assert answer.status_code == 200
    assert answer.json is not None
    return {group["name"]: group["items"] for group in answer.json["groups"]}


def labels(groups: dict[str, list[dict[str, Any]]], name: str) -> list[str]:
    return [item["label"] for item in groups.get(name, [])]


def test_skills_come_with_the_number_of_ads_that_have_them(stocked: Board) -> None:
    client = stocked.app.test_client()
    skills = asked(client, "zith")["Skills"]
    assert skills == [{"label": "zither", "url": "/ads?skill=zither", "count": 1}]
    assert asked(client, "bookk")["Skills"][0]["label"] == "bookkeeping"
    assert labels(asked(client, "accountan"), "Skills")[0] == "bookkeeping"


def test_sectors_and_places_in_either_language(stocked: Board) -> None:
    client = stocked.app.test_client()
    assert asked(client, "health")["Sectors"] == [
        {"label": "Health and medicine", "url": "/ads?sector=health"}
    ]
    assert asked(client, "caerdy")["Places"][0] == {"label": "Cardiff", "url": "/ads?place=Cardiff"}
    towns = asked(client, "zither in Aberys")["Places"]
    assert towns[0] == {
        "label": "zither in Aberystwyth",
        "url": "/ads?q=zither+in+Aberystwyth",
    }


def test_words_are_those_of_live_ads_as_they_write_them(stocked: Board) -> None:
    client = stocked.app.test_client()
    assert asked(client, "kierk")["Words"] == [
        {"label": "Kierkegaard", "url": "/ads?q=Kierkegaard", "count": 1}
    ]
    assert labels(asked(client, "strumm"), "Words") == ["strummed"]
    assert labels(asked(client, "well strumm"), "Words") == ["well strummed"]


def test_what_is_no_longer_open_is_suggested_no_more(stocked: Board) -> None:
    browser = stocked.sign_in("gwen.prydderch@members.example")
    box = re.findall(r"/ads/(\w{6})/", browser.get("/mine").text)[0]
    browser.press("/mine", action=f"/ads/{box}/close")
    client = stocked.app.test_client()
    assert "Words" not in asked(client, "kierk")
    assert "Skills" not in asked(client, "zith")


def test_every_suggestion_leads_to_a_page(stocked: Board) -> None:
    client = stocked.app.test_client()
    for typed in ("zi", "he", "car", "zither in Car", "b"):
        for items in asked(client, typed).values():
            for item in items:
                assert client.get(item["url"]).status_code == 200


def test_it_may_be_kept_for_a_minute_and_sets_no_cookie(stocked: Board) -> None:
    answer = stocked.app.test_client().get("/suggest?q=zither")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.content_type == "application/json"


@pytest.mark.parametrize("path", ["/suggest", "/suggest?q=", "/suggest?q=%20", "/suggest?q=%00"])
def test_nothing_typed_suggests_nothing(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["groups"] == []


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(HOSTILE)
def test_anything_typed_gets_suggestions_and_a_page(client: FlaskClient, q: str) -> None:
    groups = asked(client, q)
    assert set(groups) <= {"Skills", "Sectors", "Places", "Words"}
    begun = time.process_time()
    assert client.get("/ads", query_string={"q": q}).status_code in {200, 303}
    assert time.process_time() - begun < 2


def test_a_reader_under_way_is_told_by_the_links_alone(board: Board) -> None:
    for n in range(21):
        who = {"headline": f"Number {n} of a good many ads", "email": f"n{n}@members.example"}
        board.publish(**who, **own_sides(n))
    client = board.app.test_client()
    first = client.get("/ads?kind=seeks").text
    (further,) = set(re.findall(r'href="(/ads\?[^"]*page=2[^"]*)"', first))
    assert re.search(r"upto=\d+-\d+$", further)
    before = boxes(client, further)
    board.publish(headline="One more, and newer than all", email="late@members.example")
    assert boxes(client, further) == before
    back = re.findall(r'href="([^"]*)" rel="prev"', client.get(further.replace("&amp;", "&")).text)
    assert back == ["/ads?kind=seeks"]


def boxes(client: FlaskClient, path: str) -> list[str]:
    return re.findall(r"Box (\w{6})", client.get(path.replace("&amp;", "&")).text)


def test_a_town_among_the_words_is_said_with_a_way_back(stocked: Board) -> None:
    client = stocked.app.test_client()
    page = client.get("/ads?q=zither+in+Aberystwyth").text
    assert "We took ‘Aberystwyth’ to be the town of Aberystwyth" in page
    assert "/ads?q=zither+in+Aberystwyth&amp;plain=1" in page
    assert "We took" not in client.get("/ads?q=zither+in+Aberystwyth&plain=1").text


def test_a_slip_is_said_and_marked(stocked: Board) -> None:
    page = stocked.app.test_client().get("/ads?q=kirkegaard").text
    assert "No ad says ‘kirkegaard’" in page
    assert ">Kierkegaard</a>" in page
    assert "<mark>Kierkegaard</mark>" in page


@pytest.mark.parametrize("path", ["/ads?q=nothing+like+it", "/ads?q=qqqq&place=Cardiff"])
def test_an_empty_result_still_shows_what_is_new(stocked: Board, path: str) -> None:
    page = stocked.app.test_client().get(path).text
    assert "Meanwhile" in page
    assert "Zither for beginners" in page


def test_the_script_is_small_our_own_and_needed_for_nothing(client: FlaskClient) -> None:
    script = (STATIC / "suggest.js").read_text(encoding="utf-8")
    assert len(script.encode()) <= 4096
    assert "innerHTML" not in script
    for path in ("/", "/ads", "/ads/new"):
        page = client.get(path)
        tags = re.findall(r"<script[^>]*>", page.text)
        assert len(tags) == 1
        assert " defer>" in tags[0]
        source = re.findall(r'src="([^"]+)"', tags[0])[0]
        with client.get(source) as kept:
            assert (kept.status_code, "immutable" in kept.headers["Cache-Control"]) == (200, True)
        policy = page.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert not re.findall(r"\son\w+=", page.text)
