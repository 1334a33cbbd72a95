"""Every search as an Atom feed: valid, the same ids for good, and an ad only while it is live."""

import html
import re
import shutil
from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.board import AD, Board
from tests.oracle import assert_no_leak
from tests.pages.atom import SPACE, entries, read_feed, text
from tests.pages.look import boxes
from tests.pages.shelf import put


def ids(board: Board, path: str = "/ads.atom") -> list[str]:
    """The Boxes in a feed, in order."""
    answer = board.browser().get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    return [name.rpartition("/")[2] for name in entries(answer.data)]


def test_a_feed_has_what_the_search_has_newest_first(board: Board) -> None:
    bread = put(board, headline="Bread, from the starter up")
    put(board, headline="A clock that runs slow")
    loaf = put(board, headline="Bread and nothing else", kind="offers")

    assert ids(board, "/ads.atom?q=bread") == [loaf, bread]
    assert ids(board, "/ads.atom?q=bread&sort=best&page=7&upto=1-1") == [loaf, bread]
    assert ids(board, "/ads.atom?q=bread&kind=seeks") == [bread]
    assert len(ids(board)) == 3


@pytest.mark.parametrize("q", ["", "bread in Aberystwyth", "zxqv", "<&>\"'", "\x00\ufffe\x0b"])
def test_every_feed_is_valid_atom(board: Board, q: str) -> None:
    put(
        board,
        headline="Bread & <butter> ]]> “quoted”",
        seeks="Ŵyn a bara brith, & more <b>",
        name="Siân",
    )
    put(board, headline="Sgwrs am fara", language="cy", offers="", return_open=True)

    read_feed(board.browser().get(f"/ads.atom?q={quote(q)}").data)


def test_an_entry_keeps_its_id_and_tells_when_it_changed(board: Board) -> None:
    writer = board.browser()
    box = board.publish(writer)
    before = entries(board.browser().get("/ads.atom").data)
    board.clock.shift(timedelta(hours=1))
    writer.press(f"/ads/{box}/edit", headline="Another headline altogether, of the same ad")

    after = entries(board.browser().get("/ads.atom").data)

    assert list(before) == list(after) == [f"http://localhost/ads/{box}"]
    old, new = before[f"http://localhost/ads/{box}"], after[f"http://localhost/ads/{box}"]
    assert text(old, "published") == text(new, "published")
    assert text(old, "updated") < text(new, "updated")
    assert text(new, "title") == "Another headline altogether, of the same ad"
    for link in new.findall(f"{SPACE}link"):
        path = link.attrib["href"].removeprefix("http://localhost")
        assert board.browser().get(path).status_code == 200


@pytest.mark.parametrize("action", ["pause", "close"])
def test_an_ad_that_is_no_longer_live_leaves_at_once(board: Board, action: str) -> None:
    writer = board.browser()
    box = board.publish(writer)
    assert ids(board) == [box]

    writer.press("/mine", action=f"/ads/{box}/{action}")

    assert ids(board) == []


def test_an_ad_that_ran_out_leaves_though_no_job_ran(board: Board) -> None:
    put(board)
    board.clock.shift(timedelta(days=61))
    assert ids(board) == []


def test_words_no_ad_has_find_nothing_like_them(board: Board) -> None:
    put(board, headline="Teaching somebody to swim")
    assert len(boxes(board.browser().get("/ads?q=teachign"))) == 1
    assert ids(board, "/ads.atom?q=teachign") == []
    assert ids(board, "/ads.atom?q=teaching+zeppelins") == []


def test_the_page_of_results_names_its_feed(board: Board) -> None:
    box = put(board, headline="Bread, from the starter up")
    put(board, headline="A clock that runs slow")
    page = board.browser().get("/ads?q=bread+in+Aberystwyth&sort=nearest&page=1").text

    link = re.search(
        r'<link rel="alternate" type="application/atom\+xml"[^>]* href="([^"]+)">', page
    )

    assert link is not None
    assert ids(board, html.unescape(link[1])) == [box]
    named = read_feed(board.browser().get(html.unescape(link[1])).data)
    assert text(named, "id") == f"http://localhost{html.unescape(link[1])}"
    assert "within 20 miles of Aberystwyth" in text(named, "title")


def test_a_reader_that_has_it_already_is_told_so(board: Board) -> None:
    put(board)
    reader = board.browser()
    tag = reader.get("/ads.atom").headers["ETag"]

    again = reader.get("/ads.atom", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    put(board, headline="Something new since then")
    assert reader.get("/ads.atom", headers={"If-None-Match": tag}).status_code == 200


def test_a_feed_is_for_readers(board: Board) -> None:
    board.publish()
    answer = board.browser().get("/ads.atom")
    assert "Set-Cookie" not in answer.headers
    assert_no_leak(answer.data, AD["email"])


def test_a_lost_index_makes_no_wrong_feed(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    put(board)
    board.work()
    monkeypatch.setattr("app.search.service._SMALL", 0)  # as on a board too large to wait for
    board.app.extensions["index"].close()
    shutil.rmtree(board.app.extensions["settings"].search_folder)

    assert board.browser().get("/ads.atom").status_code == 503
    board.work()
    assert len(ids(board)) == 1
