"""The vectors of live ads: the encoder that makes them, the shelf they stand on, what they mean."""

import hashlib
import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.ads.models import Ad
from app.ads.policy import KINDS
from app.catalogue.said import all_said
from app.catalogue.skills import all_skills
from app.matching.cards import (
    CARD,
    OFFERS_OPEN,
    SEEKS_OPEN,
    Cards,
    Words,
    card_of,
    stamp_of,
    words_of,
)
from app.matching.lessons import KEPT, Lessons, learn
from app.matching.phrases import Phrase, said
from app.matching.rules import BY_MEANING, BY_WORDS, Scale, Side
from app.matching.words import WordsEncoder
from app.meaning import encoder as meaning
from app.meaning.encoder import Encoder
from app.meaning.shelf import PHRASES, Shelf, View

log = logging.getLogger(__name__)
_EDITION = 2  # one more whenever of the same ad something else is compared
_SPELLINGS = 4  # of a skill, that say together what it is
_SHARE = 60_000  # a phrase that counts for all, in a note
_LESSONS: dict[str, Lessons] = {}  # by encoder: learnt once in a process

Array = NDArray[np.float32]


class Vectors:
    """Where the vectors are, in a folder beside the search index, and how they are made."""

    def __init__(self, folder: Path, *, by_meaning: bool) -> None:
        self.shelf = Shelf(folder, CARD, width=KEPT, edition=edition())
        self._by_meaning = by_meaning
        self._encoder: Encoder | None = None
        self._lessons: tuple[str, Lessons] | None = None

    def encoder(self) -> Encoder:
        """The encoder, or where its weights are absent or not wanted, one that goes by words."""
        if self._encoder is None:
            found = meaning.load() if self._by_meaning else None
            self._encoder = found or WordsEncoder()
        return self._encoder

    def lessons(self) -> Lessons | None:
        """What the catalogue taught, by the encoder that the shelf was made with."""
        kind = self.shelf.kind
        if self._lessons is None or self._lessons[0] != kind:
            found = Lessons.of(self.shelf.beside()) if kind else None
            if found is None:
                return None
            self._lessons = (kind, found)
        return self._lessons[1]

    def anchors(self) -> Array | None:
        """The encoder’s own vectors of what the known skills are called."""
        lessons = self.lessons()
        return lessons.names if lessons else None

    def scale(self) -> Scale:
        """What the fits are worth by the encoder that the shelf was made with."""
        return BY_WORDS if self.shelf.kind == WordsEncoder.name else BY_MEANING

    def damaged(self) -> bool:
        """Whether the shelf is missing, torn, or made by another encoder."""
        same = self.shelf.kind == self.encoder().name
        return not same or self.shelf.view() is None or self.lessons() is None

    def make(self) -> None:
        """An empty shelf for this encoder (to learn of some 800 skills takes it seconds)."""
        log.info("Making the vectors anew")
        name = self.encoder().name
        if name not in _LESSONS:
            _LESSONS[name] = _taught(self.encoder())
        self.shelf.make(name, _LESSONS[name].arrays())

    def rows(self, found: Sequence[Ad]) -> Cards:
        """Read these ads: their rows for the shelf."""
        words = [words_of(ad) for ad in found]
        sides, lessons = self.encode(words), self.lessons()
        assert lessons is not None
        notes = [notes_of(*both, lessons) for both in zip(words, sides, strict=True)]
        cards = np.array([card_of(ad) for ad in found], CARD)
        return self.shelf.rows(cards, sides, np.array(notes, np.uint16))

    def encode(self, words: Sequence[Words]) -> list[tuple[Array, Array]]:
        """For each ad the rows of both sides: the whole, then the phrases; as they are compared."""
        plain = [[phrase.plain for phrase in side] for both in words for side in both]
        lessons = self.lessons()
        assert lessons is not None  # there is a shelf to put them on
        sides = []
        for at, rows in enumerate(self.encoder().encode(plain)):
            phrases = lessons.turned(rows[1:], wish=at % 2 == 0)
            whole = lessons.whole(phrases, wish=at % 2 == 0)
            sides.append(np.vstack([whole[None], phrases]))
        return list(zip(sides[::2], sides[1::2], strict=True))


@cache
def edition() -> str:
    """What vectors depend on beside the encoder: how ads are read, and what the catalogue says."""
    told = repr((_EDITION, all_skills(), all_said()))
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _taught(encoder: Encoder) -> Lessons:
    names = [[skill.name, *skill.synonyms[: _SPELLINGS - 1]] for skill in all_skills()]
    needs, offers = ([[getattr(one, way)] for one in all_said()] for way in ("need", "offer"))
    ways = (encoder.encode(way) for way in (names, needs, offers))
    return learn(*(np.array([rows[0] for rows in way], np.float32) for way in ways))


def read_ad(view: View, lessons: Lessons, ad: Ad) -> tuple[Side, Side] | None:
    """Both sides of an ad, seeks first; None when its present words are not on the shelf yet."""
    row = view.row(ad.id)
    return None if row is None else read_row(view, lessons, ad, row)


def read_row(view: View, lessons: Lessons, ad: Ad, row: int) -> tuple[Side, Side] | None:
    """As read_ad, with the row it stands in."""
    if int(view.cards["stamp"][row]) != stamp_of(ad):
        return None
    open_one = int(view.cards["open"][row])
    sides = []
    for at, (rows, notes) in enumerate(zip(view.sides(row), view.notes[row], strict=True)):
        text = said(getattr(ad, KINDS[at]), ad.side_skills(KINDS[at]))
        there = notes[notes[:, 1] > 0]
        side = Side(
            phrases=tuple(text[start:end] for start, end, _ in there.tolist()),
            rows=rows[: 1 + len(there)],
            weights=there[:, 2].astype(np.float32) / np.float32(_SHARE),
            sense=lessons.senses(rows[:1], wish=at == 0)[0],
            skills=frozenset(one.key for one in ad.skills if one.side == KINDS[at]),
            is_open=open_one == (SEEKS_OPEN, OFFERS_OPEN)[at],
        )
        sides.append(side)
    return sides[0], sides[1]


def side_of(words: Sequence[Phrase], rows: Array, lessons: Lessons, *, wish: bool) -> Side:
    """One side of what is no ad, from its phrases and the rows that `Vectors.encode` gave."""
    return Side(
        phrases=tuple(phrase.shown for phrase in words),
        rows=rows,
        weights=lessons.weights(rows[1:], wish=wish),
        sense=lessons.senses(rows[:1], wish=wish)[0],
        skills=frozenset(),
    )


def notes_of(words: Words, rows: tuple[Array, Array], lessons: Lessons) -> NDArray[np.uint16]:
    """For each phrase of both sides where it begins and ends in what is `said`, and its weight."""
    found = np.zeros((2, PHRASES, 3), np.uint16)
    for at, side in enumerate(words):
        shares = lessons.weights(rows[at][1:], wish=at == 0) * _SHARE
        for number, (phrase, share) in enumerate(zip(side, shares.tolist(), strict=True)):
            found[at, number] = phrase.start, phrase.end, round(share)
    return found
