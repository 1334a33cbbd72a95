"""What the relay holds about a person beside their conversations, for their own eyes."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.people.models import Person
from app.relay.models import Alias, Block, Bounce, Incoming, Thread


@dataclass(frozen=True, slots=True)
class Record:
    """Whom they blocked, which mails came back, where their answers go, what waits to be read.

    `aliases`: the part before the @, by the thread's id.
    """

    blocks: list[Block]
    bounces: list[Bounce]
    aliases: dict[int, str]
    incoming: list[Incoming]


def record_of(session: Session, *, person: Person) -> Record:
    """Everything of that kind about this person."""
    as_writer = sa.and_(Thread.writer_id == person.id, Alias.role == "writer")
    as_replier = sa.and_(Thread.replier_id == person.id, Alias.role == "replier")
    own = sa.select(Alias).join(Thread, Alias.thread_id == Thread.id)
    aliases = list(session.scalars(own.where(sa.or_(as_writer, as_replier))))
    unread = (
        Incoming.local.in_([alias.local for alias in aliases]),
        Incoming.state != "done",
    )
    return Record(
        blocks=list(session.scalars(sa.select(Block).filter_by(person_id=person.id))),
        bounces=list(session.scalars(sa.select(Bounce).filter_by(person_id=person.id))),
        aliases={alias.thread_id: alias.local for alias in aliases},
        incoming=list(session.scalars(sa.select(Incoming).where(*unread).order_by(Incoming.id))),
    )
