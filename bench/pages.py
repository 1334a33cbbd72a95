"""Whole pages over HTTP at 1 and at 8 connections: how many a second, how long, how much CPU.

python -m bench.pages 10000                     (make bench-pages)
BENCH_KEEP=folder python -m bench.pages 100000  keeps the board there and takes it up the next time

The real web server answers, started as `make run` starts it; connections stay open, as a browser's
do, and no page is asked for twice in a row. CPU is that of the server and its workers, by the
kernel's account, so that the asking does not count.
"""

import http.client
import itertools
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.ads import transfer
from app.ads.models import Ad
from app.catalogue.skills import all_skills
from app.core.clock import utcnow
from app.core.site import ad_path
from app.db import db, transaction
from app.search import projection
from bench import generate
from bench.found import _served
from bench.run import board

SECONDS = 6.0  # of one kind of page at one number of connections
CONNECTIONS = (1, 8)
PAGES = 30  # different pages of one kind
_TICKS = os.sysconf("SC_CLK_TCK")


def kinds() -> dict[str, list[str]]:
    """Paths of each kind of page, all different, since nobody asks the same page all day."""
    skills = [skill.name.replace(" ", "+").replace("#", "%23") for skill in all_skills()[:PAGES]]
    pages = range(1, PAGES + 1)
    with Session(db.engine) as session:
        ads = session.execute(sa.select(Ad.box, Ad.headline).order_by(Ad.id).limit(PAGES)).all()
    return {
        "home": ["/"],
        "newest": [f"/ads?page={page}" for page in pages],
        "common word": [f"/ads?q={generate.COMMON}&page={page}" for page in pages],
        "rare word": [f"/ads?q={generate.RARE}&within={page}" for page in pages],
        "sector": [f"/ads?sector=health&page={page}" for page in pages],
        "skill": [f"/ads?skill={skill}" for skill in skills],
        "near": [f"/ads?place=Cardiff&within={10 + page}" for page in pages],
        "ad": [ad_path(box, headline) for box, headline in ads],
    }


def cpu_of(parent: int, *, ended: bool = False) -> float:
    """Seconds of CPU of a process and all that came from it, with `ended` those that ended, too."""
    parents, spent = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            numbers = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        parents[pid] = int(numbers[1])
        spent[pid] = sum(map(int, numbers[11 : 15 if ended else 13])) / _TICKS
    family = {parent}
    while more := {pid for pid, of in parents.items() if of in family and pid not in family}:
        family |= more
    return sum(spent.get(pid, 0.0) for pid in family)


def ask(address: str, paths: Sequence[str], connections: int) -> list[float]:
    """Ask for these pages in turn for SECONDS over so many connections; seconds of each answer."""
    until, took = time.monotonic() + SECONDS, list[float]()
    turn = itertools.cycle(paths)

    def one() -> None:
        own = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
        while time.monotonic() < until:
            path, began = next(turn), time.perf_counter()
            own.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = own.getresponse()
            answer.read()
            assert answer.status == 200, (path, answer.status)
            took.append(time.perf_counter() - began)
        own.close()

    threads = [threading.Thread(target=one) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def rows(address: str) -> Iterator[str]:
    """A row of the table for each kind of page."""
    server = _children_of(os.getpid())
    for name, paths in kinds().items():
        for path in paths:
            ask_once(address, path)
        cells = []
        for connections in CONNECTIONS:
            before, began = sum(map(cpu_of, server)), time.perf_counter()
            took = ask(address, paths, connections)
            spent = sum(map(cpu_of, server)) - before
            rate = len(took) / (time.perf_counter() - began)
            p95 = statistics.quantiles(took, n=20, method="inclusive")[-1]
            cells.append(
                f"{rate:.0f}/s · {statistics.median(took) * 1e3:.1f} / {p95 * 1e3:.1f} ms"
                f" · cpu {spent / len(took) * 1e3:.1f} ms"
            )
        yield f"| {name} | " + " | ".join(cells) + " |"


def ask_once(address: str, path: str) -> None:
    """So that nothing is measured cold."""
    own = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    own.request("GET", path)
    own.getresponse().read()
    own.close()


def _children_of(parent: int) -> list[int]:
    task = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in task.read_text().split()]


@contextmanager
def folder_for(size: int) -> Iterator[Path]:
    """Where a board of this size lives: below BENCH_KEEP if that is set, else for this run."""
    if keep := os.environ.get("BENCH_KEEP"):
        folder = Path(keep).absolute() / str(size)
        if not (folder / "filled").exists():  # new, or given up half way
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="bothways-pages-") as temporary:
        yield Path(temporary)


def fill(app: Flask, folder: Path, size: int) -> None:
    """Import and index so many ads, unless this folder was filled before."""
    if (done := folder / "filled").exists():
        return
    print(f"{size:,} ads: importing and indexing …", flush=True)
    lines = list(generate.ads(size))
    transfer.import_lines(lines, now=utcnow(), transaction=transaction)
    projection.refresh_now(app.extensions["index"], now=utcnow())
    done.touch()


def main() -> None:
    """Fill a board of the size asked for, serve it, and print the table."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with folder_for(size) as folder, board(folder) as app:
        fill(app, folder, size)
        with _served() as address:
            print("\n| | " + " | ".join(f"{n} connections" for n in CONNECTIONS) + " |")
            print("|---|" + "--:|" * len(CONNECTIONS))
            for row in rows(address):
                print(row, flush=True)
    print("\nPages a second · median / 95th percentile · CPU of the server for one page.")
    print("Load: " + ", ".join(f"{average:.1f}" for average in os.getloadavg()))


if __name__ == "__main__":
    main()
