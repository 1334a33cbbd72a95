"""The offer helper: what could I give, or ask for? Drawn from what people here seek and offer.

Counts are of different people with live ads at this moment, from the search index’s memory.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.catalogue.skills import all_skills, normalise_skill, skill_key
from app.matching.nearness import Nearness, number_of
from app.matching.walks import GENERAL, WALKS
from app.matching.words import skills_in
from app.search import projection
from app.search.index import Asked, Index, IndexUnavailable, People

SHOWN = 6
LEAST = 3  # fewer true suggestions than this, and general ones stand beside them
_LOOKED_AT = 500  # of the skills that travel farthest
_UNLISTED = 2  # people that a skill needs which the catalogue does not know
_NEAREST, _OF_THE_SECTOR = 3, 2  # how many of the shown are led by what was typed, and by sector
_SCARCE = 2  # people that seek what the front page calls wanted

OTHER = {"seeks": "offers", "offers": "seeks"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What the helper goes by: the side to fill, its text, the other side’s, and who writes.

    `taken` are the skills that stand on either side already.
    """

    side: str
    text: str = ""
    other: str = ""
    about: str = ""
    sector: str = ""
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One skill, and how many people want it of you: seek it, or offer it; 0 where none is known.

    `there`: those are people of the sector that was asked about.
    """

    skill: str
    people: int = 0
    there: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A skill with the number of people who seek and who offer it."""

    skill: str
    seek: int
    offer: int


def count(session: Session, index: Index, *, now: datetime, sector: str = "") -> People | None:
    """Who seeks and offers what, at `now`; None while the index cannot be read."""
    projection.catch_up(session, index, now=now)
    try:
        return index.people(int(now.timestamp()), sector=sector)
    except IndexUnavailable:
        return None


def suggest(
    people: People | None, typed: Typed, near: Callable[[str, str], Nearness]
) -> tuple[Suggestion, ...]:
    """At most SHOWN things to put into a side: true ones first, general ones where few are.

    What is near to what was typed leads, then what somebody of the sector is likely to know (for
    wishes: what they are not), and of each what people of the most sectors want.
    """
    taken = frozenset(map(skill_key, typed.taken)) | skills_in(typed.text)
    if typed.side == "offers":
        nearness = near(f"{typed.about}. {typed.text}", typed.other)
    else:  # what somebody is tells what they need not ask for
        nearness = near(typed.text, f"{typed.about}. {typed.other}")
    found: list[Suggestion] = []
    if people is not None:
        asked = getattr(people, OTHER[typed.side])
        candidates = list(_travelling(people.names, asked, taken | nearness.not_meant))
        chosen = _led(candidates, typed, nearness)
        found = [Suggestion(name, number) for name, number in chosen]
    if len(found) >= LEAST:
        return tuple(found)
    known = taken | {skill_key(one.skill) for one in found} | nearness.not_meant
    named = (*nearness.names(SHOWN), *GENERAL[typed.side])
    more = [name for name in dict.fromkeys(named) if skill_key(name) not in known]
    return (*found, *map(Suggestion, more[: SHOWN - len(found)]))


def for_open_return(
    everywhere: People | None, there: People | None, *, side: str, taken: Collection[str], most: int
) -> tuple[Suggestion, ...]:
    """What to bring up with somebody who left `side` of their ad open.

    What people of their sector put on that side, most of them first; then what others do.
    """
    known = set(map(skill_key, taken))
    found: list[Suggestion] = []
    for people, is_there in ((there, True), (everywhere, False)):
        if people is None:
            continue
        for name, number in _travelling(people.names, getattr(people, side), known):
            if len(found) == most:
                break
            known.add(skill_key(name))
            found.append(Suggestion(name, number, is_there))
    if len(found) < LEAST:
        general = (name for name in GENERAL[OTHER[side]] if skill_key(name) not in known)
        found += map(Suggestion, islice(general, most - len(found)))
    return tuple(found)


def is_known(people: People | None, skill: str) -> bool:
    """Whether the catalogue or a live ad has this skill: only such a word is put into a message."""
    name = normalise_skill(skill)
    if number_of(name) is not None:
        return True
    if people is None or name not in people.names:
        return False
    at = people.names.index(name)
    return any(at < len(side.people) and side.people[at] for side in (people.seeks, people.offers))


def gaps(people: People | None, most: int) -> tuple[tuple[Gap, ...], tuple[Gap, ...]]:
    """What most people seek; and of what more seek than offer it, where that is farthest apart."""
    if people is None:
        return (), ()
    seek, offer = people.seeks.people, people.offers.people
    apart = np.where(seek >= _SCARCE, seek - offer, 0)
    return (
        tuple(_gap(people, at) for at in _first(seek, -offer, people.names, most)),
        tuple(_gap(people, at) for at in _first(apart, offer, people.names, most)),
    )


def _gap(people: People, at: int) -> Gap:
    return Gap(people.names[at], int(people.seeks.people[at]), int(people.offers.people[at]))


def _first(
    score: NDArray[np.int64], tie: NDArray[np.int64], names: Sequence[str], most: int
) -> list[int]:
    """Where the highest scores above nothing are; equals by `tie`, lowest first, then by name."""
    found = np.flatnonzero(score > 0)
    if len(found) > most:
        found = found[score[found] >= np.partition(score[found], -most)[-most]]
    ranked = sorted(found.tolist(), key=lambda at: (-score[at], tie[at], names[at].casefold()))
    return ranked[:most]


def _travelling(
    names: Sequence[str], asked: Asked, taken: Iterable[str]
) -> Iterator[tuple[str, int]]:
    """Skills with their numbers of people: those of the most sectors first, then of most people."""
    known = frozenset(taken)
    order = np.lexsort((-asked.people, -asked.sectors))[:_LOOKED_AT]
    rows = [at for at in order.tolist() if asked.people[at]]
    rows.sort(key=lambda at: (-asked.sectors[at], -asked.people[at], names[at].casefold()))
    for at in rows:
        name, number = names[at], int(asked.people[at])
        if number < _UNLISTED and number_of(name) is None:
            continue
        if _key(name) not in known:
            yield name, number


def _led(
    candidates: list[tuple[str, int]], typed: Typed, nearness: Nearness
) -> list[tuple[str, int]]:
    """The shown ones of these, which come in the order of how far they travel."""
    order = {name: at for at, (name, _) in enumerate(candidates)}
    close = sorted(order, key=lambda name: (-nearness.to(name), order[name]))
    leading = [name for name in close if nearness.is_near(name)][:_NEAREST]
    walks = WALKS.get(typed.sector, frozenset())
    at_home = [name for name in order if _walk(name) in walks and name not in leading]
    if typed.side == "offers":
        leading = sorted(leading, key=order.__getitem__) + at_home[:_OF_THE_SECTOR]
        rest = [name for name in order if name not in leading]
    else:  # who knows a walk of life asks about another
        leading.sort(key=order.__getitem__)
        last = {*leading, *at_home}
        rest = [name for name in order if name not in last] + at_home
    return [candidates[order[name]] for name in [*leading, *rest][:SHOWN]]


_key = lru_cache(maxsize=20_000)(skill_key)  # asked of hundreds of skills for every form


def _walk(name: str) -> str:
    number = number_of(name)
    return "" if number is None else all_skills()[number].walk
