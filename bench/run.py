"""How fast the board is, as a table: importing, indexing, every kind of page, posted to found.

make bench                     1,000 and 10,000 ads
BENCH_FULL=1 make bench        100,000 ads as well
BENCH_SIZES=500 make bench     as many as you say (several parted by commas)
"""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app import boot, create_app
from app.ads import transfer
from app.ads.models import Ad
from app.catalogue.skills import all_skills
from app.core.clock import utcnow
from app.core.site import ad_path
from app.db import db, transaction
from app.search import projection
from bench import found, generate

ROUNDS = 30  # times each page is asked for, all kinds in turn


@dataclass
class Table:
    """What was measured, a row each, a column for every size of board."""

    sizes: list[int]
    rows: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        self.rows.setdefault(name, []).append(value)

    def show(self) -> Iterator[str]:
        """The table in Markdown."""
        yield "| " + " | ".join(["", *(f"{size:,} ads" for size in self.sizes)]) + " |"
        yield "|---|" + "--:|" * len(self.sizes)
        for name, values in self.rows.items():
            yield f"| {name} | " + " | ".join(values) + " |"


@dataclass
class Timed:
    """Seconds by the wall and of this process’s CPU."""

    wall: float = 0.0
    cpu: float = 0.0

    def told(self) -> str:
        return f"{self.wall:.1f} s · cpu {self.cpu:.1f}"


@contextmanager
def timed() -> Iterator[Timed]:
    """How long the body takes."""
    spent = Timed(time.perf_counter(), time.process_time())
    yield spent
    spent.wall, spent.cpu = time.perf_counter() - spent.wall, time.process_time() - spent.cpu


@contextmanager
def board(folder: Path) -> Iterator[Flask]:
    """An empty board of its own in `folder`, its application context open."""
    os.environ |= {
        "DATABASE_URL": f"sqlite:///{folder}/board.db",
        "SEARCH_URL": f"whoosh:{folder}/index",
        "MAIL_URL": f"file:{folder}/mail",
        "SECRET_KEY": "for measuring only, and long enough to be one",
    }
    app = create_app()
    boot.prepare(app, demo=False)
    with app.app_context():
        yield app
        db.engine.dispose()


def fill(app: Flask, size: int, table: Table) -> None:
    """Import `size` ads, bring the index up to date as the command does, and make it anew."""
    index, lines = app.extensions["index"], list(generate.ads(size))
    with timed() as importing:
        counts = transfer.import_lines(lines, now=utcnow(), transaction=transaction)
    assert (counts.added, counts.refused) == (size, [])
    with timed() as refreshing:
        assert projection.refresh_now(index, now=utcnow()) >= size
    with timed() as rebuilding, Session(db.engine) as session:
        assert projection.rebuild(session, index, now=utcnow()) == size
    table.add("import", importing.told())
    table.add("… its ads into the index", refreshing.told())
    table.add("… ads a second, both together", f"{size / (importing.wall + refreshing.wall):,.0f}")
    table.add("the whole index made anew", rebuilding.told())
    table.add("database and index", _megabytes(Path(os.environ["DATABASE_URL"][10:]).parent))


def _megabytes(folder: Path) -> str:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return f"{size / 1e6:,.0f} MB"


def questions(app: Flask) -> dict[str, str]:
    """The pages that are asked for, by what they are."""
    skill = all_skills()[10].name.replace(" ", "+").replace("#", "%23")
    with Session(db.engine) as session:
        some = sa.select(Ad.box, Ad.headline).order_by(Ad.id).offset(77).limit(1)
        box, headline = session.execute(some).one()
    return {
        "home": "/",
        "newest ads": "/ads",
        f"common word ({generate.COMMON})": f"/ads?q={generate.COMMON}",
        f"rare word ({generate.RARE})": f"/ads?q={generate.RARE}",
        "two words": "/ads?q=mentor+evenings",
        "a phrase": "/ads?q=%22one+long+lunch%22",
        "a sector": "/ads?sector=health",
        "a skill": f"/ads?skill={skill}",
        "near a town": "/ads?place=Cardiff&within=25&sort=nearest",
        "everything at once": "/ads?q=mentor&sector=health&mode=video&place=Leeds&within=50",
        "page 20": "/ads?q=mentor&page=20",
        "nothing found": "/ads?q=zzzyzx",
        "an ad": ad_path(box, headline),
    }


def ask(app: Flask, table: Table) -> None:
    """Ask for every page in turn, so that a slow moment of the machine hurts all alike."""
    pages, client = questions(app), app.test_client()
    took: dict[str, list[Timed]] = {name: [] for name in pages}
    cold: dict[str, float] = {}
    for turn in range(ROUNDS + 1):
        for name, path in pages.items():
            with timed() as spent:
                answer = client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
            if turn == 0:
                cold[name] = spent.wall
            else:
                took[name].append(spent)
    for name, times in took.items():
        wall = [spent.wall for spent in times]
        cpu = statistics.median(spent.cpu for spent in times)
        table.add(name, f"{figures(wall)} · cpu {cpu * 1e3:.1f} · first {cold[name] * 1e3:.0f}")


def figures(seconds: list[float]) -> str:
    """Median and 95th percentile in milliseconds."""
    p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
    return f"{statistics.median(seconds) * 1e3:.1f} / {p95 * 1e3:.1f}"


def measure(size: int, table: Table, say: Callable[[str], None]) -> None:
    """All of it for one size of board."""
    temporary = tempfile.TemporaryDirectory(prefix="bothways-bench-")
    with temporary as folder, board(Path(folder)) as app:
        say(f"{size:,} ads: importing and indexing …")
        fill(app, size, table)
        say(f"{size:,} ads: asking for pages …")
        ask(app, table)
        say(f"{size:,} ads: posting over HTTP …")
        table.add("posted → found, over HTTP", figures(found.times(utcnow)))


def main() -> None:
    """Measure each size, then print the table."""
    sizes = [1_000, 10_000] + ([100_000] if os.environ.get("BENCH_FULL") == "1" else [])
    if given := os.environ.get("BENCH_SIZES"):
        sizes = [int(size) for size in given.split(",")]
    table = Table(sizes)
    for size in sizes:
        measure(size, table, lambda text: print(text, flush=True))
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    print(f"\nPython {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()},")
    print(f"load on the machine at the end (1, 5, 15 minutes): {load}.")
    print(f"Pages: median / 95th percentile of {ROUNDS}, median cpu, first (cold), all in ms.\n")
    print("\n".join(table.show()))


if __name__ == "__main__":
    main()
