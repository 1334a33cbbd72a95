"""Marks: rows that tell index and matching, in a change’s transaction, to look at an ad again."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ads.models import MatchingMark, StaleMark

IN_STEP = "index in step"  # in a session's `info`: see app.search.postgres_step
_CHANGED = "ads changed"
_AT_A_TIME = 5000  # ids in one statement

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
    """Tell index and matching, by rows in the same transaction, to look at this ad again.

    Where the index is written in the same transaction (IN_STEP), it is told at its end instead.
    """
    session.add_all(kind(ad_id=ad_id) for kind in _kinds(session, [ad_id]))


def mark_all_stale(session: Session, ad_ids: Sequence[int]) -> None:
    """The same of many ads."""
    for kind in _kinds(session, ad_ids):
        session.execute(sa.insert(kind), [{"ad_id": ad_id} for ad_id in ad_ids])


def _kinds(session: Session, ad_ids: Sequence[int]) -> list[type[StaleMark | MatchingMark]]:
    if not session.info.get(IN_STEP):
        return [StaleMark, MatchingMark]
    session.info.setdefault(_CHANGED, {}).update(dict.fromkeys(ad_ids))
    return [MatchingMark]


def take_changed(session: Session) -> list[int]:
    """The ads that were marked in this transaction for an index that is kept in step; once."""
    return list(session.info.pop(_CHANGED, ()))


def leave_stale(session: Session, ad_ids: Sequence[int]) -> None:
    """Leave marks of the index after all: it could not be kept in step, or not for all readers."""
    session.execute(sa.insert(StaleMark), [{"ad_id": ad_id} for ad_id in ad_ids])


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


def drop_marks(session: Session, *, ids: Collection[int]) -> None:
    """The index has seen these marks.

    By their ids and not up to the last: of two written at once on PostgreSQL, the one that was
    begun first may be committed last.
    """
    wanted = list(ids)
    for start in range(0, len(wanted), _AT_A_TIME):
        part = wanted[start : start + _AT_A_TIME]
        session.execute(sa.delete(StaleMark).where(StaleMark.id.in_(part)))


def matching_marks(session: Session, *, limit: int) -> list[tuple[int, int]]:
    """What matching has not looked at yet as (mark id, ad id), oldest first."""
    query = select(MatchingMark.id, MatchingMark.ad_id).order_by(MatchingMark.id)
    return [(m, a) for m, a in session.execute(query.limit(limit))]


def drop_matching_marks(session: Session, *, ids: Collection[int]) -> None:
    """Matching has seen these marks."""
    session.execute(sa.delete(MatchingMark).where(MatchingMark.id.in_(ids)))
