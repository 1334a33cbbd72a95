"""nginx as deploy/nginx/bothways.conf tells it: what it passes on, refuses, and writes down."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.deploy.proxy import NAME, Behind, Proxy
from tests.waiting import free_port

Start = Callable[..., Proxy]
SECRET = "/l/k7Xq-a-mailed-link"


@pytest.fixture
def behind() -> Iterator[Behind]:
    server = Behind()
    yield server
    server.stop()


@pytest.fixture
def rude() -> Iterator[Behind]:
    """One that takes a request and hangs up without a word."""
    server = Behind(hangs_up=True)
    yield server
    server.stop()


def test_what_a_visitor_says_of_where_they_come_from_is_replaced(
    proxy: Start, behind: Behind
) -> None:
    made_up = {
        "X-Forwarded-For": "192.0.2.66",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Port": "81",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=192.0.2.66;host=evil.example",
        "X-Request-ID": "made-up-by-a-visitor",
    }
    front = proxy(behind.port)
    front.ask("GET", "/", headers=made_up)
    front.ask("GET", "/", headers=made_up)

    said = [headers for _, _, headers in behind.asked]
    for headers in said:
        assert headers["host"] == headers["x-forwarded-host"] == NAME
        assert headers["x-forwarded-for"] == "127.0.0.1"
        assert headers["x-forwarded-proto"] == "https"
        assert not {"forwarded", "x-forwarded-port", "x-forwarded-prefix"} & set(headers)
        assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])
    assert said[0]["x-request-id"] != said[1]["x-request-id"]


def test_plain_http_leads_to_https_under_the_boards_own_name(proxy: Start, behind: Behind) -> None:
    answer = proxy(behind.port).ask(
        "GET", "/ads?q=cello", headers={"Host": "evil.example"}, plain=True
    )
    assert answer.status == 301
    assert answer.headers["location"] == f"https://{NAME}/ads?q=cello"
    assert behind.asked == []


def test_the_boards_numbers_are_not_shown_outside(proxy: Start, behind: Behind) -> None:
    assert proxy(behind.port).ask("GET", "/metrics").status == 404
    assert behind.asked == []


def test_a_long_search_passes_and_a_longer_one_is_refused(proxy: Start, behind: Behind) -> None:
    front = proxy(behind.port)
    assert front.ask("GET", "/ads?q=" + "a" * 8000).status == 200
    assert front.ask("GET", "/ads?q=" + "a" * 8190).status == 414
    assert len(behind.asked) == 1


def test_a_form_passes_and_what_nobody_types_is_refused(proxy: Start, behind: Behind) -> None:
    front = proxy(behind.port)
    assert front.ask("POST", "/ads/new", "a" * 256 * 1024).status == 200
    assert front.ask("POST", "/ads/new", "a" * (256 * 1024 + 1)).status in {0, 413}
    assert len(behind.asked) == 1


def test_neither_links_nor_addresses_are_written_down_whatever_happens(
    proxy: Start, behind: Behind
) -> None:
    gone = free_port()
    front = proxy(gone)  # nobody is there
    assert front.ask("GET", SECRET).status == 502
    assert front.ask("POST", SECRET, "a" * 300_000).status in {0, 413}
    assert front.ask("GET", f"{SECRET}/../../..").status == 400
    for nonsense in (b"GET " + SECRET.encode() + b"\r\n\r\n", b"\x16\x03\x01 no TLS"):
        with suppress(OSError), socket.create_connection(("127.0.0.1", front.port)) as line:
            line.sendall(nonsense)
            line.shutdown(socket.SHUT_WR)
            line.recv(1000)

    log = front.log()
    assert " GET 502 " in log
    assert SECRET.strip("/") not in log
    assert "127.0.0.1" not in log


def test_a_page_is_had_from_another_machine_where_one_fails(
    proxy: Start, behind: Behind, rude: Behind
) -> None:
    front = proxy(rude.port, behind.port)
    assert [front.ask("GET", "/ads").status for _ in range(3)] == [200] * 3


def test_a_form_that_a_machine_has_seen_is_never_sent_to_another(
    proxy: Start, behind: Behind, rude: Behind
) -> None:
    front = proxy(rude.port, behind.port)
    answers = [front.ask("POST", f"/ads/new?{n}", "words").status for n in range(6)]
    paths = [path for _, path, _ in rude.asked + behind.asked]
    assert 502 in answers
    assert len(paths) == len(set(paths)) == 6


def test_a_form_goes_to_another_machine_when_the_first_is_not_there(
    proxy: Start, behind: Behind
) -> None:
    front = proxy(free_port(), behind.port)
    assert [front.ask("POST", "/ads/new", "words").status for _ in range(4)] == [200] * 4
    assert len(behind.asked) == 4
