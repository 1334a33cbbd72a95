"""Our search beside the engines it could be replaced by: the same ads, interleaved in one run.

python -m bench.engines 10000 100000     (make bench-engines; BENCH_MILLION=1: a million ads too)

BENCH_KEEP names a folder in which what the engines built is kept for the next run, BENCH_SKIP the
engines to be left out (PlainWhoosh takes longest, a class of bench.rivals each).
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.ads import service as ads
from app.ads.lines import read_line
from app.ads.policy import Draft
from app.catalogue.places import find_places
from app.core.secret import Address
from app.db import Base
from app.people import service as people
from app.search import projection
from app.search.answer import _select
from app.search.index import AdDocument
from app.search.plan import plan
from app.search.query import SearchQuery
from app.search.whoosh_index import WhooshIndex
from bench import generate
from bench.rivals import PAGE, RIVALS, Ads, Answer, NotHere

NOW = 1_800_000_000
LIVES = 60 * 86_400
ROUNDS = 40
SLOW = 0.25  # seconds from which a question is asked a few times only
FEW = 4
CARDIFF = find_places("Cardiff")[0]
ROWS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "rare word": ("word", ("theodolite",)),
    "common word": ("word", ("mentor",)),
    "two words, all": ("all_words", ("mentor", "evenings")),
    "two words, any": ("any_word", ("mentor", "library")),
    "phrase, of every other ad": ("phrase", ("one long lunch",)),
    "phrase, rare": ("phrase", ("also theodolite",)),
    "text + filter": ("in_sector", ("mentor", "health")),
    "full page, common word": ("full_page", ("mentor",)),
    "full page, middling word": ("full_page", ("welding",)),
    "newest first, with count": ("newest", (NOW - LIVES, NOW)),
    "skill": ("skill", ("welding",)),
    "radius": ("near", (CARDIFF.latitude, CARDIFF.longitude, 25)),
    "prefix suggestion": ("prefix", ("bo",)),
    "typo": ("typo", ("theodolyte",)),
}


def documents(count: int) -> Iterator[AdDocument]:
    """The generated ads as an index is told of them."""
    places: dict[str, Any] = {"": None}
    for id, line in enumerate(generate.ads(count), 1):
        said = json.loads(line)
        if said["place"] not in places:
            places[said["place"]] = find_places(said["place"])[0]
        place, posted = places[said["place"]], NOW - int(said["days_ago"] * 86_400)
        yield AdDocument(
            id=id, box=_box(id), kind=said["kind"], headline=said["headline"],
            seeks=said["seeks"], offers=said["offers"], about=said["about"],
            seeks_skills=tuple(said["seeks_skills"]), offers_skills=tuple(said["offers_skills"]),
            sector=said["sector"], modes=tuple(said["modes"]), rhythm=said["rhythm"],
            place_id=place and place.id, latitude=place and place.latitude,
            longitude=place and place.longitude, posted=posted, expires=posted + LIVES,
            language="en",
        )  # fmt: skip


def _box(id: int) -> str:
    letters = ""
    for _ in range(6):
        id, digit = divmod(id, 32)
        letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[digit] + letters
    return letters


@cache
def _query(q: str = "", **args: str) -> SearchQuery:
    """What the board makes of an address; not what is measured here."""
    return SearchQuery.from_args(MultiDict({"q": q} | args))


class Ours:
    """The board's own index. Pages asked for before are not remembered here, except in `again`."""

    name = "ours"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "ours"
        self.index = WhooshIndex(self.path)
        self.ads = Ads(folder / "ours-ads.db")
        if (folder / "Ours.built").exists():
            self.tidy()
            self._open()

    def tidy(self) -> None:
        """What the worker does every two seconds where there is something to merge."""
        while self.index.merge(thorough=False):
            pass

    def _open(self) -> None:
        self._forgetful()
        self.boxes = {row[0]: row[1] for row in self.ads.db.execute("SELECT box, id FROM boxes")}

    def _forgetful(self) -> None:
        view = self.index.view()
        view.pages._limit = view.counts._limit = 0

    def build(self, ads: Sequence[AdDocument]) -> None:
        with self.index.wait_to_write(5) as batch:
            batch.rebuild(iter(ads))
        self.ads.fill(ads)
        self.ads.db.execute("CREATE TABLE boxes (box PRIMARY KEY, id)")
        self.ads.db.executemany("INSERT INTO boxes VALUES (?,?)", [(ad.box, ad.id) for ad in ads])
        self._open()

    def _ask(self, q: str = "", *, facets: bool = False, **args: str) -> Answer:
        query = _query(q, **args)
        page = self.index.search(query, NOW, size=PAGE, facets=facets)
        return page.total, [self.boxes[box] for box in page.boxes]

    def word(self, word: str) -> Answer:
        return self._ask(f"{word} ")

    def all_words(self, *words: str) -> Answer:
        return self._ask(" ".join(words) + " ")

    def any_word(self, *words: str) -> Answer:
        """What a search falls back to when no ad has all the words."""
        query = _query(" ".join(words) + " ")
        looser, snapshot = plan(query).loosened(), self.index.view()
        assert looser is not None
        rows, total = _select(snapshot, query, looser, NOW).page("best", 0, PAGE)
        return total, snapshot.board.column("id")[rows].tolist()

    def phrase(self, text: str) -> Answer:
        return self._ask(f'"{text}"')

    def in_sector(self, word: str, sector: str) -> Answer:
        return self._ask(f"{word} ", sector=sector)

    def full_page(self, word: str) -> Answer:
        total, ids = self._ask(f"{word} ", facets=True)
        self.ads.show(ids)
        return total, ids

    def newest(self, since: int, now: int) -> Answer:
        return self._ask()

    def skill(self, skill: str) -> Answer:
        return self._ask(skill=skill)

    def near(self, lat: float, lon: float, miles: float) -> Answer:
        return self._ask(place=CARDIFF.label, within=str(miles))

    def prefix(self, prefix: str) -> Answer:
        return len(self.index.words_begun(prefix)), []

    def typo(self, word: str) -> Answer:
        return self._ask(f"{word} ")

    def put(self, ad: AdDocument) -> None:
        with self.index.wait_to_write(5) as batch:
            batch.apply([ad], ())


