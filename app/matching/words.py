"""Texts as vectors by their words alone, for boards without the encoder’s weights. Pure.

A text points where its terms do together. A known word points where words of like meaning do (a
table the encoder left, see make_word_vectors); any other term has a direction of its own. Terms are
stems, and known skills under whatever spelling.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.catalogue.skills import all_skills, skill_key
from app.meaning.encoder import WIDTH
from app.search.analysis import term_of, words

_LONGEST_SKILL = 4  # words
_KNOWN, _UNKNOWN, _SKILL = 1.0, 0.7, 1.2  # what a term counts
_COMMON_WORDS = """
about after again all also am any anybody anyone anything around ask asked away
back been before being best better between big both bring but come could day do does doing done
down each else enough even ever every everybody everyone everything few find first friendly
from gave get getting give glad gladly go going good got great had half happily happy help
helping her here hers him his hour how i if into itself just keep kept kind kindly know knows
last learn learning less let like little long look looking lot lots love lovely made make making
many maybe me mine month more most mostly much must myself never new nice no nobody none not
nothing now off often old on once one only other ours out over own people perhaps person please
put rather really right same say see seek seeking seen sent share she should show simple since
small some somebody someone something soon start still such sure swap take teach tell than thank
then there these thing think those though thought three through time told too try trying two
under understand until up use used using very want wanted way week well went when where which
while whole whom why without word work worked would write year yes yet yourself
"""
_COMMON = frozenset(term_of(word) for word in _COMMON_WORDS.split())
TABLE = Path(__file__).with_name("word_vectors.npz")
KNOWN_WIDTH = 96  # numbers a known word; the rest are for those that are not known
_GAP = re.compile(r"[^\w+#]+")

Array = NDArray[np.float32]


class WordsEncoder:
    """See app.meaning.encoder.Encoder: the same, by words."""

    name = "words-4"

    def encode(self, texts: Sequence[Sequence[str]]) -> list[Array]:
        """For each text, given as its phrases: a row for the whole, then a row for each phrase."""
        found = []
        for phrases in texts:
            rows = np.zeros((1 + len(phrases), WIDTH), np.float32)
            for at, phrase in enumerate(phrases, 1):
                for term, weight in _terms(phrase):
                    rows[at] += weight * _direction(term)
            rows[0] = rows[1:].sum(0)
            rows = _unit(rows)
            rows[:, :KNOWN_WIDTH] -= np.any(rows, axis=1, keepdims=True) * what_all_say()
            found.append(_unit(rows))
        return found


def stems(text: str) -> frozenset[str]:
    """The words of a text that say what it is about."""
    found = (word.term for word in words(text) if not word.stop)
    return frozenset(term for term in found if term not in _COMMON)


def _terms(phrase: str) -> Iterator[tuple[str, float]]:
    for term in stems(phrase):
        yield term, _KNOWN if term in known_words() else _UNKNOWN
    for key in skills_in(phrase):
        yield f"skill {key}", _SKILL


def skills_in(text: str) -> frozenset[str]:
    """The keys of known skills that are named in a text, however spelt."""
    said = [word for word in _GAP.split(text) if word]
    known, found = _known(), set()
    for length in range(1, _LONGEST_SKILL + 1):
        for start in range(len(said) - length + 1):
            key = "".join(said[start : start + length]).casefold()
            if key in known:
                found.add(known[key])
    return frozenset(found)


@cache
def _known() -> dict[str, str]:
    """By each spelling without its spaces: the skill’s key."""
    return {
        "".join(_GAP.split(spelling)).casefold(): skill_key(skill.name)
        for skill in all_skills()
        for spelling in (skill.name, *skill.synonyms)
    }


@cache
def known_words() -> dict[str, Array]:
    """By stem: where a word points, among words that mean alike. Length is one."""
    if not TABLE.exists():
        return {}
    with np.load(TABLE) as table:
        vectors = table["vectors"].astype(np.float32)
        names = str(table["names"][0]).split("\n")
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return dict(zip(names, vectors, strict=True))


@cache
def what_all_say() -> Array:
    """Where any ad points a little, whatever it is about; taken away from each."""
    if not TABLE.exists():
        return np.zeros(KNOWN_WIDTH, np.float32)
    with np.load(TABLE) as table:
        found: Array = table["centre"]
    return found


@cache
def _called() -> dict[str, list[str]]:
    """By term of a known skill: the known words that it is called by."""
    names = {
        f"skill {skill_key(skill.name)}": stems(" ".join((skill.name, *skill.synonyms)))
        for skill in all_skills()
    }
    return {
        term: known
        for term, words in names.items()
        if (known := sorted(words & known_words().keys()))
    }


def _unit(rows: Array) -> Array:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    result: Array = rows / np.maximum(lengths, 1e-6).astype(np.float32)
    return result


@lru_cache(maxsize=20_000)
def _direction(term: str) -> Array:
    """Where a term points: a known word among its like, any other in a direction of its own.

    A known skill points where all it is called points.
    """
    found = np.zeros(WIDTH, np.float32)
    if skill := _called().get(term):
        found[:KNOWN_WIDTH] = sum(map(known_words().__getitem__, skill))
        return _unit(found[None])[0]
    if (known := known_words().get(term)) is not None:
        found[:KNOWN_WIDTH] = known
        return found
    own = WIDTH - KNOWN_WIDTH
    bits = np.frombuffer(hashlib.blake2b(term.encode(), digest_size=own // 8).digest(), np.uint8)
    found[KNOWN_WIDTH:] = np.unpackbits(bits).astype(np.float32) * 2 - 1
    return found / np.float32(own**0.5)
