"""A conversation that begins without a message: a broker introduced two, and both said yes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ads.models import Ad
from app.core.site import Site
from app.mail import desk_messages, tallies
from app.mail.desk_messages import Headed
from app.relay import delivery, opening, policy
from app.relay.models import Event, Thread
from app.relay.policy import Role

INTRODUCED = "introduced"  # what its event says


def introduce(session: Session, *, ad: Ad, to: Ad, line: str, now: datetime, site: Site) -> Thread:
    """The writers of two ads said yes to each other: open a conversation, and mail both who it is.

    It is about `ad` and counts as answered, so it takes a place of its capacity; nobody waits for
    anything in it. Where the two talk already, that conversation goes on. `line`: the broker’s.
    """
    thread = _talking(session, ad, to, now) or opening.new_thread(
        session, ad=ad, replier=to.person, name=to.name, state="open", now=now
    )
    if thread.answered_at is None:
        thread.answered_at = now
        tallies.count(session, "introduced")
        delivery.wait_is_over(session, thread=thread, now=now)
    thread.moved_at = now
    session.add(
        Event(thread_id=thread.id, role="broker", what=INTRODUCED, said=line, created_at=now)
    )
    session.flush()
    _tell(session, thread, ad, to, line, now, site)
    return thread


def is_introduced() -> sa.Exists:
    """SQL for: a broker’s doing, so that it stands though nobody has written yet."""
    return sa.exists().where(Event.thread_id == Thread.id, Event.what == INTRODUCED)


def _talking(session: Session, ad: Ad, to: Ad, now: datetime) -> Thread | None:
    """The open conversation these two have found by themselves meanwhile, about either ad."""
    pair = (ad.person_id, to.person_id)
    query = select(Thread).where(
        Thread.ad_id.in_((ad.id, to.id)),
        Thread.writer_id.in_(pair),
        Thread.replier_id.in_(pair),
        Thread.state == "open",
    )
    found = session.scalars(query.order_by(Thread.id.desc()))
    return next((one for one in found if policy.state_at(one, now) == "open"), None)


def _tell(
    session: Session, thread: Thread, ad: Ad, to: Ad, line: str, now: datetime, site: Site
) -> None:
    """Mail each side who the other is; the mail can be answered like any of the conversation."""
    roles: tuple[Role, Role] = ("writer", "replier")
    for reader in roles:
        if not delivery.takes_mail(thread, reader):
            continue
        person = delivery.person_of(thread, reader)
        assert person is not None
        own, theirs = (ad, to) if person.id == ad.person_id else (to, ad)
        stop = delivery.stop_link(session, thread, reader, now, site)
        draft = desk_messages.introduced(
            site,
            name=policy.name_of(thread, policy.other(reader)),
            own=Headed(own.headline, own.box),
            theirs=Headed(theirs.headline, theirs.box),
            line=line,
            link=delivery.conversation_link(session, thread, reader, now, site),
            stop=stop,
        )
        delivery.notify(session, draft, thread=thread, reader=reader, now=now, site=site, stop=stop)
