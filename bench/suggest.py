"""Suggestions as one types: how long they take on a large board, in process and over HTTP.

python -m bench.suggest 100000     (part of make bench-hostile)

Words of every sort are typed letter by letter, each beginning asked once cold and then in turn.
Then the texts of bench.hostile are asked of whole pages. BENCH_KEEP names a folder in which the
board is kept for the next run; filling it takes about six minutes.
"""

import http.client
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.ads import transfer
from app.ads.models import Ad
from app.core.clock import utcnow
from app.db import db, transaction
from app.search import projection
from bench import generate
from bench.found import _served
from bench.hostile import Spent, slowest, texts
from bench.run import board

ROUNDS = 10
TYPED = (
    "mentoring", "theodolite", "bookkeeping", "welding", "retired", "evenings", "health", "cardiff",
    "caerdydd", "newport", "stratford-upon-avon", "welding in swansea", "one long lunch", "c++",
    "node.js", "it", "nothing like it", "zzzyzx",
)  # fmt: skip
BAR = 0.020  # seconds, 95th percentile


def beginnings() -> list[str]:
    """What stands in the box after each letter, from the second on; each once."""
    begun = [word[:end] for word in TYPED for end in range(2, len(word) + 1)]
    return list(dict.fromkeys(begun))


def fill(app: Flask, size: int) -> None:
    """Import so many ads, unless they are there from an earlier run."""
    with Session(db.engine) as session:
        standing = session.scalar(sa.select(sa.func.count()).select_from(Ad)) or 0
    if standing < size:
        print(f"{size:,} ads: importing and indexing …", flush=True)
        lines = list(generate.ads(size))
        transfer.import_lines(lines, now=utcnow(), transaction=transaction)
    projection.refresh_now(app.extensions["index"], now=utcnow())


def ask(get: Callable[[str], object], paths: list[str]) -> Iterator[str]:
    """Ask for the paths one after another, once cold and then some rounds; tells both."""
    spent = [Spent.of("", path, partial(get, path)) for _ in range(ROUNDS + 1) for path in paths]
    for name, some in (("first", spent[: len(paths)]), ("again", spent[len(paths) :])):
        wall = " / ".join(figures([one.wall for one in some]))
        yield f"{name}: {wall} · cpu {' / '.join(figures([one.cpu for one in some]))}"


def figures(seconds: list[float]) -> list[str]:
    """Median, 95th percentile and most, in milliseconds."""
    p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
    return [f"{one * 1e3:.1f}" for one in (statistics.median(seconds), p95, max(seconds))]


def in_process(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code in {200, 303}, path


class Http:
    """One connection that stays open, as a browser's does."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)

    def get(self, path: str) -> None:
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status in {200, 303}, (path, answer.status)


def pages(app: Flask) -> Iterator[str]:
    """The slowest whole pages and suggestions for hostile texts, in process."""
    for path in ("/ads?q=", "/suggest?q="):
        spent = []
        for kind, text in texts():
            asked = path + quote(text.encode("utf-8", "surrogatepass"))
            spent.append(Spent.of(kind, text, partial(in_process, app, asked)))
        yield f"\n### {path}…, {len(spent)} texts\n"
        yield from slowest(spent)


def measure(app: Flask, size: int) -> Iterator[str]:
    """The tables, in Markdown."""
    paths = [f"/suggest?q={quote(begun)}" for begun in beginnings()]
    yield f"\n### /suggest at {size:,} ads: {len(paths)} beginnings\n"
    yield "| | p50 / p95 / most, ms |\n|---|--:|"
    for told in ask(partial(in_process, app), paths):
        yield f"| in process, {told.replace(': ', ' | ')} |"
    with _served() as address:
        for told in ask(Http(address).get, paths):
            yield f"| over HTTP, {told.partition(' ·')[0].replace(': ', ' | ')} |"
    yield f"\nThe bar: p95 under {BAR * 1e3:.0f} ms."
    yield from pages(app)


def main() -> None:
    """Fill a board of the size asked for, or take the one that was kept, and print the tables."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="bothways-suggest-") as temporary:
        folder = Path(os.environ.get("BENCH_KEEP") or temporary) / str(size) / "board"
        folder.mkdir(parents=True, exist_ok=True)
        with board(folder) as app:
            fill(app, size)
            for line in measure(app, size):
                print(line, flush=True)
    print("\nLoad: " + ", ".join(f"{average:.1f}" for average in os.getloadavg()))


if __name__ == "__main__":
    main()
