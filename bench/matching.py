"""How well the board introduces people, as a table: planted pairs found, and how fast.

make bench-matching
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from flask import Flask
from numpy.typing import NDArray

from app.ads import service as ads
from app.ads import transfer
from app.ads.models import Ad
from app.core.clock import utcnow
from app.db import db, transaction
from app.matching import refresh, rules, service
from app.matching.cards import CARD, card_of, stamp_of, words_of
from app.matching.vectors import Vectors, read_ad
from app.meaning.encoder import WIDTH
from app.meaning.shelf import PHRASES
from bench import generate, planted
from bench.run import board, figures

SEEDS = tuple(int(seed) for seed in os.environ.get("BENCH_SEEDS", "1,2,3").split(","))
FIRST = 5
BARS = {"two ways, by meaning": (0.90, 0.85), "two ways, by words": (0.50, 0.0)}
MANY, CHUNK, ASKED = 100_000, 500, 100
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


def fill(app: Flask, seed: int) -> list[Ad]:
    """Import the planted ads; returns them in their order."""
    counts = transfer.import_lines(planted.lines(seed), now=utcnow(), transaction=transaction)
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
    view, anchors = vectors.shelf.view(), vectors.anchors()
    assert view is not None
    assert anchors is not None
    sides = [read_ad(view, anchors, ad) for ad in every]
    scores = np.zeros((2 * planted.PAIRS, len(every)))
    for number in range(2 * planted.PAIRS):
        for other, theirs in enumerate(sides):
            mine = sides[number]
            assert mine is not None
            assert theirs is not None
            scores[number, other] = rules.fit(mine[0], theirs[1]).score
    return scores


def by_tags(every: list[Ad]) -> Numbers:
    """How many tags they share: theirs offered with mine sought, and the other way round."""
    keys = [
        [{row.key for row in ad.skills if row.side == side} for side in ("seeks", "offers")]
        for ad in every
    ]
    mine = keys[: 2 * planted.PAIRS]
    return np.array([[len(a[0] & b[1]) + len(a[1] & b[0]) for b in keys] for a in mine], float)


def measure(seed: int, add: Callable[[str, Found], None]) -> float:
    """Every way to rank, on one set of planted ads; returns seconds to encode them by meaning."""
    took = 0.0
    temporary = tempfile.TemporaryDirectory(prefix="bothways-bench-")
    with temporary as folder, board(Path(folder)) as app:
        every = fill(app, seed)
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
    """Seconds for the matches of one ad among `size` made-up ones, with vectors by chance."""
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
    cards = [card_of(ad, stamp_of(words_of(ad))) for ad in found]
    chance = np.random.default_rng(ids[0])
    rows = chance.standard_normal((len(found), 2, 1 + PHRASES, WIDTH)).astype(np.float32)
    rows += 0.4 * rows[:1]  # so that some are near to each other
    rows /= np.linalg.norm(rows, axis=3, keepdims=True)
    vectors.shelf.put(np.array(cards, CARD), [(one[0], one[1]) for one in rows])
    db.session.expunge_all()


def main() -> None:
    """Measure, print, and say which bars are not reached."""
    found: dict[str, list[Found]] = {}
    seconds = [measure(seed, lambda n, f: found.setdefault(n, []).append(f)) for seed in SEEDS]
    print(f"\n{planted.ADS} ads, {planted.PAIRS} mutual pairs; {len(SEEDS)} boards\n")
    print(f"| | partner among the first {FIRST} | MRR |\n|---|--:|--:|")
    for name, runs in found.items():
        recall = statistics.mean(run.recall() for run in runs)
        reciprocal = statistics.mean(run.reciprocal() for run in runs)
        least = BARS.get(name, (0.0, 0.0))
        bar = "" if recall >= least[0] and reciprocal >= least[1] else " **below its bar**"
        print(f"| {name} | {recall:.3f} | {reciprocal:.3f}{bar} |")
    thousand = statistics.mean(seconds) * 1000 / planted.ADS
    print(f"\nEncoding 1,000 ads (each once, both sides, phrases too): {thousand:.1f} s")
    if "chance" in os.environ.get("BENCH_ALSO", "chance"):
        print(f"Matches of one ad among {MANY:,}, median / p95: {figures(many(MANY))} ms")
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    print(f"Load on the machine at the end (1, 5, 15 minutes): {load}.")


if __name__ == "__main__":
    main()
