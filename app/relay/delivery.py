"""From a conversation to the mails that carry it: rows in the outbox, in the same transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.site import Site
from app.mail import messages, outbox
from app.mail.messages import Draft
from app.people import service as people
from app.people.models import Person
from app.relay import policy
from app.relay.models import Message, Thread
from app.relay.policy import Role


def person_of(thread: Thread, role: Role) -> Person | None:
    """The person on that side; None once erased."""
    return thread.writer if role == "writer" else thread.replier


def ask_to_confirm(session: Session, *, thread: Thread, now: datetime, site: Site) -> None:
    """Mail the replier the link that sends what they wrote, with all that it would send."""
    assert thread.replier is not None
    link = people.issue_link(
        session, person=thread.replier, purpose="message", subject=thread.key, now=now
    )
    waiting = [m.text for m in thread.messages if m.state == "unconfirmed"]
    draft = messages.confirm_message(
        site,
        headline=thread.headline,
        box=thread.box,
        text="\n\n".join(waiting),
        link=site.link(link),
        until=now + policy.UNCONFIRMED_FOR,
    )
    _put(session, draft, thread=thread, to=thread.replier, now=now, site=site)


def deliver(
    session: Session, *, thread: Thread, message: Message, now: datetime, site: Site
) -> None:
    """Promise the mail that carries `message` to the other side."""
    author: Role = "writer" if message.author == "writer" else "replier"
    to = person_of(thread, policy.other(author))
    assert to is not None
    first = not any(m.state in policy.DELIVERED for m in thread.messages)
    link = people.issue_link(session, person=to, purpose="thread", subject=thread.key, now=now)
    draft = messages.new_message(
        site,
        headline=thread.headline,
        box=thread.box,
        author_name=policy.name_of(thread, author),
        text=message.text,
        link=site.link(link),
        first=first,
    )
    message.state = "queued"
    session.flush()
    _put(session, draft, thread=thread, to=to, now=now, site=site, message_id=message.id)


def tell_declined(session: Session, *, thread: Thread, now: datetime, site: Site) -> None:
    """Mail the replier the writer's kind no."""
    draft = messages.declined(
        site,
        headline=thread.headline,
        box=thread.box,
        author_name=thread.writer_name,
        reason=thread.reason,
    )
    _put(session, draft, thread=thread, to=thread.replier, now=now, site=site)


def tell_ended(session: Session, *, thread: Thread, by: Role, now: datetime, site: Site) -> None:
    """Mail the other side that `by` has ended the conversation."""
    draft = messages.ended(
        site,
        headline=thread.headline,
        box=thread.box,
        author_name=policy.name_of(thread, by),
    )
    to = person_of(thread, policy.other(by))
    _put(session, draft, thread=thread, to=to, now=now, site=site)


def withhold(session: Session, *, thread: Thread, now: datetime) -> None:
    """Keep back every mail of the thread that has not gone yet."""
    outbox.cancel(session, now=now, thread_id=thread.id)
    settle(session, thread=thread)


def settle(session: Session, *, thread: Thread | None = None) -> None:
    """Write into messages (all, or a thread's) what has become of their mails."""
    query = select(Message).where(Message.state.in_(("queued", "undeliverable")))
    if thread is not None:
        query = query.where(Message.thread_id == thread.id)
    found = {message.id: message for message in session.scalars(query.limit(5000))}
    for message_id, fate in outbox.fates(session, list(found)).items():
        found[message_id].state = fate


def _put(
    session: Session,
    draft: Draft,
    *,
    thread: Thread,
    to: Person | None,
    now: datetime,
    site: Site,
    message_id: int | None = None,
) -> None:
    if to is None:
        return
    outbox.put(
        session,
        draft,
        site=site,
        to=to.email,
        person_id=to.id,
        now=now,
        thread_id=thread.id,
        message_id=message_id,
    )
