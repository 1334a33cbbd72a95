"""What the log tells of how the desk is doing: what was held, and how long decisions took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads.figures import period_of
from app.moderation.models import Case, LogEntry


@dataclass(frozen=True, slots=True)
class Held:
    """Held ads and first messages decided in one period."""

    published: int = 0
    spam: int = 0
    other: int = 0  # removed for another reason, or asked to be changed

    @property
    def total(self) -> int:
        """All that was decided of what had been held."""
        return self.published + self.spam + self.other


@dataclass(frozen=True, slots=True)
class Speed:
    """How long decisions of one period took from report or hold: of so many, half and nine tenths.

    None where there was none.
    """

    decided: int = 0
    half: timedelta | None = None
    most: timedelta | None = None


def held(session: Session, *, starts: Sequence[datetime]) -> list[Held]:
    """What became of what the board itself had held, by the period of the decision.

    Only what was held has waited and is in no case: a report makes one.
    """
    published = LogEntry.what == "publish"
    spam = sa.and_(~published, LogEntry.reason == "spam")
    query = sa.select(
        period_of(LogEntry.at, starts),
        sa.func.sum(sa.case((published, 1), else_=0)),
        sa.func.sum(sa.case((spam, 1), else_=0)),
        sa.func.sum(sa.case((published, 0), (spam, 0), else_=1)),
    ).where(
        LogEntry.at >= starts[0],
        LogEntry.waited.is_not(None),
        LogEntry.case_id.is_(None),
        LogEntry.what != "lift",
    )
    rows = session.execute(query.group_by("period"))
    found = {period: Held(*map(int, numbers)) for period, *numbers in rows}
    return [found.get(number, Held()) for number in range(len(starts))]


def speed(session: Session, *, starts: Sequence[datetime]) -> list[Speed]:
    """How long decisions took, by the period of the decision: median and 90th percentile.

    Both are true waits, by nearest rank; the database puts them in order.
    """
    lines = (
        sa.select(period_of(LogEntry.at, starts), LogEntry.waited)
        .where(LogEntry.at >= starts[0], LogEntry.waited.is_not(None))
        .subquery()
    )
    rank = sa.func.row_number().over(partition_by=lines.c.period, order_by=lines.c.waited)
    of = sa.func.count().over(partition_by=lines.c.period)
    ranked = sa.select(
        lines.c.period, lines.c.waited, rank.label("rank"), of.label("of")
    ).subquery()
    half, most = (ranked.c.of + 1) // 2, (ranked.c.of * 9 + 9) // 10
    query = sa.select(
        ranked.c.period,
        ranked.c.of,
        sa.func.min(ranked.c.waited),
        sa.func.max(ranked.c.waited),
    ).where(sa.or_(ranked.c.rank == half, ranked.c.rank == most))
    found = {
        period: Speed(number, timedelta(seconds=one), timedelta(seconds=two))
        for period, number, one, two in session.execute(query.group_by("period", "of"))
    }
    return [found.get(number, Speed()) for number in range(len(starts))]


def open_cases(session: Session) -> int:
    """How many cases nobody has decided yet, appeals among them."""
    waiting = sa.select(sa.func.count()).where(Case.decided_at.is_(None))
    return session.scalar(waiting) or 0
