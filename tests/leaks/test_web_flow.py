"""A whole life of the board, from the first ad to its erasure: nobody reads anybody's address."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, Response

from app import logs, worker
from app.mail.transports import SmtpTransport
from app.tasks import TASKS
from tests import postgres
from tests.board import AD, Board, Browser
from tests.desk.desk import command
from tests.leaks.emitted import Piece, Watch, leaks
from tests.leaks.people import (
    BROKER,
    BYSTANDER,
    EVERYBODY,
    REPLIER,
    REPORTER,
    WRITER,
    disguised,
)
from tests.mail.server import MailServer
from tests.outside import refusing, renamed, say

FIRST = "Dear Box, I kept a shop by the harbour for nineteen years, and learnt to write a rota."


@pytest.fixture
def watch(
    make_app: Callable[..., object],
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> Watch:
    caplog.set_level(logging.DEBUG)
    board: Board = request.getfixturevalue("board")
    return Watch(board)


@pytest.fixture
def app(make_app: Callable[..., object]) -> object:
    app = make_app(broker_email=BROKER)
    assert isinstance(app, Flask)
    return app


def talk(watch: Watch, browser: Browser, thread: str, *addresses: str) -> None:
    """Write a message for every disguise of every address."""
    for address in addresses:
        text = "\n\n".join(f"Write to {worn} instead." for worn in disguised(address))
        assert browser.press(thread, message=text).status_code == 303
        watch.board.work()


def published(watch: Watch, browser: Browser, email: str, **changes: object) -> str:
    """The Box of an ad that its writer first typed an address into."""
    named: dict[str, Any] = AD | {"email": email, "seeks": f"Ask {email}"}
    refused = browser.press("/ads/new", **named)
    assert refused.status_code == 422
    return watch.board.publish(browser, email=email, **changes)


def live_through(watch: Watch, tmp_path: Path) -> str:
    """Everything that people do with each other here; returns the Box of the writer's ad."""
    board = watch.board
    writer, replier, bystander = map(watch.browser, (WRITER, REPLIER, BYSTANDER))
    box = published(watch, writer, WRITER, capacity="5")
    other = published(
        watch, bystander, BYSTANDER, headline="Beekeeper seeks a website", seeks=FIRST
    )

    thread = board.converse(box, replier, email=REPLIER, message=f"{FIRST} I am {REPLIER}.")
    talk(watch, replier, thread, REPLIER, WRITER)
    talk(watch, writer, thread, WRITER, REPLIER)
    writer.press(thread, message=f"A friend of mine would know: {BYSTANDER}")
    declined = board.converse(other, watch.browser(REPLIER), email=REPLIER, message=FIRST)
    bystander.press(declined, action="/decline", reason="far")
    blocked = board.converse(other, watch.browser(WRITER), email=WRITER, message=FIRST)
    bystander.press(blocked, action="/block")
    writer.press(thread, action="/report", reason="other", text=f"It was {REPLIER}")
    be_told(watch, replier, bystander)
    complain(watch, box)
    fail(watch, box, tmp_path)
    replier.press(thread, action="/end")

    writer.press(f"/ads/{box}/edit", headline="Ward sister seeks a shopkeeper’s eye, still")
    for action in ("pause", "resume", "renew"):
        writer.press("/mine", action=f"/ads/{box}/{action}")
    for days in (53, 6):
        board.clock.shift(timedelta(days=days))
        board.work()
    return box


def be_told(watch: Watch, reader: Browser, writer: Browser) -> None:
    """Somebody saves a search, hears of an ad, and looks where the mail leads."""
    saved = reader.press("/ads?q=lanterns", action="/alerts", email=REPLIER, pace="at_once")
    assert saved.status_code == 303
    watch.board.publish(writer, email=BYSTANDER, headline="Lanterns for the harbour walk")
    (mail,) = [m for m in watch.board.mails(REPLIER) if "Lanterns" in str(m["Subject"])]
    watch.browser().get(urlsplit(str(mail["List-Unsubscribe"]).strip("<>")).path)
    reader.get("/alerts")


def complain(watch: Watch, box: str) -> None:
    """Somebody without a session reports the ad, and would like to hear back."""
    reporter = watch.browser(REPORTER)
    sent = reporter.press(f"/ads/{box}/report", reason="other", text="Odd.", email=REPORTER)
    assert sent.status_code == 303
    lost = watch.browser(REPORTER)
    lost.press("/mine", email=REPORTER)
    lost.press(f"/ads/{box}", message="short", name=REPORTER, email=REPORTER)


def fail(watch: Watch, box: str, tmp_path: Path) -> None:
    """The database refuses in two ways, and the mail server quotes an address back."""
    browser = watch.browser(REPORTER)
    lost = 500 if postgres.WANTED else 503
    for trouble, status in (
        (renamed(tmp_path, "outbox"), lost),
        (refusing(tmp_path, "messages"), 500),
    ):
        with trouble:
            answer = watch.board.reply(box, browser, email=REPORTER, message=f"{FIRST} {REPORTER}")
        assert answer.status_code == status
    watch.board.work()
    unknown = watch.board.reply(box, browser, email=REPORTER, message=f"{FIRST} Yours, {REPORTER}")
    assert unknown.status_code == 303
    with MailServer() as server:
        server.answers["RCPT"] = [f"550 5.1.1 <{REPORTER}> is unknown here"]
        transport = SmtpTransport(server.url(), mail_from="board@localhost")
        worker.run(watch.board.app, once=True, transport=transport, tasks=TASKS)


