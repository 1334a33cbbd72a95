"""At the door: who is known, one line for each recipient, constant words, yes only once kept."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.db import db
from app.mail.bounce_address import bounce_address
from app.relay import accepting, door, lmtp
from tests import outside, postgres
from tests.oracle import assert_no_leak
from tests.relay.mailin.post import DOMAIN, RELAY, Post
from tests.relay.talk import REPLIER, STRANGER, WRITER

UNKNOWN = (550, "5.1.1 There is no such address here")
TAKEN = (250, "2.0.0 Taken")
TOO_BIG = (552, "5.3.4 This mail is larger than 2 MB")
LATER = (451, "4.3.0 This can't be done just now, please try again later")
NO_ROOM = (452, "4.3.1 There is no room just now, please try again later")


@contextmanager
def each_connection(says: str) -> Iterator[None]:
    """For a while, tell every connection of the pool something as it is taken out."""

    def prepare(connection: Any, *_: object) -> None:
        connection.execute(says)
        connection.commit()

    db.engine.dispose()
    event.listen(db.engine, "checkout", prepare)
    yield
    event.remove(db.engine, "checkout", prepare)
    db.engine.dispose()


def say(post: Post, *lines: bytes) -> list[str]:
    """Speak to the door byte by byte; every line it says until it hangs up or is done."""
    host, _, port = post.place.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(b"".join(line + b"\r\n" for line in (*lines, b"QUIT")))
        heard = b""
        while chunk := wire.recv(4096):
            heard += chunk
    return heard.decode().splitlines()


# --- recipients -----------------------------------------------------------------------------------


@pytest.mark.parametrize("local", ["you", "YOU", "postmaster", "Abuse"])
def test_the_boards_own_addresses_are_known(post: Post, local: str) -> None:
    assert post.ask(local)[0] == 250


def test_an_alias_is_known_in_any_case_of_letters(post: Post) -> None:
    alias = post.alias(REPLIER)
    assert post.ask(alias)[0] == 250
    assert post.ask(alias.upper())[0] == 250


def test_a_bounce_address_is_known_for_a_month_and_only_as_we_made_it(post: Post) -> None:
    local = bounce_address(RELAY.signer, 1, post.now())
    assert post.ask(local)[0] == 250
    assert post.ask(local.replace("b-1x", "b-2x")) == UNKNOWN
    post.talk.later(days=32)
    assert post.ask(local) == UNKNOWN


@pytest.mark.parametrize(
    "address",
    [
        "m" + "a" * 26, "nobody", "b-1-2", "you+x", "m", "", "x" * 500, "youu", "x@you",
        "you@elsewhere.example", "\N{LATIN SMALL LETTER E WITH ACUTE}", "b-" + "1" * 60,
    ],
)  # fmt: skip
def test_whoever_is_not_known_hears_the_same_sentence(post: Post, address: str) -> None:
    spoken = f"<{address if '@' in address else address + '@' + DOMAIN}>"
    heard = say(post, b"LHLO x", b"MAIL FROM:<a@b.example>", b"RCPT TO:" + spoken.encode())
    assert "550 5.1.1 There is no such address here" in heard


@pytest.mark.parametrize(
    "closing_it",
    [
        lambda post: post.talk.end(post.key, email=WRITER),
        lambda post: post.talk.decline(post.key),
        lambda post: post.talk.block(post.key, email=WRITER),
        lambda post: post.talk.erase(WRITER),
        lambda post: post.talk.later(days=181),
    ],
    ids=["ended", "declined", "blocked", "erased", "silent"],
)
def test_closed_sounds_like_unknown_to_both_sides(
    post: Post, closing_it: Callable[[Post], None]
) -> None:
    aliases = [post.alias(REPLIER), post.alias(WRITER)]
    closing_it(post)
    assert [post.ask(alias) for alias in aliases] == [UNKNOWN, UNKNOWN]


# --- taking in ------------------------------------------------------------------------------------


def test_yes_means_that_it_is_in_the_database(post: Post, tmp_path: Path) -> None:
    raw = post.mail("Friday it is.")
    assert post.bring(raw, post.alias(REPLIER)) == [TAKEN]
    ((kept, state),) = outside.say(tmp_path, "SELECT raw, state FROM incoming")
    assert (kept.rstrip(), state) == (raw.rstrip(), "new")


def test_a_leading_dot_and_a_bare_line_feed_come_through_as_they_are(post: Post) -> None:
    raw = post.mail("x").partition(b"\r\n\r\n")[0] + b"\r\n\r\n..one\r\n.two\n.\nthree\r\n.\r\n"
    assert post.bring(raw, post.alias(REPLIER)) == [TAKEN]
    assert post.rows()[0].raw.rstrip() == raw.rstrip()


def test_each_recipient_has_a_line_of_its_own_in_order(post: Post) -> None:
    known, closed = post.alias(REPLIER), post.alias(WRITER)
    to = ("nobody", known, "you", "m" + "a" * 26, closed, known)
    assert post.bring(post.mail("x"), *to) == [UNKNOWN, TAKEN, TAKEN, UNKNOWN, TAKEN, TAKEN]
    assert [row.local for row in post.rows()] == [known.split("@")[0], closed.split("@")[0]]


def test_one_that_closes_between_rcpt_and_data_has_its_own_answer(post: Post) -> None:
    post.box = post.talk.advertise(headline="Weaver seeks a carpenter")
    second = post.talk.begin(post.box, email=STRANGER)
    gone = post.alias(WRITER)
    first = post.alias(REPLIER)
    with post.connect() as server:
        server.ehlo()
        server.mail("a@b.example")
        assert [server.rcpt(a)[0] for a in (gone, first, gone)] == [250, 250, 250]
        post.talk.end(second, email=STRANGER)
        assert server.docmd("DATA")[0] == 354
        server.send(post.mail("x") + b"\r\n.\r\n")
        lines = [server.getreply()[0] for _ in range(3)]
    assert lines == [550, 250, 550]


def test_the_same_delivery_five_times_is_one_mail(post: Post) -> None:
    raw, alias = post.mail("Friday it is."), post.alias(REPLIER)
    assert [post.bring(raw, alias) for _ in range(5)] == [[TAKEN]] * 5
    post.work()
    assert post.bring(raw, alias) == [TAKEN]  # also after it was dealt with
    assert len(post.rows()) == 1
    assert post.tallies()["accepted"] == 1


def test_the_same_delivery_five_times_at_once_is_one_mail(post: Post) -> None:
    raw, alias = post.mail("Friday it is."), post.alias(REPLIER)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: post.bring(raw, alias), range(5)))
    assert answers == [[TAKEN]] * 5
    assert len(post.rows()) == 1


@pytest.mark.parametrize("written", ["Message-Id:  <1@x>", "MESSAGE-ID:\r\n\t<1@x>"])
def test_a_mail_is_known_by_its_id_however_it_is_written(post: Post, written: str) -> None:
    alias = post.alias(REPLIER)
    for body in (b"one", b"one, on another way"):
        post.bring(written.encode() + b"\r\nX: y\r\n\r\n" + body, alias)
    assert len(post.rows()) == 1


def test_mails_without_an_id_are_told_apart_by_their_bytes(post: Post) -> None:
    for body in (b"one", b"two", b"one"):
        post.bring(b"Subject: x\r\n\r\n" + body, post.alias(REPLIER))
    post.bring(b"Subject: x\r\n\r\nMessage-ID: <1@x>", post.alias(REPLIER))
    assert len(post.rows()) == 3


def test_bytes_that_are_no_mail_are_taken_too(post: Post) -> None:
    for raw in (b"", b"\x00\xff\xfe", b"\r\n" * 50_000, b"x" * 300_000, b"\xf0\x28\x8c\x28: y"):
        assert post.bring(raw, post.alias(REPLIER)) == [TAKEN]
    assert len(post.rows()) == 5


# --- what goes wrong ------------------------------------------------------------------------------


def test_too_large_a_mail_is_refused_once_for_each_recipient(post: Post) -> None:
    to = (post.alias(REPLIER), "you", post.alias(WRITER))
    for huge in (b"x" * 70 + b"\r\n") * 45_000, b"x" * (3 * 1024 * 1024):
        assert post.bring(huge, *to) == [TOO_BIG] * 3
    assert post.rows() == []
    assert post.bring(post.mail("x"), *to) == [TAKEN] * 3  # the next one goes


def test_a_mail_that_says_how_large_it_is_need_not_be_carried(post: Post) -> None:
    heard = say(post, b"LHLO x", b"MAIL FROM:<a@b.example> SIZE=3000000")
    assert "552 5.3.4 This mail is larger than 2 MB" in heard
    assert f"250-SIZE {accepting.LARGEST}" in heard


LOCKED = {  # how long our own wait, and what another does
    "sqlite": ("PRAGMA busy_timeout=300", "BEGIN IMMEDIATE"),
    "postgresql": (
        "SET lock_timeout = '300ms'",
        "BEGIN",
        "LOCK TABLE incoming IN EXCLUSIVE MODE",
    ),
}


def test_a_locked_database_means_later(post: Post, tmp_path: Path) -> None:
    alias = post.alias(REPLIER)
    raw = post.mail("x")
    patience, *lock = LOCKED["postgresql" if postgres.WANTED else "sqlite"]
    with each_connection(patience), outside.outside(tmp_path) as other:
        for step in lock:
            other.exec_driver_sql(step)
        assert post.ask(alias)[0] == 250  # readers need no lock
        assert post.bring(raw, alias, "you") == [LATER, TAKEN]
        other.exec_driver_sql("ROLLBACK")
    assert post.bring(raw, alias) == [TAKEN]


@postgres.only_sqlite("a server’s disk cannot be filled up from here")
def test_a_full_disk_means_no_room_and_nothing_is_half_kept(post: Post) -> None:
    alias = post.alias(REPLIER)
    with db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    with each_connection(f"PRAGMA max_page_count={pages}"):
        assert post.bring(post.mail("x" * 200_000), alias) == [NO_ROOM]
    assert post.rows() == []
    assert post.bring(post.mail("x"), alias) == [TAKEN]


SECRET = "anwen.prydderch@tyddyn.example"
MAY_BE_SAID = (
    {door.KNOWN, door.TAKEN, door.UNKNOWN, door.TOO_BIG, door.NO_ROOM, door.LATER}
    | {lmtp.TOO_MANY, lmtp.BUSY, lmtp.SEND_AND_SEE}
    | set(lmtp._INSTEAD.values())
)


@pytest.mark.parametrize(
    "line",
    [
        f"VRFY {SECRET}",
        f"EXPN {SECRET}",
        f"HELP {SECRET}",
        f"{SECRET}",
        f"NOOP {SECRET}",
        f"MAIL FROM:{SECRET}",
        f"MAIL FROM:<{SECRET}> X={SECRET}",
        f"MAIL FROM:<{SECRET}",
        f"MAIL FROM:<{SECRET}> SIZE=x",
        f"RCPT TO:<{SECRET}> NOTIFY=NEVER",
        f"RCPT TO:<{SECRET}>",
        f"RCPT TO:<\udcff{SECRET}>",
        f"RCPT TO:<@a,@b:{SECRET}>",
        f'RCPT TO:<"{SECRET}"@{DOMAIN}>',
        f"RCPT TO:<{SECRET}@>",
        f"DATA {SECRET}",
        f"AUTH PLAIN {SECRET}",
        f"EHLO {SECRET}",
        f"XCLIENT ADDR={SECRET}",
        "X" * 5000,
        "\x00\x01",
    ],
)
def test_nothing_that_was_said_is_ever_repeated(post: Post, line: str) -> None:
    spoken = line.encode("utf-8", "surrogateescape")
    heard = say(post, b"LHLO x", b"MAIL FROM:<a@b.example>", spoken, b"RSET", spoken)
    assert_no_leak("\n".join(heard), SECRET)
    for said in heard:
        assert said in MAY_BE_SAID or re.match(r"2(20|21|50)[ -]", said), said


@pytest.mark.parametrize("trouble", [RuntimeError(SECRET), OperationalError("", {}, Exception())])
def test_a_fault_of_ours_means_later_and_says_nothing(
    post: Post,
    trouble: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise trouble

    alias = post.alias(REPLIER)
    monkeypatch.setattr(accepting, "accept", stumble)
    assert post.bring(post.mail("x"), alias) == [LATER]
    monkeypatch.setattr(accepting, "recipient_known", stumble)
    assert post.ask(alias) == LATER
    assert_no_leak(caplog.text, SECRET, REPLIER, alias)


def test_a_connection_that_breaks_off_leaves_nothing(post: Post) -> None:
    server = post.connect()
    server.ehlo()
    server.mail("a@b.example")
    server.rcpt(post.alias(REPLIER))
    server.docmd("DATA")
    server.send(b"Subject: half a ma")
    server.close()
    assert post.bring(post.mail("whole"), post.alias(REPLIER)) == [TAKEN]
    assert len(post.rows()) == 1


def test_one_connection_too_many_is_told_so(post: Post) -> None:
    open_ones = [post.connect() for _ in range(lmtp.CONNECTIONS)]
    host, _, port = post.place.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        assert wire.recv(200).decode() == f"{lmtp.BUSY}\r\n"
        assert wire.recv(200) == b""
    open_ones.pop().quit()
    assert post.bring(post.mail("x"), post.alias(REPLIER)) == [TAKEN]
    for server in open_ones:
        server.quit()


def test_too_many_recipients_are_put_off(post: Post) -> None:
    rcpt = f"RCPT TO:<you@{DOMAIN}>".encode()
    heard = say(post, b"LHLO x", b"MAIL FROM:<a@b.example>", *[rcpt] * (lmtp.RECIPIENTS + 1))
    assert heard.count("250 2.1.5 OK") == lmtp.RECIPIENTS
    assert heard[-2] == lmtp.TOO_MANY


def test_what_lmtp_asks_of_a_server_is_offered(post: Post) -> None:
    heard = say(post, b"LHLO mail.board.example")
    assert {"250-PIPELINING", "250 ENHANCEDSTATUSCODES", "250-8BITMIME", "250-SMTPUTF8"} <= set(
        heard
    )
    assert not [line for line in heard if "AUTH" in line or "HELP" in line]
    assert "500 5.5.2 This command is not known" in say(post, b"EHLO x")


def test_who_writes_to_whom_stands_in_no_log(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    alias = post.alias(REPLIER)
    post.bring(post.mail("Friday it is."), alias, "nobody", sender=REPLIER)
    assert_no_leak(caplog.text, REPLIER)
    assert alias.split("@")[0] not in caplog.text
    assert "Friday it is" not in caplog.text


def test_what_is_refused_is_counted(post: Post) -> None:
    for _ in range(3):
        post.ask("nobody")
    post.bring(b"x" * (3 * 1024 * 1024), post.alias(REPLIER))
    post.stop.set()
    waited = threading.Event()
    for _ in range(100):
        if post.tallies().get("refused") == 4:
            break
        waited.wait(0.05)
    assert post.tallies()["refused"] == 4


def test_a_mail_in_hand_is_finished_when_told_to_end(post: Post) -> None:
    alias = post.alias(REPLIER)
    with ThreadPoolExecutor(1) as pool:
        brought = pool.submit(post.bring, post.mail("x"), alias)
        answer = brought.result()
        post.stop.set()
    assert answer == [TAKEN]
    assert len(post.rows()) == 1
