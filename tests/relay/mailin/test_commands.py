"""`flask relay receive` for hosts that offer a pipe, and `flask relay lmtp` as it is started."""

import os
import signal
import smtplib
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import ROOT
from app.db import transaction
from app.mail import tallies
from app.relay import door
from app.relay.models import Incoming
from tests.outside import broken, database_of

DOMAIN = "reply.board.example"
MAIL = b"From: Gwen <gwen.p@tyddyn.example>\nSubject: x\nMessage-ID: <1@x>\n\nHello\n"


@pytest.fixture
def surroundings(app: Flask, tmp_path: Path) -> dict[str, str]:
    """A migrated board of its own, with answers by mail."""
    own = {name: value for name, value in os.environ.items() if name not in {"SENDER", "RECIPIENT"}}
    return own | {
        "DATABASE_URL": database_of(tmp_path),
        "SEARCH_URL": f"whoosh:{tmp_path}/index",
        "SECRET_KEY": "a key for tests that is long enough",
        "RELAY_DOMAIN": DOMAIN,
        "TRUSTED_AUTHSERV_ID": "mx.board.example",
    }


@pytest.fixture
def board(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Flask:
    for name in ("SENDER", "ORIGINAL_RECIPIENT"):
        monkeypatch.delenv(name, raising=False)
    return make_app(relay_domain=DOMAIN)


def receive(board: Flask, *words: str, mail: bytes = MAIL, **more: str) -> tuple[int, str]:
    """The exit status, and all that was said."""
    args = ["relay", "receive", *words]
    ended = board.test_cli_runner().invoke(args=args, input=mail, env=more)
    return ended.exit_code, ended.output


def kept(app: Flask) -> list[tuple[str, bytes, bool]]:
    with app.app_context(), transaction() as session:
        rows = session.scalars(select(Incoming).order_by(Incoming.id)).all()
        return [(row.local, row.raw, row.from_nobody) for row in rows]


def test_a_mail_from_a_pipe_is_kept(app: Flask, surroundings: dict[str, str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "relay", "receive", "--to", f"postmaster@{DOMAIN}"],
        input=MAIL,
        capture_output=True,
        cwd=ROOT,
        env=surroundings,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (os.EX_OK, b"", b"")
    assert kept(app) == [("postmaster", MAIL, False)]


def test_the_recipient_may_stand_in_the_surroundings(board: Flask) -> None:
    assert receive(board, ORIGINAL_RECIPIENT=f"abuse@{DOMAIN}") == (os.EX_OK, "")
    assert receive(board, f"postmaster@{DOMAIN}") == (os.EX_OK, "")
    assert [local for local, _, _ in kept(board)] == ["abuse", "postmaster"]


@pytest.mark.parametrize(
    ("mail", "sender", "from_nobody"),
    [
        (MAIL, {"SENDER": ""}, True),
        (MAIL, {"SENDER": "MAILER-DAEMON"}, True),
        (MAIL, {"SENDER": "gwen.p@tyddyn.example"}, False),
        (b"From MAILER-DAEMON Mon Mar  2 12:00:00 2026\n" + MAIL, {}, True),
        (b"From gwen.p@tyddyn.example Mon Mar  2 12:00:00 2026\n" + MAIL, {}, False),
        (b"Return-Path: <>\n" + MAIL, {}, True),
        (b"Return-Path: <gwen.p@tyddyn.example>\n" + MAIL, {}, False),
        (MAIL, {}, False),
    ],
)
def test_a_pipe_says_in_many_ways_that_nobody_sent_it(
    board: Flask, mail: bytes, sender: dict[str, str], from_nobody: bool
) -> None:
    assert receive(board, f"you+x@{DOMAIN}", mail=mail, **sender)[0] == os.EX_NOUSER
    assert receive(board, f"abuse@{DOMAIN}", mail=mail, **sender)[0] == os.EX_OK
    ((_, raw, found),) = kept(board)
    assert found is from_nobody
    assert raw in (MAIL, mail)
    assert not raw.startswith(b"From ")


def test_each_no_has_its_exit_status_and_its_sentence(
    board: Flask, make_app: Callable[..., Flask]
) -> None:
    to = f"postmaster@{DOMAIN}"
    assert receive(board, f"gwen.p@{DOMAIN}") == (os.EX_NOUSER, f"{door.UNKNOWN}\n")
    assert receive(board, to, mail=b"x" * 3_000_000) == (os.EX_DATAERR, f"{door.TOO_BIG}\n")
    assert receive(board)[0] == os.EX_USAGE
    with board.app_context(), transaction() as session:
        assert tallies.tallies(session) == {"refused": 2}


def test_a_domain_that_is_not_set_sends_nobodys_mail_back(app: Flask) -> None:
    assert receive(app, f"you@{DOMAIN}") == (os.EX_TEMPFAIL, f"{door.LATER}\n")


def test_a_fault_of_ours_means_later_and_quotes_nobody(board: Flask, tmp_path: Path) -> None:
    with broken(tmp_path):
        status, said = receive(board, f"postmaster@{DOMAIN}")
    assert (status, said) == (os.EX_TEMPFAIL, f"{door.LATER}\n")


def start(surroundings: dict[str, str], listen: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "flask", "relay", "lmtp"]
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=surroundings | {"LMTP_LISTEN": listen, "PYTHONUNBUFFERED": "1"},
        text=True,
    )
    assert running.stdout is not None
    return running, running.stdout.readline().rpartition(" ")[2].strip()


def end(running: subprocess.Popen[str]) -> int:
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=15)
    return running.returncode


def test_the_server_listens_where_it_is_told_and_ends_when_told(
    app: Flask, surroundings: dict[str, str]
) -> None:
    running, place = start(surroundings, "127.0.0.1:0")
    try:
        host, _, port = place.rpartition(":")
        with smtplib.LMTP(host, int(port)) as server:
            assert server.sendmail("a@b.example", f"postmaster@{DOMAIN}", MAIL) == {}
    finally:
        status = end(running)
    assert status == 0
    assert len(kept(app)) == 1


def test_a_socket_is_for_the_mail_servers_group_alone(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    path = str(tmp_path / "lmtp")
    running, place = start(surroundings, path)
    try:
        assert place == path
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(path)
            assert wire.recv(100).startswith(f"220 {DOMAIN} ".encode())
    finally:
        end(running)


def test_it_does_not_start_without_a_domain_or_where_somebody_else_is(
    surroundings: dict[str, str],
) -> None:
    def ended(**more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flask", "relay", "lmtp"]
        env = surroundings | more
        return subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
        )

    assert "Set RELAY_DOMAIN first" in ended(RELAY_DOMAIN="").stderr
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = ended(LMTP_LISTEN=f"127.0.0.1:{other.getsockname()[1]}")
    assert taken.returncode == 1
    assert "Can’t listen at 127.0.0.1:" in taken.stderr
    assert "Traceback" not in taken.stderr
