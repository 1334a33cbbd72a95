"""Who has the desk: named by the operator, by an address, and known by a number alone."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.secret import Address
from app.moderation.models import Broker
from app.moderation.refusals import NotABroker
from app.people import service as people
from app.people.models import Person


def add(session: Session, *, email: Address, now: datetime) -> Broker:
    """Give the desk to whoever proves this address. A second time changes nothing."""
    person = people.meet(session, email=email, now=now)
    broker = session.scalar(select(Broker).where(Broker.person_id == person.id))
    if broker is None:
        broker = Broker(person_id=person.id, added_at=now)
        session.add(broker)
    broker.removed_at = None
    # Unconfirmed people are forgotten after some days; a broker waits for their first sign-in.
    people.confirm(person, now=now)
    session.flush()
    return broker


def remove(session: Session, *, email: Address, now: datetime) -> Broker:
    """Take the desk away, at once. Raises NotABroker."""
    person = people.find_person(session, email)
    broker = find(session, person) if person is not None else None
    if broker is None:
        raise NotABroker
    broker.removed_at = now
    return broker


def find(session: Session, person: Person | None) -> Broker | None:
    """The broker this person is, if they have the desk."""
    if person is None:
        return None
    own = (Broker.person_id == person.id, Broker.removed_at.is_(None))
    return session.scalar(select(Broker).where(*own))


def all_of_them(session: Session) -> list[tuple[Broker, Person]]:
    """Everybody who has the desk, by number."""
    query = select(Broker, Person).join(Person, Broker.person_id == Person.id)
    return [(b, p) for b, p in session.execute(query.where(Broker.removed_at.is_(None)))]


def name_of(broker: Broker | None) -> str:
    """Who it was, as the log writes it."""
    return "operator" if broker is None else f"broker {broker.id}"
