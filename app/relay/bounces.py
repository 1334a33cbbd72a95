"""What comes back to our bounce addresses: mails that failed, complaints, answers of machines."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mail import outbox, tallies
from app.people import service as people
from app.people.models import Person
from app.relay import sharing
from app.relay.incoming_policy import Outcome
from app.relay.models import Bounce, Event, Thread
from app.relay.policy import Role
from app.relay.reading import Reading

ENOUGH = 2  # mails that failed for good
WITHIN = timedelta(days=7)
AUTOMATIC_AGAIN = timedelta(days=1)  # one line a day says that a machine answers


def take(
    session: Session,
    *,
    outbox_id: int,
    reading: Reading | None,
    from_nobody: bool,
    now: datetime,
) -> Outcome | None:
    """What a mail to the bounce address of `outbox_id` means; None when a person has written it."""
    if reading is None:
        return Outcome.UNREADABLE
    if "complaint" in reading.failed:
        return _complaint(session, outbox_id, now)
    if "permanent" in reading.failed:
        return _bounced(session, outbox_id, now)
    if "temporary" in reading.failed:
        return Outcome.DELAYED
    if reading.machine == "report":
        return Outcome.REPORT
    if reading.machine or from_nobody:
        # RFC 3834 §4: this is where a decent answering machine sends its answer.
        return _automatic(session, outbox_id, now)
    return None


def side_of(session: Session, outbox_id: int) -> tuple[Thread, Role] | None:
    """The conversation a mail of ours was of, and the side it was to."""
    thread_id, person_id = outbox.about(session, outbox_id)
    thread = session.get(Thread, thread_id) if thread_id is not None else None
    if thread is None or person_id is None:
        return None
    if person_id == thread.writer_id:
        return thread, "writer"
    return (thread, "replier") if person_id == thread.replier_id else None


def note_automatic(session: Session, *, thread: Thread, role: Role, now: datetime) -> None:
    """Let the page say, once a day at most, that a machine of that side answered."""
    same = (Event.thread_id == thread.id, Event.role == role, Event.what == "automatic")
    lately = sa.exists().where(*same, Event.created_at > now - AUTOMATIC_AGAIN)
    if not session.scalar(sa.select(lately)):
        session.add(Event(thread_id=thread.id, role=role, what="automatic", created_at=now))


def purge(session: Session, *, now: datetime) -> None:
    """Forget failures that count no more."""
    session.execute(sa.delete(Bounce).where(Bounce.created_at <= now - WITHIN))


def _bounced(session: Session, outbox_id: int, now: datetime) -> Outcome:
    """Two within a week, and the address counts as dead until a link is pressed there."""
    person_id = outbox.came_back(session, outbox_id, now=now)
    if person_id is None:  # told before, or of nobody
        return Outcome.BOUNCED
    tallies.count(session, "bounced")
    session.add(Bounce(person_id=person_id, outbox_id=outbox_id, created_at=now))
    session.flush()
    lately = (Bounce.person_id == person_id, Bounce.created_at > now - WITHIN)
    count = session.scalar(sa.select(sa.func.count()).where(*lately)) or 0
    if count >= ENOUGH:
        people.could_not_reach(session.get_one(Person, person_id), now=now)
        outbox.give_up(session, person_id=person_id, now=now)
        # Should the address come back to life, old failures must not count against it.
        session.execute(sa.delete(Bounce).where(Bounce.person_id == person_id))
    return Outcome.BOUNCED


def _complaint(session: Session, outbox_id: int, now: datetime) -> Outcome:
    """Somebody pressed “this is spam”: no more mails from that conversation to them."""
    found = side_of(session, outbox_id)
    if found is not None:
        sharing.mute(session, thread=found[0], by=found[1], now=now)
    return Outcome.COMPLAINT


def _automatic(session: Session, outbox_id: int, now: datetime) -> Outcome:
    found = side_of(session, outbox_id)
    if found is not None:
        note_automatic(session, thread=found[0], role=found[1], now=now)
    return Outcome.AUTOMATIC
