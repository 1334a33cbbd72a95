"""The board for programs: what the pages show, to the letter, for anybody and in any number."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from app.api.ads import STATUS
from app.limits.rules import LIMITS, Limit
from app.web import STATUS as ON_PAGES
from tests.board import AD, Board
from tests.oracle import assert_no_leak
from tests.pages.shelf import WRITER, put


def ask(board: Board, path: str, status: int = 200) -> dict[str, Any]:
    answer = board.browser().get(f"/api/v1{path}")
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/json"
    assert "Set-Cookie" not in answer.headers
    assert_no_leak(answer.data, str(AD["email"]), WRITER)
    assert isinstance(answer.json, dict)
    return answer.json


def found(board: Board, path: str) -> list[str]:
    return [ad["box"] for ad in ask(board, path)["ads"]]


def test_an_ad_as_its_page_has_it(board: Board) -> None:
    box = board.publish()

    ad = ask(board, f"/ads/{box}")

    for name in ("kind", "headline", "seeks", "offers", "sector", "rhythm", "name", "modes"):
        assert ad[name] == AD[name], name
    assert ad["seeks_skills"] == ["budgets", "running a team"]
    assert ad["sectors_wanted"] == ["different"]
    assert ad["place"]["name"].startswith("Aberystwyth")
    assert ad["url"].startswith(f"http://localhost/ads/{box}/")
    assert board.browser().get(urlsplit(ad["url"]).path).status_code == 200
    assert ask(board, "/ads")["ads"] == [ad]


def test_the_parameters_are_those_of_the_page(board: Board) -> None:
    bread = put(board, headline="Bread, from the starter up", modes=("phone",))
    other = put(board, headline="Bread in the far north", place="Lerwick", kind="offers")
    clock = put(board, headline="A clock that runs slow", sector="law", rhythm="once")

    assert found(board, "/ads?q=bread") == [other, bread]
    assert found(board, "/ads?q=bread&kind=offers") == [other]
    assert found(board, "/ads?place=Aberystwyth&within=20&sort=nearest") == [clock, bread]
    assert found(board, "/ads?place=Lerwick&within=any&sort=nearest")[0] == other
    assert found(board, "/ads?sector=law&sector=trades&rhythm=once") == [clock]
    assert found(board, "/ads?mode=phone") == [bread]
    assert ask(board, "/ads?q=bread+in+Lerwick")["place"]["name"].startswith("Lerwick")
    assert found(board, "/ads?q=braed") == []


@pytest.mark.parametrize(
    "wrong", ["kind=both", "within=0", "sector=magic", "sort=worst", "page=2", "cursor=x", "mode="]
)
def test_what_makes_no_sense_is_said(board: Board, wrong: str) -> None:
    answer = board.browser().get(f"/api/v1/ads?{wrong}")
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json[0]["loc"][0] == wrong.partition("=")[0]


def walk(board: Board, path: str) -> list[str]:
    """The Boxes of all pages, following `next`."""
    boxes: list[str] = []
    while path:
        page = ask(board, path)
        boxes += [ad["box"] for ad in page["ads"]]
        path = (page["next"] or "").removeprefix("http://localhost/api/v1")
    return boxes


@pytest.mark.parametrize("sort", ["newest", "best", "nearest"])
def test_every_ad_comes_once(board: Board, monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    monkeypatch.setattr("app.api.ads.PAGE", 2)
    boxes = [put(board, headline=f"Bread number {number}") for number in range(5)]

    walked = walk(board, f"/ads?q=bread&place=Aberystwyth&sort={sort}")

    assert sorted(walked) == sorted(boxes)
    assert sort == "best" or walked == boxes[::-1]


def test_ads_that_come_and_end_meanwhile_move_no_page(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.ads.PAGE", 2)
    writer = board.browser()
    old = [put(board, headline=f"Bread number {number}") for number in range(3)]
    ending = board.publish(writer, headline="Bread that ends soon")
    newest = put(board, headline="Bread, the newest")
    first = ask(board, "/ads")
    assert [ad["box"] for ad in first["ads"]] == [newest, ending]
    assert first["total"] == 5

    writer.press("/mine", action=f"/ads/{ending}/close")
    late = put(board, headline="Bread that came too late")

    rest = walk(board, f"/ads?cursor={first['next_cursor']}")
    assert rest == old[::-1]
    assert late not in rest
    assert ask(board, f"/ads?cursor={first['next_cursor']}")["total"] == 5  # one more, one less


def test_what_is_not_live_is_told_apart_from_what_never_was(board: Board) -> None:
    writer = board.browser()
    box = board.publish(writer)
    writer.press("/mine", action=f"/ads/{box}/pause")

    assert found(board, "/ads") == []
    assert ask(board, f"/ads/{box}", 410)["status"] == 410
    assert ask(board, "/ads/000000", 404)["sentence"]
    assert ask(board, "/ads/nonsense", 404)["status"] == 404


@pytest.mark.parametrize("path", ["/ads", "/ads/{box}", "/openapi.json"])
def test_who_has_it_already_is_told_so(board: Board, path: str) -> None:
    writer, reader = board.browser(), board.browser()
    box = board.publish(writer)
    url = "/api/v1" + path.format(box=box)
    answer = reader.get(url)

    again = reader.get(url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    if path != "/openapi.json":
        writer.press(f"/ads/{box}/edit", headline="Quite another headline now")
        changed = reader.get(url, headers={"If-None-Match": answer.headers["ETag"]})
        assert changed.status_code == 200


def test_an_ad_says_when_it_changed(board: Board) -> None:
    box = board.publish()
    answer = board.browser().get(f"/api/v1/ads/{box}")
    assert answer.last_modified is not None
    assert answer.json is not None
    assert answer.json["updated_at"].startswith(f"{answer.last_modified:%Y-%m-%dT%H:%M:%S}")


def test_a_network_may_ask_so_often(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "api-source", Limit(2, timedelta(hours=1)))
    for _ in range(2):
        ask(board, "/ads")
    answer = board.browser().get("/api/v1/ads")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json is not None
    assert answer.json["status"] == 429


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_only_reads(board: Board, method: str) -> None:
    answer = getattr(board.browser().client, method)("/api/v1/ads")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_refusals_are_answered_as_on_pages(app: Flask) -> None:
    assert STATUS == ON_PAGES