def look_around(watch: Watch, box: str) -> None:
    """What anybody, and what each of the two, can get to see."""
    starts = ("/", "/ads", "/ads?q=shopkeeper", f"/ads/{box}", "/sitemap.xml", "/robots.txt")
    starts += ("/ads.atom", "/ads.atom?q=shopkeeper", "/opensearch.xml")
    starts += ("/api/v1/ads", f"/api/v1/ads/{box}", "/api/v1/openapi.json")
    errors = ("/nothing", "/l/unknown", "/threads/unknown", "/ads/000000", "/readyz", "/ads?q=%00")
    assert watch.crawl(watch.browser(), *starts, *errors) > 40
    for email in (WRITER, REPLIER, BYSTANDER):
        known = watch.board.sign_in(email, watch.browser(email))
        assert watch.crawl(known, "/mine", f"/ads/{box}") > 10
    assert watch.browser().client.put("/ads").status_code == 405
    assert watch.browser().client.post("/mine", data={"email": WRITER}).status_code == 400


KINDS = {"answer", "mail", "log", "index", "command", "export"}


def test_no_address_reaches_anybody_else(
    watch: Watch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    box = live_through(watch, tmp_path)
    look_around(watch, box)
    sit_at_the_desk(watch, box)

    pieces = watch.everything(caplog)
    assert {piece.kind for piece in pieces} == KINDS
    asked = [vars(record) for record in caplog.records if record.name == logs.REQUESTS]
    assert len(asked) > 100
    assert all(set(line["noted"]) == {"method", "status", "ms"} for line in asked)
    owners = {piece.owner for piece in pieces if piece.kind == "mail"}
    assert owners == set(EVERYBODY)
    assert leaks(pieces, EVERYBODY) == []

    writer = watch.board.sign_in(WRITER, watch.browser(WRITER))
    assert writer.press("/mine", action="/mine/erase").status_code == 303
    look_around_after(watch, box)
    assert leaks(watch.everything(caplog), EVERYBODY) == []


def sit_at_the_desk(watch: Watch, box: str) -> None:
    """A broker looks at everything there is at the desk, and asks for one person’s address."""
    command(watch.board, "brokers", "add", BROKER)
    rhian = watch.board.sign_in(BROKER, watch.browser(BROKER))
    named = rhian.press(f"/desk/ad/{box}", action="/desk/people").location
    assert watch.crawl(rhian, "/desk", "/desk/ads", str(named), "/desk/figures") > 15
    rhian.client.environ_base["board.asked"] = WRITER
    shown = rhian.press(str(named), action="/address", reason="law")
    del rhian.client.environ_base["board.asked"]
    assert WRITER in shown.text
    assert watch.crawl(rhian, "/desk/log", str(named)) > 10


def look_around_after(watch: Watch, box: str) -> None:
    assert watch.browser().get(f"/ads/{box}").status_code in {404, 410}
    known = watch.board.sign_in(REPLIER, watch.browser(REPLIER))
    watch.crawl(known, "/mine")
    watch.crawl(watch.browser(), "/", "/ads")


def planting(watch: Watch, address: str) -> dict[str, Callable[[], object]]:
    """A way to let `address` out in every kind of thing that the board gives out."""
    board = watch.board
    box = board.publish(watch.browser(WRITER), email=WRITER, headline="An ad like any other")
    database = board.folder.parent

    def in_ad() -> None:
        set_ad(database, box, f"seeks = seeks || ' Ask {address}'")
        board.work()

    def on_page() -> None:
        in_ad()
        watch.browser().get(f"/ads/{box}")

    def in_header() -> None:
        def name_it(answer: Response) -> Response:
            answer.headers.add("X-By", address)
            return answer

        board.app.after_request_funcs.setdefault(None, []).append(name_it)
        watch.browser().get("/help")

    def held() -> None:
        set_ad(database, box, f"about = '{address.upper()}', state = 'held'")

    return {
        "answer GET /ads/": on_page,
        "answer GET /help": in_header,
        "mail": lambda: board.reply(box, name=address.partition("@")[0], email=BYSTANDER),
        "log": lambda: logging.getLogger("app.mail").debug("to %s", address),
        "index": in_ad,
        "export": in_ad,
        "command ads held": held,
    }


def set_ad(folder: Path, box: str, change: str) -> None:
    """Change an ad behind the board's back, as no form would."""
    say(folder, f"UPDATE ads SET {change} WHERE box = '{box}'")
    say(folder, f"INSERT INTO stale_marks (ad_id) SELECT id FROM ads WHERE box = '{box}'")


@pytest.mark.parametrize("way", ["another page", "another person", "another reader"])
def test_an_address_that_a_broker_asked_for_stands_nowhere_else(way: str) -> None:
    path, shown = "POST /desk/people/P7K2M9Q/address", WRITER.encode()
    piece = Piece("answer", path, BROKER, shown, WRITER)
    assert leaks([piece], EVERYBODY) == []

    planted = {
        "another page": replace(piece, name="GET /desk/people/P7K2M9Q"),
        "another person": replace(piece, material=REPLIER.encode()),
        "another reader": replace(piece, owner=BYSTANDER),
    }
    assert leaks([planted[way]], EVERYBODY) != []


@pytest.mark.parametrize(
    "where",
    [
        "answer GET /ads/",
        "answer GET /help",
        "mail",
        "log",
        "index",
        "export",
        "command ads held",
    ],
)
def test_what_leaked_would_be_noticed(
    watch: Watch, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    let_out = planting(watch, REPLIER)
    assert leaks(watch.everything(caplog), EVERYBODY) == []

    let_out[where]()

    if where == "mail":
        watch.board.browser().press(watch.board.link(BYSTANDER))
    found = leaks(watch.everything(caplog), EVERYBODY)
    assert any(leak.startswith(where) for leak in found), found
