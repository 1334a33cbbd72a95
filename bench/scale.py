"""A board of a million ads: PostgreSQL beside SQLite with Whoosh, the same questions in one run.

python -m bench.scale 10000 100000     (make bench-scale; BENCH_MILLION=1: a million ads too)

BENCH_KEEP names a folder in which the boards are kept for the next run. Both boards are asked in
turn, so that a slow moment hurts both. The PostgreSQL is of the pip package, on its own socket, and
waits for the disk as in earnest; its replica is asked as readers' pages ask it.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app import create_app
from app.ads import service as ads
from app.ads.lines import read_line
from app.config import Settings
from app.db import alembic, db, transaction
from app.matching import service as matching
from app.matching.vectors import Vectors
from app.people import service as people
from app.search import projection
from app.search import service as search
from app.search.query import SearchQuery
from app.search.whoosh_index import WhooshIndex
from bench import bulk, generate
from bench.engines import NOW
from bench.matching import CHUNK, _put_by_chance
from tests.postgres_server import Server

ROUNDS = 25
POSTS = 20
NOW_AT = datetime.fromtimestamp(NOW, UTC)
IN_EARNEST = {
    "fsync": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "shared_buffers": "1GB",
    "effective_cache_size": "8GB",
    "max_wal_size": "8GB",
}
BARS = {"full page, common word": 50, "browse, newest": 20, "posted → found": 50}  # ms, a million
QUESTIONS: dict[str, dict[str, str]] = {
    "full page, common word": {"q": "mentor"},
    "full page, middling word": {"q": "welding"},
    "full page, rare word": {"q": "theodolite"},
    "two words": {"q": "mentor evenings"},
    "a phrase": {"q": '"one long lunch"'},
    "word and sector": {"q": "mentor", "sector": "health"},
    "browse, newest": {},
    "a sector": {"sector": "health"},
    "a skill": {"skill": "welding"},
    "a word near a town": {"q": "mentor", "place": "Cardiff", "within": "25"},
    "a typo": {"q": "theodolyte"},
}


@dataclass
class Times:
    """Milliseconds by the wall."""

    each: list[float] = field(default_factory=list)

    def add(self, what: Callable[[], object]) -> None:
        """Do it, and note how long it took."""
        began = time.perf_counter()
        what()
        self.each.append((time.perf_counter() - began) * 1e3)

    def told(self) -> str:
        """Median / 95th percentile; the first is left out, which opens what it needs."""
        warm = sorted(self.each[1:]) or [0.0]
        return f"{statistics.median(warm):.3g} / {warm[int(len(warm) * 0.95)]:.3g}"


class Kind:
    """One way to run a board, with its ads in it."""

    def __init__(self, name: str, folder: Path, database: str, search_url: str) -> None:
        self.name, self._folder = name, folder
        values: dict[str, Any] = {
            "database_url": database,
            "search_url": search_url,
            "mail_url": f"file:{folder}/mail",
            "secret_key": "for measuring only, and long enough to be one",
            "meaning": "off",
        }
        settings = Settings(_env_file=None, **values)  # type: ignore[call-arg]
        self.app: Flask = create_app(settings)
        self.times: dict[str, Times] = {}

    def build(self, count: int) -> None:
        """Fill its tables and make its index, unless they were kept."""
        index = self.app.extensions["index"]

        def make_index() -> None:
            with Session(db.engine) as session:
                projection.rebuild(session, index, now=NOW_AT)

        with self.app.app_context():
            alembic.upgrade()
            self._once("filled", lambda: bulk.fill(count))
            self._once("indexed", make_index)

    def _once(self, what: str, make: Callable[[], object]) -> None:
        if (mark := self._mark(what)).exists():
            return
        print(f"{self.name} is being {what} …", file=sys.stderr, flush=True)
        took = Times()
        took.add(make)
        mark.write_text(f"{what} in {took.each[0] / 1e3:,.0f} s")

    def _mark(self, what: str) -> Path:
        return self._folder / f"{self.name}.{what}"

    @property
    def built(self) -> str:
        """How long it took to fill the tables, and to make the index."""
        return ", ".join(self._mark(what).read_text() for what in ("filled", "indexed"))

    def forget(self) -> None:
        """Let go of pages it was asked for before: that would be measuring memory."""
        if isinstance(index := self.app.extensions["index"], WhooshIndex):
            view = index.view()
            view.pages._limit = view.counts._limit = 0

    def ask(self, row: str, arguments: dict[str, str]) -> None:
        """A whole page: rank, count, facets, and its 20 ads."""
        query = SearchQuery.from_args(MultiDict(arguments))
        index = self.app.extensions["index"]
        with self.app.app_context():
            self._note(row, lambda: search.find(db.session, index, query, now=NOW_AT))

    def match(self, ad_id: int, vectors: Vectors) -> None:
        """Who could swap with an ad."""
        with self.app.app_context():
            ad = ads.by_ids(db.session, [ad_id])[ad_id]
            found = lambda: matching.find(db.session, vectors, ad, now=NOW_AT)  # noqa: E731
            self._note("match", found)

    def post(self) -> None:
        """From before an ad is written to a search that shows it, no worker near."""
        line = next(generate.ads(1, seed=time.time_ns()))
        incoming, word = read_line(line), f"zposted{time.time_ns()}"
        draft = replace(incoming.draft, headline=f"{word} and a mentor")
        index = self.app.extensions["index"]

        def found() -> None:
            with transaction() as session:
                writer = people.meet(session, email=incoming.email, now=NOW_AT)
                ad, _ = ads.post(session, draft=draft, person=writer, now=NOW_AT)
                ads.publish(session, ad=ad, now=NOW_AT)
            query = SearchQuery.from_args(MultiDict({"q": word}))
            with Session(db.engine) as session:
                assert search.find(session, index, query, now=NOW_AT).total == 1

        with self.app.app_context():
            self._note("posted → found", found)
            with transaction() as session:  # as if the worker had taken it in
                seen = ads.stale_marks(session, after=0, limit=1 << 31)
                ads.drop_marks(session, ids=[mark for mark, _ in seen])

    def size(self) -> str:
        """Megabytes of database and index."""
        with self.app.app_context(), db.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                sql = "SELECT pg_database_size(current_database())"
                return f"{(connection.scalar(sa.text(sql)) or 0) / 1e6:,.0f} MB"
            settings: Settings = self.app.extensions["settings"]
            paths = [Path(settings.sqlalchemy_url[10:]), *settings.search_folder.rglob("*")]
            return f"{sum(p.stat().st_size for p in paths if p.is_file()) / 1e6:,.0f} MB"

    def _note(self, row: str, what: Callable[[], object]) -> None:
        self.times.setdefault(row, Times()).add(what)
        db.session.close()


def lag(primary: Kind, replica: str) -> Times:
    """From a commit to the replica showing it."""
    times = Times()
    engine = sa.create_engine(replica)
    for _ in range(POSTS):
        with primary.app.app_context(), db.engine.connect() as connection:
            primary.post()
            here = connection.exec_driver_sql("SELECT pg_current_wal_lsn()").scalar()

        def there(here: Any = here) -> None:
            with engine.connect() as connection:
                sql = f"SELECT pg_last_wal_replay_lsn() >= '{here}'"
                while not connection.exec_driver_sql(sql).scalar():
                    time.sleep(0.0005)

        times.add(there)
    engine.dispose()
    return times


def measure(folder: Path, count: int) -> Iterator[str]:
    """Build both boards, ask both in turn, and say what came of it."""
    server = Server(folder / "postgres", 16)
    fresh = not server.data.exists()
    if fresh:
        server.start()
        with (server.data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in IN_EARNEST.items())
        server.stop()
    server.start()
    try:
        if fresh:
            _create(server)
        whoosh = os.environ.get("BENCH_WHOOSH") or f"{folder}/index"
        kinds = [
            Kind("PostgreSQL", folder, server.url("board"), "postgresql:"),
            Kind("SQLite and Whoosh", folder, f"sqlite:///{folder}/board.db", f"whoosh:{whoosh}"),
        ]
        for kind in kinds:
            kind.build(count)
        yield from _asked(kinds, folder, count)
        replica = server.follower(folder / "replica")
        try:
            yield f"| commit → on the replica | {lag(kinds[0], replica.url('board')).told()} | – |"
        finally:
            replica.stop()
    finally:
        server.stop()


def _create(server: Server) -> None:
    engine = sa.create_engine(server.url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE board")
    engine.dispose()


def _asked(kinds: list[Kind], folder: Path, count: int) -> Iterator[str]:
    vectors = _vectors(kinds[0].app, folder)
    for turn in range(ROUNDS + 1):
        for row, arguments in QUESTIONS.items():
            for kind in kinds:
                kind.forget()
                kind.ask(row, arguments)
        for kind in kinds:
            kind.match(1 + turn * (count // (ROUNDS + 2)), vectors)
    for _ in range(POSTS):
        for kind in kinds:
            kind.post()
    yield f"\n### {count:,} ads\n\n| p50 / p95, ms | " + " | ".join(k.name for k in kinds) + " |"
    yield "|---|" + "--:|" * len(kinds)
    for row in kinds[0].times:
        yield f"| {row} | " + " | ".join(kind.times[row].told() for kind in kinds) + " |"
    yield "| made | " + " | ".join(kind.built for kind in kinds) + " |"
    yield "| size on disk | " + " | ".join(kind.size() for kind in kinds) + " |"


def _vectors(app: Flask, folder: Path) -> Vectors:
    """A shelf with vectors for every ad, near to known skills by chance; the same for both."""
    vectors = Vectors(folder / "vectors", by_meaning=False)
    if vectors.damaged():
        vectors.make()
        with app.app_context():
            ids = list(db.session.scalars(sa.text("SELECT id FROM ads ORDER BY id")))
            for start in range(0, len(ids), CHUNK):
                _put_by_chance(vectors, ids[start : start + CHUNK])
    return vectors


def main() -> None:
    """Measure the sizes asked for."""
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000]
    sizes += [1_000_000] * (os.environ.get("BENCH_MILLION") == "1")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="bothways-scale-") as temporary:
            kept = os.environ.get("BENCH_KEEP")
            folder = Path(kept) / str(size) if kept else Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            for above in (folder, *folder.parents[:-1]):
                above.chmod(above.stat().st_mode | 0o011)  # PostgreSQL is another user
            for line in measure(folder, size):
                print(line, flush=True)
    print(f"\nBars at a million, ms: {BARS}. Load: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