@dataclass
class Times:
    """Seconds of one question to one engine: the first time, then by the wall and of CPU; and
    right after another engine has filled the processor's caches with its own."""

    first: float = 0.0
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)

    def add(self, ask: Callable[[], object]) -> None:
        began, spent = time.perf_counter(), time.process_time()
        ask()
        took, spent = time.perf_counter() - began, time.process_time() - spent
        if not self.first:
            self.first = took
        else:
            self.wall.append(took)
            self.cpu.append(spent)

    def add_warm(self, ask: Callable[[], object]) -> None:
        """Ask twice: what comes first finds cold caches, what comes second is warm."""
        if self.first:
            began = time.perf_counter()
            ask()
            self.after.append(time.perf_counter() - began)
        self.add(ask)

    def told(self, outside: bool) -> str:
        """p50 / p95 by the wall, p50 of CPU (not known of a server outside), p50 right after the
        other engines, the first (cold)."""
        p95 = statistics.quantiles(self.wall, n=20, method="inclusive")[-1]
        cpu = "" if outside else f" · cpu {_ms(statistics.median(self.cpu))}"
        wall = f"{_ms(statistics.median(self.wall))} / {_ms(p95)}"
        after = f" · after others {_ms(statistics.median(self.after))}" if self.after else ""
        return f"{wall}{cpu}{after} · first {_ms(self.first)}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.3g}" if seconds < 1 else f"{seconds * 1e3:.0f}"


