"""For machines: robots, sitemap, health; and how many questions a page asks of the database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

from flask import Flask

from app.db import db
from tests.board import AD, Board, Browser
from tests.pages.look import boxes, statements
from tests.pages.shelf import WRITER, put

PAGES = (
    "/",
    "/ads",
    "/help",
    "/safety",
    "/brokering",
    "/privacy",
    "/terms",
    "/accessibility",
    "/api",
)


def sitemap(board: Board) -> dict[str, str]:
    """Every address of the sitemap with the day it was changed, '' where none is given."""
    page = board.browser().get("/sitemap.xml")
    assert page.status_code == 200
    assert page.mimetype == "application/xml"
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    root = ElementTree.fromstring(page.data)
    assert root.tag == f"{space}urlset"
    return {
        str(url.findtext(f"{space}loc")): url.findtext(f"{space}lastmod") or ""
        for url in root.iter(f"{space}url")
    }


def test_the_sitemap_names_every_page_and_only_live_ads(board: Board) -> None:
    writer = board.browser()
    live = board.publish(writer, headline="<Live> & “kicking” ]]>")
    paused = board.publish(writer, headline="Paused for a while by its writer")
    board.publish(email="old@letters.example", headline="About to run out by itself")
    writer.press("/mine", action=f"/ads/{paused}/pause")
    board.post_ad(headline="Never confirmed by anybody at all")
    assert len(sitemap(board)) == len(PAGES) + 2

    board.clock.shift(timedelta(days=59))
    board.sign_in(AD["email"], writer)
    writer.press("/mine", action=f"/ads/{live}/renew")
    board.clock.shift(timedelta(days=2))

    found = sitemap(board)
    assert [url for url in found if "/ads/" in url] == [f"http://localhost/ads/{live}/live-kicking"]
    assert {url.removeprefix("http://localhost") for url in found} >= set(PAGES)
    for url in found:
        assert board.browser().get(url.removeprefix("http://localhost")).status_code == 200


def test_robots_are_told_where_not_to_go(board: Board) -> None:
    page = board.browser().get("/robots.txt")

    assert page.mimetype == "text/plain"
    assert "Sitemap: http://localhost/sitemap.xml" in page.text
    for path in ("/l/", "/mine", "/threads/", "/dev/"):
        assert f"Disallow: {path}\n" in page.text
    assert "Disallow: /\n" not in page.text


def test_the_favicon_is_where_browsers_look(board: Board) -> None:
    with board.browser().client.get("/favicon.ico", follow_redirects=True) as icon:
        assert icon.status_code == 200
        assert icon.data[:4] == b"\x00\x00\x01\x00"


# --- health ---------------------------------------------------------------------------------------


def ready(board: Board) -> tuple[int, dict[str, Any]]:
    page = board.browser().get("/readyz")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.json is not None
    return page.status_code, page.json


def test_alive_means_alive(board: Board) -> None:
    page = board.browser().get("/healthz")

    assert (page.status_code, page.text) == (200, "ok\n")


def test_ready_once_everything_is(board: Board) -> None:
    board.publish()
    status, told = ready(board)

    assert status == 200, told
    assert told["ready"] is True


def test_not_ready_without_a_worker(board: Board) -> None:
    assert ready(board)[1]["worker"] == {"ok": False, "seconds": None}
    board.publish()
    board.work()
    assert ready(board)[0] == 200
    board.clock.shift(timedelta(seconds=61))

    status, told = ready(board)

    assert status == 503
    assert told["worker"] == {"ok": False, "seconds": 61}


def test_not_ready_while_mail_waits_for_long(board: Board) -> None:
    board.publish()
    board.post_ad(headline="Its mail waits, since the worker sleeps")
    board.clock.shift(timedelta(minutes=16))

    status, told = ready(board)

    assert status == 503
    assert told["mail"]["ok"] is False


def test_a_lost_index_is_told_and_mended(board: Board) -> None:
    box = board.publish()
    folder = board.app.extensions["settings"].search_folder
    for path in sorted(folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()

    assert ready(board)[1]["index"] == {"ok": False}
    board.work()
    assert ready(board)[0] == 200
    assert boxes(board.browser().get("/ads?q=shopkeeper")) == [box]


def test_a_lost_database_is_told(board: Board, make_app: Callable[..., Flask]) -> None:
    board.publish()
    with board.app.app_context():
        db.engine.dispose()
    folder = board.app.extensions["settings"].state_folder
    board.app = make_app(database_url=f"sqlite:///{folder}/empty.db")

    status, told = ready(board)
    assert status == 503
    assert told["database"] == {"ok": False}
    assert board.browser().get("/healthz").status_code == 200


# --- questions ------------------------------------------------------------------------------------


def asked_by(board: Board, browser: Browser, path: str) -> int:
    board.app.extensions.pop("figures", None)
    with statements(board.app) as said:
        assert browser.get(path).status_code == 200
    return sum(statement.lstrip().upper().startswith("SELECT") for statement in said)


def test_no_page_asks_more_for_more_ads(board: Board) -> None:
    paths = ["/", "/ads", "/ads?q=number", "/mine", "/sitemap.xml"]
    paths.append(f"/ads/{put(board, headline='The one that is looked at')}")
    counts: list[dict[str, int]] = []
    posted = 0
    for many in (5, 40):
        while posted < many:
            posted += 1
            skills = (f"skill {posted}", "tea")
            put(board, headline=f"Number {posted} of many small ads", seeks_skills=skills)
        writer = board.sign_in(WRITER)
        counts.append({path: asked_by(board, writer, path) for path in paths})

    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= 10
