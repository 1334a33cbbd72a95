"""What the live ads of one generation say: which has a word, which skills begin so. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from weakref import WeakKeyDictionary

import numpy as np

from app.core.text import fold
from app.search.answer import Snapshot
from app.search.cards import Skills
from app.search.index import Said

_Listing = tuple[int, list[tuple[str, int]]]
_listings: WeakKeyDictionary[Skills, _Listing] = WeakKeyDictionary()


def said(snapshot: Snapshot, terms: Sequence[str], now: int) -> list[Said]:
    """For each of `terms` that live ads have: how many, and the box of the newest."""
    board, found = snapshot.board, []
    live = board.live(now).mask
    for term in dict.fromkeys(terms):
        rows = snapshot.terms().postings(term).rows
        rows = rows[live[rows]]
        if len(rows):
            at = int(np.argmax(board.of("newness", rows)))
            found.append(Said(term, len(rows), board.of("box", rows[[at]])[0].decode()))
    return found


def skills_begun(
    snapshot: Snapshot, prefix: str, also: Iterable[str], now: int
) -> list[tuple[str, int]]:
    """Skills of live ads with a word that begins so, and those of `also`, with their numbers."""
    skills = snapshot.board.registry.skills
    numbers = dict.fromkeys(_begun(skills, prefix))
    named = {number: name for name in also if (number := skills.find(name)) is not None}
    counts = snapshot.board.count_skills(snapshot.board.live(now).mask)
    return [
        (named.get(number, skills.names[number]), int(counts[number]))
        for number in (*named, *(number for number in numbers if number not in named))
        if number < len(counts) and counts[number]
    ]


def _begun(skills: Skills, prefix: str) -> Iterator[int]:
    """Numbers of the skills in which a word begins so."""
    size, listed = _listings.get(skills, (0, []))
    if size != len(skills.names):
        listed = sorted(
            (key[at:], number)
            for number, key in enumerate(map(fold, list(skills.names)))
            for at in range(len(key))
            if not at or key[at - 1] == " "
        )
        _listings[skills] = (len(skills.names), listed)
    for key, number in listed[bisect_left(listed, (prefix, 0)) :]:
        if not key.startswith(prefix):
            return
        yield number
