"""Whom else somebody might ask who got no answer: live ads, the best for them first."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.followups.rules import LEAST, MOST
from app.matching import letters
from app.matching import service as matching
from app.matching.vectors import Vectors
from app.relay import answering, blocks, waiting
from app.relay import service as relay
from app.relay.models import Thread
from app.search import service as search
from app.search.index import Index

_LOOKED_AT = 30  # ads of each kind, some of which won’t do

Source = Callable[[], Iterable[Ad]]


def alternatives(
    session: Session,
    vectors: Vectors,
    index: Index,
    *,
    thread: Thread,
    now: datetime,
    read: bool = True,
) -> list[Ad]:
    """LEAST to MOST live ads, or as many as there are, for the one who wrote in this thread.

    Mutual matches of their own ads, else of what they wrote; then ads like the one they answered,
    then the newest. None of anybody they know already, none that is full; each of another person,
    unless there are too few. Without `read`, what they wrote is left out: reading it takes a while.
    """
    found: list[Ad] = []
    spare: list[Ad] = []
    shunned = _shunned(session, thread)
    for source in _sources(session, vectors, index, thread, now, read):
        for ad in _possible(session, source(), shunned, now):
            known = {other.id for other in (*found, *spare)}
            if ad.id not in known:
                twice = ad.person_id in {other.person_id for other in found}
                (spare if twice else found).append(ad)
        if len(found) >= LEAST:
            break
    return [*found, *spare[: max(0, LEAST - len(found))]][:MOST]


def still_possible(session: Session, some: Iterable[Ad], thread: Thread, now: datetime) -> list[Ad]:
    """Those of these ads that can be asked now, in their order."""
    return list(_possible(session, some, _shunned(session, thread), now))


def _sources(
    session: Session, vectors: Vectors, index: Index, thread: Thread, now: datetime, read: bool
) -> list[Source]:
    person, ad = thread.replier, thread.ad
    assert person is not None  # an erased one waits for nothing
    assert ad is not None
    words = waiting.first_words(thread) if read else ""
    return [
        lambda: [
            match.ad
            for told in matching.find_each(
                session, vectors, ads.live_of_person(session, person, now=now), now=now
            )
            for match in told.mutual
        ],
        lambda: letters.fitting(session, vectors, words, like=ad, now=now, most=_LOOKED_AT),
        lambda: search.related(session, index, ad, now=now, limit=_LOOKED_AT),
        lambda: ads.newest(session, now=now, limit=_LOOKED_AT),
    ]


def _shunned(session: Session, thread: Thread) -> set[int]:
    """Whom the one who wrote is not to be sent to: themselves, all they know, all blocked."""
    person = thread.replier
    assert person is not None
    known = answering.known_to(session, person_id=person.id)
    return {person.id, *known, *blocks.either_way(session, person.id)}


def _possible(
    session: Session, some: Iterable[Ad], shunned: Collection[int], now: datetime
) -> Iterable[Ad]:
    some = list(some)
    full = relay.full_boxes(session, some)
    for ad in some:
        free = ads.is_live(ad, now) and ad.box not in full
        if free and ad.person_id not in shunned and ad.person.undeliverable_at is None:
            yield ad
