"""What waits for a broker, in one order: appeals, what is overdue, what is urgent, the oldest.

Among what is alike in all that, what reads like spam comes last: whoever is honest waits least. It
is a place in a queue and no decision, and once it is overdue it comes up like anything else.

Things alike (nearly the same text, or one address) are one row with a count. All of it is one
query, and a page of rows is filled in by one more for each kind, however much waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads import policy as ads_policy
from app.ads import service as ads
from app.ads.models import Ad
from app.mail import standing
from app.moderation import rules
from app.moderation.models import Case, Report
from app.people.models import Person
from app.relay.models import Thread

PAGE = 25


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row: a held thing, several alike, or a case. `subject` names the oldest of them.

    `why` is a held reason or that of the first report; `words` what is to be looked at, or what was
    said of it: never a private message that nobody has attached.
    """

    kind: str
    subject: str
    count: int
    since: datetime
    due_at: datetime
    overdue: bool
    why: str
    words: str
    case_id: int | None = None
    reporters: int = 0
    appeal: bool = False
    hidden: bool = False
    like_spam: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """How much waits in all, and beside the queue: mails that are dead, people nobody reaches."""

    waiting: int
    rows: int
    overdue: int
    dead_mails: int
    undeliverable: int


def page(
    session: Session, *, number: int, within: timedelta, now: datetime
) -> tuple[list[Waiting], Tally]:
    """Page `number` (from 1) of the queue, and what it comes to."""
    late = now - within
    rows = _all().subquery()
    overdue = sa.case((rows.c.since <= late, 1), else_=0)
    order = (
        rows.c.appeal.desc(),
        overdue.desc(),
        rows.c.urgency.desc(),
        rows.c.like_spam,
        rows.c.since,
        rows.c.first,
    )
    some = session.execute(
        sa.select(rows).order_by(*order).limit(PAGE).offset((number - 1) * PAGE)
    ).all()
    total = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(rows.c.count), 0),
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(overdue), 0),
        ).select_from(rows)
    ).one()
    tally = Tally(
        waiting=total[0],
        rows=total[1],
        overdue=total[2],
        dead_mails=standing.counts(session).get("dead", 0),
        undeliverable=len(unreachable(session)),
    )
    return _filled(session, some, within, late), tally


def unreachable(session: Session) -> list[Person]:
    """People whose mails come back, the longest first."""
    query = sa.select(Person).where(Person.undeliverable_at.is_not(None))
    return list(session.scalars(query.order_by(Person.undeliverable_at).limit(200)))


def alike(session: Session, *, kind: str, subject: str, limit: int) -> list[str]:
    """The names of all held things that stand in one row with this one, the oldest first."""
    if kind == "ad":
        own = sa.select(_ad_group()).where(Ad.box == subject).scalar_subquery()
        query = sa.select(Ad.box).where(*_ads_wait(), _ad_group() == own).order_by(Ad.id)
    elif kind == "thread":
        own = sa.select(_thread_group()).where(Thread.key == subject).scalar_subquery()
        query = sa.select(Thread.key).where(Thread.state == "held", _thread_group() == own)
        query = query.order_by(Thread.id)
    else:
        return []
    return list(session.scalars(query.limit(limit)))


# --- inside ---------------------------------------------------------------------------------------


def _ad_group() -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.func.nullif(Ad.text_group, ""), sa.cast(Ad.person_id, sa.String))


def _thread_group() -> sa.ColumnElement[str]:
    own = sa.cast(sa.func.coalesce(Thread.replier_id, 0), sa.String)
    return sa.func.coalesce(sa.func.nullif(Thread.text_group, ""), own)


def _ads_wait() -> tuple[sa.ColumnElement[bool], ...]:
    """Held, and a broker’s turn: not its writer’s, and not settled with a case or its person."""
    elsewhere = (ads_policy.NEEDS_CHANGE, ads_policy.REPORTED, ads_policy.SUSPENDED)
    return (
        Ad.state == sa.literal("held", literal_execute=True),
        Ad.held_reason.not_in(elsewhere),
    )


