"""What moderation holds about a person, for their own eyes."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.moderation import addresses
from app.moderation.introductions import service as introductions
from app.moderation.introductions.service import Introduction, Side
from app.moderation.models import Broker, Decision, Handle, LogEntry, Report
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class Record:
    """The reports they made, what was decided about them, what the desk calls them, and theirs.

    `looks`: when a broker had their address shown, and why; not which broker.
    """

    reports: list[Report]
    decisions: list[Decision]
    handle: str
    brokers: list[Broker]
    looks: list[LogEntry]
    introductions: list[tuple[Introduction, Side]]


def record_of(session: Session, *, person: Person) -> Record:
    """Everything of moderation about this person that does not show who reported them."""
    known = sa.or_(Report.reporter_id == person.id, Report.email.is_not(None))
    reports = _all(session, sa.select(Report).where(known).order_by(Report.id))
    about = Decision.about_id == person.id
    handle = session.scalar(sa.select(Handle.handle).filter_by(person_id=person.id)) or ""
    return Record(
        reports=[one for one in reports if one.reporter_id == person.id or _is(one, person)],
        decisions=_all(session, sa.select(Decision).where(about).order_by(Decision.id)),
        handle=handle,
        brokers=_all(session, sa.select(Broker).filter_by(person_id=person.id)),
        looks=addresses.looks(session, handle) if handle else [],
        introductions=introductions.of_person(session, person),
    )


def _is(report: Report, person: Person) -> bool:
    return report.email is not None and report.email.key == person.email_key


def _all(session: Session, query: sa.Select[Any]) -> list[Any]:
    return list(session.scalars(query))
