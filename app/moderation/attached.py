"""What one side of a conversation let the broker read: opened by a press, and never in secret."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.moderation import brokers, log
from app.moderation.models import Attached, Broker, Case
from app.relay import service as relay


def count(session: Session, case: Case) -> int:
    """How many messages may be read; nothing of them is told by this."""
    own = Attached.case_id == case.id
    return session.scalar(sa.select(sa.func.count()).select_from(Attached).where(own)) or 0


def open_for(session: Session, *, case: Case, broker: Broker, now: datetime) -> None:
    """This broker reads them: written into the log, and onto the conversation’s page for both."""
    who = brokers.name_of(broker)
    if not count(session, case) or log.has_read(session, who=who, case_id=case.id):
        return
    log.write(
        session,
        who=who,
        what="read",
        kind=case.kind,
        subject=case.subject,
        case_id=case.id,
        now=now,
    )
    threads = sa.select(Attached.thread).where(Attached.case_id == case.id).distinct()
    for key in session.scalars(threads):
        relay.note_read(session, key=key, now=now)


def read(session: Session, *, case: Case, broker: Broker) -> list[Attached]:
    """The messages, oldest first; none before this broker has opened them."""
    if not log.has_read(session, who=brokers.name_of(broker), case_id=case.id):
        return []
    query = sa.select(Attached).where(Attached.case_id == case.id).order_by(Attached.message_id)
    return list(session.scalars(query))
