"""How well two ads could serve each other, and why. Pure; the fit is the same from either side.

The weights were found on planted pairs (bench/matching.py) and then frozen; docs/matching.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from app.catalogue.gazetteer import Place
from app.catalogue.places import miles

SHARED_SKILL, MOST_SKILLS = 0.05, 2  # for each skill that both sides name, and for how many
TOO_FAR = 60.0  # miles, where two can only meet in person
_NEVER = 1e-3
_NEAR, _NEAR_ANYHOW, _AFAR = 0.10, 0.03, 100.0
_OTHER_SECTOR, _ASKED_SECTOR = 0.04, 0.08  # lifts
_FRESH, _ANSWERING = 0.01, 0.01
_MONTH = timedelta(days=30)

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scale:
    """What a fit is worth, which differs between meaning and words.

    `open`: the fit of a return that its writer left open. `least_way`: what each direction of a
    mutual match must have, and `least_both` the two together; `least_one`: what a match needs that
    goes one way only.
    """

    open: float
    least_way: float
    least_both: float
    least_one: float


BY_MEANING = Scale(open=0.20, least_way=0.14, least_both=0.19, least_one=0.27)
BY_WORDS = Scale(open=0.20, least_way=0.16, least_both=0.21, least_one=0.30)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an ad. `rows`: its vector, then one for each of `phrases`, as they are quoted.

    `weights`: what each phrase counts. `sense`: how near the side is to each known skill.
    `skills` are keys. See app.matching.lessons.
    """

    phrases: tuple[str, ...]
    rows: Array
    weights: Array
    sense: Array
    skills: frozenset[str]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """One direction: 0–1, and the nearest words of the wish and of the offer; '' where open."""

    score: float
    wish: str = ""
    offer: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What two ads must agree on, and what tells ads of equal fit apart."""

    person_id: int
    modes: frozenset[str]
    place: Place | None
    sector: str
    sectors_wanted: str
    posted_at: datetime
    answers: float = 0.5  # the share of messages its writer answers; half for who is new


def fit(wish: Side, offer: Side, scale: Scale) -> Fit:
    """How well `offer` answers `wish`.

    Half by where they point, half by the known skills both are near to; skills that both name add a
    little. Where one of them is open the fit is modest, where both are there is none.
    """
    if wish.is_open or offer.is_open:
        worth = 0.0 if wish.is_open and offer.is_open else scale.open
        return Fit(worth, _first(wish), _first(offer), open=True)
    if not (wish.phrases and offer.phrases):
        return Fit(0.0)
    near = float(fits(wish.rows[0], wish.sense, offer.rows[:1], offer.sense[None])[0])
    near += SHARED_SKILL * min(MOST_SKILLS, len(wish.skills & offer.skills))
    between = wish.rows[1:] @ offer.rows[1:].T
    telling = between * np.sqrt(np.outer(wish.weights, offer.weights))
    at, there = np.unravel_index(int(telling.argmax()), between.shape)
    return Fit(min(1.0, max(0.0, near)), wish.phrases[at], offer.phrases[there])


def fits(whole: Array, sense: Array, wholes: Array, senses: Array) -> Array:
    """For many at once: how well one side answers each of the others, by what vectors tell."""
    result: Array = (wholes @ whole + senses @ sense) * np.float32(0.5)
    return result


def _first(side: Side) -> str:
    return side.phrases[0] if side.phrases else ""


def both_ways(one: float, other: float) -> float:
    """The harmonic mean: as good as both directions are, and nothing where one of them is."""
    one, other = max(one, _NEVER), max(other, _NEVER)
    return 2 * one * other / (one + other)


def is_mutual(one: Fit, other: Fit, scale: Scale) -> bool:
    """Whether it is worth telling two people that they could help each other.

    Never by two directions of which nobody has said anything.
    """
    if one.open and other.open:
        return False
    # Beside what was left open, what was said has to carry it alone.
    least, its_least = (scale.least_one if way.open else scale.least_way for way in (other, one))
    enough = one.score >= least and other.score >= its_least
    return enough and both_ways(one.score, other.score) >= scale.least_both


def may_meet(one: Terms, other: Terms) -> bool:
    """Two people who can meet, and sectors both wanted."""
    return can_meet(one, other) and wants(one, other) and wants(other, one)


def can_meet(one: Terms, other: Terms) -> bool:
    """Two people, a way to meet that both named, and near enough for it."""
    shared = one.modes & other.modes
    if not shared or one.person_id == other.person_id:
        return False
    if shared != {"in_person"}:
        return True
    apart = distance(one, other)
    return apart is None or apart <= TOO_FAR


def wants(one: Terms, other: Terms) -> bool:
    """Whether `other` comes from a sector that `one` asked for; only a list is a condition."""
    listed = one.sectors_wanted
    return listed in {"any", "different"} or other.sector in listed.split(",")


def distance(one: Terms, other: Terms) -> float | None:
    """Miles between them; None when either is nowhere."""
    a, b = one.place, other.place
    if a is None or b is None:
        return None
    return miles(a.latitude, a.longitude, b.latitude, b.longitude)


def rank(score: float, mine: Terms, theirs: Terms, now: datetime) -> float:
    """Where a match stands in my list: its fit, gently moved."""
    apart = distance(mine, theirs)
    weight = _NEAR if mine.modes & theirs.modes == {"in_person"} else _NEAR_ANYHOW
    near = 1 - weight * min(1.0, (_AFAR if apart is None else apart) / _AFAR)
    lift = 1.0
    if mine.sector != theirs.sector:
        lift += _ASKED_SECTOR if mine.sectors_wanted == "different" else _OTHER_SECTOR
    fresh = max(0.0, 1 - (now - theirs.posted_at) / _MONTH)
    return score * near * lift + _FRESH * fresh + _ANSWERING * theirs.answers


def best(ranks: Sequence[float], most: int) -> list[int]:
    """The places of the highest, highest first; equals keep their order."""
    return sorted(range(len(ranks)), key=lambda at: -ranks[at])[:most]
