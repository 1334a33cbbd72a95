"""The log: written once, exported as it is, counted by years. The database keeps it so."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import is_sqlite
from app.moderation.models import LogEntry
from app.moderation.rules import APPEAL, DECISIONS

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Year:
    """What a year of brokering came to, in counts. `hours`: from report or hold to decision."""

    year: int
    reports: int = 0
    appeals: int = 0
    hidden: int = 0
    decisions: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    hours: int | None = None

    @property
    def decided(self) -> int:
        """All decisions together."""
        return sum(self.decisions.values())


def write(
    session: Session,
    *,
    who: str,
    what: str,
    kind: str,
    subject: str,
    reason: str = "",
    case_id: int | None = None,
    waited: int | None = None,
    now: datetime,
) -> LogEntry:
    """Add a line, in the transaction of what it tells of."""
    entry = LogEntry(
        at=now,
        who=who,
        what=what,
        kind=kind,
        subject=subject,
        reason=reason,
        case_id=case_id,
        waited=waited,
    )
    session.add(entry)
    session.flush()
    return entry


def of_thing(session: Session, kind: str, subject: str) -> list[LogEntry]:
    """What has happened about a thing, oldest first."""
    query = sa.select(LogEntry).where(LogEntry.kind == kind, LogEntry.subject == subject)
    return list(session.scalars(query.order_by(LogEntry.id)))


def newest(session: Session, *, limit: int, before: int | None = None) -> list[LogEntry]:
    """The newest lines, those before line `before` for a further page."""
    query = sa.select(LogEntry).order_by(LogEntry.id.desc()).limit(limit)
    return list(session.scalars(query if before is None else query.where(LogEntry.id < before)))


def has_read(session: Session, *, who: str, case_id: int) -> bool:
    """Whether this broker has opened what is attached to this case."""
    line = (LogEntry.who == who, LogEntry.what == "read", LogEntry.case_id == case_id)
    return session.scalar(sa.select(LogEntry.id).where(*line).limit(1)) is not None


def export(session: Session) -> Iterator[str]:
    """Every line, oldest first, each as one JSON object and a line break."""
    last = 0
    while True:
        query = sa.select(LogEntry).where(LogEntry.id > last).order_by(LogEntry.id).limit(_BATCH)
        some = session.scalars(query).all()
        if not some:
            return
        for entry in some:
            last = entry.id
            yield _as_json(entry)
        session.expunge_all()


def _as_json(entry: LogEntry) -> str:
    names = ("id", "who", "what", "kind", "subject", "reason", "case_id", "waited")
    said = {"at": entry.at.isoformat()} | {name: getattr(entry, name) for name in names}
    return json.dumps(said, ensure_ascii=False) + "\n"


def year(session: Session, number: int) -> Year:
    """That year in counts, which name nobody and nothing."""
    start, end = datetime(number, 1, 1, tzinfo=UTC), datetime(number + 1, 1, 1, tzinfo=UTC)
    within = sa.and_(LogEntry.at >= start, LogEntry.at < end)
    lines = sa.select(LogEntry.what, LogEntry.reason, sa.func.count()).where(within)
    counts = session.execute(lines.group_by(LogEntry.what, LogEntry.reason)).all()
    whats: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for what, reason, count in counts:
        whats[what] = whats.get(what, 0) + count
        if what == "report":
            reasons[reason] = reasons.get(reason, 0) + count
    waited = session.scalar(sa.select(sa.func.avg(LogEntry.waited)).where(within))
    return Year(
        year=number,
        reports=whats.get("report", 0),
        appeals=whats.get(APPEAL, 0),
        hidden=whats.get("hide", 0),
        decisions={what: whats[what] for what in DECISIONS if what in whats},
        reasons=dict(sorted(reasons.items(), key=lambda pair: -pair[1])),
        hours=None if waited is None else round(float(waited) / 3600),
    )


def years(session: Session) -> list[int]:
    """The years of which there are lines, newest first."""
    first, last = session.execute(
        sa.select(sa.func.min(LogEntry.at), sa.func.max(LogEntry.at))
    ).one()
    return [] if first is None else list(range(last.year, first.year - 1, -1))


def purge(session: Session, *, before: datetime) -> None:
    """Delete lines older than `before`, and never one the database still keeps by its own clock."""
    year_ago = "datetime('now', '-12 months')"
    if not is_sqlite():
        year_ago = "timezone('UTC', now()) - interval '12 months'"
    old = LogEntry.at <= sa.text(year_ago)
    session.execute(sa.delete(LogEntry).where(LogEntry.at < before, old))
