"""What each side of a conversation may have for itself: no more mails, or its address passed on."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.site import Site
from app.mail import outbox
from app.relay import delivery, policy
from app.relay.models import Event, Message, Thread
from app.relay.passing import check_may_say
from app.relay.policy import Role


def events(session: Session, thread: Thread) -> list[Event]:
    """What happened beside messages, oldest first."""
    query = select(Event).where(Event.thread_id == thread.id).order_by(Event.id)
    return list(session.scalars(query))


def mute(session: Session, *, thread: Thread, by: Role, now: datetime) -> None:
    """No more mails from this conversation to that side; the other is not told.

    What waits to go stays on the page, as sent. A second press changes nothing.
    """
    person = delivery.person_of(thread, by)
    if person is None or delivery.is_muted(thread, by):
        return
    _set(thread, by, "muted_at", now)
    lying = outbox.let_lie(session, thread_id=thread.id, person_id=person.id)
    session.execute(sa.update(Message).where(Message.id.in_(lying)).values(state="sent"))


def unmute(*, thread: Thread, by: Role) -> None:
    """Mails again, from the next message on."""
    _set(thread, by, "muted_at", None)


def share(session: Session, *, thread: Thread, by: Role, now: datetime, site: Site) -> None:
    """Let one's own address pass to the other side, who is told it by mail. Twice is once.

    Raises ThreadClosed, or NotYet; Suspended for whom a broker lets say nothing.
    """
    check_may_say(thread, by, now=now)
    if delivery.shared_address(thread, by) is not None:
        return
    _set(thread, by, "shared_at", now)
    _log(session, thread, by, "shared", now)
    delivery.tell_shared(session, thread=thread, by=by, now=now, site=site)


def unshare(session: Session, *, thread: Thread, by: Role, now: datetime) -> None:
    """Not in future mails; and a mail that was to tell it, and has not gone, stays here."""
    if delivery.shared_address(thread, by) is None:
        return
    _set(thread, by, "shared_at", None)
    _log(session, thread, by, "unshared", now)
    to = delivery.person_of(thread, policy.other(by))
    if to is not None:
        kinds = {"shared"}
        outbox.cancel(session, now=now, thread_id=thread.id, person_id=to.id, kinds=kinds)


def forget(session: Session, thread: Thread, role: Role) -> None:
    """Take what that side did and wanted out of the thread: its person is being erased."""
    _set(thread, role, "muted_at", None)
    _set(thread, role, "shared_at", None)
    own = (Event.thread_id == thread.id, Event.role == role)
    session.execute(sa.delete(Event).where(*own))
    # What a broker said of the two may name either.
    session.execute(sa.update(Event).where(Event.thread_id == thread.id).values(said=""))


def _log(session: Session, thread: Thread, role: Role, what: str, now: datetime) -> None:
    session.add(Event(thread_id=thread.id, role=role, what=what, created_at=now))
    session.flush()


def _set(thread: Thread, role: Role, what: str, moment: datetime | None) -> None:
    setattr(thread, f"{role}_{what}", moment)
