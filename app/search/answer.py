"""From a query to one page of boxes, over any engine that lends its words and its cards. Pure."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

import numpy as np

from app.search.analysis import words
from app.search.board import Board
from app.search.cards import Mask, Numbers, Rows
from app.search.evaluate import Terms, add, evaluate, excluded_rows
from app.search.index import AdDocument, Facets, SearchPage
from app.search.kept import Remembered
from app.search.plan import Plan, plan
from app.search.query import SearchQuery
from app.search.selection import Selection
from app.search.spelling import Spelling

TELLING_WORDS = 16  # of an ad, to look for the like of it
SAME_SECTOR = 1.15


class Snapshot(Protocol):
    """One generation of an index, open for reading, with what was asked of it already."""

    board: Board
    pages: Remembered
    counts: Remembered
    readings: Remembered

    def terms(self, side: str = "") -> Terms:
        """The words of one side (`seeks`, `offers`) or of the whole ad."""
        ...


def answer(
    snapshot: Snapshot, query: SearchQuery, now: int, *, size: int, facets: bool
) -> SearchPage:
    """The page of `query`, with any of its words where no live ad has them all.

    A page that was asked for before is remembered until the index or the live ads change.
    """
    started = time.perf_counter()
    question = (query, size, facets, snapshot.board.live(now).since)
    page = snapshot.pages.get(question, lambda: _page(snapshot, query, now, size, facets))
    return replace(page, took=time.perf_counter() - started)


def _page(snapshot: Snapshot, query: SearchQuery, now: int, size: int, facets: bool) -> SearchPage:
    asked, selection = _best(snapshot, query, now)
    boxes, total, miles = shown(selection, query, size)
    newest = query.upto or _newest(snapshot.board, now)
    counts = Facets()
    if facets:  # the same on every page and in any order
        question = (replace(query, page=1, sort="newest"), snapshot.board.live(now).since)
        counts = snapshot.counts.get(question, lambda: selection.facets(query))
    return SearchPage(boxes, total, True, counts, 0.0, asked.relaxed, miles, asked, newest)


def shown(
    selection: Selection, query: SearchQuery, size: int
) -> tuple[tuple[str, ...], int, dict[str, float]]:
    """The boxes of the page of `query`, how many ads fit in all, and how far each box is."""
    board = selection.board
    rows, total = selection.page(query.sort, (query.page - 1) * size, size)
    boxes = tuple(_boxes(board, rows))
    miles = {}
    if query.place is not None:
        away = board.miles(query.place, query.within)[board.of("spot", rows)]
        miles = {box: m for box, m in zip(boxes, away.tolist(), strict=True) if m == m}
    return boxes, total, miles


def _best(snapshot: Snapshot, query: SearchQuery, now: int) -> tuple[Plan, Selection]:
    """What has all the words, or else what has any of them; and what they were taken for."""
    question = (query.q, query.upto, snapshot.board.live(now).since)
    asked: Plan = snapshot.readings.get(question, lambda: _read(snapshot, query, now))
    selection = _select(snapshot, query, asked, now)
    if not selection.but().any():
        for looser in asked.looser():
            other = _select(snapshot, query, looser, now)
            if other.but().any():
                return looser, other
    return asked, selection


def _read(snapshot: Snapshot, query: SearchQuery, now: int) -> Plan:
    """What the words ask for; the same whatever else is chosen."""
    terms = _terms(snapshot, query, "")
    return plan(query, Spelling(terms, _live(snapshot.board, query, now)))


def similar(snapshot: Snapshot, document: AdDocument, now: int, *, limit: int) -> tuple[str, ...]:
    """Boxes of the live ads that share most telling words with `document`, likest first."""
    terms, board = snapshot.terms(), snapshot.board
    rows, scores = add([terms.postings(term) for term in _rarest(terms, telling_terms(document))])
    live = board.live(now)
    keep = live.mask[rows] & (board.of("id", rows) != document.id)
    same = board.of("sector", rows) == board.registry.sectors.get(document.sector.encode())
    scores = np.where(same, scores * np.float32(SAME_SECTOR), scores)
    return tuple(
        _boxes(board, Selection(board, live, rows, scores, keep).page("best", 0, limit)[0])
    )


def _rarest(terms: Terms, telling: list[str]) -> list[str]:
    """Those that fewest ads have, but more than one: counted without reading who has them."""
    counts = terms.known(telling)
    # what is not plain is never counted; that is seldom, and in few ads
    ads = [n or len(terms.postings(term).rows) for term, n in zip(telling, counts, strict=True)]
    ranked = sorted(zip(ads, range(len(telling)), strict=True))
    return [telling[at] for number, at in ranked if number > 1][:TELLING_WORDS]


def _select(snapshot: Snapshot, query: SearchQuery, asked: Plan, now: int) -> Selection:
    terms = _terms(snapshot, query, query.side)
    found: tuple[Rows, Numbers | None] | None = evaluate(asked, terms)
    if found is None and asked.excluded:
        left = np.ones(snapshot.board.size, np.bool_)
        left[excluded_rows(asked, terms)] = False
        found = np.flatnonzero(left), None
    return Selection.of(snapshot.board, found, query, now)


def _terms(snapshot: Snapshot, query: SearchQuery, side: str) -> Terms:
    """The words of one side; for a reader under way they are worth what they were."""
    terms = snapshot.terms(side)
    if not query.upto:
        return terms
    return terms.as_of(snapshot.board.up_to(query.upto))


def _live(board: Board, query: SearchQuery, now: int) -> Mask:
    live = board.live(now).mask
    return live & board.up_to(query.upto) if query.upto else live


def _newest(board: Board, now: int) -> tuple[int, int] | None:
    rows = board.newest_live(board.live(now), 1)
    if not len(rows):
        return None
    return int(board.of("posted", rows)[0]), int(board.of("id", rows)[0])


def telling_terms(document: AdDocument) -> list[str]:
    """Terms of the skills first, then of headline and both sides; each once."""
    tags = (*document.seeks_skills, *document.offers_skills)
    said = (document.headline, document.seeks, document.offers)
    counted = Counter(word.term for tag in tags for word in words(tag, tags=True))
    counted.update(word.term for text in said for word in words(text) if not word.stop)
    return list(counted)


def _boxes(board: Board, rows: Rows) -> Iterable[str]:
    return (box.decode() for box in board.of("box", rows).tolist())
