"""Marks: rows that tell index and matching, in a change’s transaction, to look at an ad again."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ads.models import MatchingMark, StaleMark

# Asked before every search, and building a statement takes longer than running one of these.
_MARKS = (
    select(StaleMark.id, StaleMark.ad_id)
    .where(StaleMark.id > sa.bindparam("after"))
    .order_by(StaleMark.id)
    .limit(sa.bindparam("limit"))
)
_WAITING = select(
    select(sa.func.min(StaleMark.id)).scalar_subquery(),
    select(sa.func.max(StaleMark.id)).scalar_subquery(),
)


def mark_stale(session: Session, ad_id: int) -> None:
    """Tell index and matching, by rows in the same transaction, to look at this ad again."""
    session.add_all((StaleMark(ad_id=ad_id), MatchingMark(ad_id=ad_id)))


def stale_marks(session: Session, *, after: int, limit: int) -> list[tuple[int, int]]:
    """Marks beyond `after` as (mark id, ad id), oldest first."""
    return [(m, a) for m, a in session.execute(_MARKS, {"after": after, "limit": limit})]


def newest_mark(session: Session) -> int:
    """The id of the newest mark that waits, 0 if none does."""
    return session.scalar(select(sa.func.max(StaleMark.id))) or 0


def waiting_marks(session: Session) -> tuple[int, int]:
    """The ids of the oldest and the newest mark that wait, 0 and 0 if none does."""
    first, last = session.execute(_WAITING).one()
    return first or 0, last or 0


def drop_marks(session: Session, *, up_to: int) -> None:
    """The index has seen these marks."""
    session.execute(sa.delete(StaleMark).where(StaleMark.id <= up_to))


def matching_marks(session: Session, *, limit: int) -> list[tuple[int, int]]:
    """What matching has not looked at yet as (mark id, ad id), oldest first."""
    query = select(MatchingMark.id, MatchingMark.ad_id).order_by(MatchingMark.id)
    return [(m, a) for m, a in session.execute(query.limit(limit))]


def drop_matching_marks(session: Session, *, ids: Collection[int]) -> None:
    """Matching has seen these marks."""
    session.execute(sa.delete(MatchingMark).where(MatchingMark.id.in_(ids)))
