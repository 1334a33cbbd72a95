"""What moderation forgets: whoever is erased at once, cases after a year, sources after a month."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.secret import Address
from app.moderation import log, rules
from app.moderation.introductions import service as introductions
from app.moderation.models import Attached, Broker, Case, Decision, Handle, Report
from app.people.models import Person


def erase_of(session: Session, *, person: Person) -> None:
    """Take this person out of reports, cases and decisions; the log names nobody anyway.

    What they reported stays, without address or words of their own; what they wrote and somebody
    attached goes, and so does what a broker wrote to them.
    """
    address = sa.or_(
        Report.reporter_id == person.id, Report.email == Address(person.email.reveal())
    )
    for report in session.scalars(sa.select(Report).where(Report.email.is_not(None))):
        if report.email is not None and report.email.key == person.email_key:
            report.email, report.reporter = None, ""
    own = {"email": None, "reporter_id": None, "reporter": "", "text": ""}
    session.execute(sa.update(Report).where(address).values(own))
    session.execute(sa.delete(Attached).where(Attached.author_id == person.id))
    about = sa.update(Decision).where(Decision.about_id == person.id)
    session.execute(about.values(about_id=None, sentence=""))
    session.execute(sa.update(Case).where(Case.about_id == person.id).values(about_id=None))
    session.execute(sa.update(Broker).where(Broker.person_id == person.id).values(person_id=None))
    session.execute(sa.delete(Handle).where(Handle.person_id == person.id))
    introductions.forget_gone(session)


def purge(session: Session, *, before: datetime, sources_before: datetime | None = None) -> None:
    """Delete what was reported, decided and logged before then; what still waits stays.

    Who or where a report came from goes sooner: of cases decided before `sources_before`.
    """
    month = sources_before or before + rules.KEPT - rules.SOURCE_KEPT
    decided = sa.select(Case.id).where(Case.decided_at < month)
    session.execute(
        sa.update(Report).where(Report.case_id.in_(decided)).values(reporter="", email=None)
    )
    session.execute(sa.delete(Case).where(Case.decided_at < before))
    session.execute(sa.delete(Report).where(Report.case_id.is_(None), Report.created_at < before))
    session.execute(sa.delete(Decision).where(Decision.created_at < before))
    introductions.purge(session, before=before)
    log.purge(session, before=before)
