"""Which words the ads have, and which of them are spelt nearly like one that they have not. Pure.

Slips are letters added, left out, changed, or swapped with their neighbour (the optimal string
alignment distance). Words are compared many at a time: arrays of letters, one column after another.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.catalogue.places import find_places
from app.catalogue.skills import all_skills
from app.core.text import fold
from app.search.analysis import term_of
from app.search.cards import Mask
from app.search.evaluate import Terms
from app.search.plan import Near

WIDEST = 24  # letters; longer words are never taken for others
_FEWEST = 4  # letters of a word that may be misspelt
_TWO_SLIPS = 8  # letters from which two slips are forgiven
_SHORT = 5  # below it only what is a skill is near: most short words are words
_NEAREST = 3  # words that one is taken for
_ENDINGS = ("ings", "ing", "ers", "er", "ors", "or", "ed", "ment", "nig", "ign", "ng")
_LETTERS = re.compile(r"[a-z]{1,24}")
_FAR = 9  # slips that nothing is away
_COUNTED = 500  # ads up to which it matters whether one is still live

Letters = NDArray[np.uint8]


class Shelf(NamedTuple):
    """Plain words (a to z) in alphabetical order: as bytes, how many ads have each, their length,
    and a bit for each letter in them."""

    words: NDArray[np.bytes_]
    counts: NDArray[np.int32]
    lengths: NDArray[np.uint8]
    masks: NDArray[np.uint32]

    @classmethod
    def of(cls, listed: Iterable[tuple[str, int]]) -> "Shelf":
        """From words and counts in any order; what is not plain is left out."""
        plain = sorted((word, count) for word, count in listed if _LETTERS.fullmatch(word))
        words = np.array([word.encode() for word, _ in plain], f"S{WIDEST}")
        return cls.in_order(words, np.array([count for _, count in plain], np.int32))

    @classmethod
    def in_order(cls, words: NDArray[np.bytes_], counts: NDArray[np.int32]) -> "Shelf":
        """From plain words in order, as many bytes wide as any may be, and their counts."""
        letters = _letters(words)
        bits = np.where(letters > 0, np.uint32(1) << (letters.astype(np.uint32) - 97) % 32, 0)
        masks = np.bitwise_or.reduce(bits.astype(np.uint32), axis=1)
        return cls(words, counts, np.count_nonzero(letters, axis=1).astype(np.uint8), masks)

    def counts_of(self, words: Sequence[str]) -> NDArray[np.int32]:
        """How many ads have each of `words`."""
        if not len(self.words):
            return np.zeros(len(words), np.int32)
        asked = np.array([word.encode("ascii", "replace")[: WIDEST + 1] for word in words])
        at = np.minimum(np.searchsorted(self.words, asked), len(self.words) - 1)
        return np.where(self.words[at] == asked, self.counts[at], 0)

    def near(self, word: str, slips: int) -> list[tuple[str, int, int]]:
        """The words within so many slips of `word`: each with its slips and its count."""
        mask = np.bitwise_or.reduce([np.uint32(1 << (ord(letter) - 97)) for letter in word])
        likely = np.abs(self.lengths.astype(np.int16) - len(word)) <= slips
        likely &= np.bitwise_count(self.masks ^ mask) <= 2 * slips
        rows = np.flatnonzero(likely)
        if not len(rows):
            return []
        away = slips_between(word, _letters(self.words[rows]), self.lengths[rows])
        return [
            (self.words[row].decode(), int(far), int(self.counts[row]))
            for row, far in zip(rows, away, strict=True)
            if far <= slips
        ]


def _letters(words: NDArray[np.bytes_]) -> Letters:
    return np.ascontiguousarray(words).view(np.uint8).reshape(len(words), WIDEST)


def slips_between(word: str, letters: Letters, lengths: NDArray[Any]) -> NDArray[np.int16]:
    """How many slips are between `word` and each row of `letters`, of which `lengths` count."""
    widest = int(lengths.max())
    columns = [letters[:, at].astype(np.int16) for at in range(widest)]
    earlier: list[Any] = []
    before: list[Any] = []
    row = [np.full(len(letters), at, np.int16) for at in range(widest + 1)]
    written = [ord(letter) for letter in word]
    for i, letter in enumerate(written, 1):
        earlier, before = before, row
        row = [np.full(len(letters), i, np.int16)]
        for j, column in enumerate(columns, 1):
            cost = np.minimum(row[j - 1], before[j]) + 1
            cost = np.minimum(cost, before[j - 1] + (column != letter))
            if i > 1 and j > 1:
                swapped = (columns[j - 2] == letter) & (column == written[i - 2])
                cost = np.where(swapped, np.minimum(cost, earlier[j - 2] + 1), cost)
            row.append(cost)
    ends: NDArray[np.int16] = np.stack(row)[lengths.astype(np.intp), np.arange(len(letters))]
    return ends


@cache
def skill_words() -> frozenset[str]:
    """Every plain word in the name of a skill: known to be spelt right, whoever has it."""
    names = (name for skill in all_skills() for name in (skill.name, *skill.synonyms))
    words = {word for name in names for word in re.findall(r"[a-z]+", fold(name))}
    return frozenset(word for word in words if len(word) >= _FEWEST)


@cache
def _skill_shelf() -> Shelf:
    return Shelf.of((word, 0) for word in skill_words())


class Spelling:
    """The words of the ads that are live; see app.search.wants.Vocabulary."""

    def __init__(self, terms: Terms, live: Mask) -> None:
        self._terms, self._live = terms, live

    def having(self, term: str) -> int:
        rows = self._terms.postings(term).rows
        return len(rows) if len(rows) > _COUNTED else int(np.count_nonzero(self._live[rows]))

    def begun(self, prefix: str) -> bool:
        return any(self.having(term) for term in self._terms.beginning(prefix))

    def known(self, terms: Sequence[str]) -> list[int]:
        return self._terms.known(terms)

    def near(self, word: str) -> tuple[Near, ...]:
        if not _LETTERS.fullmatch(word) or len(word) < _FEWEST:
            return ()
        if word in skill_words() or find_places(word):
            return ()  # spelt right, whoever has it
        found = self._near_skills(word)
        least = min((near.slips for near in found if near.ads), default=_FAR)
        if len(word) >= _SHORT:
            # what only ads say is compared by stems, which are alike more easily
            found += [near for near in self._near_terms(word) if near.slips < least]
            least = min((near.slips for near in found if near.ads), default=_FAR)
        # a skill that no ad names so may stand in ads under another name
        best = {
            near.term: near
            for near in reversed(found)
            if near.slips == least or (not near.ads and near.slips < least)
        }
        ranked = sorted(best.values(), key=lambda near: (near.term[0] != word[0], -near.ads))
        return tuple(ranked[:_NEAREST])

    def _near_skills(self, word: str) -> list[Near]:
        return [
            Near(term := term_of(written), slips, self.having(term), written)
            for written, slips, _ in _skill_shelf().near(word, _forgiven(word))
            if _begins_alike(word, written)
        ]

    def _near_terms(self, word: str) -> list[Near]:
        term = term_of(word)
        slips = min(_forgiven(word), 0 if len(term) < _FEWEST else 1 if len(term) < 6 else 2)
        tried = [(term, slips, 0)] if slips else []
        tried += [(stem, _forgiven(stem), 1) for stem in _cut(word) if stem != term]
        counts: dict[str, tuple[int, int]] = {}
        for shelf in self._terms.shelves():
            for stem, allowed, more in tried:
                for other, away, ads in shelf.near(stem, allowed):
                    if other == term:
                        continue
                    least, before = counts.get(other, (_FAR, 0))
                    counts[other] = (min(least, away + more), before + ads)
        likely = sorted(counts.items(), key=lambda entry: (entry[1][0], -entry[1][1]))
        found = [Near(other, away, self.having(other)) for other, (away, _) in likely[:8]]
        return [
            near
            for near in found
            if near.ads and len(near.term) >= _FEWEST and _begins_alike(word, near.term)
        ]


def _cut(word: str) -> list[str]:
    """What a misspelt word may be but for its ending, which the stemmer takes off only where all
    before it is spelt right: “gardner” is near “garden”, for all that “gardner” is its own stem."""
    stems = (word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending))
    return [stem for stem in stems if len(stem) >= _FEWEST][:1]


def _begins_alike(word: str, other: str) -> bool:
    """Hardly anybody slips at the first letter, unless in a long word or by swapping two.

    Of a short word no letter may be another.
    """
    if len(word) < _SHORT and len(word) == len(other) and sorted(word) != sorted(other):
        return False
    return len(word) >= _TWO_SLIPS or word[0] == other[0] or word[:2] == other[1::-1]


def _forgiven(word: str) -> int:
    return 2 if len(word) >= _TWO_SLIPS else 1
