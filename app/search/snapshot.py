"""One generation of an index, open for reading: its segments' words and cards as arrays. Pure.

A segment never changes, so what was decoded of it is kept; which of its ads are gone is known anew
with each generation.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.search.cards import Cards, Sectors, Skills
from app.search.evaluate import NONE, POSITION_BITS, Keys, Postings, bm25, rarity
from app.search.kept import Kept
from app.search.spelling import Shelf

FIELDS = {"text": "length", "seeks": "seeks_length", "offers": "offers_length"}  # on the card
_LONGER_WORDS = 50  # words that an unfinished one is completed to

# Rows, their weights, and every occurrence as row << POSITION_BITS | place.
Decoded = tuple[NDArray[np.int64], NDArray[np.float32], Keys]


class Source(Protocol):
    """Where the postings of one segment come from; asked by several threads."""

    def decode(self, field: str, term: str) -> Decoded:
        """The ads with `term`, ascending."""
        ...

    def beginning(self, field: str, prefix: str) -> list[tuple[str, int]]:
        """The terms that begin so, and how many ads have each."""
        ...


class Segment:
    """Some ads that were written together."""

    def __init__(self, name: str, cards: Cards, source: Source, kept: Kept) -> None:
        self.name, self.cards, self._source, self._kept = name, cards, source, kept
        self.size = len(cards.cards)
        self.beginning = source.beginning
        self._shelves: dict[str, Shelf] = {}

    def postings(self, field: str, term: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Rows and weights of the ads with `term`."""
        key = (self.name, field, term)
        rows, weights = self._kept.get(key, lambda: self._source.decode(field, term)[:2])
        return rows, weights

    def positions(self, field: str, term: str) -> Keys:
        """Every occurrence of `term` as row << POSITION_BITS | place."""
        key = (self.name, field, term, "positions")
        return self._kept.get(key, lambda: self._source.decode(field, term)[2:])[0]

    def shelf(self, field: str) -> Shelf:
        """The plain words of this segment, for spelling."""
        if field not in self._shelves:
            self._shelves[field] = Shelf.of(self._source.beginning(field, ""))
        return self._shelves[field]


class Standing:
    """A segment as it stands in one generation: without the ads deleted since it was written."""

    def __init__(self, segment: Segment, deleted: Iterable[int]) -> None:
        self.segment, self.name = segment, segment.name
        self.alive = np.ones(segment.size, np.bool_)
        self.alive[np.fromiter(deleted, np.int64)] = False


class Snapshot:
    """One generation, open for reading by any number of threads."""

    def __init__(
        self, folder: str, segments: list[Standing], sectors: Sectors, skills: Skills
    ) -> None:
        self.folder, self.segments = folder, segments
        self.sectors, self.skills = sectors, skills
        parts = [standing.segment.cards for standing in segments]
        self.board = Cards.joined(parts, [standing.alive for standing in segments])
        self.starts = np.cumsum([0, *(standing.segment.size for standing in segments)])
        self._fields = {name: Field(self, name) for name in FIELDS}

    def terms(self, side: str = "") -> "Field":
        return self._fields[side or "text"]

    def where(self, ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
        """Of those ids that are in: number of the segment, row in it, fingerprint."""
        found = {}
        for number, standing in enumerate(self.segments):
            cards = standing.segment.cards.cards
            for row in np.flatnonzero(standing.alive & np.isin(cards["id"], ids)).tolist():
                found[int(cards["id"][row])] = (number, row, int(cards["fingerprint"][row]))
        return found


class Field:
    """The words of one field over all segments; see app.search.evaluate.Terms."""

    def __init__(self, snapshot: Snapshot, name: str) -> None:
        self._name, self._segments = name, [s.segment for s in snapshot.segments]
        self._starts = snapshot.starts
        self._lengths = snapshot.board.cards[FIELDS[name]].astype(np.float32)
        self._average = float(self._lengths.mean()) if len(self._lengths) else 1.0

    def postings(self, term: str) -> Postings:
        parts = [segment.postings(self._name, term) for segment in self._segments]
        found = [(rows + start, w) for (rows, w), start in zip(parts, self._starts, strict=False)]
        if not any(len(rows) for rows, _ in found):
            return NONE
        rows = np.concatenate([rows for rows, _ in found])
        weights = np.concatenate([weights for _, weights in found])
        strength = bm25(weights, self._lengths[rows], self._average)
        return Postings(rows, strength * rarity(len(rows), len(self._lengths)))

    def positions(self, term: str) -> Keys:
        parts = [segment.positions(self._name, term) for segment in self._segments]
        shifted = [
            keys + (int(start) << POSITION_BITS)
            for keys, start in zip(parts, self._starts, strict=False)
        ]
        return np.concatenate([np.zeros(0, np.int64), *shifted])

    def beginning(self, prefix: str) -> list[str]:
        counts: Counter[str] = Counter()
        for segment in self._segments:
            for term, having in segment.beginning(self._name, prefix):
                counts[term] += having
        best = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        return [term for term, _ in best[:_LONGER_WORDS]]

    def shelves(self) -> list[Shelf]:
        return [segment.shelf(self._name) for segment in self._segments]
