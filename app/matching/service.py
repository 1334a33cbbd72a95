"""Who could swap with an ad, best first, each with its reason in both ads’ own words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.catalogue.places import find_place
from app.matching import rules
from app.matching.cards import may_meet
from app.matching.first_look import worth_a_look
from app.matching.lessons import Lessons
from app.matching.rules import Fit, Scale, Side, Terms
from app.matching.vectors import Vectors, read_ad, read_row
from app.meaning.shelf import View
from app.relay import answering

MOST = 20  # matches that are shown
_MORE = 10  # ads that are looked at closely beside those, since distance and the like decide too


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
    return find_each(session, vectors, [ad], now=now, most=most)[0]


def find_each(
    session: Session, vectors: Vectors, own: Sequence[Ad], *, now: datetime, most: int = MOST
) -> list[Matches]:
    """As `find`, for each of these; the database is asked no more than for one."""
    looks = [_look(vectors, ad, now, most) for ad in own]
    others = ads.by_ids(session, {id for look in looks if look for id in look.rows})
    others = {id: other for id, other in others.items() if ads.is_live(other, now)}
    people = {other.person_id for other in others.values()}
    answers = answering.shares(session, person_ids=people, now=now) if people else {}
    return [
        _ordered(ad, look, others, answers, vectors.scale(), now, most)
        if look
        else Matches(ready=False)
        for ad, look in zip(own, looks, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Look:
    """An ad as it was read, and in which rows the ads stand that are worth a close look, by id."""

    view: View
    lessons: Lessons
    mine: tuple[Side, Side]
    rows: dict[int, int]


def _look(vectors: Vectors, ad: Ad, now: datetime, most: int) -> _Look | None:
    """None while the ad's own words have not been read."""
    view, lessons = vectors.shelf.view(), vectors.lessons()
    row = view.row(ad.id) if view else None
    if view is None or lessons is None or row is None:
        return None
    mine = read_row(view, lessons, ad, row)
    if mine is None:
        return None
    scale, allowed = vectors.scale(), may_meet(view.cards, view.cards[row], now=now)
    rows = worth_a_look(view, lessons, mine, allowed, scale, most=most + _MORE)
    return _Look(view, lessons, mine, {int(view.cards["id"][one]): int(one) for one in rows})


def between(
    session: Session, vectors: Vectors, mine: Sequence[Ad], others: Iterable[Ad], *, now: datetime
) -> dict[str, Match]:
    """By box of the others: the best mutual match with any of `mine`, where there is one."""
    view, lessons, scale = vectors.shelf.view(), vectors.lessons(), vectors.scale()
    if view is None or lessons is None:
        return {}
    own = [(ad, sides) for ad in mine if (sides := read_ad(view, lessons, ad))]
    found: dict[str, Match] = {}
    for other in others if own else ():
        theirs = read_ad(view, lessons, other)
        for ad, sides in own if theirs else ():
            assert theirs is not None
            match = _match(ad, sides, other, theirs, scale)
            if match and rules.is_mutual(match.gets, match.gives, scale):
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


def _ordered(
    ad: Ad,
    look: _Look,
    others: Mapping[int, Ad],
    answers: Mapping[int, float],
    scale: Scale,
    now: datetime,
    most: int,
) -> Matches:
    own, mutual, one_way = terms_of(ad), [], []
    for id, row in look.rows.items():
        other = others.get(id)
        theirs = read_row(look.view, look.lessons, other, row) if other else None
        if other is None or theirs is None:
            continue
        match = _match(ad, look.mine, other, theirs, scale)
        if match is None:
            continue
        terms = terms_of(other, answers.get(other.person_id, 0.5))
        lead = match.gets if ad.kind == "seeks" else match.gives
        if rules.is_mutual(match.gets, match.gives, scale):
            mutual.append((rules.rank(match.score, own, terms, now), match))
        elif lead.score >= scale.least_one and not lead.open:
            one_way.append((rules.rank(lead.score, own, terms, now), match))
    return Matches(_first(mutual, most), _first(one_way, most))


def _first(ranked: list[tuple[float, Match]], most: int) -> tuple[Match, ...]:
    order = rules.best([rank for rank, _ in ranked], most)
    return tuple(ranked[at][1] for at in order)


def _match(
    ad: Ad, mine: tuple[Side, Side], other: Ad, theirs: tuple[Side, Side], scale: Scale
) -> Match | None:
    own, terms = terms_of(ad), terms_of(other)
    if not rules.may_meet(own, terms):
        return None
    gets, gives = rules.fit(mine[0], theirs[1], scale), rules.fit(theirs[0], mine[1], scale)
    return Match(other, gets, gives, rules.distance(own, terms))
