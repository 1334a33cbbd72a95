"""How many different people seek and offer each skill, counted in memory. Pure.

Somebody with two ads counts once. Of each part of the board the pairs of skill and person are put
in order once; what is asked anew is only which of them stand in an ad that is live.
"""

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from app.search.board import Board, Live, Part
from app.search.cards import SIDES, Mask, Numbers, Rows
from app.search.index import Asked, People

_LOW = 31  # bits for a person, or for a sector; the skill stands above them
_ALL_SECTORS = 64


class _Groups:
    """Pairs of a skill and something that an ad has, each once, with the rows that have it."""

    def __init__(self, skills: Numbers, values: Numbers, rows: Rows) -> None:
        every = (skills << _LOW) | values
        order = np.argsort(every, kind="stable")
        self.rows = rows[order]
        self.keys, self._starts = np.unique(every[order], return_index=True)

    def live(self, mask: Mask) -> Mask:
        """Which of `keys` stand in a row of `mask`."""
        if not len(self.keys):
            return np.zeros(0, np.bool_)
        here = mask.view(np.uint8).take(self.rows)
        return np.maximum.reduceat(here, self._starts).astype(np.bool_)


class _Side(NamedTuple):
    people: _Groups
    sectors: _Groups


_sides: WeakKeyDictionary[Part, dict[str, _Side]] = WeakKeyDictionary()
_counted: WeakKeyDictionary[Board, tuple[Live, dict[str, People]]] = WeakKeyDictionary()


def people(board: Board, now: int, sector: str = "") -> People:
    """How many people seek and offer each skill at `now`; of one sector where one is named."""
    live = board.live(now)
    known = _counted.get(board)
    if known is None or known[0] is not live:
        known = _counted[board] = live, {}
    if sector not in known[1]:
        count = _count_in if sector else _count
        known[1][sector] = People(
            board.registry.skills.names, *(count(board, live.mask, s, sector) for s in SIDES)
        )
    return known[1][sector]


def _count(board: Board, mask: Mask, side: str, _: str) -> Asked:
    size = len(board.registry.skills.names)
    base, recent = (_side(part, side) for part in (board.base, board.recent))
    before, late = mask[: board.base.size], mask[board.base.size :]
    old = base.people.live(before)
    new = recent.people.keys[recent.people.live(late)]
    new = new[~_among(new, base.people.keys, old)]  # who has an older ad with it counts already
    counts = _by_skill(base.people.keys[old], size) + _by_skill(new, size)
    seen = np.zeros((size, _ALL_SECTORS), np.bool_)
    for groups, here in ((base.sectors, before), (recent.sectors, late)):
        keys = groups.keys[groups.live(here)]
        seen[keys >> _LOW, keys & (_ALL_SECTORS - 1)] = True
    return Asked(counts, np.count_nonzero(seen, axis=1))


def _count_in(board: Board, mask: Mask, side: str, sector: str) -> Asked:
    """Of one sector: its pairs are few, and are looked at by themselves."""
    size = len(board.registry.skills.names)
    number = board.registry.sectors.get(sector.encode(), -1)
    found, start = [], 0
    for part in (board.base, board.recent):
        cards = part.cards
        wanted = mask[start : start + part.size] & (cards.sector == number)
        pairs = wanted[cards.skill_row] & (cards.skill_sides & SIDES[side] > 0)
        who = cards.person[cards.skill_row[pairs]]
        found.append((cards.skill_number[pairs] << _LOW) | who)
        start += part.size
    counts = _by_skill(np.unique(np.concatenate(found)), size)
    return Asked(counts, np.minimum(counts, 1))


def _by_skill(keys: Numbers, size: int) -> Numbers:
    return np.bincount(keys >> _LOW, minlength=size)


def _among(keys: Numbers, known: Numbers, wanted: Mask) -> Mask:
    """Which of `keys` are among those of the ascending `known` that are `wanted`."""
    if not len(known) or not len(keys):
        return np.zeros(len(keys), np.bool_)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    found: Mask = (known[at] == keys) & wanted[at]
    return found


def _side(part: Part, side: str) -> _Side:
    """The groups of one side of a part, which never changes."""
    known = _sides.get(part)
    if known is None:
        known = _sides[part] = {name: _grouped(part, bit) for name, bit in SIDES.items()}
    return known[side]


def _grouped(part: Part, bit: int) -> _Side:
    cards = part.cards
    here = cards.skill_sides & bit > 0
    rows, skills = cards.skill_row[here], cards.skill_number[here].astype(np.int64)
    return _Side(
        _Groups(skills, cards.person[rows].astype(np.int64), rows),
        _Groups(skills, cards.sector[rows].astype(np.int64), rows),
    )
