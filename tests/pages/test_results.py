"""Browse and search in one: every parameter, alone and together, and nothing whatever breaks it."""

import html
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.board import Board
from tests.pages.look import boxes, main_of, words
from tests.pages.shelf import put

NAMES = (
    "q",
    "kind",
    "side",
    "sector",
    "skill",
    "mode",
    "rhythm",
    "place",
    "within",
    "sort",
    "page",
)
XSS = "<script>alert(1)</script>\"'><img src=x onerror=y>"


@pytest.fixture
def six(board: Board) -> dict[str, str]:
    """Six ads, each a little different, by a short name."""
    return {
        "plain": put(board, seeks_skills=("bookkeeping",)),
        "tech": put(
            board,
            kind="offers",
            headline="Twenty years of C++ and .NET, and time on Thursdays",
            offers="Reading code with you, without hurry.",
            sector="technology",
            modes=("video", "phone"),
            place="",
            rhythm="weekly",
            offers_skills=("C++", "bookkeeping"),
        ),
        "near": put(
            board, headline="A walk and a think about hedges", place="Borth", rhythm="once"
        ),
        "far": put(
            board, headline="Cattle, and how to read them", place="Aberdeen", sector="trades"
        ),
        "welsh": put(board, headline="Sgwrs Gymraeg dros baned", language="cy", sector="education"),
        "law": put(board, kind="offers", headline="Plain words for wills", sector="law"),
    }


def found(board: Board, query: str) -> list[str]:
    page = board.browser().get(f"/ads?{query}")
    assert page.status_code == 200
    return boxes(page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["law", "welsh", "far", "near", "tech", "plain"]),
        ("q=hedges", ["near"]),
        ("q=C%2B%2B", ["tech"]),
        ("q=.NET", ["tech"]),
        ("q=Sourdough&side=offers", ["law", "welsh", "far", "near", "plain"]),
        ("q=Sourdough&side=seeks", []),
        ("kind=offers", ["law", "tech"]),
        ("kind=nonsense", ["law", "welsh", "far", "near", "tech", "plain"]),
        ("sector=law", ["law"]),
        ("sector=law&sector=trades", ["law", "far"]),
        ("skill=bookkeeping", ["tech", "plain"]),
        ("skill=accountancy&skill=C%2B%2B", ["tech", "plain"]),
        ("mode=video", ["tech"]),
        ("mode=video&mode=in_person", ["law", "welsh", "far", "near", "tech", "plain"]),
        ("rhythm=once", ["near"]),
        ("place=Aberystwyth&within=5&sort=newest", ["law", "welsh", "plain"]),
        ("place=Aberystwyth&within=20&sort=nearest", ["plain", "welsh", "law", "near"]),
        ("place=Aberystwyth&within=any&sort=newest&kind=seeks", ["welsh", "far", "near", "plain"]),
        ("sort=nearest", ["law", "welsh", "far", "near", "tech", "plain"]),
        ("kind=offers&sector=technology&mode=phone&rhythm=weekly&skill=C%2B%2B&q=code", ["tech"]),
        ("kind=offers&sector=technology&rhythm=once", []),
    ],
)
def test_every_parameter_alone_and_together(
    board: Board, six: dict[str, str], query: str, expected: list[str]
) -> None:
    named = {box: name for name, box in six.items()}
    got = [named[box] for box in found(board, query)]

    if "sort=nearest" in query and "place" in query:
        assert got[-1] == expected[-1]
        assert sorted(got) == sorted(expected)
    elif query.startswith("q=") and len(expected) > 1:
        assert sorted(got) == sorted(expected)  # best first: any order of equals
    else:
        assert got == expected


def test_pages_hold_twenty_and_go_no_further_than_the_end(board: Board) -> None:
    put_many(board, 45)

    first, second = found(board, ""), found(board, "page=2")
    assert (len(first), len(second), len(found(board, "page=3"))) == (20, 20, 5)
    assert not set(first) & set(second)
    for beyond in ("page=4", "page=999999", "page=5000"):
        assert found(board, beyond) == found(board, "page=3")
    for odd in ("page=0", "page=-1", "page=x", "page=1.5", "page=" + "9" * 400, "page="):
        assert found(board, odd) == first
    page = board.browser().get("/ads?page=2&kind=seeks").text
    assert 'rel="prev"' in page
    assert 'rel="next"' in page
    following = html.unescape(re.findall(r'href="([^"]*)" rel="next"', page)[0])
    assert re.fullmatch(r"/ads\?kind=seeks&page=3&upto=\d+-\d+", following)


