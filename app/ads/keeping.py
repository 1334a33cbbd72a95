"""What is forgotten, and when a writer is reminded before an ad runs out."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.ads import policy
from app.ads.asking import live_clause
from app.ads.marks import mark_stale
from app.ads.models import Ad
from app.people.models import Person

REMINDED_AT_ONCE = 200  # ads in one unit of work; the next round takes up the rest
PURGED_AT_ONCE = 1000  # ads; a statement can name 65,535 of them, and others want to write
INTRODUCED_AT_ONCE = 20  # fewer, since matches are looked for while others wait to write


def all_of(session: Session, *, person: Person) -> list[Ad]:
    """Every ad of this person in whatever state, removed ones too, oldest first."""
    return list(session.scalars(select(Ad).where(Ad.person_id == person.id).order_by(Ad.id)))


def erase_of(session: Session, *, person: Person) -> list[int]:
    """Delete every ad of this person; returns their ids."""
    ids = list(session.scalars(select(Ad.id).where(Ad.person_id == person.id)))
    _delete(session, ids)
    return ids


def purge(
    session: Session,
    *,
    now: datetime,
    unconfirmed: timedelta = policy.UNCONFIRMED_FOR,
    ended: timedelta = policy.ENDED_KEPT,
) -> int:
    """Delete ads nobody confirmed for so long, and those that ended so long ago; returns how many.

    PURGED_AT_ONCE at most: if it was so many, there may be more. Of a held ad that was never
    decided on, its last change counts.
    """
    ended_before = now - ended
    due = sa.or_(
        sa.and_(Ad.state == "unconfirmed", Ad.created_at <= now - unconfirmed),
        sa.and_(Ad.state.in_(("closed", "removed")), Ad.ended_at <= ended_before),
        sa.and_(Ad.state.in_(("live", "paused")), Ad.expires_at <= ended_before),
        sa.and_(Ad.state == "held", Ad.updated_at <= ended_before),
    )
    ids = list(session.scalars(select(Ad.id).where(due).limit(PURGED_AT_ONCE)))
    _delete(session, ids)
    return len(ids)


def reminders_due(session: Session, *, now: datetime) -> list[tuple[Ad, int]]:
    """Live ads whose expiry mail is due, with the days they have left; asking counts as sending."""
    soon = Ad.expires_at <= now + policy.REMIND_AT[0]
    query = select(Ad).where(live_clause(now), soon, Ad.reminders < len(policy.REMIND_AT))
    due: list[tuple[Ad, int]] = []
    for ad in session.scalars(query.options(joinedload(Ad.person)).order_by(Ad.id)):
        number = policy.reminder_due(ad, now)
        if number and len(due) < REMINDED_AT_ONCE:
            ad.reminders = number
            due.append((ad, policy.days_left(ad, now)))
    return due


def introductions_due(session: Session, *, now: datetime) -> list[Ad]:
    """Live ads whose writers are to be told, a day after publication, who could swap with them.

    Asking counts as telling.
    """
    due = Ad.posted_at <= now - policy.INTRODUCED_AFTER
    query = select(Ad).where(live_clause(now), due, Ad.introduced_at.is_(None)).order_by(Ad.id)
    found = list(session.scalars(query.options(joinedload(Ad.person)).limit(INTRODUCED_AT_ONCE)))
    for ad in found:
        ad.introduced_at = now
    return found


def _delete(session: Session, ids: list[int]) -> None:
    for ad_id in ids:
        mark_stale(session, ad_id)
    session.execute(sa.delete(Ad).where(Ad.id.in_(ids)))
