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

WHOLE, BY_PHRASE, BY_SKILL = 0.50, 0.10, 0.40  # three looks at one direction, see `fit`
SHARPNESS = 0.06  # how much more the nearest known skill counts than the next
SHARED_SKILL, SHARED_WORD = 0.08, 0.02  # each, for those that both sides name
MOST_SKILLS, MOST_WORDS = 2, 3
OPEN = 0.22  # the fit of a return that its writer left open
LEAST_WAY = 0.13  # what each direction must have
LEAST_BOTH = 0.17  # and both together
LEAST_ONE = 0.25  # what a match needs that goes one way only
TOO_FAR = 60.0  # miles, where two can only meet in person
_NEVER = 1e-3
_SMALL_TALK = 0.1
_NEAR, _NEAR_ANYHOW, _AFAR = 0.10, 0.03, 100.0
_OTHER_SECTOR, _ASKED_SECTOR = 0.04, 0.08  # lifts
_FRESH, _ANSWERING = 0.01, 0.01
_MONTH = timedelta(days=30)

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an ad. `rows`: its vector, then one for each of `phrases`, as they are quoted.

    `weights`: what each phrase counts. `sense`: how near the side is to each known skill, see
    `sense_of`. `skills` are keys.
    """

    phrases: tuple[str, ...]
    rows: Array
    weights: Array
    sense: Array
    skills: frozenset[str]
    words: frozenset[str]
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


def weights_of(rows: Array, anchors: Array) -> Array:
    """What each phrase counts: much where it is near to a known skill, little for small talk.

    `rows` are of phrases; they add up to one.
    """
    near = np.maximum((rows @ anchors.T).max(1, initial=0.0), _SMALL_TALK) ** 2
    result: Array = near / near.sum() if len(near) else near
    return result


def whole_of(rows: Array, anchors: Array) -> Array:
    """The vector of a side, from those of its phrases."""
    whole = weights_of(rows, anchors) @ rows
    result: Array = whole / np.float32(max(float(np.linalg.norm(whole)), 1e-9))
    return result


def sense_of(rows: Array, anchors: Array) -> Array:
    """For each vector how near it is to each known skill: the nearest stand out, length is one."""
    wholes = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    near = np.exp((wholes @ anchors.T - 1) / np.float32(SHARPNESS)).astype(np.float32)
    result: Array = near / np.maximum(np.linalg.norm(near, axis=1, keepdims=True), 1e-30)
    return result


def fit(wish: Side, offer: Side) -> Fit:
    """How well `offer` answers `wish`.

    Looked at as wholes, phrase by phrase, and by the known skills both are near to; skills and
    words that both name add a little, and are what is quoted when there are any.
    """
    if wish.is_open or offer.is_open:
        return Fit(OPEN, _first(wish), _first(offer), open=True)
    if not (wish.phrases and offer.phrases):
        return Fit(0.0)
    between = wish.rows[1:] @ offer.rows[1:].T
    score = (
        WHOLE * float(wish.rows[0] @ offer.rows[0])
        + BY_PHRASE * float(between.max(1) @ wish.weights)
        + BY_SKILL * float(wish.sense @ offer.sense)
        + SHARED_SKILL * min(MOST_SKILLS, len(wish.skills & offer.skills))
        + SHARED_WORD * min(MOST_WORDS, len(wish.words & offer.words))
    )
    telling = between * np.sqrt(np.outer(wish.weights, offer.weights))
    at, there = np.unravel_index(int(telling.argmax()), between.shape)
    return Fit(min(1.0, max(0.0, score)), wish.phrases[at], offer.phrases[there])


def _first(side: Side) -> str:
    return side.phrases[0] if side.phrases else ""


def both_ways(one: float, other: float) -> float:
    """The harmonic mean: as good as both directions are, and nothing where one of them is."""
    one, other = max(one, _NEVER), max(other, _NEVER)
    return 2 * one * other / (one + other)


def is_mutual(one: float, other: float) -> bool:
    """Whether it is worth telling two people that they could help each other."""
    return min(one, other) >= LEAST_WAY and both_ways(one, other) >= LEAST_BOTH


def may_meet(one: Terms, other: Terms) -> bool:
    """Two people, a way to meet that both named, near enough for it, and sectors both wanted."""
    if one.person_id == other.person_id or not one.modes & other.modes:
        return False
    if one.modes & other.modes == {"in_person"}:
        apart = distance(one, other)
        if apart is not None and apart > TOO_FAR:
            return False
    return wants(one, other) and wants(other, one)


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
