"""A person's conversations, a line each, for their own page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.i18n import N_
from app.people.models import Person
from app.relay import policy
from app.relay.models import Message, Thread
from app.relay.policy import Role

_START = 120  # characters of the last message that a line may need

_STATUS = {
    "unconfirmed": N_("Waiting for you to press the link in our mail"),
    "held": N_("Waiting for our broker to look at it"),
    "declined": N_("Ended with a kind no"),
    "blocked": N_("Ended"),
    "ended": N_("Ended"),
    "over": N_("Closed by itself"),
}


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """One conversation as its reader sees it in a list. `name` is '' once the other was erased.

    `status` is a sentence to be translated; `last_text` the beginning of the newest message, one
    line, not cut at a word's end.
    """

    key: str
    role: Role
    name: str
    box: str
    headline: str
    turn: Literal["yours", "theirs", ""]
    status: str
    last_text: str
    last_by: Literal["you", "they", ""]
    when: datetime


def threads_of(session: Session, person: Person, *, now: datetime) -> list[ThreadLine]:
    """The conversations this person may know of, the newest first: two queries."""
    threads = session.scalars(
        select(Thread)
        .where(_known_to(person))
        .options(joinedload(Thread.ad))
        .order_by(Thread.moved_at.desc(), Thread.id.desc())
    ).all()
    newest = _newest_messages(session, person)
    return [_line(thread, person, newest.get(thread.id), now) for thread in threads]


def _known_to(person: Person) -> sa.ColumnElement[bool]:
    reached = sa.and_(Thread.state.not_in(policy.NOT_YET), Thread.reason != policy.WITHHELD)
    as_writer = sa.and_(Thread.writer_id == person.id, reached)
    return sa.or_(as_writer, Thread.replier_id == person.id)


def _newest_messages(session: Session, person: Person) -> dict[int, Message]:
    own = sa.or_(
        sa.and_(Thread.writer_id == person.id, Message.author == "writer"),
        sa.and_(Thread.replier_id == person.id, Message.author == "replier"),
    )
    newest = (
        select(sa.func.max(Message.id))
        .join(Thread, Message.thread_id == Thread.id)
        .where(_known_to(person), sa.or_(own, Message.state.in_(policy.DELIVERED)))
        .group_by(Message.thread_id)
    )
    found = session.scalars(select(Message).where(Message.id.in_(newest)))
    return {message.thread_id: message for message in found}


def _line(thread: Thread, person: Person, last: Message | None, now: datetime) -> ThreadLine:
    role: Role = "replier" if thread.replier_id == person.id else "writer"
    last_by: Literal["you", "they", ""] = ""
    if last is not None:
        last_by = "you" if last.author == role else "they"
    state = policy.state_at(thread, now)
    turn: Literal["yours", "theirs", ""] = ""
    if state == "open":
        turn = "theirs" if last_by == "you" else "yours"  # anybody’s, while nobody has written
    open_words = N_("Your turn") if turn == "yours" else N_("Waiting for an answer")
    if last is None:
        open_words = N_("Our broker introduced you: say hello")
    return ThreadLine(
        key=thread.key,
        role=role,
        name=policy.name_of(thread, policy.other(role)),
        box=thread.box,
        headline=thread.headline,
        turn=turn,
        status=_STATUS.get(state, open_words),
        last_text=" ".join(last.text.split())[:_START] if last else "",
        last_by=last_by,
        when=thread.moved_at,
    )
