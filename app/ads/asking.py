"""Which ads there are: by Box, by person, live ones, held ones. Nothing is changed here."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.ads import policy
from app.ads.models import Ad
from app.ads.refusals import AdGone, AdUnknown
from app.core.tokens import normalise_box
from app.people.models import Person

_FEW = 20  # ads that are read with their skills in one query; of many that would be much twice
# Built once: that takes longer than asking for one ad, and somebody waits for it to be found.
_BY_IDS = select(Ad).where(Ad.id.in_(sa.bindparam("ids", expanding=True)))
_FEW_BY_IDS = _BY_IDS.options(joinedload(Ad.skills))
_BY_IDS = _BY_IDS.options(selectinload(Ad.skills))


def live_clause(now: datetime) -> sa.ColumnElement[bool]:
    """SQL for: anybody may see it at `now`."""
    return sa.and_(Ad.state == "live", Ad.expires_at > now)


def is_live(ad: Ad, now: datetime) -> bool:
    """Whether anybody may see it at `now`."""
    return policy.is_live(ad, now)


def find_ad(session: Session, box: str) -> Ad | None:
    """The ad of this Box number in whatever state; misread letters are forgiven."""
    return session.scalar(select(Ad).where(Ad.box == normalise_box(box)))


def get_live(session: Session, box: str, *, now: datetime) -> Ad:
    """The live ad of this Box. Raises AdGone if it once was live, else AdUnknown."""
    ad = find_ad(session, box)
    if ad is None or (not is_live(ad, now) and ad.posted_at is None):
        raise AdUnknown
    if not is_live(ad, now):
        raise AdGone(box=ad.box)
    return ad


def get_own(session: Session, box: str, *, person: Person) -> Ad:
    """This person's ad; another's is as unknown as none."""
    ad = find_ad(session, box)
    if ad is None or ad.person_id != person.id:
        raise AdUnknown
    return ad


def get_by_boxes(session: Session, boxes: Sequence[str], *, skills: bool = True) -> list[Ad]:
    """The ads of these boxes, in this order: two queries, however many; one without their skills.

    Printed lists show none, and loading them takes twice as long as loading the ads.
    """
    query = select(Ad).where(Ad.box.in_(boxes))
    if skills:
        query = query.options(selectinload(Ad.skills))
    found = {ad.box: ad for ad in session.scalars(query)}
    return [found[box] for box in boxes if box in found]


def by_ids(session: Session, ids: Iterable[int]) -> dict[int, Ad]:
    """The ads of these ids, with their skills."""
    wanted = list(ids)
    query = _FEW_BY_IDS if len(wanted) <= _FEW else _BY_IDS
    return {ad.id: ad for ad in session.scalars(query, {"ids": wanted}).unique()}


def newest(session: Session, *, now: datetime, limit: int) -> list[Ad]:
    """The newest live ads, for a list: without their skills."""
    query = select(Ad).where(live_clause(now)).order_by(Ad.posted_at.desc(), Ad.id.desc())
    return list(session.scalars(query.limit(limit)))


def of_person(session: Session, person: Person) -> list[Ad]:
    """All ads of this person that still stand or can be brought back, newest first."""
    query = select(Ad).where(Ad.person_id == person.id, Ad.state != "removed")
    query = query.order_by(Ad.created_at.desc(), Ad.id.desc()).options(selectinload(Ad.skills))
    return list(session.scalars(query))


def live_of_person(session: Session, person: Person, *, now: datetime) -> list[Ad]:
    """This person’s live ads, newest first."""
    return [ad for ad in of_person(session, person) if policy.is_live(ad, now)]


def held(session: Session) -> list[Ad]:
    """Confirmed ads that wait for a broker, oldest first."""
    return list(session.scalars(select(Ad).where(Ad.state == "held").order_by(Ad.id)))
