"""A real board on a free port: the web server and the worker that `make run` starts."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.config import ROOT
from tests.outside import database_of
from tests.waiting import free_port

START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Live:
    """Where it is, its folder, and which mailed links have been followed there."""

    url: str
    folder: Path
    followed: set[str] = field(default_factory=set)


@contextmanager
def board(folder: Path) -> Iterator[Live]:
    """Start a board with the demo ads in `folder`; it ends, web server and worker, on leaving."""
    port = free_port()
    log = folder / "board.log"
    with log.open("wb") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.serve"],
            cwd=ROOT,
            env=os.environ | _surroundings(folder, port),
            stdout=subprocess.PIPE,
            stderr=lines,
        )
        assert process.stdout is not None
        try:
            url = f"http://127.0.0.1:{port}"
            said = iter(process.stdout.readline, b"")
            assert any(url in line.decode() for line in said), log.read_text()
            yield Live(url, folder)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(START_SECONDS)
            process.stdout.close()


def flask(live: Live, *args: str) -> str:
    """Give that board a command, as its operator would."""
    port = int(live.url.rpartition(":")[2])
    ran = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *args],
        cwd=ROOT,
        env=os.environ | _surroundings(live.folder, port),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _surroundings(folder: Path, port: int) -> dict[str, str]:
    """Every setting that matters, whatever a developer's own .env says.

    One proxy is believed, so that each test can come from a network of its own and no limit on
    one source is shared between them.
    """
    return {
        "APP_ENV": "development",
        "PORT": str(port),
        "DEMO": "1",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database_of(folder),
        "SEARCH_URL": f"whoosh:{folder}/index",
        "MAIL_URL": f"file:{folder}/mail",
        "MAIL_FROM": "board@localhost",
        "SECRET_KEY": "a key for journeys that is long enough",
        "SITE_NAME": "Bothways",
        "BROKER_NAME": "Teifi Chamber",
        "BROKER_EMAIL": "broker@chamber.example",
        "RELAY_DOMAIN": "",
        "PROXY_HOPS": "1",
        "MEANING": "off",  # a new board reads the whole catalogue otherwise, for half a minute
    }
