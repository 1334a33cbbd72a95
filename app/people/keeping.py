"""What is known of people: their links and browsers; and who is known no longer."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Base
from app.people.models import BrowserSession, Link, Person

_SAYS_NOTHING = frozenset({"handles"})  # a name for the desk, which goes with the person


def links_of(session: Session, *, person: Person) -> list[Link]:
    """The links mailed to this person, oldest first."""
    return list(session.scalars(sa.select(Link).filter_by(person_id=person.id).order_by(Link.id)))


def browsers_of(session: Session, *, person: Person) -> list[BrowserSession]:
    """The browsers that speak for this person, oldest first."""
    query = sa.select(BrowserSession).filter_by(person_id=person.id)
    return list(session.scalars(query.order_by(BrowserSession.id)))


def purge_unneeded(session: Session) -> None:
    """Delete confirmed people to whom no row refers any more: no ad, thread, link, block, decision.

    Links stay for a month after they ran out, so nobody goes who has pressed something lately. Who
    is suspended stays: it would be over else.
    """
    refers = [
        column
        for table in Base.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table is Person.__table__ and table.name not in _SAYS_NOTHING
    ]
    needed = [Person.id.in_(sa.select(column).where(column.is_not(None))) for column in refers]
    gone = (Person.confirmed_at.is_not(None), Person.suspended_at.is_(None))
    session.execute(sa.delete(Person).where(*gone, *(~reason for reason in needed)))
