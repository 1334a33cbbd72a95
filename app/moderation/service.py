"""Complaints: stored, and mailed to the broker who answers for this board."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.secret import Address
from app.core.site import Site
from app.core.tokens import new_box
from app.mail import messages, outbox
from app.moderation.models import Report
from app.people.models import Person
from app.relay.scrub import scrub

KEPT = timedelta(days=365)


def report(
    session: Session,
    *,
    subject_kind: str,
    subject: str,
    reason: str,
    text: str,
    email: Address | None,
    reporter: Person | None,
    url: str,
    now: datetime,
    site: Site,
) -> Report:
    """Keep a complaint about an ad or a thread; mail the broker, and thank who left an address.

    The same complaint in the same words by the same person or address stands once. Addresses are
    taken out of the words: whoever is named there, the broker needs none to decide.
    """
    own = ([email] if email else []) + ([reporter.email] if reporter else [])
    text, _ = scrub(text, parties=own)
    said = {
        "subject_kind": subject_kind,
        "subject": subject,
        "reason": reason,
        "text": text,
        "email": email,
        "reporter_id": reporter.id if reporter else None,
    }
    if (standing := session.scalar(select(Report).filter_by(**said))) is not None:
        return standing
    kept = Report(number=_free_number(session), created_at=now, **said)
    session.add(kept)
    session.flush()
    _tell(session, kept, url, now, site)
    return kept


def _tell(session: Session, kept: Report, url: str, now: datetime, site: Site) -> None:
    if site.broker_email is not None:
        draft = messages.report_received(
            site,
            number=kept.number,
            subject_kind=kept.subject_kind,
            subject=kept.subject,
            reason=kept.reason,
            text=kept.text,
            url=url,
        )
        outbox.put(session, draft, site=site, to=site.broker_email, person_id=None, now=now)
    if kept.email is not None:
        draft = messages.report_thanks(site, number=kept.number)
        outbox.put(session, draft, site=site, to=kept.email, person_id=None, now=now)


def reports(session: Session) -> list[Report]:
    """Every complaint, newest first."""
    return list(session.scalars(select(Report).order_by(Report.id.desc())))


def erase_of(session: Session, *, person: Person) -> None:
    """Take this person's address and name off the complaints they made; the complaints stay."""
    for kept in session.scalars(select(Report).where(Report.reporter_id == person.id)):
        kept.reporter_id = None
        kept.email = None
    for kept in session.scalars(select(Report).where(Report.email.is_not(None))):
        if kept.email is not None and kept.email.key == person.email_key:
            kept.email = None


def purge(session: Session, *, before: datetime) -> None:
    """Delete complaints made before `before`."""
    session.execute(delete(Report).where(Report.created_at < before))


def _free_number(session: Session) -> str:
    while session.scalar(select(Report.id).where(Report.number == (number := new_box()))):
        continue
    return number
