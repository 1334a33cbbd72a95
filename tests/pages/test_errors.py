"""What guards every page: tokens, where a form stood, headers; and pages for what went wrong."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from tests.board import AD, MESSAGE, Board, Browser
from tests.pages.look import dump, fields, main_of, words

REPLIER = "dafydd.rhys@letters.example"


@pytest.fixture
def writer(board: Board) -> Browser:
    return board.browser()


@pytest.fixture
def places(board: Board, writer: Browser) -> dict[str, str]:
    """A value for every part of an address: an ad, a thread, a link that would work."""
    box = board.publish(writer)
    path = board.converse(box)
    board.clock.shift(timedelta(seconds=5))
    board.post_ad(headline="One more, which waits for its link to be pressed")
    token = board.link(AD["email"]).removeprefix("/l/")
    return {"box": box, "key": path.split("/")[2], "token": token, "action": "close"}


def routes(app: Flask, method: str, places: dict[str, str]) -> list[str]:
    """The path of every route that answers to `method`; the desk has tests/desk/test_guard.py."""
    values = places | {"slug": "slug", "number": "7K2M9Q", "filename": "board.css", "year": "2026"}
    found = set()
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and not rule.rule.startswith("/desk"):
            path = re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda part: values[part[1]], rule.rule)
            found.add(path)
    return sorted(found)


DATA: dict[str, Any] = AD | {
    "message": MESSAGE,
    "reason": "spam",
    "text": "Look at this",
    "go": "mail",
}


# --- form tokens ----------------------------------------------------------------------------------


def test_no_post_does_anything_without_a_token(
    board: Board, writer: Browser, places: dict[str, str]
) -> None:
    paths = routes(board.app, "POST", places)
    assert len(paths) >= 14
    before = dump(board.app)
    cookie = writer.client.get_cookie("bothways")

    for path in paths:
        for token in ({}, {"csrf_token": ""}, {"csrf_token": "x.y.z"}):
            answer = writer.client.post(path, data=DATA | token)
            assert answer.status_code == 400, path
            assert "Nothing has happened" in words(answer)
    assert dump(board.app) == before
    assert writer.client.get_cookie("bothways") == cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://["},
        {"Origin": ""},
    ],
)
def test_no_post_from_elsewhere_does_anything(
    board: Board, writer: Browser, places: dict[str, str], headers: dict[str, str]
) -> None:
    token = fields(writer.get("/mine"), action="sign-out")["csrf_token"]
    before = dump(board.app)

    for path in routes(board.app, "POST", places):
        answer = writer.client.post(path, data=DATA | {"csrf_token": token}, headers=headers)
        assert answer.status_code == 400, path
    assert dump(board.app) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://other.example"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {},
    ],
)
def test_a_post_from_here_is_taken(board: Board, headers: dict[str, str]) -> None:
    browser = board.browser()
    data = AD | {"csrf_token": fields(browser.get("/ads/new"))["csrf_token"]}

    assert browser.client.post("/ads/new", data=data, headers=headers).status_code == 200


def test_a_proxy_that_names_itself_as_host_breaks_no_form(
    board: Board, make_app: Callable[..., Flask]
) -> None:
    client = make_app(base_url="https://board.example.org").test_client()
    page = client.get("/ads/new", headers={"Host": "127.0.0.1:8000"})
    headers = {"Host": "127.0.0.1:8000", "Origin": "https://board.example.org"}
    data = AD | {"csrf_token": fields(page)["csrf_token"]}

    assert client.post("/ads/new", data=data, headers=headers).status_code == 200


def test_a_token_of_another_session_asks_again(board: Board, writer: Browser) -> None:
    board.publish(writer)
    other = board.browser()
    board.publish(other, email="o@letters.example", headline="Another writer's own small ad")
    theirs = fields(other.get("/mine"), action="sign-out")["csrf_token"]

    answer = writer.client.post("/mine/sign-out", data={"csrf_token": theirs})

    assert answer.status_code == 400
    assert "Send it once more" in words(answer)
    assert AD["email"] in words(writer.get("/mine"))


@pytest.mark.parametrize("page_of", ["/ads/new", "/mine"])
def test_a_form_open_for_too_long_is_kept_and_sent_again(board: Board, page_of: str) -> None:
    browser = board.browser()
    form = browser.get(page_of)
    about = "Two lines\r\nand “quotes” & <marks>"
    board.clock.shift(timedelta(hours=25))

    again = browser.send(form, **(AD | {"about": about}))

    assert again.status_code == 400
    assert "Send it again" in words(again)
    assert fields(again)["modes" if page_of == "/ads/new" else "email"] == (
        AD["modes"] if page_of == "/ads/new" else [AD["email"]]
    )
    done = browser.send(again)
    assert done.status_code == (200 if page_of == "/ads/new" else 303)
    if page_of == "/ads/new":
        assert "and “quotes” & <marks>" in words(done)
        assert browser.send(done).status_code == 303
        browser.press(board.link(AD["email"]))
        assert "Ward sister" in board.browser().get("/ads").text  # not held: it took a day


def test_a_day_is_not_too_long(board: Board) -> None:
    browser = board.browser()
    form = browser.get("/ads/new")
    board.clock.shift(timedelta(hours=23))

    assert browser.send(form, **AD).status_code == 200


# --- looking --------------------------------------------------------------------------------------


def names(answer: Response) -> set[str]:
    return {name for name in answer.headers.keys() if name != "Content-Length"}  # noqa: SIM118


def test_looking_at_any_page_changes_nothing(
    board: Board, writer: Browser, places: dict[str, str]
) -> None:
    before = dump(board.app)

    for browser in (writer, board.browser()):
        for path in routes(board.app, "GET", places):
            with browser.get(path) as answer, browser.client.head(path) as head:
                assert answer.status_code < 500 or path == "/readyz", path
                assert head.status_code == answer.status_code, path
                assert head.data == b""
                assert names(head) == names(answer), path
    assert dump(board.app) == before


def test_readers_get_no_cookie(board: Board, places: dict[str, str]) -> None:
    box = places["box"]
    reader = board.browser()
    paths = ["/", "/ads", "/ads?q=tea&page=2", f"/ads/{box}", f"/ads/{box}/report", "/ads/new"]
    paths += ["/mine", "/help", "/safety", "/brokering", "/privacy", "/terms", "/accessibility"]
    paths += ["/nowhere", "/ads/ZZZZZZ", "/sitemap.xml", "/robots.txt", f"/l/{places['token']}"]

    for path in paths:
        assert "Set-Cookie" not in reader.get(path).headers, path
    answer = board.reply(box, reader, email="new@letters.example")
    assert "Set-Cookie" not in answer.headers


def test_somebody_signed_in_gets_no_new_cookie_from_readers_pages(
    board: Board, writer: Browser, places: dict[str, str]
) -> None:
    board.clock.shift(timedelta(hours=1))
    for path in ("/", "/ads", f"/ads/{places['box']}", "/help", "/ads/new"):
        assert "Set-Cookie" not in writer.get(path).headers, path


def test_a_reader_s_page_may_be_gone_back_to(board: Board, places: dict[str, str]) -> None:
    for path in ("/", "/ads", f"/ads/{places['box']}", "/ads/new", "/help"):
        assert board.browser().get(path).headers["Cache-Control"] == "no-cache"


# --- headers --------------------------------------------------------------------------------------


def answers(board: Board, browser: Browser, box: str) -> list[TestResponse]:
    """One of every kind of answer."""
    client = browser.client
    return [
        client.get("/"),
        client.get("/ads/ZZZZZZ"),
        client.get("/static/board.css"),
        client.get("/static/nothing.css"),
        client.get(f"/ads/{box}/edit"),
        client.get("/mine"),
        client.get("/sitemap.xml"),
        client.get("/robots.txt"),
        client.get("/healthz"),
        client.get("/readyz"),
        client.get("/favicon.ico"),
        client.post("/mine"),
        client.put("/mine"),
        client.delete(f"/ads/{box}"),
        client.options("/"),
        client.post("/ads/new", data={"x": "y" * 300_000}),
        client.get("/ads/" + "x" * 3000),
    ]


def test_every_answer_carries_the_headers(board: Board, places: dict[str, str]) -> None:
    for answer in answers(board, board.browser(), places["box"]):
        where = f"{answer.request.method} {answer.request.path[:40]}"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, where
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert "geolocation=()" in answer.headers["Permissions-Policy"]
        assert "Cache-Control" in answer.headers, where
        assert "Server" not in answer.headers or "Python" not in answer.headers["Server"]
        answer.close()


def test_no_page_needs_what_the_policy_forbids(
    board: Board, writer: Browser, places: dict[str, str]
) -> None:
    for path in routes(board.app, "GET", places):
        with writer.get(path) as page:
            if page.mimetype != "text/html":
                continue
            html = page.get_data(as_text=True)
            scripts = re.findall(r"<script\b[^>]*>", html)
            ours = re.compile(r'<script src="/static/\w+\.js\?v=\w+"[^>]* defer>')
            data = 'type="application/ld+json"'
            assert all(data in tag or ours.fullmatch(tag) for tag in scripts), path
            assert not re.search(r"<[^>]*\s(?:style|on\w+)=", html), path
            assert "javascript:" not in html


def test_static_files_are_kept_for_ever_by_their_content(board: Board) -> None:
    page = board.browser().get("/")
    linked = re.findall(r'(?:href|src)="(/static/[^"]*)"', page.text)

    assert len(linked) >= 3
    for path in linked:
        with board.browser().get(path) as file:
            assert file.status_code == 200
            assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "Set-Cookie" not in file.headers


def test_what_is_missing_is_not_kept_for_ever(board: Board) -> None:
    for path in ("/static/nothing.css", "/static/board.css"):
        with board.browser().get(path) as file:
            assert "immutable" not in file.headers["Cache-Control"]


def test_the_cookie_is_kept_from_scripts_and_other_sites(
    board: Board, make_app: Callable[..., Flask]
) -> None:
    def cookie() -> str:
        board.post_ad(headline=f"An ad like any other, at {len(board.mails())}")
        return board.browser().press(board.link(AD["email"])).headers["Set-Cookie"]

    plain = cookie()
    for flag in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in plain
    assert "Secure" not in plain
    assert AD["email"] not in plain


def test_over_https_the_cookie_is_secure_and_https_is_kept(
    board: Board, make_app: Callable[..., Flask]
) -> None:
    board.app = make_app(base_url="https://board.example.org", proxy_hops=1)
    browser = board.browser()
    board.post_ad(browser)
    link = board.link(AD["email"])
    https = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "board.example.org"}
    page = browser.client.get(link, headers=https)

    answer = browser.client.post(link, data=fields(page), headers=https)

    assert answer.status_code == 303
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age=" in answer.headers["Strict-Transport-Security"]


def test_a_false_host_reaches_no_mail_and_no_link(board: Board) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    browser = board.browser()
    page = browser.client.get("/ads/new", headers=evil)
    board.clock.shift(timedelta(seconds=20))
    sent = AD | {"csrf_token": fields(page)["csrf_token"], "go": "mail"}
    answer = browser.client.post(
        "/ads/new", data=sent | {"started": fields(page)["started"]}, headers=evil
    )
    assert answer.status_code == 303
    assert "evil" not in answer.location
    box = board.browser().press(board.link(AD["email"])).location.split("/")[2]

    assert all("evil" not in mail.as_string() for mail in board.mails())
    for path in ("/", "/ads", f"/ads/{box}", "/sitemap.xml", "/robots.txt", "/nowhere"):
        assert "evil.example" not in browser.client.get(path, headers=evil).text, path


# --- pages for what went wrong --------------------------------------------------------------------


def check_designed(page: TestResponse, code: int) -> None:
    assert page.status_code == code
    assert page.mimetype == "text/html"
    assert f"Error {code}" in words(page)
    assert 'content="noindex"' in page.text
    assert main_of(page).count("<h1") == 1
    assert 'href="/ads"' in page.text or 'action="/ads"' in page.text
    for word in ("Werkzeug", "Traceback", "werkzeug", "sqlalchemy", "Flask"):
        assert word not in page.text


def test_404(board: Board) -> None:
    for path in ("/nowhere", "/ads/ZZZZZZ", "/threads/xyz/x", "/l", "/desk", "/static/no.css"):
        check_designed(board.browser().get(path), 404)


def test_405_says_what_is_allowed(board: Board) -> None:
    browser = board.browser()
    page = browser.client.put("/mine")
    check_designed(page, 405)
    assert set(page.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    check_designed(browser.client.post("/"), 405)


def test_413(board: Board) -> None:
    browser = board.browser()
    token = fields(browser.get("/ads/new"))["csrf_token"]
    sent = AD | {"csrf_token": token, "seeks": "long " * 60_000}

    page = browser.client.post("/ads/new", data=sent)
    check_designed(page, 413)
    assert "Make it shorter" in words(page)
    parts = {f"field{number}": "x" for number in range(400)}
    page = browser.client.post("/ads/new", data=parts, content_type="multipart/form-data")
    check_designed(page, 413)


def test_what_is_no_form_is_400(board: Board) -> None:
    client = board.browser().client
    for kind in (
        "application/json",
        "multipart/form-data",
        "text/plain",
        "multipart/form-data; boundary",
    ):
        check_designed(client.post("/ads/new", data=b'{"kind": "seeks"}', content_type=kind), 400)


def test_500_tells_nothing_and_logs_no_words(
    board: Board, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object, **_values: object) -> None:
        raise ValueError("gwen.prydderch@members.example")

    monkeypatch.setattr("app.board.home.ads.newest", broken)
    page = board.browser().get("/")

    check_designed(page, 500)
    assert "prydderch" not in page.text + caplog.text
    assert "ValueError on home.home at" in caplog.text
    assert "home.py:" in caplog.text


def test_503_when_the_database_is_busy(
    board: Board, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def busy(*_args: object, **_values: object) -> None:
        raise OperationalError("INSERT gwen.prydderch", {}, Exception("database is locked"))

    monkeypatch.setattr("app.board.home.ads.newest", busy)
    page = board.browser().get("/")

    check_designed(page, 503)
    assert page.headers["Retry-After"] == "30"
    assert "prydderch" not in page.text + caplog.text


def test_410_and_409_keep_what_was_typed(board: Board, writer: Browser) -> None:
    box = board.publish(writer)
    reader = board.browser()
    page = reader.get(f"/ads/{box}")
    writer.press("/mine", action=f"/ads/{box}/close")

    answer = reader.send(page, message=MESSAGE, name="Dafydd", email=REPLIER)

    assert answer.status_code == 410
    assert "What you typed" in words(answer)
    assert MESSAGE in words(answer)
    assert "Error 410" not in words(answer)  # a page of its own
    assert REPLIER not in answer.text
