"""kill -9 of the process that keeps the index, while it drains two thousand marks."""

import json
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads import transfer
from app.ads.models import StaleMark
from app.core.clock import utcnow
from app.db import db, transaction
from tests.faults.site import PATIENCE, Site

ADS, KILLS = 1999, 3  # with one more a small index is made anew instead


def many_ads(path: Path, count: int) -> Path:
    """A file with that many ads, each by somebody else."""
    with path.open("w") as file:
        for number in range(count):
            ad = {
                "kind": "offers" if number % 2 else "seeks",
                "headline": f"Number {number} keeps bees and accounts",
                "seeks": f"Somebody who has kept hives for {number} years and writes clearly.",
                "offers": f"Ledgers, invoices and patience; {number} of each.",
                "sector": "trades",
                "modes": ["phone"],
                "rhythm": "once",
                "name": "Ifor",
                "email": f"p{number}@many.example",
                "confirmed": True,
            }
            file.write(json.dumps(ad) + "\n")
    return path


@pytest.fixture
def marked(site: Site) -> Site:
    """An empty index, and a database full of ads it has not heard of."""
    assert site.run("db", "upgrade").returncode == 0
    assert site.run("search", "rebuild").stdout == "0 ads indexed.\n"
    lines = many_ads(site.folder / "many.jsonl", ADS)
    with site.inside():
        transfer.import_file(lines, now=utcnow(), transaction=transaction)
    return site


def waiting(site: Site) -> int:
    with site.inside(), Session(db.engine) as session:
        return session.scalar(sa.select(sa.func.count(StaleMark.id))) or 0


def kill_while_it_writes(site: Site) -> bool:
    """Start a refresh, kill it once files stand there that do not count yet; False if too late."""
    with site.inside() as app:
        folder = app.extensions["index"].folder
        refresh = site.start("flask", "search", "refresh")
        deadline = time.monotonic() + PATIENCE
        while refresh.poll() is None and time.monotonic() < deadline:
            manifest = folder.manifest()
            there = {path.name for path in (folder.path / manifest.folder).iterdir()}
            if there - set(manifest.files):
                refresh.kill()
                refresh.wait()
                return True
    return False


def test_an_index_whose_writer_was_killed_is_soon_right_again(marked: Site) -> None:
    assert waiting(marked) == ADS

    killed = [kill_while_it_writes(marked) for _ in range(KILLS)]

    assert killed == [True] * KILLS
    assert waiting(marked) > 0  # it was in the middle of it
    assert marked.run("search", "check").returncode == 1  # readable, and honest about the rest
    assert marked.run("search", "refresh").returncode == 0
    said = marked.run("search", "check")
    assert (said.returncode, said.stdout) == (0, "0 differences.\n"), said.stderr
    assert waiting(marked) == 0
