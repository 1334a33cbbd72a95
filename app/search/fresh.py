"""The words of a few ads in memory, read as they were gathered, with no side file made. Pure."""

import re
from collections.abc import Iterable
from heapq import nlargest

import numpy as np
from numpy.typing import NDArray

from app.search.arrays import POSITION_BITS, WEIGHTS, Numbers
from app.search.cards import CARD, LENGTHS
from app.search.entries import entry
from app.search.index import AdDocument
from app.search.packing import Gathering, numbered

_PLAIN = re.compile("[a-z]+")


class Fresh:
    """Ads that no segment on disk has yet; see app.search.arrays.Arrays."""

    def __init__(self, documents: Iterable[AdDocument]) -> None:
        gathering = Gathering(LENGTHS)
        for document in documents:
            gathering.add(entry(document))
        self._fields = gathering.fields
        self.cards: Numbers = np.frombuffer(b"".join(gathering.cards_of), CARD)
        self.skills, self.pairs = numbered(gathering.skills_of)

    def postings(self, field: str, term: str) -> tuple[Numbers, Numbers]:
        if (own := self._fields[field].get(term)) is None:
            return np.zeros(0, np.uint16), np.zeros(0, np.float32)
        return np.array(own[0]), np.array(own[1], np.float32) / np.float32(WEIGHTS)

    def positions(self, field: str, term: str) -> NDArray[np.int64]:
        if (own := self._fields[field].get(term)) is None:
            return np.zeros(0, np.int64)
        rows = np.repeat(np.array(own[0], np.int64), own[2])
        return (rows << POSITION_BITS) | np.array(own[3], np.int64)

    def having(self, field: str, term: str) -> int:
        own = self._fields[field].get(term)
        return 0 if own is None else len(own[0])

    def beginning(self, field: str, prefix: str, limit: int) -> Iterable[tuple[str, int]]:
        terms = self._fields[field]
        found = ((term, len(own[0])) for term, own in terms.items() if term.startswith(prefix))
        return nlargest(limit, found, key=lambda one: one[1])

    def plain(self, field: str, widest: int) -> tuple[Numbers, Numbers]:
        terms = self._fields[field]
        known = [term for term in terms if len(term) <= widest and _PLAIN.fullmatch(term)]
        words = np.array([term.encode() for term in known], f"S{widest}")
        return words, np.array([len(terms[term][0]) for term in known], np.int32)
