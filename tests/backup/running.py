"""Commands as processes of their own, which can be killed, on boards that take them a while."""

import os
import subprocess
import sys
import time

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.config import ROOT
from app.db import engine_of
from app.migrating import CARRYING
from tests.backup.conftest import Place
from tests.backup.life import OLD_KEY, change

PATIENCE = 120  # seconds


def crowded(url: str, many: int) -> None:
    """So many people more, and as many counts."""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})"
    moment = "'2026-03-01 12:30:00.000001'"
    change(
        url,
        f'{numbers} INSERT INTO counts (key, "window", count, ends_at) '
        f"SELECT 'key number ' || i, i, 1, {moment} FROM n",
    )
    change(
        url,
        f"{numbers} INSERT INTO people (email, email_key, created_at) "
        f"SELECT 'person' || i || '@crowd.example', 'person' || i || '@crowd.example', {moment} "
        "FROM n",
    )


def start(place: Place, *args: str, **more: str) -> subprocess.Popen[str]:
    """`flask …` in a process of its own."""
    surroundings = {
        "DATABASE_URL": place.url,
        "SEARCH_URL": f"whoosh:{place.folder}/index",
        "MAIL_URL": f"file:{place.folder}/mail",
        "SECRET_KEY": OLD_KEY,
        "BASE_URL": "http://localhost",
        "MEANING": "off",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "flask", *args],
        cwd=ROOT,
        env=os.environ | surroundings | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def marked(place: Place) -> bool:
    """Whether a board is still on its way there."""
    with engine_of(place.url).connect() as connection:
        return sa.inspect(connection).has_table(CARRYING)


def come(place: Place, table: str = "people") -> int:
    """How many rows of it are there, -1 before there is such a table."""
    try:
        with engine_of(place.url).connect() as connection:
            return connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0
    except DBAPIError:
        return -1


def until_come(place: Place, rows: int, process: subprocess.Popen[str]) -> None:
    """Wait until so many people are there, or the process has ended."""
    deadline = time.monotonic() + PATIENCE
    while come(place) < rows and process.poll() is None:
        assert time.monotonic() < deadline, "waited for too long"
        time.sleep(0.01)
