"""Who could swap with an ad, best first, each with its reason in both ads’ own words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.catalogue.places import find_place
from app.matching import rules
from app.matching.cards import OFFERS_OPEN, SEEKS_OPEN, may_meet
from app.matching.rules import Fit, Side, Terms
from app.matching.vectors import Vectors, read_ad, read_row
from app.meaning.shelf import SCALE, View
from app.relay import answering

MOST = 20  # matches that are shown
_QUICK, _CLOSER = 160, 60  # ads looked at by their wholes, of which so many as closely as can be

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Match:
    """Another ad. `gets`: what it offers for what this one seeks; `gives`: the other way round."""

    ad: Ad
    gets: Fit
    gives: Fit
    miles: float | None

    @property
    def score(self) -> float:
        """How well both could be served, 0–1; the same seen from the other ad."""
        return rules.both_ways(self.gets.score, self.gives.score)


@dataclass(frozen=True, slots=True)
class Matches:
    """`mutual` ones help both ways; `one_way` ones only that the ad leads with.

    `ready` is False while the ad's own words have not been read.
    """

    mutual: tuple[Match, ...] = ()
    one_way: tuple[Match, ...] = ()
    ready: bool = True


def find(session: Session, vectors: Vectors, ad: Ad, *, now: datetime, most: int = MOST) -> Matches:
    """The live ads that could help this one and be helped by it, best first."""
    view, anchors = vectors.shelf.view(), vectors.anchors()
    row = view.row(ad.id) if view else None
    mine = read_ad(view, anchors, ad) if view and anchors is not None else None
    if view is None or anchors is None or row is None or mine is None:
        return Matches(ready=False)
    rows = _quick(view, row, now)
    rows = _closer(view, anchors, mine, rows)
    at = {int(view.cards["id"][one]): int(one) for one in rows}
    others = ads.by_ids(session, at)
    found = []
    for id, other in others.items():
        theirs = read_row(view, anchors, other, at[id])
        if theirs is not None and ads.is_live(other, now):
            found.append((other, theirs))
    return _ordered(session, ad, mine, found, now, most)


def between(
    session: Session, vectors: Vectors, mine: Sequence[Ad], others: Iterable[Ad], *, now: datetime
) -> dict[str, Match]:
    """By box of the others: the best mutual match with any of `mine`, where there is one."""
    view, anchors = vectors.shelf.view(), vectors.anchors()
    if view is None or anchors is None:
        return {}
    own = [(ad, sides) for ad in mine if (sides := read_ad(view, anchors, ad))]
    found: dict[str, Match] = {}
    for other in others if own else ():
        theirs = read_ad(view, anchors, other)
        for ad, sides in own if theirs else ():
            assert theirs is not None
            match = _match(ad, sides, other, theirs)
            if match and rules.is_mutual(match.gets.score, match.gives.score):
                before = found.get(other.box)
                if before is None or match.score > before.score:
                    found[other.box] = match
    return found


def terms_of(ad: Ad, answers: float = 0.5) -> Terms:
    """What two ads must agree on, of this one."""
    assert ad.posted_at is not None
    return Terms(
        person_id=ad.person_id,
        modes=frozenset(ad.modes.split(",")),
        place=find_place(ad.place_id) if ad.place_id is not None else None,
        sector=ad.sector,
        sectors_wanted=ad.sectors_wanted,
        posted_at=ad.posted_at,
        answers=answers,
    )


def _quick(view: View, row: int, now: datetime) -> NDArray[np.intp]:
    """The rows whose wholes fit best, both ways and in either direction."""
    card = view.cards[row]
    allowed = may_meet(view.cards, card, now=now)
    gets = _directed(view.second, view.first[row], view.cards["open"] == OFFERS_OPEN)
    gives = _directed(view.first, view.second[row], view.cards["open"] == SEEKS_OPEN)
    if card["open"] == SEEKS_OPEN:
        gets[:] = rules.OPEN
    if card["open"] == OFFERS_OPEN:
        gives[:] = rules.OPEN
    mutual = 2 * gets * gives / (gets + gives)
    chosen = [_top(mutual, allowed, _QUICK)]
    chosen += [_top(one, allowed, _QUICK // 4) for one in (gets, gives)]
    return np.unique(np.concatenate(chosen))


def _directed(matrix: Array, vector: Array, is_open: NDArray[np.bool_]) -> Array:
    fits: Array = np.maximum(matrix @ vector, np.float32(1e-3))
    fits[is_open] = rules.OPEN
    return fits


def _top(scores: Array, allowed: NDArray[np.bool_], most: int) -> NDArray[np.intp]:
    scores = np.where(allowed, scores, np.float32(-1))
    most = min(most, len(scores))
    found = np.argpartition(-scores, most - 1)[:most]
    return found[scores[found] > 0]


def _closer(
    view: View, anchors: Array, mine: tuple[Side, Side], rows: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Of these the best by all that vectors tell, without asking the database."""
    near = view.phrases[rows].astype(np.float32) / np.float32(SCALE)
    wholes = view.first[rows], view.second[rows]
    is_open = view.cards["open"][rows]
    gets = _looked(mine[0], wholes[1], near[:, 1], anchors, True)
    gives = _looked(mine[1], wholes[0], near[:, 0], anchors, False)
    gets = np.where((is_open == OFFERS_OPEN) | mine[0].is_open, rules.OPEN, gets)
    gives = np.where((is_open == SEEKS_OPEN) | mine[1].is_open, rules.OPEN, gives)
    mutual = [rules.both_ways(a, b) for a, b in zip(gets.tolist(), gives.tolist(), strict=True)]
    either = np.maximum(gets, gives).tolist()
    best = {*rules.best(mutual, _CLOSER), *rules.best(either, _CLOSER // 3)}
    return rows[sorted(best)]


def _looked(mine: Side, wholes: Array, near: Array, anchors: Array, wish: bool) -> Array:
    """As rules.fit, for many at once, before words are looked at."""
    if len(mine.rows) < 2:
        return np.zeros(len(wholes), np.float32)
    between = near @ mine.rows[1:].T  # ads, their phrases, mine
    by_phrase = between.max(1) @ mine.weights if wish else _mean_of_said(between.max(2), near)
    senses = rules.sense_of(near.sum(1), anchors) @ mine.sense
    result: Array = (
        rules.WHOLE * (wholes @ mine.rows[0])
        + rules.BY_PHRASE * by_phrase
        + rules.BY_SKILL * senses
    )
    return result


def _mean_of_said(best: Array, near: Array) -> Array:
    said = np.abs(near).sum(2) > 0
    result: Array = (best * said).sum(1) / np.maximum(1, said.sum(1))
    return result


def _ordered(
    session: Session,
    ad: Ad,
    mine: tuple[Side, Side],
    found: list[tuple[Ad, tuple[Side, Side]]],
    now: datetime,
    most: int,
) -> Matches:
    people = {other.person_id for other, _ in found}
    answers = answering.shares(session, person_ids=people, now=now)
    own, mutual, one_way = terms_of(ad), [], []
    for other, theirs in found:
        match = _match(ad, mine, other, theirs)
        if match is None:
            continue
        terms = terms_of(other, answers.get(other.person_id, 0.5))
        lead = match.gets if ad.kind == "seeks" else match.gives
        if rules.is_mutual(match.gets.score, match.gives.score):
            mutual.append((rules.rank(match.score, own, terms, now), match))
        elif lead.score >= rules.LEAST_ONE and not lead.open:
            one_way.append((rules.rank(lead.score, own, terms, now), match))
    return Matches(_first(mutual, most), _first(one_way, most))


def _first(ranked: list[tuple[float, Match]], most: int) -> tuple[Match, ...]:
    order = rules.best([rank for rank, _ in ranked], most)
    return tuple(ranked[at][1] for at in order)


def _match(ad: Ad, mine: tuple[Side, Side], other: Ad, theirs: tuple[Side, Side]) -> Match | None:
    own, terms = terms_of(ad), terms_of(other)
    if not rules.may_meet(own, terms):
        return None
    gets, gives = rules.fit(mine[0], theirs[1]), rules.fit(theirs[0], mine[1])
    return Match(other, gets, gives, rules.distance(own, terms))
