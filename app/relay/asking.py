"""“Was this you?”: what came by mail in somebody's name, and waits until they have said so."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.site import Site
from app.mail import messages, tallies
from app.people import service as people
from app.people.models import Person
from app.relay import delivery, keeping, passing
from app.relay.models import Message, Thread
from app.relay.policy import Role
from app.relay.refusals import NothingWaits, ThreadUnknown

ASKED_AGAIN = timedelta(hours=1)  # at the earliest, for as long as nobody has answered


def hold(
    session: Session,
    *,
    thread: Thread,
    author: Role,
    text: str,
    files: int,
    now: datetime,
    site: Site,
) -> Message:
    """Keep the words, send nothing on, and ask the stored address whether they are its owner's."""
    message, fresh = keeping.keep(session, thread, author, text, now, by_mail=True, files=files)
    if fresh:
        tallies.count(session, "held")
    if message.state == "unconfirmed":
        _ask(session, thread, message, now, site)
    return message


def waiting(session: Session, *, key: str, person: Person) -> tuple[Thread, list[Message]]:
    """What this person's link may send, oldest first. Raises ThreadUnknown, NothingWaits."""
    either = or_(Thread.writer_id == person.id, Thread.replier_id == person.id)
    thread = session.scalar(select(Thread).where(Thread.key == key, either))
    if thread is None:
        raise ThreadUnknown
    author = "writer" if thread.writer_id == person.id else "replier"
    found = [m for m in thread.messages if m.author == author and _is_held(m)]
    if not found:
        raise NothingWaits
    return thread, found


def send_waiting(
    session: Session,
    *,
    key: str,
    person: Person,
    chosen: Collection[int],
    now: datetime,
    site: Site,
) -> Thread:
    """Their owner says that these messages are theirs, so they go on; others stay and are erased.

    Raises ThreadUnknown, NothingWaits (also for none chosen), ThreadClosed, Suspended.
    """
    people.check_may_speak(person)
    thread, found = waiting(session, key=key, person=person)
    theirs = [message for message in found if message.id in chosen]
    if not theirs:
        raise NothingWaits
    passing.check_open(thread, now=now)
    for message in theirs:
        passing.pass_on(session, thread=thread, message=message, now=now, site=site)
    return thread


def _is_held(message: Message) -> bool:
    return message.by_mail and message.state == "unconfirmed"


def _ask(session: Session, thread: Thread, message: Message, now: datetime, site: Site) -> None:
    """Not while an earlier question waits: its link shows this message as well."""
    author: Role = "writer" if message.author == "writer" else "replier"
    person = delivery.person_of(thread, author)
    if person is None or delivery.is_muted(thread, author):
        return
    subject, since = thread.key, now - ASKED_AGAIN
    if people.link_waits(session, person=person, purpose="mine", subject=subject, since=since):
        return
    lasts = site.unconfirmed_for
    link = people.issue_link(
        session, person=person, purpose="mine", subject=subject, now=now, lasts=lasts
    )
    draft = messages.was_this_you(
        site,
        headline=thread.headline,
        box=thread.box,
        text=message.text,
        link=site.link(link),
        until=now + lasts,
    )
    delivery.promise(session, draft, thread=thread, to=person, now=now, site=site)
