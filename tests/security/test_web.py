"""What is said of host, scheme, source and way on by whoever asks is not believed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.board import Board
from tests.pages.look import rows
from tests.security.scene import Scene, rules, scene

EVIL = "evil.example"
FORWARDED = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Port": "444",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "Forwarded": f"for=203.0.113.9;host={EVIL};proto=https",
    "X-Original-URL": "/desk",
    "X-Rewrite-URL": "/desk",
    "X-HTTP-Method-Override": "DELETE",
    "X-Host": EVIL,
}


@pytest.fixture
def here(board: Board) -> Scene:
    return scene(board)


def test_headers_of_a_proxy_that_is_not_there_change_nothing(here: Scene) -> None:
    """Else a cache in front could be given, for one address, what another asked for."""
    guest = here.board.browser()
    for rule in rules(here.board.app, "GET"):
        path = here.path(rule)
        if path == "/metrics":  # where any of them shuts the door: tests/pages/test_metrics.py
            continue
        plain, dressed = guest.client.get(path), guest.client.get(path, headers=FORWARDED)
        assert plain.status_code == dressed.status_code, path
        assert EVIL not in dressed.get_data(as_text=True), path
        assert EVIL not in str(dressed.headers), path
        assert "Strict-Transport-Security" not in dressed.headers
        for answer in (plain, dressed):
            answer.close()


def test_links_go_by_base_url_whatever_host_was_asked_for(
    board: Board, make_app: Callable[..., Flask]
) -> None:
    board.app = make_app(base_url="https://board.example.org")
    client = board.app.test_client()
    for path in ("/", "/ads", "/sitemap.xml", "/robots.txt", "/opensearch.xml", "/ads.atom"):
        answer = client.get(path, headers={"Host": EVIL})
        assert EVIL not in answer.text, path
    assert "https://board.example.org/ads" in client.get("/opensearch.xml").text


@pytest.mark.parametrize(
    "path", ["//ads", f"//{EVIL}/..", "/ads//new", "///", f"/\\{EVIL}", "/ads/"]
)
def test_no_odd_path_is_sent_on_to_anywhere(board: Board, path: str) -> None:
    as_it_came = {"PATH_INFO": path, "HTTP_HOST": EVIL}
    answer = board.browser().client.get("/", environ_overrides=as_it_came)
    assert EVIL not in (answer.location or "")
    assert answer.status_code in {200, 404}


NEXT = [
    f"//{EVIL}",
    f"https://{EVIL}/",
    f"/\\{EVIL}",
    f"/threads/0123456789abcdef@{EVIL}",
    f"/alerts//{EVIL}",
    "/alerts\n",
    f"/desk/../..//{EVIL}",
    "javascript:alert(1)",
    "%2f%2fevil.example",
    f"/ads/AAAAAA/edit?{EVIL}",
]


@pytest.mark.parametrize("wanted", NEXT)
def test_nobody_is_sent_on_to_elsewhere(here: Scene, wanted: str) -> None:
    signed_in = here.gwen.client.get("/mine", query_string={"next": wanted})
    assert signed_in.status_code == 200
    asked = here.board.browser().client.get("/mine", query_string={"next": wanted})
    assert EVIL not in asked.text


def test_every_way_on_stays_here(here: Scene) -> None:
    found = 0
    for browser in (here.gwen, here.board.browser()):
        for rule in rules(here.board.app, "GET"):
            with browser.client.get(here.path(rule), headers={"Host": EVIL}) as answer:
                if answer.location:
                    found += 1
                    assert answer.location.startswith("/"), rule
                    assert not answer.location.startswith(("//", "/\\")), rule
    assert found >= 4


def test_what_a_cache_may_keep_for_all_holds_nothing_of_anybody(here: Scene) -> None:
    for browser in (here.gwen, here.dafydd):
        for rule in rules(here.board.app, "GET"):
            with browser.client.get(here.path(rule)) as answer:
                kept = answer.headers["Cache-Control"]
                if "public" in kept or "max-age" in kept:
                    assert "Set-Cookie" not in answer.headers, rule
                    assert "csrf_token" not in answer.get_data(as_text=True), rule
                if rule.rule.startswith(("/threads", "/mine", "/alerts", "/l/")):
                    assert kept == "no-store" or answer.status_code == 404, rule


def test_no_other_site_s_script_may_read_what_is_here(here: Scene) -> None:
    for rule in rules(here.board.app, "GET"):
        headers = {"Origin": f"https://{EVIL}", "Access-Control-Request-Method": "POST"}
        for method in ("GET", "OPTIONS"):
            with here.gwen.client.open(here.path(rule), method=method, headers=headers) as answer:
                said = answer.headers.get("Access-Control-Allow-Origin", "")
                assert said in {"", "*"}, rule
                assert "Access-Control-Allow-Credentials" not in answer.headers
                if said == "*":
                    assert rule.rule.startswith(("/api/", "/ads.atom")), rule


@pytest.mark.parametrize("name", ["state", "person_id", "id", "box", "email_key", "expires_at"])
def test_a_field_no_form_has_sets_nothing(here: Scene, name: str) -> None:
    asked = "SELECT state, person_id, id, box, expires_at FROM ads ORDER BY id"
    before = rows(here.board.app, asked)
    sent: dict[str, Any] = {name: "99", "headline": "Ward sister seeks a shopkeeper’s eye, still"}
    answer = here.gwen.press(f"/ads/{here.box}/edit", **sent)

    assert answer.status_code == 303
    assert rows(here.board.app, asked) == before