def build(folder: Path, count: int) -> tuple[list[Any], dict[str, str]]:
    """Every engine with the ads in it, and how long that took, by name."""
    engines, took, ads = [], {}, list[AdDocument]()
    for kind in (Ours, *RIVALS):
        if kind.__name__ in os.environ.get("BENCH_SKIP", "").split(","):
            continue
        mark = folder / f"{kind.__name__}.built"
        try:
            engine = kind(folder)
            if not mark.exists():
                if count > 100_000 and engine.name in {"Whoosh as usual", "PostgreSQL"}:
                    raise NotHere(f"{engine.name}: not tried with so many")
                ads = ads or list(documents(count))
                print(f"{count:,} ads: building {engine.name} …", flush=True)
                began, spent = time.perf_counter(), time.process_time()
                engine.build(ads)
                wall, cpu = time.perf_counter() - began, time.process_time() - spent
                mark.write_text(f"{wall:.0f} s · cpu {cpu:.0f}")
        except NotHere as error:
            print(f"Not compared: {error}", flush=True)
            continue
        engines.append(engine)
        took[engine.name] = mark.read_text()
    return engines, took


def measure(engines: list[Any]) -> dict[tuple[str, str], Times]:
    """Ask every engine every question in turn, so that a slow moment hurts all alike."""
    times: dict[tuple[str, str], Times] = {}
    for turn in range(ROUNDS + 1):
        for row, (name, arguments) in ROWS.items():
            for engine in engines:
                own = times.setdefault((row, engine.name), Times())
                slow = own.first > SLOW and turn > FEW
                if slow or own.first < 0:
                    continue
                try:
                    own.add_warm(lambda e=engine, n=name, a=arguments: getattr(e, n)(*a))  # type: ignore[misc]
                except NotHere:
                    own.first = -1.0
    return times


def agreement(engines: list[Any]) -> Iterator[str]:
    """How many ads each engine finds, for the reader to see that they were asked the same."""
    for row, (name, arguments) in ROWS.items():
        totals = []
        for engine in engines:
            try:
                totals.append(f"{getattr(engine, name)(*arguments)[0]:,}")
            except NotHere:
                totals.append("–")
        yield f"| {row} | " + " | ".join(totals) + " |"


def edits(engines: list[Any]) -> dict[str, Times]:
    """Change one ad, and find it."""
    new = time.time_ns()  # what a kept index has from an earlier run would be no change
    changed = [
        replace(ad, headline=f"Changed to zq{new + n}") for n, ad in enumerate(documents(15))
    ]
    times: dict[str, Times] = {}
    for ad in changed:
        for engine in engines:
            if engine.name == "Whoosh as usual" and len(times.get(engine.name, Times()).wall) > 3:
                continue
            times.setdefault(engine.name, Times()).add(lambda e=engine, a=ad: e.put(a))  # type: ignore[misc]
    return times


def posted_to_found(folder: Path, index: WhooshIndex) -> tuple[Times, Times]:
    """From before an ad's INSERT to its commit, and to a search that shows it, worker asleep.

    The transaction is the board's own: rules, fingerprint, skills, publishing, the stale mark.
    """
    path = folder / "board.db"
    path.unlink(missing_ok=True)
    engine, inserts, times = sa.create_engine(f"sqlite:///{path}"), Times(), Times()
    event.listen(engine, "connect", lambda c, _: c.executescript(_AS_THE_BOARD))
    Base.metadata.create_all(engine)
    now = datetime.fromtimestamp(NOW, UTC)
    for n, line in enumerate(generate.ads(40, seed=7)):
        incoming = read_line(line)
        draft = replace(incoming.draft, headline=f"zposted{n} and a mentor")

        def insert(draft: Draft = draft, email: Address = incoming.email) -> None:
            with Session(engine) as session, session.begin():
                writer = people.meet(session, email=email, now=now)
                ad, _ = ads.post(session, draft=draft, person=writer, now=now)
                ads.publish(session, ad=ad, now=now)

        def once(n: int = n, insert: Callable[[], None] = insert) -> None:
            inserts.add(insert)
            query = SearchQuery.from_args(MultiDict({"q": f"zposted{n} "}))
            with Session(engine) as session:
                projection.catch_up(session, index, now=now)
                assert index.search(query, NOW, facets=False).total == 1

        times.add(once)
        with Session(engine) as session, session.begin():  # as if the worker had taken it in
            seen = ads.stale_marks(session, after=0, limit=1 << 31)
            ads.drop_marks(session, ids=[mark for mark, _ in seen])
    engine.dispose()
    return inserts, times


