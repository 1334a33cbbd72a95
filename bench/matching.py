"""How well the board introduces people, as a table: planted pairs found, and how fast.

make bench-matching
"""

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.ads import service as ads
from app.ads import transfer
from app.ads.models import Ad
from app.core.clock import utcnow
from app.db import db, transaction
from app.matching import refresh, rules, service
from app.matching.cards import CARD, card_of
from app.matching.lessons import KEPT, unit
from app.matching.vectors import Vectors, read_ad
from app.meaning.shelf import PHRASES
from bench import generate, planted
from bench.run import board, figures

SEEDS = tuple(int(seed) for seed in os.environ.get("BENCH_SEEDS", "1,2,3").split(","))
FILES = os.environ.get("BENCH_FILES", ",".join(planted.FILES)).split(",")
FIRST = 5
BARS = {"two ways, by meaning": (0.90, 0.85), "two ways, by words": (0.50, 0.0)}
MANY, CHUNK, ASKED = 100_000, 500, 200
NOISE = 0.7  # how far made-up vectors lie from the skill they are near to
Numbers = NDArray[np.float64]


@dataclass
class Found:
    """Ranks of the partners, 1 being the first; 0 where it was not there."""

    ranks: list[int]

    def recall(self) -> float:
        """The share of partners among the first five."""
        return sum(0 < rank <= FIRST for rank in self.ranks) / len(self.ranks)

    def reciprocal(self) -> float:
        """The mean reciprocal rank."""
        return sum(1 / rank for rank in self.ranks if rank) / len(self.ranks)


def fill(seed: int, file: str) -> list[Ad]:
    """Import the planted ads; returns them in their order."""
    lines = planted.lines(seed, file)
    counts = transfer.import_lines(lines, now=utcnow(), transaction=transaction)
    assert (counts.added, counts.refused) == (planted.ADS, []), counts
    found = db.session.scalars(sa.select(Ad).order_by(Ad.id)).all()
    return sorted(found, key=lambda ad: int(ad.headline.split()[2].strip(",")))


def shown(vectors: Vectors, every: list[Ad]) -> Found:
    """Where the page of each planted ad shows its partner."""
    ranks = []
    for number in range(2 * planted.PAIRS):
        matches = service.find(db.session, vectors, every[number], now=utcnow())
        boxes = [match.ad.box for match in matches.mutual]
        partner = every[number ^ 1].box
        ranks.append(boxes.index(partner) + 1 if partner in boxes else 0)
    return Found(ranks)


def ranked(scores: Numbers, every: list[Ad]) -> Found:
    """Where each partner stands among all ads that may meet, by these scores."""
    terms = [service.terms_of(ad) for ad in every]
    ranks = []
    for number in range(2 * planted.PAIRS):
        row = scores[number]
        partner = row[number ^ 1]
        ahead = (
            sum(
                rules.may_meet(terms[number], terms[other])
                for other in np.flatnonzero(row > partner).tolist()
            )
            # Of those that score alike, half would stand before it.
            + sum(
                rules.may_meet(terms[number], terms[other])
                for other in np.flatnonzero(row == partner).tolist()
                if other != number ^ 1
            )
            // 2
        )
        ranks.append(int(ahead) + 1)
    return Found(ranks)


def one_way(vectors: Vectors, every: list[Ad]) -> Numbers:
    """How well each offers what each seeks, by the whole fit."""
    view, lessons = vectors.shelf.view(), vectors.lessons()
    assert view is not None
    assert lessons is not None
    sides = [read_ad(view, lessons, ad) for ad in every]
    scores = np.zeros((2 * planted.PAIRS, len(every)))
    for number in range(2 * planted.PAIRS):
        for other, theirs in enumerate(sides):
            mine = sides[number]
            assert mine is not None
            assert theirs is not None
            scores[number, other] = rules.fit(mine[0], theirs[1], vectors.scale()).score
    return scores


def by_tags(every: list[Ad]) -> Numbers:
    """How many tags they share: theirs offered with mine sought, and the other way round."""
    keys = [
        [{row.key for row in ad.skills if row.side == side} for side in ("seeks", "offers")]
        for ad in every
    ]
    mine = keys[: 2 * planted.PAIRS]
    return np.array([[len(a[0] & b[1]) + len(a[1] & b[0]) for b in keys] for a in mine], float)


