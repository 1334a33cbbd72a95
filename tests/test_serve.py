"""`make run`: web and worker start together, say where, and leave nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import boot, create_app, db
from app.ads.models import Ad
from app.config import ROOT, Settings
from tests.conftest import let_go
from tests.waiting import free_port

STARTS_WITHIN = 30  # seconds, on a busy machine
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of the project's own board is touched."""
    dropped = {"BASE_URL", "APP_ENV", "SITE_NAME", "PORT", "DEMO"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/board.db",
        "SEARCH_URL": f"whoosh:{tmp_path}/index",
        "MAIL_URL": f"file:{tmp_path}/mail",
        "SECRET_KEY": "only for this test, and long enough for it",
        "BROKER_NAME": "Teifi Chamber",
        "BROKER_EMAIL": "broker@chamber.example",
        "PORT": str(free_port()),
    }


@pytest.fixture
def start(surroundings: dict[str, str]) -> Iterator[Start]:
    """Start it with changed settings; whatever a test leaves running is ended."""
    started: list[subprocess.Popen[str]] = []

    def begin(**changed: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.serve"],
            cwd=ROOT,
            env=surroundings | changed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def page(port: str, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


def family(parent: int) -> set[int]:
    """The children of `parent`, and theirs."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    children = {pid for pid, of in pairs if of == parent}
    return children | {pid for child in children for pid in family(child)}


def gone(pids: set[int], within: float = 10) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.05)
    return False


def is_free(port: str) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return tried.connect_ex(("127.0.0.1", int(port))) != 0


def test_it_says_where_it_is_with_demo_ads_and_ctrl_c_ends_all(
    start: Start, surroundings: dict[str, str]
) -> None:
    port = surroundings["PORT"]
    process = start()

    here = f"http://127.0.0.1:{port}"
    expected = f"Bothways is at {here}  (mails: {here}/dev/mailbox)  Ctrl-C ends it\n"
    assert first_line(process) == expected
    assert page(port, "/healthz") == "ok\n"
    home = page(port, "/")
    assert re.search(r"/ads/[0-9A-Z]{6}", home)  # an ad of the demo board
    assert f'rel="canonical" href="{here}/' in home  # links begin with this port
    processes = family(process.pid)
    assert len(processes) >= 3  # the web server, its own child, and the worker

    process.send_signal(signal.SIGINT)

    assert process.wait(15) == 0
    assert gone(processes)
    assert is_free(port)


def test_it_says_what_is_unset_after_where_it_is(start: Start) -> None:
    process = start(BROKER_NAME="", BROKER_EMAIL="", DEMO="0")
    assert "Ctrl-C ends it" in first_line(process)

    said = [first_line(process), first_line(process)]

    assert said[0].startswith("BROKER_NAME is not set: ")
    assert said[1].startswith("BROKER_EMAIL is not set: ")


def test_a_port_taken_is_told_in_one_sentence(start: Start, surroundings: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(surroundings["PORT"])))
        other.listen()
        process = start()
        said, _ = process.communicate(timeout=STARTS_WITHIN)

    assert process.returncode == 1
    (sentence,) = said.splitlines()
    assert sentence.startswith(f"Port {surroundings['PORT']} is taken by another program.")


@pytest.mark.parametrize("port", ["eighty", "70000"])
def test_what_is_no_port_is_told_in_one_sentence(start: Start, port: str) -> None:
    process = start(PORT=port)
    said, _ = process.communicate(timeout=STARTS_WITHIN)
    assert process.returncode == 1
    assert len(said.splitlines()) == 1
    assert "port" in said.lower()


def test_when_the_worker_dies_the_web_server_is_ended_too(start: Start) -> None:
    process = start()
    assert "Ctrl-C ends it" in first_line(process)
    processes = family(process.pid)

    os.kill(worker_of(processes), signal.SIGKILL)

    said, _ = process.communicate(timeout=15)
    assert process.returncode == 1
    assert said == "The worker ended by itself (status -9).\n"
    assert gone(processes)


def worker_of(processes: set[int]) -> int:
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in processes}
    (worker,) = [pid for pid, line in lines.items() if line.split("\0")[1:3] == ["-m", "app.boot"]]
    return worker


def test_nobody_is_left_behind_when_it_is_killed(
    start: Start, surroundings: dict[str, str]
) -> None:
    process = start()
    assert "Ctrl-C ends it" in first_line(process)
    processes = family(process.pid)

    process.kill()

    assert gone(processes)
    assert is_free(surroundings["PORT"])


def test_nobody_is_left_behind_when_make_is_killed(
    surroundings: dict[str, str],
) -> None:
    make = subprocess.Popen(
        ["sh", "-c", f"{sys.executable} -m app.serve & wait"],
        cwd=ROOT,
        env=surroundings | {"MAKELEVEL": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert "Ctrl-C ends it" in first_line(make)
    processes = family(make.pid)
    assert len(processes) >= 4

    make.kill()
    make.communicate()

    assert gone(processes)


# --- what is prepared before the first request ----------------------------------------------------


def prepared(folder: Path, *, demo: bool, **changed: str) -> int:
    """How many ads stand after preparing a board in `folder`."""
    settings = {
        "database_url": f"sqlite:///{folder}/board.db",
        "search_url": f"whoosh:{folder}/index",
        "mail_url": f"file:{folder}/mail",
        "secret_key": "only for this test, and long enough for it",
    }
    app = create_app(Settings(_env_file=None, **settings | changed))
    boot.prepare(app, demo=demo)
    with app.app_context(), Session(db.db.engine) as session:
        found = session.scalar(sa.select(sa.func.count(Ad.id))) or 0
    let_go(app)
    return found


def test_demo_ads_come_once_and_only_into_an_empty_board(tmp_path: Path) -> None:
    first = prepared(tmp_path, demo=True)
    assert first >= 40
    assert prepared(tmp_path, demo=True) == first


def test_a_board_that_wants_no_demo_ads_stays_empty(tmp_path: Path) -> None:
    assert prepared(tmp_path, demo=False) == 0


def test_a_board_in_production_gets_no_demo_ads(tmp_path: Path) -> None:
    production = {
        "app_env": "production",
        "base_url": "https://board.example.org",
        "mail_url": "smtp://mail.board.example.org",
        "mail_from": "board@board.example.org",
        "broker_name": "The Chamber",
        "broker_email": "broker@board.example.org",
    }
    assert prepared(tmp_path, demo=True, **production) == 0