def _like_spam(score: Any) -> sa.ColumnElement[int]:
    """SQL for whether a row’s texts read like spam, 0 or 1: in two parts, so that age counts."""
    return sa.case((sa.func.avg(score) >= rules.LIKE_SPAM, 1), else_=0)


def _all() -> sa.CompoundSelect[tuple[object, ...]]:
    """Every row that waits: kind, name of the oldest, how many, since when, how urgent."""
    no, zero = sa.literal(None, sa.Integer), sa.literal(0)
    held_ads = (
        sa.select(
            sa.literal("ad").label("kind"),
            sa.func.min(Ad.id).label("first"),
            sa.func.count().label("count"),
            sa.func.min(Ad.updated_at).label("since"),
            zero.label("urgency"),
            zero.label("appeal"),
            no.label("case_id"),
            _like_spam(Ad.spam_score).label("like_spam"),
        )
        .where(*_ads_wait())
        .group_by(_ad_group())
    )
    held_threads = (
        sa.select(
            sa.literal("thread"),
            sa.func.min(Thread.id),
            sa.func.count(),
            sa.func.min(Thread.moved_at),
            zero,
            zero,
            no,
            _like_spam(Thread.spam_score),
        )
        .where(Thread.state == sa.literal("held", literal_execute=True))
        .group_by(_thread_group())
    )
    heavy = sa.or_(Case.urgent, Case.hidden_at.is_not(None))
    cases = sa.select(
        sa.literal("case"),
        Case.id,
        sa.literal(1),
        Case.opened_at,
        sa.case((heavy, 2), (Case.reporters > 1, 1), else_=0),
        sa.case((Case.appeal_of.is_not(None), 1), else_=0),
        Case.id,
        zero,
    ).where(Case.decided_at.is_(None))
    return sa.union_all(held_ads, held_threads, cases)


def _filled(
    session: Session, rows: Sequence[sa.Row[tuple[object, ...]]], within: timedelta, late: datetime
) -> list[Waiting]:
    ids = {
        kind: [row.first for row in rows if row.kind == kind] for kind in ("ad", "thread", "case")
    }
    some_ads = ads.by_ids(session, ids["ad"])
    query = sa.select(Thread).where(Thread.id.in_(ids["thread"]))
    threads = {thread.id: thread for thread in session.scalars(query)}
    cases = {
        case.id: case for case in session.scalars(sa.select(Case).where(Case.id.in_(ids["case"])))
    }
    firsts = _first_reports(session, ids["case"])
    found = []
    for row in rows:
        timing = {
            "count": row.count,
            "since": row.since,
            "due_at": row.since + within,
            "overdue": row.since <= late,
            "like_spam": bool(row.like_spam),
        }
        if row.kind == "ad":
            ad = some_ads[row.first]
            found.append(Waiting("ad", ad.box, why=ad.held_reason, words=ad.headline, **timing))
        elif row.kind == "thread":
            thread = threads[row.first]
            found.append(
                Waiting(
                    "thread", thread.key, why=thread.held_reason, words=thread.headline, **timing
                )
            )
        else:
            found.append(_of_case(cases[row.first], firsts.get(row.first), timing))
    return found


def _of_case(case: Case, first: Report | None, timing: dict[str, object]) -> Waiting:
    return Waiting(
        case.kind,
        case.subject,
        why=first.reason if first else "",
        words=first.text if first else "",
        case_id=case.id,
        reporters=case.reporters,
        appeal=case.appeal_of is not None,
        hidden=case.hidden_at is not None,
        **timing,  # type: ignore[arg-type]
    )


def _first_reports(session: Session, case_ids: Sequence[int]) -> dict[int, Report]:
    first = sa.select(sa.func.min(Report.id)).where(Report.case_id.in_(case_ids))
    query = sa.select(Report).where(Report.id.in_(first.group_by(Report.case_id)))
    return {report.case_id: report for report in session.scalars(query) if report.case_id}
