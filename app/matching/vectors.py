"""The vectors of live ads: the encoder that makes them, the shelf they stand on, what they mean."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.ads.models import Ad
from app.catalogue.skills import all_skills, skill_key
from app.core.text import fold
from app.matching.cards import CARD, SEEKS_OPEN, Words, open_side, stamp_of, words_of
from app.matching.phrases import Phrase
from app.matching.rules import Side, sense_of, weights_of, whole_of
from app.matching.words import WordsEncoder, skills_in, stems
from app.meaning import encoder as meaning
from app.meaning.encoder import Encoder
from app.meaning.shelf import Shelf, View

log = logging.getLogger(__name__)
_SPELLINGS = 4  # of a skill, that say together what it is

Array = NDArray[np.float32]


class Vectors:
    """Where the vectors are, in a folder beside the search index, and how they are made."""

    def __init__(self, folder: Path, *, by_meaning: bool) -> None:
        self.shelf = Shelf(folder, CARD)
        self._by_meaning = by_meaning
        self._encoder: Encoder | None = None
        self._anchors: tuple[str, Array] | None = None

    def encoder(self) -> Encoder:
        """The encoder, or where its weights are absent or not wanted, one that goes by words."""
        if self._encoder is None:
            found = meaning.load() if self._by_meaning else None
            self._encoder = found or WordsEncoder()
        return self._encoder

    def anchors(self) -> Array | None:
        """The vectors of the known skills by the encoder that the shelf was made with."""
        kind = self.shelf.kind
        if self._anchors is None or self._anchors[0] != kind:
            found = self.shelf.anchors() if kind else None
            if found is None:
                return None
            self._anchors = (kind, found)
        return self._anchors[1]

    def make(self) -> None:
        """An empty shelf for this encoder (the meaning of some 800 skills takes it seconds)."""
        log.info("Making the vectors anew")
        said = [[skill.name, *skill.synonyms[: _SPELLINGS - 1]] for skill in all_skills()]
        anchors = np.array([rows[0] for rows in self.encoder().encode(said)], np.float32)
        self.shelf.make(self.encoder().name, anchors)

    def encode(self, words: Sequence[Words]) -> list[tuple[Array, Array]]:
        """For each ad the rows of both sides."""
        sides = [[phrase.plain for phrase in side] for both in words for side in both]
        rows = self.encoder().encode(sides)
        anchors = self.anchors()
        assert anchors is not None  # there is a shelf to put them on
        for side in rows:
            if len(side) > 1:
                side[0] = whole_of(side[1:], anchors)
        return list(zip(rows[::2], rows[1::2], strict=True))


def read_ad(view: View, anchors: Array, ad: Ad) -> tuple[Side, Side] | None:
    """Both sides of an ad, seeks first; None when its present words are not on the shelf yet."""
    row = view.row(ad.id)
    return None if row is None else read_row(view, anchors, ad, row)


def read_row(view: View, anchors: Array, ad: Ad, row: int) -> tuple[Side, Side] | None:
    """As read_ad, with the row it stands in."""
    words = words_of(ad)
    if int(view.cards["stamp"][row]) != stamp_of(words):
        return None
    first, second = view.sides(row)
    seeks, offers = words
    is_open = open_side(ad)
    return (
        _side(seeks, first, anchors, is_open == SEEKS_OPEN),
        _side(offers, second, anchors, is_open not in {0, SEEKS_OPEN}),
    )


def _side(words: Sequence[Phrase], rows: Array, anchors: Array, is_open: bool) -> Side:
    plain = [phrase.plain for phrase in words]
    text = ". ".join(plain)
    named = skills_in(text) | {skill_key(part) for one in plain for part in one.split(", ")}
    near = rows[1 : 1 + len(words)]
    return Side(
        phrases=tuple(phrase.shown for phrase in words),
        rows=rows[: 1 + len(words)],
        weights=weights_of(near, anchors),
        sense=sense_of(near.sum(0, keepdims=True), anchors)[0],
        skills=frozenset(key for key in named if key and len(fold(key)) < 40),
        words=stems(text),
        is_open=is_open,
    )