def put_many(board: Board, count: int) -> None:
    for number in range(count):
        put(board, headline=f"Number {number} of a good many ads")


# --- facets ---------------------------------------------------------------------------------------


def facets(page_text: str) -> list[tuple[str, str, int, bool]]:
    """Every value of every facet: (parameter, value, its count, ticked)."""
    pattern = (
        r'type="checkbox" name="(\w+)" value="([^"]*)"( checked)?>\s*<span>[^<]*</span>\s*'
        r'<span class="n">(\d+)</span>'
    )
    return [
        (name, html.unescape(value), int(count), bool(ticked))
        for name, value, ticked, count in re.findall(pattern, page_text)
    ]


@pytest.mark.parametrize(
    "query", ["", "kind=seeks", "q=kept", "sector=health", "rhythm=monthly&mode=in_person"]
)
def test_each_count_is_what_choosing_it_gives(
    board: Board, six: dict[str, str], query: str
) -> None:
    page = board.browser().get(f"/ads?{query}").text
    listed = facets(page)
    assert {name for name, *_ in listed} >= {"sector", "mode", "rhythm"}

    for name, value, count, ticked in listed:
        others = re.sub(rf"&?{name}=[^&]*", "", query)  # a count stands for this value alone
        chosen = found(board, f"{others}&{urlencode({name: value})}")
        assert len(chosen) == count, (name, value)
        assert ticked == (f"{name}={value}" in query)


def test_the_counts_of_the_tabs_are_what_they_give(board: Board, six: dict[str, str]) -> None:
    page = board.browser().get("/ads?place=Aberystwyth&within=20").text
    tabs = re.findall(r'<a href="(/ads\?[^"]*)"[^>]*>\w+ <span class="n">(\d+)</span>', page)

    assert len(tabs) == 3
    for url, count in tabs:
        assert len(boxes(board.browser().get(html.unescape(url)))) == int(count)


def test_the_front_page_counts_what_its_links_give(board: Board, six: dict[str, str]) -> None:
    page = main_of(board.browser().get("/"))
    counted = re.findall(
        r'<a href="(/ads\?[^"]+)">(?:<span>[^<]*</span>|\w+) <span class="n">(\d+)<', page
    )

    assert len(counted) >= 6  # two kinds and five sectors; how many seek a skill is another count
    for url, count in counted:
        assert len(boxes(board.browser().get(html.unescape(url)))) == int(count), url


# --- nothing found --------------------------------------------------------------------------------


def test_an_empty_result_says_what_was_asked_and_what_would_help(
    board: Board, six: dict[str, str]
) -> None:
    query = "q=hedges&sector=law&place=Aberystwyth&within=5&rhythm=once"
    page = board.browser().get(f"/ads?{query}")

    assert page.status_code == 200
    text = words(page)
    for said in ("No ads", "hedges", "Aberystwyth", "5 miles", "Law", "Once"):
        assert said in text
    assert "Post a seeking ad for it" in text


def test_the_ways_on_give_what_they_promise(board: Board, six: dict[str, str]) -> None:
    for query in (
        "q=hedges&place=Aberystwyth&within=5",
        "q=hedges&sector=law",
        "q=hedges+unicorns+xyzzy&kind=offers",
        "rhythm=once&mode=video",
        "place=Lerwick&within=5",
    ):
        page = board.browser().get(f"/ads?{query}")
        ways = re.findall(
            r'<li><a href="([^"]*)"><span>[^<]*</span> <span class="n">(\d+) ads?</span>', page.text
        )
        if boxes(page):
            continue
        assert ways, query
        for url, count in ways:
            assert len(boxes(board.browser().get(html.unescape(url)))) == int(count), url


# --- boxes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Box {}", "box {}", " BOX   {} ", "box {lower}"])
def test_a_box_number_goes_straight_to_its_ad(
    board: Board, six: dict[str, str], typed: str
) -> None:
    box = six["law"]
    query = urlencode({"q": typed.format(box, lower=box.lower())})

    answer = board.browser().get(f"/ads?{query}")

    assert answer.status_code == 303
    assert answer.location == f"/ads/{box}"


