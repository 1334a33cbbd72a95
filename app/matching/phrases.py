"""One side of an ad as phrases: what can be quoted, and what of it is compared. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.matching.openings import is_audience, trimmed
from app.matching.red_herrings import stripped

MOST = 10  # phrases a side
_SKILLS_LEAST = 5  # of which so many are kept for skills, when there are any
_SENTENCE = re.compile(
    r"(?:(?<=[.;:!?])(?<!\bvs\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bSt\.)(?<!\b\d\.)"
    r"|\s+[–—-]+(?=\s)|\n|•)\s+|\n"
)
_COMMA = re.compile(r",(?!\d)(?![^()]{0,200}\))\s*")  # not within brackets
_LETTER = re.compile(r"\w")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A few words as their writer put them, and the same without what must not matter.

    They stand in `said` from `start` to `end`.
    """

    shown: str
    plain: str
    start: int
    end: int


def said(text: str, skills: Sequence[str]) -> str:
    """All that is said on one side: its text, and its skills on a line of their own."""
    return f"{text}\n{', '.join(skills)}"


def phrases(text: str, skills: Sequence[str], *, wish: bool = False) -> tuple[Phrase, ...]:
    """At most MOST phrases of one side: of its text in its order, then of its skills.

    Of a wish, what tells only for whom it is (“anyone eager to learn”) is none.
    """
    whole, room = said(text, skills), MOST - min(_SKILLS_LEAST, len(skills))
    parts = [_phrase(whole, span) for span in _parted(text)]
    if wish:
        parts = [part for part in parts if not is_audience(part.shown)]
    words = _gathered(whole, parts, room, " ")
    tags = [_phrase(whole, span) for span in _tagged(skills, len(text) + 1)]
    return (*words, *_gathered(whole, tags, MOST - len(words), ", "))


def _tagged(skills: Sequence[str], start: int) -> Iterator[Span]:
    for skill in skills:
        yield start, start + len(skill)
        start += len(skill) + 2


def _parted(text: str) -> Iterator[Span]:
    for first, last in _between(_SENTENCE, text, 0, len(text)):
        sentence = text[first:last]
        # Ages and ranks may span a comma (“Gwen, 34, …”), so they go before it is parted there.
        if stripped(sentence).count(",") != sentence.count(","):
            yield first, last
            continue
        held = first
        for _, end in _between(_COMMA, text, first, last):
            if len(text[held:end].split()) > 1 or end == last:
                yield held, end
                held = end
                while held < last and not _LETTER.match(text[held]) and text[held] not in ".(“‘\"'":
                    held += 1


def _between(mark: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Span]:
    """What stands between these marks, and at the ends."""
    for found in mark.finditer(text, start, end):
        yield start, found.start()
        start = found.end()
    yield start, end


def _phrase(whole: str, span: Span) -> Phrase:
    start, end = trimmed(whole, *span)
    return Phrase(whole[start:end], _plain(whole[start:end]), start, end)


def _plain(shown: str) -> str:
    """What is compared of these words."""
    plain = stripped(shown)
    start, end = trimmed(plain, 0, len(plain))
    return plain[start:end]


def _gathered(whole: str, parts: list[Phrase], room: int, between: str) -> list[Phrase]:
    """Not more than `room` of them: neighbours go together, the shortest first."""
    parts = [part for part in parts if _LETTER.search(part.plain)]
    while len(parts) > max(1, room):
        lengths = [len(a.plain) + len(b.plain) for a, b in pairwise(parts)]
        at = lengths.index(min(lengths))
        one, two = parts[at : at + 2]
        plain = f"{one.plain}{between}{two.plain}"
        parts[at : at + 2] = [Phrase(whole[one.start : two.end], plain, one.start, two.end)]
    return parts
