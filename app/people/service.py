"""Who is speaking: addresses that prove themselves by a mailed link, and browsers that used one."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from app.core.errors import Kind, Refusal
from app.core.i18n import N_
from app.core.secret import Address
from app.core.tokens import digest, new_token
from app.people.models import BrowserSession, Link, Person
from app.people.policy import LINKS_KEPT, PURPOSES, SESSION_LASTS


class LinkUnknown(Refusal):
    kind = Kind.NOT_FOUND
    sentence = N_("We don’t know this link. Perhaps part of it got lost on the way from your mail.")


class LinkUsed(Refusal):
    kind = Kind.GONE
    sentence = N_("This link has been used already. Each one works once.")


class LinkExpired(Refusal):
    kind = Kind.GONE
    sentence = N_("This link has run out. Links only work for a while, to keep you safe.")


class Suspended(Refusal):
    """Said only to whoever has proved that the address is theirs."""

    kind = Kind.CONFLICT
    sentence = N_(
        "A broker has paused your address here, so you can’t post or write just now. "
        "The mail about it says why, and how to ask for a second look."
    )


def check_may_speak(person: Person) -> None:
    """Raises Suspended for a person whom a broker lets neither post nor reply."""
    if person.suspended_at is not None:
        raise Suspended


def suspend(person: Person, *, now: datetime) -> None:
    """From now on they can neither post nor reply."""
    person.suspended_at = person.suspended_at or now


def let_speak(person: Person) -> None:
    """A suspension is over."""
    person.suspended_at = None


def find_person(session: Session, email: Address) -> Person | None:
    """The person this address belongs to, confirmed or not."""
    return session.scalar(select(Person).where(Person.email_key == email.key))


def meet(session: Session, *, email: Address, now: datetime) -> Person:
    """The person of this address; a new one is unconfirmed until a link is pressed."""
    person = find_person(session, email)
    if person is None:
        person = Person(email=email, email_key=email.key, created_at=now)
        session.add(person)
        session.flush()
    return person


def confirm(person: Person, *, now: datetime) -> None:
    """This address has proved itself: the first proof counts; an old delivery trouble is over."""
    person.confirmed_at = person.confirmed_at or now
    person.undeliverable_at = None


def could_not_reach(person: Person, *, now: datetime) -> None:
    """Mails to this address came back: it counts as dead until somebody there presses a link."""
    person.undeliverable_at = person.undeliverable_at or now


def issue_link(
    session: Session,
    *,
    person: Person,
    purpose: str,
    subject: str = "",
    now: datetime,
    lasts: timedelta | None = None,
) -> str:
    """Make a link and return its token, which is kept nowhere but in the mail that carries it.

    It works as long as its purpose says, unless `lasts` says otherwise.
    """
    rule = PURPOSES[purpose]
    if rule.newest_only:
        earlier = (Link.person_id == person.id, Link.purpose == purpose, Link.used_at.is_(None))
        session.execute(update(Link).where(*earlier, Link.expires_at > now).values(expires_at=now))
    token = new_token()
    session.add(
        Link(
            digest=digest(token),
            purpose=purpose,
            person_id=person.id,
            subject=subject,
            created_at=now,
            expires_at=now + (lasts or rule.lasts),
        )
    )
    session.flush()
    return token


def look_at_link(session: Session, token: str, *, now: datetime) -> Link:
    """The link of this token, unchanged by looking. Raises LinkUnknown, LinkUsed, LinkExpired."""
    link = session.scalar(select(Link).where(Link.digest == digest(token)))
    if link is None:
        raise LinkUnknown
    if link.used_at is not None:
        raise LinkUsed
    if link.expires_at <= now:
        raise LinkExpired
    return link


def link_waits(
    session: Session, *, person: Person, purpose: str, subject: str, since: datetime
) -> bool:
    """Whether such a link was mailed after `since` and is not used yet."""
    waiting = (Link.person_id == person.id, Link.purpose == purpose, Link.subject == subject)
    query = select(exists().where(*waiting, Link.used_at.is_(None), Link.created_at > since))
    return bool(session.scalar(query))


def use_link(session: Session, token: str, *, now: datetime) -> Link:
    """Consume the link (unless its purpose allows many uses); of two at once, one is refused."""
    link = look_at_link(session, token, now=now)
    if PURPOSES[link.purpose].once:
        unused = (Link.id == link.id, Link.used_at.is_(None), Link.expires_at > now)
        taken = session.execute(update(Link).where(*unused).values(used_at=now).returning(Link.id))
        if taken.scalar() is None:
            raise LinkUsed
    return link


def open_session(session: Session, *, person: Person, now: datetime) -> str:
    """Let this browser speak for `person`; returns the token for its cookie."""
    token = new_token()
    session.add(BrowserSession(digest=digest(token), person_id=person.id, created_at=now))
    return token


def find_session(session: Session, token: str, *, now: datetime) -> BrowserSession | None:
    """The session of this token, while it lasts."""
    found = session.scalar(select(BrowserSession).where(BrowserSession.digest == digest(token)))
    return found if found and now - found.created_at < SESSION_LASTS else None


def close_session(session: Session, token: str) -> None:
    """Forget this browser."""
    session.execute(delete(BrowserSession).where(BrowserSession.digest == digest(token)))


def erase(session: Session, *, person: Person) -> None:
    """Delete the person with their links and sessions; other features erase their own first."""
    session.execute(delete(Person).where(Person.id == person.id))


def purge(session: Session, *, now: datetime) -> None:
    """Delete sessions that are over, and links a month after they ran out."""
    over = BrowserSession.created_at <= now - SESSION_LASTS
    session.execute(delete(BrowserSession).where(over))
    session.execute(delete(Link).where(Link.expires_at <= now - LINKS_KEPT))


def purge_unconfirmed(session: Session, *, before: datetime) -> None:
    """Delete people who never pressed a link and whose last link ran out before `before`.

    Their ads and messages wait no longer than a link does; what still refers to such a person goes
    with them.
    """
    waiting = exists().where(Link.person_id == Person.id, Link.expires_at > before)
    session.execute(
        delete(Person).where(Person.confirmed_at.is_(None), Person.created_at <= before, ~waiting)
    )
