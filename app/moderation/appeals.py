"""A second look: whoever was told of a decision may ask for one, once; it goes to the top."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.tokens import new_box
from app.moderation import log, rules
from app.moderation.models import Case, Decision, Report
from app.moderation.refusals import ThingUnknown
from app.people.models import Person
from app.relay.scrub import scrub


def get_decision(session: Session, number: str) -> Decision:
    """The decision that an appeal's link is about. Raises ThingUnknown where it is forgotten."""
    decision = session.get(Decision, int(number)) if number.isdecimal() else None
    if decision is None:
        raise ThingUnknown
    return decision


def find(session: Session, decision: Decision, person: Person) -> Report | None:
    """What this person has said against this decision already."""
    query = (
        sa.select(Report)
        .join(Case, Report.case_id == Case.id)
        .where(Case.appeal_of == decision.id, Report.reporter_id == person.id)
    )
    return session.scalar(query.limit(1))


def appeal(
    session: Session, *, decision: Decision, person: Person, text: str, now: datetime
) -> Report:
    """Ask for a second look, saying why. A second press changes nothing."""
    if (standing := find(session, decision, person)) is not None:
        return standing
    case = Case(
        kind=decision.kind,
        subject=decision.subject,
        about_id=decision.about_id,
        urgent=True,
        reporters=1,
        confirmed=1,
        opened_at=now,
        appeal_of=decision.id,
    )
    session.add(case)
    session.flush()
    words, _ = scrub(text, parties=[person.email])
    report = Report(
        number=_free_number(session),
        case_id=case.id,
        subject_kind=decision.kind,
        subject=decision.subject,
        reason=rules.APPEAL,
        text=words[: rules.TEXT_MOST],
        reporter_id=person.id,
        confirmed_at=now,
        created_at=now,
    )
    session.add(report)
    log.write(
        session,
        who="anybody",
        what=rules.APPEAL,
        kind=case.kind,
        subject=case.subject,
        case_id=case.id,
        now=now,
    )
    return report


def _free_number(session: Session) -> str:
    while session.scalar(sa.select(Report.id).where(Report.number == (number := new_box()))):
        continue
    return number
