"""One generation of an index, open for reading: its segments' words and cards as arrays. Pure.

A segment never changes, so what was worked out of it is kept; which of its ads are gone is known
anew with each generation. Large segments are the base, which seldom changes: their postings are
kept joined. Small ones, and the ads of the last seconds, are looked up one by one.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import cached_property, partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.search.arrays import POSITION_BITS, Damaged, Readable
from app.search.board import Board, Part
from app.search.cards import CARD, LENGTHS, Cards, Mask, Registry, Rows
from app.search.evaluate import NONE, Keys, Postings, bm25, rarity
from app.search.kept import Kept, Remembered
from app.search.spelling import WIDEST, Shelf

LARGE = 500  # ads that make a segment part of the base
_LONGER_WORDS = 50  # words that an unfinished one is completed to
_BEGINNINGS = 400  # words that begin alike and are looked at in one segment
_REMEMBERED = 256
_READINGS = 1024  # texts of which is remembered what their words ask for
_FOUND_BYTES = 12 << 20  # postings of a whole generation that are kept

Found = TypeVar("Found")


class Segment:
    """Some ads that were written together. `mended` gives its arrays where they are damaged."""

    def __init__(
        self, name: str, arrays: Readable, registry: Registry, mended: Callable[[], Readable]
    ) -> None:
        self.name, self._arrays, self._mended = name, arrays, mended
        self.cards = Cards.read(arrays.cards, arrays.skills, arrays.pairs, registry)
        self.raw = arrays.cards
        self.size = len(arrays.cards)
        self._shelves: dict[str, Shelf] = {}

    def shelf(self, field: str) -> Shelf:
        """Its plain words, for spelling."""
        if field not in self._shelves:
            self._shelves[field] = _shelf([self], field)
        return self._shelves[field]

    def ask(self, question: Callable[[Readable], Found]) -> Found:
        """The answer of its arrays; whatever damage can be mended is."""
        try:
            return question(self._arrays)
        except Damaged:
            self._arrays = self._mended()
            return question(self._arrays)


class Standing:
    """A segment as it stands in one generation: without the ads deleted since it was written."""

    def __init__(self, segment: Segment, deleted: Iterable[int] = ()) -> None:
        self.segment, self.name = segment, segment.name
        self.deleted = np.fromiter(deleted, np.int64)
        self.living = segment.size - len(self.deleted)


class Base:
    """The large segments, joined."""

    def __init__(self, segments: Sequence[Segment], registry: Registry, kept: Kept) -> None:
        self.segments, self._kept = tuple(segments), kept
        self.key = tuple(segment.name for segment in segments)
        self.cards = joined([segment.cards for segment in segments], registry)
        self.part = Part(self.cards)
        self.starts = _starts(segments)
        self._beginnings = Remembered(_REMEMBERED)
        self._shelves: dict[str, Shelf] = {}
        self._lock = threading.Lock()

    def postings(self, field: str, term: str, average: float) -> tuple[Rows, NDArray[np.float32]]:
        """Rows of the ads with `term`, and how strongly each has it where ads are so long."""
        key = (self.key, field, term, average)
        rows, strength = self._kept.get(key, lambda: self._postings(field, term, average))
        return rows, strength

    def _postings(self, field: str, term: str, average: float) -> tuple[Any, Any]:
        parts = [segment.ask(lambda a: a.postings(field, term)) for segment in self.segments]
        rows = _shifted([rows for rows, _ in parts], self.starts)
        weights = np.concatenate([np.zeros(0, np.float32), *(w for _, w in parts)])
        return rows, bm25(weights, getattr(self.cards, LENGTHS[field])[rows], average)

    def positions(self, field: str, term: str) -> Keys:
        """Every occurrence of `term` as row << POSITION_BITS | place."""

        def read() -> tuple[Keys]:
            parts = [segment.ask(lambda a: a.positions(field, term)) for segment in self.segments]
            return (_shifted(parts, self.starts << POSITION_BITS),)

        return self._kept.get((self.key, field, term, "positions"), read)[0]

    def beginning(self, field: str, prefix: str) -> Counter[str]:
        """The terms that begin so, and how many ads have each."""

        def count() -> Counter[str]:
            return _beginning(self.segments, field, prefix)

        return self._beginnings.get((field, prefix), count)

    def shelf(self, field: str) -> Shelf:
        """The plain words, for spelling; a quarter of a second for the first time."""
        with self._lock:
            if field not in self._shelves:
                self._shelves[field] = _shelf(self.segments, field)
            return self._shelves[field]

    @cached_property
    def lengths(self) -> dict[str, float]:
        """Words of all ads together, by field."""
        return {f: float(getattr(self.cards, name).sum()) for f, name in LENGTHS.items()}


class Snapshot:
    """One generation, open for reading by any number of threads.

    `fresh` are ads newer than any segment, `hidden` the ids whose row in a segment is outdated.
    """

    def __init__(
        self,
        folder: str,
        base: Base,
        segments: Sequence[Standing],
        registry: Registry,
        *,
        fresh: Sequence[Standing] = (),
        hidden: Iterable[int] = (),
    ) -> None:
        self.folder, self.base, self.segments, self.registry = folder, base, segments, registry
        small = [one for one in segments if one.segment not in base.segments]
        self.recent = [one.segment for one in (*small, *fresh)]
        cards = joined([segment.cards for segment in self.recent], registry)
        recent = Part(cards)
        alive = np.ones(base.part.size + recent.size, np.bool_)
        self.starts = _starts(self.recent) + base.part.size
        self._bury(alive, [one for one in segments if one not in small], base.starts)
        self._bury(alive, [*small, *fresh], self.starts)
        if hidden := list(hidden):
            alive[base.part.rows_of(hidden)] = False
            late = recent.rows_of(hidden)
            first_fresh = sum(one.segment.size for one in small)
            alive[late[late < first_fresh] + base.part.size] = False
        self.board = Board(base.part, recent, alive, registry)
        self.pages, self.counts = Remembered(_REMEMBERED), Remembered(_REMEMBERED)
        self.readings, self.found = Remembered(_READINGS), Kept(_FOUND_BYTES)
        self._fields = {name: Field(self, name) for name in LENGTHS}

    def _bury(self, alive: Any, standing: Sequence[Standing], starts: NDArray[Any]) -> None:
        for one, start in zip(standing, starts, strict=False):
            alive[one.deleted + start] = False

    def terms(self, side: str = "") -> "Field":
        return self._fields[side or "text"]

    def where(self, ids: Iterable[int]) -> dict[int, tuple[int, int, int]]:
        """Of those ids that are in: number of the segment, row in it, fingerprint."""
        wanted, found = np.fromiter(ids, np.int64), dict[int, tuple[int, int, int]]()
        if not len(wanted):
            return found
        for number, standing in enumerate(self.segments):
            raw, dead = standing.segment.raw, set(standing.deleted.tolist())
            own = standing.segment.cards.id
            has = np.isin(own, wanted) if len(wanted) > 1 else own == wanted
            for row in np.flatnonzero(has).tolist():
                if row not in dead:
                    found[int(own[row])] = (number, row, int(raw["fingerprint"][row]))
        return found


class Field:
    """The words of one field over all segments; see app.search.evaluate.Terms."""

    def __init__(self, snapshot: Snapshot, name: str) -> None:
        self._name, self._base, self._recent = name, snapshot.base, snapshot.recent
        self._starts, self._size = snapshot.starts, snapshot.board.size
        self._lengths = [getattr(segment.cards, LENGTHS[name]) for segment in self._recent]
        words = snapshot.base.lengths[name] + sum(float(own.sum()) for own in self._lengths)
        self._average = _average(words, self._size)
        self._then: Mask | None = None
        self._found = snapshot.found
        self._all_lengths = partial(snapshot.board.column, LENGTHS[name])

    def postings(self, term: str) -> Postings:
        if self._then is not None:
            return self._postings(term)
        return Postings(*self._found.get((self._name, term), lambda: self._postings(term)))

    def _postings(self, term: str) -> Postings:
        rows, strength = self._base.postings(self._name, term, self._average)
        all_rows, all_strengths = [rows], [strength]
        for segment, start, lengths in zip(self._recent, self._starts, self._lengths, strict=False):
            few, weights = segment.ask(lambda a: a.postings(self._name, term))
            if len(few):
                all_rows.append(few + np.intp(start))
                all_strengths.append(bm25(weights, lengths[few], self._average))
        if len(all_rows) > 1:
            rows, strength = np.concatenate(all_rows), np.concatenate(all_strengths)
        if not len(rows):
            return NONE
        having = len(rows) if self._then is None else int(self._then[rows].sum())
        return Postings(rows, strength * rarity(having, self._size))

    def as_of(self, then: Mask) -> "Field":
        """The same, worth what they were when only the ads in `then` were there."""
        field = copy(self)
        field._then, field._size = then, int(then.sum())
        field._average = _average(float(self._all_lengths()[then].sum()), field._size)
        return field

    def positions(self, term: str) -> Keys:
        key = (self._name, term, "positions")
        return self._found.get(key, lambda: (self._positions(term),))[0]

    def _positions(self, term: str) -> Keys:
        base = self._base.positions(self._name, term)
        parts = [segment.ask(lambda a: a.positions(self._name, term)) for segment in self._recent]
        if not any(len(part) for part in parts):
            return base
        return np.concatenate([base, _shifted(parts, self._starts << POSITION_BITS)])

    def known(self, terms: Sequence[str]) -> list[int]:
        counts = self._base.shelf(self._name).counts_of(terms).tolist()
        for segment in self._recent:
            own = segment.ask(lambda a: [a.having(self._name, term) for term in terms])
            counts = [before + more for before, more in zip(counts, own, strict=True)]
        return counts

    def beginning(self, prefix: str) -> list[str]:
        return [term for term, _ in self.counted(prefix)[:_LONGER_WORDS]]

    def counted(self, prefix: str) -> list[tuple[str, int]]:
        """Terms that begin so, most frequent first, with how many ads have each."""
        counts = self._base.beginning(self._name, prefix)
        counts = counts + _beginning(self._recent, self._name, prefix)
        return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))

    def shelves(self) -> list[Shelf]:
        return [self._base.shelf(self._name), *(one.shelf(self._name) for one in self._recent)]


def _average(words: float, ads: int) -> float:
    """In half words, so that what was worked out with it can be kept."""
    return max(1.0, round(2 * words / max(ads, 1)) / 2)


def joined(parts: Sequence[Cards], registry: Registry) -> Cards:
    """Cards of several segments as one; there may be none."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return Cards.read(np.zeros(0, CARD), (), np.zeros((0, 2), np.int64), registry)
    return Cards.joined(parts)


def _starts(segments: Sequence[Segment]) -> NDArray[np.int64]:
    return np.cumsum([0, *(segment.size for segment in segments)])


def _shifted(parts: Sequence[NDArray[Any]], starts: NDArray[Any]) -> NDArray[np.int64]:
    moved = [part + np.int64(start) for part, start in zip(parts, starts, strict=False)]
    return np.concatenate([np.zeros(0, np.int64), *moved])


def _beginning(segments: Iterable[Segment], field: str, prefix: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for segment in segments:
        found = segment.ask(lambda a: list(a.beginning(field, prefix, _BEGINNINGS)))
        for term, having in found:
            counts[term] += having
    return counts


def _shelf(segments: Iterable[Segment], field: str) -> Shelf:
    """The plain words of several segments together."""
    found = [segment.ask(lambda a: a.plain(field, WIDEST)) for segment in segments]
    every = np.concatenate([np.zeros(0, f"S{WIDEST}"), *(words for words, _ in found)])
    words, back = np.unique(every, return_inverse=True)
    counts = np.zeros(len(words), np.int32)
    np.add.at(counts, back, np.concatenate([np.zeros(0, np.int32), *(c for _, c in found)]))
    return Shelf.in_order(words, counts)
