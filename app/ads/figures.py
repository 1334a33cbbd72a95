"""How many ads there are of each kind and sector, and how many were posted when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ads.asking import live_clause
from app.ads.models import Ad, StaleMark

# What was live once. Named one by one, so that an index by state and day of posting will do.
_ONCE_LIVE = ("live", "paused", "held", "closed", "removed")
_OLDEST = 100  # marks looked at for the time of the oldest


@dataclass(frozen=True, slots=True)
class Figures:
    """The board's counts at one moment."""

    total: int
    kinds: dict[str, int]
    sectors: dict[str, int]


def count(session: Session, *, now: datetime) -> Figures:
    """Count the live ads: one grouped query."""
    by_both = select(Ad.kind, Ad.sector, func.count()).where(live_clause(now))
    kinds: dict[str, int] = {}
    sectors: dict[str, int] = {}
    for kind, sector, number in session.execute(by_both.group_by(Ad.kind, Ad.sector)):
        kinds[kind] = kinds.get(kind, 0) + number
        sectors[sector] = sectors.get(sector, 0) + number
    return Figures(total=sum(kinds.values()), kinds=kinds, sectors=sectors)


def posted(session: Session, *, starts: Sequence[datetime]) -> list[int]:
    """How many ads first went live in each of the periods that begin at `starts`."""
    query = select(period_of(Ad.posted_at, starts), func.count()).where(posted_since(starts[0]))
    found = {period: int(number) for period, number in session.execute(query.group_by("period"))}
    return [found.get(number, 0) for number in range(len(starts))]


def posted_since(start: datetime) -> sa.ColumnElement[bool]:
    """SQL for: first went live then or later."""
    return sa.and_(Ad.state.in_(_ONCE_LIVE), Ad.posted_at >= start)


def period_of(moment: Any, starts: Sequence[datetime]) -> sa.Label[int]:
    """SQL for the number of the period that a moment lies in, as `period`, to be grouped by.

    `starts` are ascending; nothing may lie before the first.
    """
    latest_first = reversed(list(enumerate(starts)))
    return sa.case(*((moment >= start, number) for number, start in latest_first)).label("period")


@dataclass(frozen=True, slots=True)
class Standing:
    """For whoever watches: how many ads are held, and how far the index is behind.

    `marks`: changes that the index has not taken up; `marked_at`: when the oldest of them was.
    """

    held: int
    marks: int
    marked_at: datetime | None


def standing(session: Session) -> Standing:
    """What stands; each by an index, so that it may be asked every few seconds."""
    held = select(func.count()).where(Ad.state == sa.literal("held", literal_execute=True))
    # A mark has no time, but its ad was changed with it. Of thousands the oldest will do.
    oldest = select(StaleMark.ad_id).order_by(StaleMark.id).limit(_OLDEST).subquery()
    marked_at = select(func.min(Ad.updated_at)).where(Ad.id.in_(select(oldest.c.ad_id)))
    return Standing(
        held=session.scalar(held) or 0,
        marks=session.scalar(select(func.count()).select_from(StaleMark)) or 0,
        marked_at=session.scalar(marked_at),
    )