_AS_THE_BOARD = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"


def footprint(folder: Path) -> str:
    """Printed by a fresh process: seconds to open and answer first, and its memory after all."""
    base = _peak()
    began, spent = time.perf_counter(), time.process_time()
    ours = Ours(folder)
    opened, cpu = time.perf_counter() - began, time.process_time() - spent
    for name, arguments in ROWS.values():
        getattr(ours, name)(*arguments)
    return f"{opened:.2f} s (cpu {cpu:.2f}) · {_peak()} MB at most, {base} of them before"


def _peak() -> int:
    """The most memory this process has had, in MB."""
    told = Path("/proc/self/status").read_text().partition("VmHWM:")[2]
    return int(told.split()[0]) // 1024


def _size(engine: Any) -> str:
    path = engine.path
    files = path.rglob("*") if path.is_dir() else [path]
    return f"{sum(file.stat().st_size for file in files if file.is_file()) / 1e6:,.0f} MB"


def report(count: int, folder: Path) -> None:
    """Measure one size of board and print its tables in Markdown."""
    engines, took = build(folder, count)
    names = [engine.name for engine in engines]
    times, outside = measure(engines), {"PostgreSQL"}
    print(f"\n### {count:,} ads\n")
    print("| p50 / p95 · cpu p50 · after others p50 · first, ms | " + " | ".join(names) + " |")
    print("|---|" + "--:|" * len(names))
    for row in ROWS:
        cells = [times[row, name] for name in names]
        told = [c.told(n in outside) if c.wall else "–" for n, c in zip(names, cells, strict=True)]
        print(f"| {row} | " + " | ".join(told) + " |")
    changes = edits(engines)
    told = [changes[name].told(name in outside) for name in names]
    print("| edit of one ad, committed | " + " | ".join(told) + " |")
    print("| build | " + " | ".join(took[name] for name in names) + " |")
    print("| size on disk | " + " | ".join(_size(engine) for engine in engines) + " |")
    print("\nAds found by each:\n\n| | " + " | ".join(names) + " |\n|---|" + "--:|" * len(names))
    print("\n".join(agreement(engines)))
    ours = engines[0]
    ours.tidy()
    fresh = WhooshIndex(ours.path)
    fresh.view()
    insert, found = posted_to_found(folder, fresh)
    print(f"\nPosted → found, worker asleep (ours): {found.told(False)}")
    print(f"… of which SQLite’s insert and commit: {insert.told(False)}")
    command = [sys.executable, "-m", "bench.engines", "--footprint", str(folder)]
    told_by = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    print(f"A fresh process opens ours in {told_by}", flush=True)


def main() -> None:
    """Measure each size asked for."""
    if sys.argv[1:2] == ["--footprint"]:
        print(footprint(Path(sys.argv[2])))
        return
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000]
    sizes += [1_000_000] if os.environ.get("BENCH_MILLION") == "1" else []
    kept = os.environ.get("BENCH_KEEP")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="bothways-engines-") as temporary:
            folder = Path(kept or temporary) / str(size)
            folder.mkdir(parents=True, exist_ok=True)
            report(size, folder)
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    print(f"\nPython {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()};")
    print(f"load at the end (1, 5, 15 minutes): {load}.")


if __name__ == "__main__":
    main()
