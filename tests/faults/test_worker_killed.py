"""kill -9 of a real worker process, while a mail server has the mail and has not answered yet."""

import hashlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby
from pathlib import Path

from flask import Flask

from app.config import ROOT
from app.core.clock import utcnow
from app.db import transaction
from app.mail import delivery, standing
from app.mail.policy import LEASE, Sent
from app.mail.transports import SmtpTransport
from tests.mail.conftest import SITE, promise, row
from tests.mail.server import HANG, MailServer
from tests.waiting import until


@contextmanager
def worker(folder: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.board", str(folder / "board.db"), url],
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def later() -> timedelta:
    return LEASE + timedelta(seconds=1)


def test_a_killed_worker_loses_nothing_and_copies_are_identical(
    app: Flask, person: int, server: MailServer, tmp_path: Path
) -> None:
    server.answers["DATA"] = [HANG]
    numbers = [promise(person, now=utcnow()) for _ in range(4)]
    frozen = {number: row(number).mime for number in numbers}

    with worker(tmp_path, server.url()) as process:
        assert server.hung.wait(15)
        process.send_signal(signal.SIGKILL)
        process.wait()
    in_hand = row(1)
    assert (in_hand.state, in_hand.mime) == ("leased", frozen[1])
    server.released.set()

    with worker(tmp_path, server.url()):
        until(lambda: len(server.mails) == 4, 15)
        until(lambda: all(row(number).state == "sent" for number in (2, 3, 4)), 15)
    assert row(1).state == "leased"  # its lease is still running: nobody may send it yet

    transport = SmtpTransport(server.url(), mail_from=SITE.mail_from)
    delivery.deliver_due(transport, lambda: utcnow() + later())
    arrived = [mime for _, _, mime in server.mails]
    assert sorted(arrived) == sorted([frozen[1], *frozen.values()])
    with transaction() as session:
        assert standing.counts(session) == {"sent": 4}


def test_a_worker_killed_between_claim_and_hand_over_loses_nothing(
    app: Flask, person: int, server: MailServer, tmp_path: Path
) -> None:
    number = promise(person, now=utcnow())
    frozen = row(number).mime
    with socket.create_server(("127.0.0.1", 0)) as silent:  # never says its greeting
        silent.settimeout(15)
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        with worker(tmp_path, url) as process:
            caller, _ = silent.accept()
            process.send_signal(signal.SIGKILL)
            process.wait()
            caller.close()
    assert (row(number).state, row(number).mime) == ("leased", frozen)
    transport = SmtpTransport(server.url(), mail_from=SITE.mail_from)
    assert delivery.deliver_due(transport, utcnow) is None
    assert delivery.deliver_due(transport, lambda: utcnow() + later()) == Sent()
    assert [mime for _, _, mime in server.mails] == [frozen]


def test_sigterm_ends_a_worker_whose_mail_server_hangs_and_its_mail_goes_again(
    app: Flask, person: int, server: MailServer, tmp_path: Path
) -> None:
    server.answers["DATA"] = [HANG]
    number = promise(person, now=utcnow())
    with worker(tmp_path, server.url()) as process:
        assert server.hung.wait(15)
        process.terminate()
        assert process.wait(25) == 0  # the server would have kept it waiting for minutes
    assert row(number).state == "leased"


def test_sigterm_lets_the_mail_in_hand_arrive(
    app: Flask, person: int, server: MailServer, tmp_path: Path
) -> None:
    numbers = [promise(person, now=utcnow()) for _ in range(40)]
    with worker(tmp_path, server.url()) as process:
        until(lambda: len(server.mails) >= 5, 15)
        process.terminate()
        assert process.wait(5) == 0
    states = [row(number).state for number in numbers]
    assert "leased" not in states
    assert states.count("sent") == len(server.mails)


def test_two_workers_at_once_send_nothing_twice(
    app: Flask, person: int, server: MailServer, tmp_path: Path
) -> None:
    with worker(tmp_path, server.url()), worker(tmp_path, server.url()):
        first = promise(person, now=utcnow())
        until(lambda: row(first).state == "sent", 15)
        time.sleep(1)  # the other one has started by now, too
        numbers = [promise(person, now=utcnow()) for _ in range(80)]
        frozen = sorted(row(number).mime_digest for number in numbers)
        until(lambda: all(row(number).state == "sent" for number in numbers), 15)
    sent = [hashlib.sha256(mime).hexdigest() for _, _, mime in server.mails[1:]]
    assert sorted(sent) == frozen
    in_turn = [peer for peer, _ in groupby(server.peers)]
    assert len(in_turn) > len(set(in_turn))  # both were at it at the same time
