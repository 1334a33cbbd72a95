"""SIGTERM while people are in the middle of something, and requests that are none."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads.models import Ad
from app.db import db
from app.mail.models import OutboxMail
from tests import postgres
from tests.faults.site import BROKEN, REFUSED, Site, email
from tests.faults.test_trouble import locked
from tests.leaks.people import WRITER
from tests.oracle import assert_no_leak
from tests.waiting import until

ENDS_WITHIN = 8.0  # seconds


def kept(site: Site) -> set[str]:
    """Whose ads stand in the database; each has its one mail, sent or not."""
    with site.inside(), Session(db.engine) as session:
        writers = {ad.person.email.reveal() for ad in session.scalars(sa.select(Ad))}
        assert session.scalar(sa.select(sa.func.count(OutboxMail.id))) == len(writers)
    return writers


def visitors(port: int) -> int:
    """How many connections to a port of loopback somebody has accepted (proc_pid_net(5))."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    here = [line for line in lines if line[1].endswith(f":{port:04X}") and line[3] == "01"]
    return sum(line[9] != "0" for line in here)  # the inode, which it gets when it is accepted


def test_sigterm_lets_whoever_is_being_answered_have_their_answer(site: Site) -> None:
    process = site.serve("tests.faults.serve")
    fields = {number: site.ad(number) for number in range(1, 5)}
    with ThreadPoolExecutor(4) as people:
        with locked(site.folder):
            asked = [
                people.submit(site.post, "/ads/new", fields[n], source=n) for n in sorted(fields)
            ]
            until(lambda: visitors(site.port) == len(fields))  # and all wait for the lock
            process.terminate()
            begun = time.monotonic()
            time.sleep(0.5)
        answers = [one.result() for one in asked]
    assert process.wait(20) == 0
    assert time.monotonic() - begun < ENDS_WITHIN
    assert [answer.status for answer in answers] == [303] * 4
    assert kept(site) == {email(number) for number in fields}


def test_sigterm_in_a_rush_tells_nobody_what_is_not_so(site: Site) -> None:
    process = site.serve()
    site.ad(0)
    with ThreadPoolExecutor(6) as people:
        asked = {
            n: people.submit(site.post, "/ads/new", site.ad(n), source=n) for n in range(1, 37)
        }
        next(iter(asked.values())).result()
        process.terminate()
        answers = {n: one.result().status for n, one in asked.items()}
    assert process.wait(20) == 0
    assert set(answers.values()) <= {303, REFUSED, BROKEN}
    told = {email(n) for n, status in answers.items() if status == 303}
    assert told
    assert told <= kept(site)


def test_a_request_that_is_none_leaves_nothing_of_it_in_the_log(site: Site) -> None:
    site.web()
    address = WRITER.encode()
    for request in (
        b"GET /ads?q=%s HTTP/9.9\r\n\r\n" % address,
        b"%s /ads HTTP/1.1\r\nHost: x\r\n\r\n" % address,
        b"GET /%s\r\n\r\n" % address,
        b"GET / HTTP/1.1\r\nHost: x\r\n%s: 1\r\n\r\n" % address,
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Mail %s\r\n\r\n" % address,
        b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % (address * 300),
        b"POST /mine HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n" % address,
        b"POST /mine HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\n\r\n" % address,
        b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: %s\r\n\r\n" % address,
    ):
        with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
            connection.sendall(request)
            assert connection.recv(100)
    with site.renamed("ads"):
        site.get(f"/sitemap.xml?for={WRITER}")  # breaks while it is being streamed
    lost = "ProgrammingError" if postgres.WANTED else "OperationalError"
    until(lambda: f"A request could not be answered: {lost}" in site.said())
    assert "A request could not be read." in site.said()
    assert_no_leak(site.said(), WRITER)
