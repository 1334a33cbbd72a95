"""One side of an ad as phrases: what can be quoted, and what of it is compared. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.matching.red_herrings import stripped

MOST = 6  # phrases a side
_SKILLS_LEAST = 2  # of which so many are kept for skills, when there are any
_SENTENCE = re.compile(r"(?<=[.;:!?])\s+|\s+[–—-]+\s+|\n+")
_COMMA = re.compile(r",\s+")
_EDGES = " \t.,;:!?–—-…"
_LETTER = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A few words as their writer put them, and the same without what must not matter."""

    shown: str
    plain: str


def phrases(text: str, skills: Sequence[str]) -> tuple[Phrase, ...]:
    """At most MOST phrases of one side: of its text in its order, then of its skills."""
    room = MOST - min(_SKILLS_LEAST, len(skills))
    said = _gathered(list(_parted(text)), room, " ")
    tags = _gathered([_phrase(skill) for skill in skills], MOST - len(said), ", ")
    return tuple(phrase for phrase in (*said, *tags) if _LETTER.search(phrase.plain))


def _parted(text: str) -> Iterator[Phrase]:
    for sentence in _SENTENCE.split(text):
        # Ages and ranks may span a comma (“Gwen, 34, …”), so they go before it is parted there.
        if stripped(sentence).count(",") != sentence.count(","):
            yield _phrase(sentence)
            continue
        held = ""
        for piece in _COMMA.split(sentence):
            held = f"{held}, {piece}" if held else piece
            if len(held.split()) > 1:
                yield _phrase(held)
                held = ""
        if held:
            yield _phrase(held)


def _phrase(text: str) -> Phrase:
    shown = text.strip(_EDGES)
    return Phrase(shown, stripped(shown).strip(_EDGES))


def _gathered(parts: list[Phrase], room: int, between: str) -> list[Phrase]:
    """Not more than `room` of them: neighbours go together, the shortest first."""
    parts = [part for part in parts if _LETTER.search(part.plain)]
    while len(parts) > max(1, room):
        lengths = [len(a.plain) + len(b.plain) for a, b in pairwise(parts)]
        at = lengths.index(min(lengths))
        one, two = parts[at : at + 2]
        joined = Phrase(f"{one.shown}{between}{two.shown}", f"{one.plain}{between}{two.plain}")
        parts[at : at + 2] = [joined]
    return parts
