"""Log lines: what they say, in which form, and what never gets into one."""

import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import logs, worker
from app.config import ROOT
from app.each_request import HEADER
from app.worker import Task
from tests.board import Board
from tests.waiting import free_port, until

ADDRESS = "anwen.prydderch@home.example"
Lines = Callable[[], list[dict[str, Any]]]


class Written(io.StringIO):
    """Standard error, as far as it has not been read."""

    def begin(self, *, as_json: bool, whole: bool = False) -> None:
        with redirect_stderr(self):
            logs.begin(as_json=as_json, whole=whole)

    def rest(self) -> str:
        told = self.getvalue()
        self.seek(0)
        self.truncate()
        return told


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """What this process writes to standard error; what `begin` changes of it is put back."""
    names = ("", "app", logs.REQUESTS, "alembic", "sqlalchemy")
    kept = {
        name: (logging.getLogger(name).level, list(logging.getLogger(name).handlers))
        for name in names
    }
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield Written()
    logging.captureWarnings(False)
    for name, (level, handlers) in kept.items():
        log = logging.getLogger(name)
        log.setLevel(level)
        if name:
            log.handlers[:] = handlers
    logging.getLogger().handlers[:] = [
        it for it in logging.getLogger().handlers if not isinstance(it, logs._Ours)
    ]


@pytest.fixture
def lines(written: Written) -> Lines:
    """The JSON lines since it was last asked."""
    written.begin(as_json=True)
    return lambda: [json.loads(line) for line in written.rest().splitlines()]


@pytest.fixture
def text(written: Written) -> Callable[[], str]:
    """What was written in plain lines since it was last asked."""
    written.begin(as_json=False)
    return written.rest


# --- one line -------------------------------------------------------------------------------------


def test_a_line_says_when_how_bad_who_and_what(lines: Lines) -> None:
    logging.getLogger("app.relay").warning("alert %d failed: %s", 7, "KeyError")
    (line,) = lines()

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "warning",
        "logger": "app.relay",
        "message": "alert 7 failed: KeyError",
    }


def test_what_is_noted_stands_in_every_line_meanwhile_and_no_longer(lines: Lines) -> None:
    log = logging.getLogger("app.relay")
    logs.note(request="nobody's")
    with logs.noting(request="r1"):
        logs.note(route="home.home")
        log.warning("inside")
        assert logs.noted("request") == "r1"
    log.warning("outside")
    inside, outside = lines()

    assert (inside["request"], inside["route"]) == ("r1", "home.home")
    assert not {"request", "route"} & set(outside)
    assert logs.noted("request") == ""


