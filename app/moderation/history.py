"""What the desk knows of one person: counts of what was reported, and what was decided."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.moderation import addresses, rules, things
from app.moderation.models import Case, Decision, Handle, LogEntry, Report
from app.moderation.refusals import ThingUnknown
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class History:
    """`reporters` and `confirmed` count people once a case; `reasons` their reports.

    `made`: reports that this person made themselves, and `borne_out` how many of those led to
    something.
    """

    cases: int
    open_cases: int
    reporters: int
    confirmed: int
    reasons: dict[str, int]
    made: int
    borne_out: int
    decisions: list[Decision]
    counts: dict[str, int]  # of all decisions about them, by what was done
    looks: list[LogEntry]  # when a broker saw their address


def find_person(session: Session, handle: str) -> Person | None:
    """Whom the desk calls that; None for nobody, or once they are erased."""
    query = sa.select(Person).join(Handle, Handle.person_id == Person.id)
    return session.scalar(query.where(Handle.handle == handle.upper()))


def get_person(session: Session, handle: str) -> Person:
    """As `find_person`. Raises ThingUnknown for nobody."""
    person = find_person(session, handle)
    if person is None:
        raise ThingUnknown
    return person


def history(session: Session, *, person: Person, handle: str) -> History:
    """All of it, in six questions however much there is."""
    about = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(sa.case((Case.decided_at.is_(None), 1), else_=0)), 0),
        sa.func.coalesce(sa.func.sum(Case.reporters), 0),
        sa.func.coalesce(sa.func.sum(Case.confirmed), 0),
    ).where(Case.about_id == person.id, Case.appeal_of.is_(None))
    cases, waiting, reporters, confirmed = session.execute(about).one()
    made, borne_out = _made(session, person)
    return History(
        cases=cases,
        open_cases=waiting,
        reporters=reporters,
        confirmed=confirmed,
        reasons=_reasons(session, person),
        made=made,
        borne_out=borne_out,
        decisions=things.decisions_about(session, person),
        counts=_decided(session, person),
        looks=addresses.looks(session, handle),
    )


def _reasons(session: Session, person: Person) -> dict[str, int]:
    query = (
        sa.select(Report.reason, sa.func.count())
        .join(Case, Report.case_id == Case.id)
        .where(Case.about_id == person.id, Report.reason != rules.APPEAL)
        .group_by(Report.reason)
    )
    found = {reason: int(number) for reason, number in session.execute(query)}
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _decided(session: Session, person: Person) -> dict[str, int]:
    query = sa.select(Decision.what, sa.func.count()).where(Decision.about_id == person.id)
    rows = session.execute(query.group_by(Decision.what))
    found = {what: int(number) for what, number in rows}
    return {what: found[what] for what in rules.DECISIONS if what in found}


def _made(session: Session, person: Person) -> tuple[int, int]:
    """How many reports this person made, and in how many of their cases something was done."""
    acted = sa.exists().where(
        Decision.case_id == Report.case_id, Decision.what.not_in(rules.HARMLESS)
    )
    query = sa.select(
        sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((acted, 1), else_=0)), 0)
    ).where(Report.reporter_id == person.id, Report.reason != rules.APPEAL)
    made, borne_out = session.execute(query).one()
    return made, borne_out