def measure(seed: int, file: str, add: Callable[[str, Found], None]) -> float:
    """Every way to rank, on one set of planted ads; returns seconds to encode them by meaning."""
    took = 0.0
    temporary = tempfile.TemporaryDirectory(prefix="bothways-bench-")
    with temporary as folder, board(Path(folder)):
        every = fill(seed, file)
        for by_meaning, word in ((True, "meaning"), (False, "words")):
            vectors = Vectors(Path(folder) / word, by_meaning=by_meaning)
            if vectors.encoder().name.startswith("words") == by_meaning:
                print("The encoder’s weights are not here: measured by words only.")
                continue
            vectors.make()
            began = time.perf_counter()
            refresh.sweep(vectors, now=utcnow())
            took = took or time.perf_counter() - began
            add(f"two ways, by {word}", shown(vectors, every))
            add(f"one way, by {word}", ranked(one_way(vectors, every), every))
        add("two ways, shared tags only", ranked(by_tags(every), every))
    return took


def many(size: int) -> list[float]:
    """Seconds for the matches of one ad among `size` made-up ones, as the page asks for them.

    The ads are in the database; their vectors are near to known skills by chance.
    """
    temporary = tempfile.TemporaryDirectory(prefix="bothways-bench-")
    with temporary as folder, board(Path(folder)):
        transfer.import_lines(list(generate.ads(size)), now=utcnow(), transaction=transaction)
        vectors = Vectors(Path(folder) / "chance", by_meaning=False)
        vectors.make()
        ids = list(db.session.scalars(sa.select(Ad.id)))
        for start in range(0, len(ids), CHUNK):
            _put_by_chance(vectors, ids[start : start + CHUNK])
        times = []
        for id in ids[:: max(1, size // ASKED)]:
            ad = ads.by_ids(db.session, [id])[id]
            began = time.perf_counter()
            service.find(db.session, vectors, ad, now=utcnow())
            times.append(time.perf_counter() - began)
            db.session.expunge_all()
    return times[5:]  # the first map the files


def _put_by_chance(vectors: Vectors, ids: list[int]) -> None:
    found = list(ads.by_ids(db.session, ids).values())
    chance, lessons = np.random.default_rng(ids[0]), vectors.lessons()
    assert lessons is not None
    sides = []
    for where in (lessons.wished, lessons.offered):
        skill = where[chance.integers(len(where), size=len(found))]
        rows = np.repeat(skill[:, None], 1 + PHRASES, 1) / np.linalg.norm(skill, axis=1).mean()
        noise = chance.standard_normal(rows.shape) / KEPT**0.5
        sides.append(unit((rows + NOISE * noise).astype(np.float32)))
    notes = np.zeros((len(found), 2, PHRASES, 3), np.uint16)
    notes[:, :, :3] = (0, 20, 20_000)  # three phrases, each the first words of the text
    cards = np.array([card_of(ad) for ad in found], CARD)
    vectors.shelf.put(vectors.shelf.rows(cards, list(zip(*sides, strict=True)), notes))
    db.session.expunge_all()


def table(file: str) -> float:
    """Measure on one set of topics and print; returns seconds to encode 1,000 ads by meaning."""
    found: dict[str, list[Found]] = {}
    runs = [measure(seed, file, lambda n, f: found.setdefault(n, []).append(f)) for seed in SEEDS]
    topics = len(planted.topics(file))
    print(f"\n{file}: {planted.ADS} ads of {topics} topics, {planted.PAIRS} mutual pairs;", end=" ")
    print(f"{len(SEEDS)} boards\n")
    print(f"| | partner among the first {FIRST} | MRR |\n|---|--:|--:|")
    for name, tries in found.items():
        recall = statistics.mean(run.recall() for run in tries)
        reciprocal = statistics.mean(run.reciprocal() for run in tries)
        least = BARS.get(name, (0.0, 0.0))
        bar = "" if recall >= least[0] and reciprocal >= least[1] else " **below its bar**"
        print(f"| {name} | {recall:.3f} | {reciprocal:.3f}{bar} |")
    return statistics.mean(runs) * 1000 / planted.ADS


def main() -> None:
    """Measure, print, and say which bars are not reached."""
    thousand = [table(file) for file in FILES]
    print(f"\nEncoding 1,000 ads (both sides, each phrase): {max(thousand):.1f} s by the clock")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Most memory of this process so far: {memory:.0f} MB")
    if "chance" in os.environ.get("BENCH_ALSO", "chance"):
        print(f"Matches of one ad among {MANY:,}, median / p95: {figures(many(MANY))} ms")
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    print(f"Load on the machine at the end (1, 5, 15 minutes): {load}.")


if __name__ == "__main__":
    main()
