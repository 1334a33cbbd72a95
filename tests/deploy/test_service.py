"""The board as its services run it, behind the proxy: a journey, and a restart nobody notices.

Here the test is the service manager: it holds the socket and hands it to whoever serves.
"""

import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.ads.models import Ad
from app.config import ROOT
from tests.conftest import a_database
from tests.deploy.proxy import NAME, Proxy
from tests.faults.site import Answer, Site, email, family
from tests.waiting import until

# What systemd does between fork and exec (sd_listen_fds(3)).
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""
SENDER = struct.Struct("iii")  # process, user, group (unix(7))
SERVED = ("-m", "gunicorn", "--config", "python:app.web_service")


class Public(Site):
    """A board at https://board.example.org, asked through nginx."""

    def __init__(self, folder: Path, proxy: Callable[..., Proxy]) -> None:
        super().__init__(folder)
        self.surroundings |= {"BASE_URL": f"https://{NAME}"}
        self.held = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.front = proxy(self.held.getsockname()[1])

    def begin(self, **more: str) -> subprocess.Popen[bytes]:
        """Start the web; whoever asks before it is there waits."""
        number = self.held.fileno()
        with (self.folder / "said.log").open("ab") as said:
            process = subprocess.Popen(
                [sys.executable, "-c", HAND_OVER, str(number), *SERVED],
                cwd=ROOT,
                env=self.surroundings | more,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                pass_fds=(number,),
            )
        self.processes.append(process)
        return process

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        answer = self.front.ask(method, path, body, headers)
        cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        return Answer(answer.status, answer.text, answer.headers.get("location", ""), cookie)

    def end(self) -> None:
        """End what was started, and let go of the socket."""
        super().end()
        self.held.close()


pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path: Path, migrated: Path, proxy: Callable[..., Proxy]) -> Iterator[Public]:
    with a_database(tmp_path, migrated):
        board = Public(tmp_path, proxy)
        yield board
        board.end()


def test_an_ad_is_posted_confirmed_and_found_through_the_proxy(site: Public) -> None:
    site.begin()
    site.start("flask", "worker")

    assert site.post("/ads/new", site.ad(1)).status == 303
    answer = site.press(site.link(1))

    assert answer.status == 303
    assert answer.cookie.startswith("__Host-bothways=")
    box = answer.location.split("/")[2]
    until(lambda: box in site.get("/ads?q=shopkeeper").text, 10)
    page = site.front.ask("GET", f"/ads/{box}", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    assert page.headers["strict-transport-security"]
    assert "set-cookie" not in page.headers
    assert site.front.ask("GET", "/readyz").status == 200
    assert email(1) not in site.front.log() + site.said()


def test_a_restart_turns_nobody_away_and_does_nothing_twice(site: Public) -> None:
    web = site.begin()
    site.ad(1)  # its form has been shown for long enough
    done, read, posted = Event(), [0], [0]

    def visit() -> None:
        while not done.is_set():
            assert site.get("/ads?q=shopkeeper").status == 200
            read[0] += 1

    def write() -> None:
        while not done.is_set():
            assert site.post("/ads/new", site.ad(posted[0] + 1)).status == 303
            posted[0] += 1
            done.wait(0.2)

    with ThreadPoolExecutor(3) as people:
        visitors = [people.submit(visit), people.submit(visit), people.submit(write)]
        try:
            until(lambda: posted[0] and read[0] > 10, 30)
            web.send_signal(signal.SIGTERM)
            assert web.wait(20) == 0
            before = read[0]
            site.begin()
            until(lambda: read[0] > before + 10, 30)
        finally:
            done.set()
        for visitor in visitors:
            visitor.result()

    assert posted[0] > 1
    with site.inside(), Session(db.db.engine) as session:
        assert session.scalar(sa.select(sa.func.count(Ad.id))) == posted[0]


def test_it_is_ready_once_the_process_that_answers_says_so(site: Public, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        manager.settimeout(60)

        master = site.begin(NOTIFY_SOCKET=str(tmp_path / "notify"))
        told, [(_, _, who)], *_ = manager.recvmsg(1000, socket.CMSG_SPACE(SENDER.size))

        assert told == b"READY=1"
        assert SENDER.unpack(who)[0] in family(master.pid)  # not the master: it has read nothing
        assert site.get("/healthz").status == 200
