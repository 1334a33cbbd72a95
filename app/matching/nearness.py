"""Which known skills are near to what somebody typed: by meaning, and by words."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.catalogue.skills import all_skills, normalise_skill, skill_key
from app.matching.phrases import phrases
from app.matching.vectors import Vectors
from app.matching.words import WordsEncoder, stems

NEAR, NEAR_BY_WORDS = 0.37, 0.5  # how near counts, read off what people write about themselves
_SAID = 1.0  # what a skill counts whose words are all there
_LOOKED_AT = 600  # characters of a text
# Of “Clockmaker seeks a first web page” only what stands before is about its writer.
_WISH = re.compile(
    r"\b(?:seek\w*|look\w* for|wants?|wanted|would like|needs?|hop\w+ to|yn chwilio|eisiau)\b", re.I
)

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near each known skill is, by its place in the catalogue; nothing where nobody typed.

    `not_meant`: keys of those that are nearer to the other side, where they stand already.
    """

    near: Array | None = None
    least: float = NEAR
    not_meant: frozenset[str] = field(default_factory=frozenset)

    def to(self, name: str) -> float:
        """How near the skill of this name is, 0 to 1."""
        number = number_of(name)
        return 0.0 if self.near is None or number is None else float(self.near[number])

    def is_near(self, name: str) -> bool:
        """Whether it is near enough to be worth saying first."""
        return self.to(name) >= self.least

    def names(self, most: int) -> tuple[str, ...]:
        """The nearest skills, nearest first."""
        if self.near is None:
            return ()
        order = np.argsort(-self.near, kind="stable")[:most].tolist()
        return tuple(all_skills()[at].name for at in order if self.near[at] >= self.least)


def before_the_wish(headline: str) -> str:
    """What a headline says of its writer: “Clockmaker” of “Clockmaker seeks a first web page”."""
    found = _WISH.search(headline)
    return headline[: found.start()].strip() if found else headline


def nearness(vectors: Vectors, own: str, other: str) -> Nearness:
    """How near known skills are to a text, those set aside that are nearer to the `other`."""
    own, other = own[:_LOOKED_AT], other[:_LOOKED_AT]
    if not (own.strip() or other.strip()):
        return Nearness()
    near, meant = _read(vectors, [own, other])
    by_words = isinstance(vectors.encoder(), WordsEncoder)
    least = NEAR_BY_WORDS if by_words else NEAR
    aside = np.flatnonzero((meant >= least) & (meant > near))
    keys = frozenset(skill_key(all_skills()[at].name) for at in aside.tolist())
    return Nearness(near, least, keys)


def number_of(name: str) -> int | None:
    """The place in the catalogue of the skill that is printed so."""
    return _numbers().get(name)


def _read(vectors: Vectors, texts: Collection[str]) -> list[Array]:
    """For each text how near each known skill is to the phrase of it that it is nearest to."""
    said = [[phrase.plain for phrase in phrases(text, ())] for text in texts]
    found = [_by_words(". ".join(one)) for one in said]
    anchors = vectors.anchors()
    of_this_kind = vectors.shelf.kind == vectors.encoder().name
    if anchors is None or len(anchors) != len(all_skills()) or not of_this_kind:
        return found  # nothing has been read yet, so only words can tell
    for near, rows in zip(found, vectors.encoder().encode(said), strict=True):
        if len(rows) > 1:
            np.maximum(near, (rows[1:] @ anchors.T).max(0), out=near)
    return found


def _by_words(text: str) -> Array:
    """The skills of which all words of some spelling are there."""
    near, there = np.zeros(len(all_skills()), np.float32), stems(text)
    for at, spellings in enumerate(_spellings()):
        if any(words <= there for words in spellings):
            near[at] = _SAID
    return near


@cache
def _spellings() -> list[list[frozenset[str]]]:
    """For each known skill the words of each of its spellings."""
    told = [[stems(one) for one in (skill.name, *skill.synonyms)] for skill in all_skills()]
    return [[words for words in spellings if words] for spellings in told]


@cache
def _numbers() -> dict[str, int]:
    return {normalise_skill(skill.name): at for at, skill in enumerate(all_skills())}
