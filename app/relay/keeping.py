"""What is kept of a conversation: its words, for how long, and what is left after an erasure."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.text import clean_text
from app.mail import forgetting, outbox
from app.people.models import Person
from app.relay import delivery, policy, sharing
from app.relay.introducing import is_introduced
from app.relay.models import Alias, Incoming, Message, Thread
from app.relay.policy import Role
from app.relay.scrub import scrub


def keep(
    session: Session,
    thread: Thread,
    author: Role,
    text: str,
    now: datetime,
    *,
    by_mail: bool = False,
    files: int = 0,
) -> tuple[Message, bool]:
    """Keep the words without addresses; returns the message and whether it is new.

    `files`: how many came with it and are not passed on. Its author's own address, while they share
    it, is kept as a mark that stands for it; mails carry the address, pages the mark.
    """
    parties = [person.email for person in (thread.writer, thread.replier) if person is not None]
    shared = delivery.shared_address(thread, author)
    words, removed = scrub(clean_text(text), parties=parties, shared=shared)
    same = [m for m in thread.messages if (m.author, m.text) == (author, words)]
    for twin in same:
        if policy.same_press(twin, now):
            return twin, False
    message = Message(
        thread=thread,
        author=author,
        text=words,
        addresses_removed=removed,
        state="unconfirmed",
        fingerprint=policy.fingerprint(author, words, len(same)),
        by_mail=by_mail,
        files=files,
        created_at=now,
    )
    session.add(message)
    session.flush()
    return message, True


def erase_of(session: Session, *, person: Person, now: datetime) -> None:
    """Take this person out of every thread, before the person is deleted.

    The other side keeps what it received, without a name; what never reached anybody is deleted,
    and so is a thread with nobody or nothing left in it.
    """
    outbox.cancel(session, now=now, person_id=person.id)
    theirs = sa.or_(Thread.writer_id == person.id, Thread.replier_id == person.id)
    for thread in session.scalars(select(Thread).where(theirs)).all():
        delivery.withhold(session, thread=thread, now=now)
        _forget_mail(session, thread)
        roles: tuple[Role, Role] = ("writer", "replier")
        for role in roles:
            if delivery.person_of(thread, role) is person:
                _leave(session, thread, role, now)


def purge(
    session: Session,
    *,
    now: datetime,
    unconfirmed: timedelta = policy.UNCONFIRMED_FOR,
    idle: timedelta = policy.KEPT,
) -> None:
    """Forget what nobody confirmed for so long, close what fell silent, erase what is idle so long.

    With a conversation go its messages, its aliases, and the rows of the mails it promised.
    """
    delivery.settle(session)
    session.flush()
    late = (Message.state == "unconfirmed", Message.created_at <= now - unconfirmed)
    session.execute(sa.delete(Message).where(*late))
    empty = sa.and_(Thread.state == "unconfirmed", ~_has_messages())
    _delete(session, sa.or_(empty, Thread.moved_at <= now - idle))
    silent = sa.and_(Thread.state == "open", Thread.moved_at <= now - policy.IDLE_KEPT)
    closed = {"state": "ended", "ended_at": now, "reason": policy.IDLE}
    session.execute(sa.update(Thread).where(silent).values(closed))


def _forget_mail(session: Session, thread: Thread) -> None:
    """What came in for this thread and is not taken yet, and the addresses it could come to."""
    locals_ = select(Alias.local).where(Alias.thread_id == thread.id)
    session.execute(sa.delete(Incoming).where(Incoming.local.in_(locals_)))
    session.execute(sa.delete(Alias).where(Alias.thread_id == thread.id))


def _leave(session: Session, thread: Thread, role: Role, now: datetime) -> None:
    session.flush()
    own = (Message.thread_id == thread.id, Message.author == role)
    session.execute(sa.delete(Message).where(*own, Message.state.not_in(policy.DELIVERED)))
    session.expire(thread, ["messages"])
    if role == "writer":
        # The headline is a line of an ad, and the ad goes with its writer.
        thread.writer_id, thread.writer_name, thread.headline = None, "", ""
    else:
        thread.replier_id, thread.replier_name = None, ""
    sharing.forget(session, thread, role)
    if thread.ended_at is None:
        thread.state, thread.ended_at, thread.ended_by = "ended", now, role
        for message in thread.messages:
            if message.state in policy.NOT_YET:
                message.state = "withheld"
    session.flush()
    nobody = sa.and_(Thread.writer_id.is_(None), Thread.replier_id.is_(None))
    useless = sa.or_(nobody, ~sa.or_(_has_messages(), is_introduced()))
    _delete(session, sa.and_(Thread.id == thread.id, useless))


def _delete(session: Session, which: sa.ColumnElement[bool]) -> None:
    gone = list(session.scalars(sa.delete(Thread).where(which).returning(Thread.id)))
    forgetting.forget_threads(session, thread_ids=gone)


def _has_messages() -> sa.Exists:
    return sa.exists().where(Message.thread_id == Thread.id)
