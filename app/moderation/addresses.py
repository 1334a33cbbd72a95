"""A person’s address, shown to a broker: only for a reason, and never in secret.

Each look is a line of the log, which nobody can take back, and the person finds it among what is
held about them.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.i18n import N_
from app.core.secret import Address
from app.moderation import brokers, log
from app.moderation.models import Broker, Handle, LogEntry
from app.moderation.refusals import NeedsWhy, ThingUnknown
from app.people.models import Person

WHAT = "address"
# Why somebody may need it whom the board itself can’t reach them for.
REASONS = {
    "danger": N_("Somebody may be in danger"),
    "law": N_("The law asks for it: a court, the police, a regulator"),
    "request": N_("They asked us about their data, and we must know that it is them"),
    "unreached": N_("They asked for our help, and mails of the board don’t reach them"),
}


def show(session: Session, *, handle: str, reason: str, broker: Broker, now: datetime) -> Address:
    """The address, and a line that says who looked and why. Raises ThingUnknown, NeedsWhy."""
    row = session.get(Handle, handle.upper())
    person = session.get(Person, row.person_id) if row else None
    if row is None or person is None:
        raise ThingUnknown
    if reason not in REASONS:
        raise NeedsWhy
    log.write(
        session,
        who=brokers.name_of(broker),
        what=WHAT,
        kind="person",
        subject=row.handle,
        reason=reason,
        now=now,
    )
    return person.email


def looks(session: Session, handle: str) -> list[LogEntry]:
    """When a broker has seen the address of whoever is called that, newest first."""
    line = (LogEntry.kind == "person", LogEntry.subject == handle, LogEntry.what == WHAT)
    return list(session.scalars(sa.select(LogEntry).where(*line).order_by(LogEntry.id.desc())))
