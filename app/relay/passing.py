"""Passing a message on: what `write`, a mail and a pressed link have in common."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.site import Site
from app.mail import tallies
from app.people import service as people
from app.relay import delivery, policy
from app.relay.models import Message, Thread
from app.relay.policy import Role
from app.relay.refusals import NotYet, ThreadClosed


def check_open(thread: Thread, *, now: datetime) -> None:
    """Raises ThreadClosed, or NotYet for a thread whose first message has not gone on."""
    if thread.state in policy.NOT_YET:
        raise NotYet
    if policy.state_at(thread, now) != "open":
        raise ThreadClosed


def check_may_say(thread: Thread, by: Role, *, now: datetime) -> None:
    """Raises as `check_open` does, and Suspended for a side whom a broker lets say nothing."""
    check_open(thread, now=now)
    if (person := delivery.person_of(thread, by)) is not None:
        people.check_may_speak(person)


def pass_on(
    session: Session, *, thread: Thread, message: Message, now: datetime, site: Site
) -> None:
    """Promise the mail of a message that was kept; the thread has moved, and may be answered."""
    delivery.deliver(session, thread=thread, message=message, now=now, site=site)
    thread.moved_at = now
    if message.author == "writer" and thread.answered_at is None:
        thread.answered_at = now
        tallies.count(session, "answered")
        delivery.wait_is_over(session, thread=thread, now=now)