@pytest.mark.parametrize("typed", ["box office", "Box ZZZZZZ", "box", "box of frogs", "boxing"])
def test_other_boxes_are_words(board: Board, six: dict[str, str], typed: str) -> None:
    assert board.browser().get(f"/ads?{urlencode({'q': typed})}").status_code == 200


# --- hostile --------------------------------------------------------------------------------------


@pytest.fixture
def shelf(board: Board, six: dict[str, str]) -> Board:
    board.work()
    return board


hostile = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["*", '"', "C++ AND (", "a" * 10_000, "\x00", "%", "'; DROP TABLE ads;--", XSS]
    ),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pairs=st.lists(st.tuples(st.sampled_from(NAMES), hostile), max_size=14))
def test_anything_whatever_is_a_valid_query(shelf: Board, pairs: list[tuple[str, str]]) -> None:
    encoded = urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in pairs])
    page = shelf.browser().get(f"/ads?{encoded}")

    assert page.status_code in {200, 303}
    assert "<script>alert" not in page.text
    assert "onerror=y>" not in page.text


@pytest.mark.parametrize("raw", ["%ff%fe", "q=%", "q=%C3", "q[]=1&&&==", "=&q", "page[0]=1;drop"])
def test_broken_encodings_are_a_valid_query(shelf: Board, raw: str) -> None:
    assert shelf.browser().get(f"/ads?q={raw}&sector={raw}&page={raw}").status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_markup_in_any_parameter_is_text(shelf: Board, name: str) -> None:
    for query in ({name: XSS}, {name: XSS, "q": "unicorns-nobody-offers"}):
        page = shelf.browser().get(f"/ads?{urlencode(query)}")
        assert page.status_code == 200
        assert "<script" not in main_of(page)
        assert "<img" not in main_of(page)


OUR_SCRIPT = re.compile(
    r'<script src="/static/suggest\.js\?v=\w+" data-url="/suggest" defer></script>'
)
DATA = re.compile(r'<script type="application/ld\+json">[^<>]*</script>')


def test_markup_in_an_ad_is_text_wherever_it_stands(board: Board) -> None:
    box = put(
        board,
        headline=f"Hedges {XSS}",
        seeks=XSS,
        offers=XSS,
        about=XSS,
        name=XSS[:40],
        seeks_skills=(XSS[:60],),
    )
    board.work()
    browser = board.sign_in("w@members.example")

    for path in (
        f"/ads/{box}",
        "/ads",
        "/ads?q=hedges",
        "/ads?q=script",
        "/",
        "/mine",
        f"/ads/{box}/edit",
        f"/ads/{box}/report",
        f"/ads/{box}/published",
    ):
        page = browser.get(path)
        assert page.status_code == 200, path
        text = DATA.sub("", OUR_SCRIPT.sub("", page.text), count=1).replace("&lt;", "")
        for tag in ("<script", "<img", "onerror=y>"):
            assert tag not in text, path


# --- what a search address keeps ------------------------------------------------------------------


def test_every_state_is_an_address(board: Board, six: dict[str, str]) -> None:
    query = "q=sourdough&kind=seeks&side=offers&sector=health&sector=trades&mode=in_person"
    query += "&place=Aberystwyth&within=80&sort=nearest"
    page = board.browser().get(f"/ads?{query}").text

    for url in re.findall(r'href="(/ads\?[^"]*)"', main_of_text(page)):
        answer = board.browser().get(html.unescape(url))
        assert answer.status_code == 200
    assert '<input type="hidden" name="kind" value="seeks">' in page
    assert '<input type="hidden" name="side" value="offers">' in page
    assert page.count(" checked>") == 3 + 1  # and how often an alert may write


def main_of_text(text: str) -> str:
    return text.partition("<main")[2].partition("</main>")[0]


def test_words_are_marked_and_distances_told(board: Board, six: dict[str, str]) -> None:
    page = board.browser().get("/ads?q=hedges&place=Aberystwyth").text

    assert "<mark>hedges</mark>" in page
    assert re.search(r"Borth, \d+ miles?", page)


def test_an_index_that_is_gone_does_not_stop_the_search(
    board: Board, six: dict[str, str], make_app: Callable[..., Flask]
) -> None:
    board.work()
    folder = board.app.extensions["settings"].search_folder
    for path in sorted(folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()

    assert found(board, "q=hedges") == [six["near"]]
    board.app = make_app()
    assert found(board, "q=hedges") == [six["near"]]
