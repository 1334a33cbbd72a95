"""Pairs that a broker might introduce: ads that nobody has written to yet, and who could swap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from app.ads import service as ads
from app.ads.models import Ad
from app.matching import service as matching
from app.matching.service import Match
from app.matching.vectors import Vectors
from app.moderation.introductions import asking, rules
from app.moderation.introductions.models import Introduction
from app.people.models import Person
from app.relay import answering, blocks
from app.relay import service as relay
from app.relay.models import Thread
from app.relay.policy import NOT_YET

LOOKED_AT = 20  # ads whose matches are looked for, if it takes as many
AT_A_TIME = 7  # of these: a match takes some 20 ms to find, and the page is waited for
EACH = 6  # matches of each, some of which won’t do
SHOWN = 6  # pairs; whoever introduces one sees the next


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An ad that nobody has written to, and the best match that can be introduced to it."""

    ad: Ad
    match: Match

    @property
    def both(self) -> tuple[Ad, Ad]:
        """The two ads."""
        return self.ad, self.match.ad


def suggested(session: Session, vectors: Vectors, *, now: datetime) -> list[Suggestion]:
    """Mutual matches of the ads that have waited longest; each ad stands in one of them.

    The database is asked as often however many ads there are.
    """
    lonely = _lonely(session, now)
    found: list[Suggestion] = []
    for start in range(0, len(lonely), AT_A_TIME):
        some = lonely[start : start + AT_A_TIME]
        found += _of_some(session, vectors, some, {ad.id for one in found for ad in one.both}, now)
        if len(found) >= SHOWN:
            break
    return found[:SHOWN]


def _of_some(
    session: Session, vectors: Vectors, some: Sequence[Ad], taken: set[int], now: datetime
) -> list[Suggestion]:
    """For each of these ads, in their order, the first match that is not `taken` and will do."""
    told = matching.find_each(session, vectors, some, now=now, most=EACH)
    others = [match.ad for matches in told for match in matches.mutual]
    free, apart = _free(session, [*some, *others], now), _apart(session, some)
    found: list[Suggestion] = []
    for ad, matches in zip(some, told, strict=True):
        for match in matches.mutual if ad.id in free - taken else ():
            if match.ad.id in free - taken and not _are_apart(ad, match.ad, apart):
                found.append(Suggestion(ad, match))
                taken |= {ad.id, match.ad.id}
                break
    return found


def _lonely(session: Session, now: datetime) -> list[Ad]:
    """Live ads to which nobody has written, the oldest first."""
    talk = sa.exists().where(Thread.ad_id == Ad.id, Thread.state.not_in(NOT_YET))
    query = sa.select(Ad).join(Person, Ad.person_id == Person.id)
    query = query.where(ads.live_clause(now), ~talk, Person.undeliverable_at.is_(None))
    for column in (Introduction.first_ad_id, Introduction.second_ad_id):
        asked = (Introduction.ended_at.is_(None), Introduction.created_at > now - rules.LASTS)
        query = query.where(~sa.exists().where(column == Ad.id, *asked))
    query = query.order_by(Ad.posted_at, Ad.id).limit(LOOKED_AT)
    return list(session.scalars(query.options(selectinload(Ad.skills), joinedload(Ad.person))))


def _free(session: Session, some: Sequence[Ad], now: datetime) -> set[int]:
    """Which of these ads may be introduced to anybody now."""
    people = {ad.person_id for ad in some}
    reached = sa.select(Person.id).where(Person.id.in_(people), Person.undeliverable_at.is_(None))
    willing = set(session.scalars(reached)) - asking.often(session, people, now)
    busy = asking.waiting(session, {ad.id for ad in some}, now)
    full = relay.full_boxes(session, some)
    return {
        ad.id for ad in some if ad.person_id in willing and ad.id not in busy and ad.box not in full
    }


@dataclass(frozen=True, slots=True)
class _Apart:
    """Pairs of Boxes that were introduced before, and of people who met or are kept apart."""

    pairs: frozenset[str]
    people: frozenset[tuple[int, int]]


def _apart(session: Session, some: Sequence[Ad]) -> _Apart:
    ids, people = [ad.id for ad in some], {ad.person_id for ad in some}
    either = sa.or_(Introduction.first_ad_id.in_(ids), Introduction.second_ad_id.in_(ids))
    pairs = session.scalars(sa.select(Introduction.pair).where(either))
    met = answering.acquainted(session, person_ids=people)
    shunned = blocks.between(session, person_ids=people)
    return _Apart(frozenset(pair for pair in pairs if pair), frozenset(met | shunned))


def _are_apart(one: Ad, another: Ad, apart: _Apart) -> bool:
    people = {(one.person_id, another.person_id), (another.person_id, one.person_id)}
    return rules.pair_of(one.box, another.box) in apart.pairs or bool(people & apart.people)
