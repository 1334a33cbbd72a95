"""The board as it is served: who is slow, endless or makes no sense holds up nobody for long."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import a_database
from tests.faults.site import Site

SLOW = 8  # as many as the server has threads


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A board being served; nothing here changes it."""
    folder = tmp_path_factory.mktemp("served")
    with a_database(folder):
        site = Site(folder)
        try:
            site.serve()
            yield site
        finally:
            site.end()


def said_to(site: Site, words: bytes) -> bytes:
    """What the server answers to those bytes, as far as it answers."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=15) as line:
        try:
            line.sendall(words)
            line.shutdown(socket.SHUT_WR)
            return line.recv(65536)
        except ConnectionError:
            return b""  # it hung up


def test_many_who_send_half_a_request_hold_up_nobody_for_long(served: Site) -> None:
    half = [b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"GET /ads?q=" + b"a" * 500]
    with ExitStack() as slow:
        for number in range(SLOW):
            line = slow.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            line.sendall(half[number % 2])
        answer = served.get("/ads")

    assert answer.status == 200
    assert answer.seconds < 30


@pytest.mark.parametrize(
    "words",
    [
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-Big: " + b"b" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-Many: 1\r\n" * 2_000 + b"\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /mine HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /mine HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /mine HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n",
        b"POST /mine HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nGET /desk HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ids=["path", "header", "headers", "version", "tls", "lengths", "minus", "coding", "smuggled"],
)
def test_what_is_no_request_is_turned_away(served: Site, words: bytes) -> None:
    answer = said_to(served, words)

    assert not answer.startswith(b"HTTP/1.1 2")
    assert b"Traceback" not in answer
    assert served.get("/healthz").status == 200


def test_a_body_that_is_far_too_long_is_not_taken_in(served: Site) -> None:
    head = b"POST /ads/new HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n"
    answer = said_to(served, head + b"Content-Type: application/x-www-form-urlencoded\r\n\r\nq=1")

    assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))
    assert served.get("/healthz").status == 200


def test_nothing_of_a_request_stands_in_the_log(served: Site) -> None:
    said_to(served, b"GET /l/a-secret-of-somebody HTTP/9.9\r\n\r\n")
    served.get("/l/another-secret-of-somebody")

    assert "secret-of-somebody" not in served.said()