def test_threads_note_each_their_own(lines: Lines) -> None:
    def work(name: str) -> None:
        with logs.noting(request=name):
            time.sleep(0.05)
            logging.getLogger("app.relay").warning(name)

    threads = [threading.Thread(target=work, args=(f"r{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = lines()

    assert len(found) == 8
    assert all(line["message"] == line["request"] for line in found)


WORN = (
    ADDRESS,
    f"<{ADDRESS}>",
    f"to={ADDRESS},",
    f"mailto:{ADDRESS}?x",
    ADDRESS.replace("@", "%40"),
    ADDRESS.replace("@", "&#64;"),
    f"GET /mine?email={ADDRESS.replace('@', '%40')} HTTP/1.1",
    '"anwen prydderch"@home.example',
    f"550 5.1.1 <{ADDRESS}>: Recipient address rejected",
    f"{ADDRESS} and b@x.example",
    "smtp://anwen:s3cret-w0rd@home.example:587",
)


@pytest.mark.parametrize("worn", WORN)
@pytest.mark.parametrize("library", ["urllib3.connectionpool", "app.relay", "gunicorn.other"])
def test_an_address_gets_into_no_line(lines: Lines, worn: str, library: str) -> None:
    log = logging.getLogger(library)
    log.warning("said: %s", worn)
    log.warning(worn.replace("%", "%%"), ())
    with logs.noting(request=worn):
        log.error("noted", extra={"noted": {"task": worn}})
    told = json.dumps(lines())

    assert "<address>" in told
    assert "home.example" not in told
    assert "prydderch" not in told


@pytest.mark.parametrize("worn", WORN)
def test_nor_into_a_plain_one(text: Callable[[], str], worn: str) -> None:
    logging.getLogger("urllib3").warning("said: %s", worn)
    told = text()

    assert told.startswith("said: ")
    assert told.endswith("\n")
    assert "home.example" not in told
    assert "prydderch" not in told


def test_of_an_error_a_line_has_type_and_place_alone(written: Written) -> None:
    def fail() -> None:
        raise RuntimeError("she typed this")

    for as_json in (True, False):
        written.begin(as_json=as_json)
        try:
            fail()
        except RuntimeError as error:
            logging.getLogger("sqlalchemy.pool").exception("Exception: %s", type(error).__name__)
            logging.getLogger("other").warning(error) if as_json else None
    told = written.rest()

    assert "she typed" not in told
    first = json.loads(told.splitlines()[0])
    assert first["error"] == "RuntimeError"
    assert re.match(r"\S*/test_logs\.py:\d+ < \S*/test_logs\.py:\d+$", first["where"])
    assert re.search(r"^RuntimeError: \S*/test_logs\.py:\d+", told, re.MULTILINE)
    assert "Traceback" not in told


def test_an_error_among_the_words_of_a_library_is_its_type(lines: Lines) -> None:
    logging.getLogger("library").warning("gave up: %s", ValueError("she typed this"))
    assert lines()[0]["message"] == "gave up: ValueError"


def test_a_line_that_cannot_be_made_is_not_told_in_pieces(lines: Lines) -> None:
    logging.getLogger("library").warning("%d of %d", "she typed this")  # noqa: PLE1206
    assert lines() == []


def test_a_developer_sees_whole_tracebacks_without_addresses(written: Written) -> None:
    written.begin(as_json=False, whole=True)
    try:
        raise RuntimeError(f"to {ADDRESS}")
    except RuntimeError:
        logging.getLogger("library").exception("It broke")
    told = written.rest()

    assert "Traceback" in told
    assert "RuntimeError: to <address>" in told


def test_what_ends_a_process_or_a_thread_is_one_line(lines: Lines) -> None:
    def fail() -> None:
        raise RuntimeError(f"to {ADDRESS}")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("a library’s", stacklevel=1)
    critical, warned = lines()

    assert (critical["level"], critical["error"]) == ("critical", "RuntimeError")
    assert warned["logger"] == "py.warnings"


# --- requests -------------------------------------------------------------------------------------

KEYS = {"time", "level", "logger", "message", "request", "route", "method", "status", "ms"}


def requests(lines: Lines) -> list[dict[str, Any]]:
    return [line for line in lines() if line["logger"] == logs.REQUESTS]


def test_one_line_a_request_by_the_names_of_pages(board: Board, lines: Lines) -> None:
    box = board.publish()
    browser = board.browser()
    lines()
    for path in (f"/ads/{box}", "/l/a-secret-token", f"/nothing/{ADDRESS}", f"/ads?q={ADDRESS}"):
        browser.get(path)
    browser.client.put("/ads")
    browser.client.open("/ads", method="ODD")
    found = requests(lines)

    assert [(line["route"], line["method"], line["status"]) for line in found] == [
        ("ad.ad", "GET", 200),
        ("link.show", "GET", 404),
        ("none", "GET", 404),
        ("results.ads", "GET", 200),
        ("none", "other", 405),
        ("none", "other", 405),
    ]
    for line in found:
        assert set(line) - {"search_ms"} == KEYS
        assert line["level"] == ("info" if line["ms"] < 1000 else "warning")  # on a busy machine
        assert 0 < line["ms"] < 60_000
        told = json.dumps(line)
        assert not any(word in told for word in (box, "secret", "prydderch", "127.0.0.1", "/ads"))
    assert [("search_ms" in line) for line in found] == [False] * 3 + [True] + [False] * 2
    assert len({line["request"] for line in found}) == 6


def test_feeds_and_programs_search_too(board: Board, lines: Lines) -> None:
    board.publish()
    lines()
    for path in ("/ads.atom?q=shopkeeper", "/api/v1/ads?q=shopkeeper"):
        assert board.browser().get(path).status_code == 200
    assert all(line["search_ms"] >= 0 for line in requests(lines))


def test_a_slow_answer_is_a_warning(app: Flask, lines: Lines) -> None:
    def slow() -> str:
        time.sleep(1.05)
        return "at last"

    app.add_url_rule("/slow", "slow", slow)
    app.test_client().get("/slow")
    (line,) = requests(lines)

    assert (line["level"], line["message"], line["route"]) == ("warning", "a slow answer", "slow")
    assert line["ms"] >= 1000


def test_whoever_watches_the_machine_fills_no_log(board: Board, lines: Lines) -> None:
    board.publish()
    lines()
    browser = board.browser()
    assert [browser.get(path).status_code for path in ("/healthz", "/metrics", "/readyz")] == [
        200
    ] * 3
    assert [line for line in requests(lines) if line["ms"] < 1000] == []  # but on a busy machine
    board.clock.shift(timedelta(minutes=2))
    browser.get("/readyz")
    browser.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert [line["status"] for line in requests(lines)] == [503, 403]


def test_in_development_there_is_no_line(board: Board, text: Callable[[], str]) -> None:
    board.publish()
    text()
    board.browser().get("/")
    assert text() == ""


# --- the id of a request --------------------------------------------------------------------------


def test_every_answer_carries_its_id_errors_included(board: Board) -> None:
    browser = board.browser()
    paths = (
        "/",
        "/ads",
        "/nothing",
        "/static/board.css",
        "/healthz",
        "/mine",
        "/api/v1/ads",
        "/desk",
    )
    found = []
    for answer in (*map(browser.get, paths), browser.client.post("/mine")):
        found.append(answer.headers[HEADER])
        answer.close()

    assert all(re.fullmatch(r"[0-9a-f]{16}", it) for it in found)
    assert len(set(found)) == len(found)


def broken(app: Flask, error: Exception) -> None:
    def fail() -> str:
        raise error

    app.add_url_rule("/broken", "broken", fail)


DEAD = sa.exc.OperationalError("SELECT 1", {}, RuntimeError(f"no {ADDRESS}"))


@pytest.mark.parametrize(("error", "status"), [(RuntimeError(ADDRESS), 500), (DEAD, 503)])
def test_a_page_that_broke_names_what_the_log_calls_it(
    app: Flask, lines: Lines, error: Exception, status: int
) -> None:
    broken(app, error)
    answer = app.test_client().get("/broken")
    found = lines()

    assert answer.status_code == status
    shown = re.findall(r"<code>([0-9a-f]{16})</code>", answer.text)
    assert shown == [answer.headers[HEADER]]
    assert [line["request"] for line in found] == shown * 2
    assert [line["route"] for line in found] == ["broken"] * 2
    assert "prydderch" not in json.dumps(found)


def test_pages_that_tell_what_to_do_show_no_id(board: Board) -> None:
    assert "<code>" not in board.browser().get("/nothing").text


SANE = "0123456789abcdef0123456789abcdef"
ODD = (
    "",
    "short",
    "x" * 65,
    ADDRESS,
    "two words and more",
    "a-line-break\r\nX-Other: 1",
    "<script>alert(1)</script>",
    "ŵŵŵŵŵŵŵŵŵŵ",
    "127.0.0.1:8000",
)


@pytest.mark.parametrize("given", [SANE, "Req_1-2345"])
def test_an_id_is_taken_from_a_proxy_of_ours(
    make_app: Callable[..., Flask], lines: Lines, given: str
) -> None:
    answer = make_app(proxy_hops=1).test_client().get("/robots.txt", headers={HEADER: given})

    assert answer.headers.getlist(HEADER) == [given]
    assert requests(lines)[0]["request"] == given


@pytest.mark.parametrize("given", ODD)
def test_an_odd_one_is_not(make_app: Callable[..., Flask], lines: Lines, given: str) -> None:
    environ = {"HTTP_X_REQUEST_ID": given}
    answer = make_app(proxy_hops=1).test_client().get("/robots.txt", environ_overrides=environ)

    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers[HEADER])
    assert requests(lines)[0]["request"] == answer.headers[HEADER]


def test_nor_is_a_visitors(client: Any) -> None:
    answer = client.get("/healthz", headers={HEADER: SANE})
    assert answer.headers[HEADER] != SANE


# --- the worker -----------------------------------------------------------------------------------


def test_a_task_that_fails_is_named_with_its_time_and_place(app: Flask, lines: Lines) -> None:
    def fail() -> None:
        logging.getLogger("library").warning("a word")
        raise RuntimeError(f"{ADDRESS} typed this")

    worker.run(app, once=True, tasks=[Task("forgetting", 1, fail)])
    word, failed = lines()

    assert word["task"] == failed["task"] == "forgetting"
    assert failed["message"] == "forgetting failed: RuntimeError"
    assert failed["seconds"] < 10
    assert "test_logs.py:" in failed["where"]
    assert "prydderch" not in json.dumps(failed)


def test_a_task_that_is_slow_is_named(
    app: Flask, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SLOW_SECONDS", 0.05)
    tasks = [Task("quick", 1, lambda: None), Task("merging", 1, lambda: time.sleep(0.06))]
    worker.run(app, once=True, tasks=tasks)
    (slow,) = [line for line in lines() if line["level"] == "warning"]

    assert (slow["task"], slow["message"]) == ("merging", "merging took long")
    assert slow["seconds"] >= 0.05


# --- whole processes ------------------------------------------------------------------------------


def surroundings(tmp_path: Path, **changes: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "APP_ENV": "production",
        "DATABASE_URL": f"sqlite:///{tmp_path}/board.db",
        "SEARCH_URL": f"whoosh:{tmp_path}/index",
        "SECRET_KEY": "k3y-0f-thirty-two-letters-or-more!",
        "BASE_URL": "https://board.example.org",
        "MAIL_URL": "smtp://127.0.0.1:1",
        "MAIL_FROM": "board@board.example.org",
        "BROKER_NAME": "Teifi Chamber",
        "BROKER_EMAIL": "broker@chamber.example",
        "MEANING": "off",
        **changes,
    }


def told_by(tmp_path: Path, *command: str, **changes: str) -> str:
    """What a command writes to standard error."""
    ran = subprocess.run(
        [sys.executable, "-m", "flask", *command],
        cwd=ROOT, env=surroundings(tmp_path, **changes), capture_output=True, text=True,
    )  # fmt: skip
    return ran.stderr


@pytest.mark.parametrize(
    ("app_env", "log_format", "as_json"),
    [
        ("production", "auto", True),
        ("development", "auto", False),
        ("production", "text", False),
        ("development", "json", True),
    ],
)
def test_the_setting_chooses_the_form(
    tmp_path: Path, app_env: str, log_format: str, as_json: bool
) -> None:
    told = told_by(tmp_path, "db", "upgrade", APP_ENV=app_env, LOG_FORMAT=log_format)

    assert len(told.splitlines()) > 5
    assert all(line.startswith("{") == as_json for line in told.splitlines())


def test_a_web_server_in_production_writes_json_and_nothing_of_its_visitors(tmp_path: Path) -> None:
    told_by(tmp_path, "db", "upgrade")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "python:app.web_service",
         "--bind", f"127.0.0.1:{port}"],
        cwd=ROOT, env=surroundings(tmp_path), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        home = f"http://127.0.0.1:{port}"
        until(lambda: visit(f"{home}/healthz") == 200, 90)
        for path in ("/ads?q=anwen.prydderch%40home.example", "/l/anwen.prydderch@home.example"):
            visit(home + path)
    finally:
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=30)
    found = [json.loads(line) for line in told.splitlines()]

    routes = [line["route"] for line in found if line["logger"] == logs.REQUESTS]
    assert routes[-2:] == ["results.ads", "link.show"]
    assert "prydderch" not in told
    assert "127.0.0.1" not in "".join(
        json.dumps(line) for line in found if line["logger"] != "gunicorn.error"
    )


def visit(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)
    except OSError:
        return 0
