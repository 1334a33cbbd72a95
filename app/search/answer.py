"""From a query to one page of boxes, over any engine that lends its words and its cards. Pure."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

import numpy as np

from app.search.analysis import words
from app.search.cards import Cards, Rows, Sectors, Skills
from app.search.evaluate import Postings, Terms, add, evaluate, excluded_rows
from app.search.index import AdDocument, Facets, SearchPage
from app.search.plan import Plan, plan
from app.search.query import SearchQuery
from app.search.selection import Selection
from app.search.spelling import Spelling

_TELLING_WORDS = 16  # of an ad, to look for the like of it
_SAME_SECTOR = 1.15


class Snapshot(Protocol):
    """One generation of an index, open for reading."""

    board: Cards
    sectors: Sectors
    skills: Skills

    def terms(self, side: str = "") -> Terms:
        """The words of one side (`seeks`, `offers`) or of the whole ad."""
        ...


def answer(
    snapshot: Snapshot, query: SearchQuery, now: int, *, size: int, facets: bool
) -> SearchPage:
    """The page of `query`, with any of its words where no live ad has them all."""
    started = time.perf_counter()
    asked = plan(query, Spelling(snapshot.terms(), snapshot.board.live(now)))
    selection, relaxed = _select(snapshot, query, asked, now), False
    if not selection.but().any() and (looser := asked.loosened()):
        other = _select(snapshot, query, looser, now)
        if other.but().any():
            asked, selection, relaxed = looser, other, True
    places, total = selection.page(query.sort, (query.page - 1) * size, size)
    boxes = tuple(_boxes(snapshot, selection.rows[places]))
    miles = {}
    if selection.miles is not None:
        far = zip(boxes, selection.miles[places].tolist(), strict=True)
        miles = {box: away for box, away in far if away == away}
    counts = selection.facets(query, snapshot.sectors, snapshot.skills) if facets else Facets()
    took = time.perf_counter() - started
    return SearchPage(boxes, total, True, counts, took, relaxed, miles, asked)


def similar(snapshot: Snapshot, document: AdDocument, now: int, *, limit: int) -> tuple[str, ...]:
    """Boxes of the live ads that share most telling words with `document`, likest first."""
    terms = snapshot.terms()
    shared = [found for term in _telling(document) if len((found := terms.postings(term)).rows) > 1]
    rarest = sorted(shared, key=lambda found: len(found.rows))[:_TELLING_WORDS]
    found = add(rarest)
    board = snapshot.board
    keep = board.live(now)[found.rows] & (board.cards["id"][found.rows] != document.id)
    rows, scores = found.rows[keep], found.scores[keep]
    same = board.cards["sector"][rows] == document.sector.encode()
    scores = np.where(same, scores * np.float32(_SAME_SECTOR), scores)
    best = Selection(board, rows, scores, None).page("best", 0, limit)[0]
    return tuple(_boxes(snapshot, rows[best]))


def _select(snapshot: Snapshot, query: SearchQuery, asked: Plan, now: int) -> Selection:
    terms = snapshot.terms(query.side)
    found: Postings | None = evaluate(asked, terms)
    if found is None and asked.excluded:
        everyone = np.arange(len(snapshot.board.cards))
        left = np.setdiff1d(everyone, excluded_rows(asked, terms), assume_unique=True)
        found = Postings(left, np.zeros(len(left), np.float32))
    return Selection.of(snapshot.board, found, query, now, snapshot.skills)


def _telling(document: AdDocument) -> list[str]:
    """Terms of the skills first, then of headline and both sides; each once."""
    tags = (*document.seeks_skills, *document.offers_skills)
    said = (document.headline, document.seeks, document.offers)
    counted = Counter(word.term for tag in tags for word in words(tag, tags=True))
    counted.update(word.term for text in said for word in words(text) if not word.stop)
    return list(counted)


def _boxes(snapshot: Snapshot, rows: Rows) -> Iterable[str]:
    return (box.decode() for box in snapshot.board.cards["box"][rows].tolist())
