"""Two people write, neither sees the other's address: what may be done with conversations."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.site import Site
from app.mail import outbox
from app.people.models import Person
from app.relay import delivery, keeping, policy
from app.relay.answering import have_talked, share_of
from app.relay.asking import send_waiting, waiting
from app.relay.blocks import block, blocked_by, has_blocked
from app.relay.brokering import count_of, find_any, held_of, last_messages, note_read, role_of, stop
from app.relay.delivery import is_muted, shared_address
from app.relay.introducing import introduce
from app.relay.keeping import erase_of, purge
from app.relay.lines import ThreadLine, threads_of
from app.relay.models import Message, Thread
from app.relay.opening import (
    Outcome,
    confirm_thread,
    full_boxes,
    held,
    is_full,
    open_thread,
    release,
    remove_held,
    unconfirmed,
)
from app.relay.passing import check_may_say, check_open, pass_on
from app.relay.policy import Role
from app.relay.refusals import (
    AdFull,
    BadMessage,
    NothingWaits,
    NotTaking,
    NotYet,
    OwnAd,
    ThreadClosed,
    ThreadUnknown,
    TooLate,
    WritersOnly,
)
from app.relay.sharing import events, mute, share, unmute, unshare
from app.relay.suspending import withhold_of

# The door of the room: what stands in the modules beside this one is reached through it.
__all__ = [
    "AdFull",
    "BadMessage",
    "NotTaking",
    "NotYet",
    "NothingWaits",
    "Outcome",
    "OwnAd",
    "ThreadClosed",
    "ThreadLine",
    "ThreadUnknown",
    "TooLate",
    "WritersOnly",
    "block",
    "blocked_by",
    "check_open",
    "confirm_thread",
    "count_of",
    "decline",
    "end",
    "erase_of",
    "events",
    "find_any",
    "find_thread",
    "full_boxes",
    "has_blocked",
    "have_talked",
    "held",
    "held_of",
    "introduce",
    "is_full",
    "is_muted",
    "last_messages",
    "mute",
    "note_read",
    "open_thread",
    "purge",
    "release",
    "remove_held",
    "role_of",
    "send_waiting",
    "share",
    "share_of",
    "shared_address",
    "shown",
    "stop",
    "threads_of",
    "unconfirmed",
    "unmute",
    "unshare",
    "waiting",
    "withhold_of",
    "write",
]

# --- asking ---------------------------------------------------------------------------------------


def find_thread(session: Session, key: str, person: Person) -> tuple[Thread, Role]:
    """This person's thread and their side of it; anybody else's is as unknown as none."""
    thread = session.scalar(select(Thread).where(Thread.key == key))
    if thread is not None and thread.replier_id == person.id:
        return thread, "replier"
    if thread is not None and thread.writer_id == person.id and policy.reached(thread):
        return thread, "writer"
    raise ThreadUnknown


def shown(session: Session, thread: Thread, role: Role) -> list[tuple[Message, str]]:
    """The messages that side may see, oldest first, with what has become of each."""
    readable = [message for message in thread.messages if policy.readable(message, role)]
    fates = outbox.fates(session, [message.id for message in readable])
    return [(message, fates.get(message.id, message.state)) for message in readable]


# --- writing --------------------------------------------------------------------------------------


def write(
    session: Session,
    *,
    thread: Thread,
    author: Role,
    text: str,
    now: datetime,
    site: Site,
) -> Message:
    """Keep a message and promise its mail. The same words within five minutes are one message."""
    check_may_say(thread, author, now=now)
    if policy.text_problem(text) is not None:
        raise BadMessage
    message, _ = keeping.keep(session, thread, author, text, now)
    if message.state == "unconfirmed":
        pass_on(session, thread=thread, message=message, now=now, site=site)
    return message


# --- ending ---------------------------------------------------------------------------------------


def decline(
    session: Session, *, thread: Thread, by: Role, reason: str, now: datetime, site: Site
) -> None:
    """The writer's kind no, with one of `policy.DECLINES`. A second press changes nothing.

    Where there is nothing to say no to, since they were introduced, it is a goodbye.
    """
    if by != "writer":
        raise WritersOnly
    if reason not in policy.DECLINES:
        raise BadMessage
    if thread.state == "declined":
        return
    if not policy.was_written_to(thread):
        end(session, thread=thread, by=by, now=now, site=site)
        return
    check_open(thread, now=now)
    _close(session, thread, "declined", by, now)
    thread.reason = reason
    delivery.tell_declined(session, thread=thread, now=now, site=site)


def end(session: Session, *, thread: Thread, by: Role, now: datetime, site: Site) -> None:
    """Either side's goodbye; the other is told. A second press changes nothing."""
    if thread.state == "ended" and thread.ended_by == by:
        return
    check_open(thread, now=now)
    _close(session, thread, "ended", by, now)
    delivery.tell_ended(session, thread=thread, by=by, now=now, site=site)


def _close(session: Session, thread: Thread, state: str, by: Role, now: datetime) -> None:
    delivery.wait_is_over(session, thread=thread, now=now)
    thread.state, thread.ended_by = state, by
    thread.ended_at = thread.moved_at = now
