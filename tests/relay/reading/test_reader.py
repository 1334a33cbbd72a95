"""Reading in a process of its own: poison hurts nothing else, and never for long."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from app.relay.incoming.body import LONGEST
from app.relay.reader import Reader
from app.relay.reading import read
from tests.relay.reading.mails import mail

SECONDS = 1.0  # half of what it has at work
HANGS = 30.0  # seconds after which it does not count as given up: the machine does other things too
MIXED = "Content-Type: multipart/mixed; boundary=b"
HTML = "Content-Type: text/html; charset=utf-8"
CODED = "Content-Transfer-Encoding: base64"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader(seconds=SECONDS)
    made.read(mail(), trusted="")
    yield made
    made.close()


def nested(depth: int) -> bytes:
    inside = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth)
    )
    return f"From: b@x.example\n{inside}\nhello\n".encode()


def children() -> set[int]:
    """The processes reading mail for this one."""
    told = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True
    ).stdout
    return {int(line.split()[0]) for line in told.splitlines() if "reading_process" in line}


POISON = {
    "ten thousand parts": mail("--b\n\nhello\n" * 10_000 + "--b--", MIXED),
    "nested fifty deep": nested(50),
    "nested beyond any depth": nested(5_000),
    "three million bytes": mail("hello there\n" * 250_000),
    "one line of three million": mail("hello there " * 250_000),
    "On and on": mail("On " * 20_000),
    "On, line by line": mail("On \n" * 20_000),
    "wrote, line by line": mail("On 3 June 2025 10:04 Ben wrote:\n" * 5_000),
    "labels": mail("From: x\n" * 10_000),
    "dashes": mail("-" * 60_000),
    "spaced dashes": mail("- " * 30_000 + "\n-- x" * 5_000),
    "line breaks": mail("\n" * 50_000),
    "quotation marks": mail("> " * 50_000 + "\n>" * 10_000),
    "links": mail("https://google.com/url?q=https://x.example/%25%25 " * 1_500),
    "at signs": mail("a@" * 30_000),
    "html nested": mail("<div>" * 50_000, HTML),
    "html tables": mail("<table><tr><td>" * 20_000, HTML),
    "html cells": mail("<table>" + "<tr><td>a<td>b" * 20_000, HTML),
    "html quotations": mail("<blockquote>a</blockquote>" * 10_000, HTML),
    "html entities": mail("&#x40;" * 60_000, HTML),
    "no header": b"\n\nhello",
    "nothing": b"",
    "no Message-ID": mail("hello"),
    "bad base64": mail("!!!! not base64 @@@", CODED),
    "truncated base64": mail("aGVsbG8gd29ybGQ", CODED),
    "wrong charset": b"Content-Type: text/plain; charset=utf-8\n\n\xff\xfe\xff",
    "truncated": mail("--b\nContent-Type: text/html\n\n<p>hel", MIXED)[:-3],
    "a boundary that never comes": mail("hello", "Content-Type: multipart/mixed"),
    "a hundred thousand headers": b"X: y\n" * 100_000 + b"\nhello",
    "a sender without end": mail("hello", sender="b@x.example, " * 100_000),
    "comments without end": mail("hello", sender="(" * 100_000),
    "results without end": mail("hello", "Authentication-Results: t; " + "a = b " * 20_000),
    "parameters without end": mail("hello", "Content-Type: text/plain" + "; a=b" * 100_000),
    "continued parameters": mail(
        "x", "Content-Type: text/plain" + "".join(f"; a*{n}=b" for n in range(30_000))
    ),
}


@pytest.mark.parametrize("raw", POISON.values(), ids=POISON.keys())
def test_poison_is_read_or_given_up(reader: Reader, raw: bytes) -> None:
    began = time.monotonic()

    told = reader.read(raw, trusted="t")

    assert time.monotonic() - began < HANGS
    assert told is None or len(told.text) <= LONGEST


def test_after_poison_the_next_mail_is_read_as_ever(reader: Reader) -> None:
    reader.read(POISON["parameters without end"], trusted="")

    told = reader.read(mail("Thursday?", "X-Board-Loop: a"), trusted="")

    assert told == read(mail("Thursday?", "X-Board-Loop: a"), trusted="")


def test_one_that_is_too_slow_is_killed_and_its_process_gone() -> None:
    reader, others = Reader(seconds=0.2), children()
    try:
        assert reader.read(mail("hello"), trusted="") is not None
        assert children() - others
        assert reader.read(POISON["parameters without end"], trusted="") is None
        assert not children() - others
    finally:
        reader.close()


def test_one_without_memory_gives_up_and_harms_nobody() -> None:
    reader = Reader(memory=90 * 1024 * 1024, seconds=5)
    try:
        told = reader.read(mail("hello there " * 5_000_000), trusted="")
    finally:
        reader.close()

    assert told is None or told.text == ""


def test_a_process_that_was_killed_is_replaced() -> None:
    reader, others = Reader(), children()
    try:
        assert reader.read(mail("one"), trusted="") is not None
        (child,) = children() - others
        os.kill(child, signal.SIGKILL)
        assert reader.read(mail("two"), trusted="") is None
        again = reader.read(mail("three"), trusted="")
        assert again is not None
        assert again.text == "three"
    finally:
        reader.close()


def test_it_is_kept_for_the_next_mail_and_gone_when_closed() -> None:
    reader, others = Reader(), children()
    reader.read(mail("one"), trusted="")
    first = children() - others
    reader.read(mail("two"), trusted="")

    assert children() - others == first
    reader.close()
    assert not children() - others
    reader.close()
