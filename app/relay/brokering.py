"""What a broker may do about a conversation: end it, and read what one side let them read."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.models import Person
from app.relay import delivery, policy
from app.relay.models import Event, Message, Thread
from app.relay.policy import Role


def find_any(session: Session, key: str) -> Thread | None:
    """The conversation of this key, whosever it is; its words are for its two sides alone."""
    return session.scalar(select(Thread).where(Thread.key == key))


def role_of(thread: Thread, person: Person | None) -> Role | None:
    """Which side this person is, None for anybody else."""
    if person is None:
        return None
    if thread.replier_id == person.id:
        return "replier"
    return "writer" if thread.writer_id == person.id else None


def last_messages(thread: Thread, role: Role, most: int) -> Sequence[Message]:
    """The newest messages that side may read, and so may show to a broker; oldest first."""
    return [m for m in thread.messages if policy.readable(m, role)][-most:]


def stop(session: Session, *, thread: Thread, now: datetime) -> None:
    """End an open conversation for both; what waits to go stays here."""
    if thread.state != "open":
        return
    delivery.withhold(session, thread=thread, now=now)
    thread.state, thread.ended_by, thread.reason = "ended", "", policy.STOPPED
    thread.ended_at = thread.moved_at = now


def note_read(session: Session, *, key: str, now: datetime) -> None:
    """Let both sides see on their page that a broker has read what was attached."""
    thread = find_any(session, key)
    if thread is not None:
        session.add(Event(thread_id=thread.id, role="broker", what="read", created_at=now))


def count_of(session: Session, person: Person) -> int:
    """In how many conversations this person is, or was."""
    theirs = sa.or_(Thread.writer_id == person.id, Thread.replier_id == person.id)
    return session.scalar(select(sa.func.count()).select_from(Thread).where(theirs)) or 0


def held_of(session: Session, person: Person) -> list[Thread]:
    """This person's first messages that wait for a broker."""
    return list(
        session.scalars(
            select(Thread).where(Thread.replier_id == person.id, Thread.state == "held")
        )
    )
