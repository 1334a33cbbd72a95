"""Who waits for a first answer: conversations whose writer has had a message and said nothing."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.core.site import Site
from app.mail import messages
from app.mail.messages import Named
from app.relay import delivery, policy
from app.relay.models import Message, Thread
from app.relay.scrub import unveil

# Written out, not bound: only so does SQLite see that the index of what waits will do.
_WAITS = (Thread.state == sa.literal("open", literal_execute=True), Thread.answered_at.is_(None))


def unreminded(session: Session, *, before: datetime, limit: int) -> list[str]:
    """Keys of those who wait since then, of whose writers nobody has looked whether to remind."""
    return _keys(session, before, Thread.reminded_at.is_(None), limit)


def unconsoled(session: Session, *, before: datetime, limit: int) -> list[str]:
    """Keys of those who wait since then, and nobody has looked whether to tell them so."""
    return _keys(session, before, Thread.consoled_at.is_(None), limit)


def left_by_ads(
    session: Session,
    *,
    before: datetime,
    least: int,
    now: datetime,
    limit: int,
    ad_id: int | None = None,
) -> list[tuple[int, int]]:
    """The ids of live ads that left at least so many waiting since then, and how many these are.

    What came before its writer last put the ad back does not count. With `ad_id`, that one alone.
    """
    count, left = sa.func.count(Thread.id), (*_WAITS, Thread.reached_at <= before)
    # First those who wait, who are few, else every live ad would be looked at; “+ 0” keeps SQLite
    # from going through all threads in the order of their ads.
    number = Thread.ad_id + 0
    some = sa.select(number).where(*left).group_by(number).having(count >= least)
    anew = sa.or_(Ad.resumed_at.is_(None), Thread.reached_at > Ad.resumed_at)
    query = (
        sa.select(Ad.id, count)
        .join(Thread, Thread.ad_id == Ad.id)
        .where(Ad.id.in_(some), *left, anew, ads.live_clause(now))
        .group_by(Ad.id)
        .having(count >= least)
        .order_by(Ad.id)
    )
    if ad_id is not None:
        query = query.where(Ad.id == ad_id)
    return [(ad_id, number) for ad_id, number in session.execute(query.limit(limit))]


def find_waiting(session: Session, key: str) -> Thread | None:
    """The conversation of this key, if it has no answer still."""
    return session.scalar(sa.select(Thread).where(*_WAITS, Thread.key == key))


def remind(session: Session, *, thread: Thread, days: int, now: datetime, site: Site) -> None:
    """Mail the ad’s writer that somebody has waited for `days`, with the way to answer at once."""
    draft = messages.reminder_to_answer(
        site,
        headline=thread.headline,
        box=thread.box,
        author_name=thread.replier_name,
        days=days,
        text=unveil(first_words(thread), delivery.shared_address(thread, "replier")),
        link=delivery.answer_link(session, thread=thread, now=now, site=site),
    )
    delivery.notify(session, draft, thread=thread, reader="writer", now=now, site=site)


def console(
    session: Session,
    *,
    thread: Thread,
    others: Sequence[Named],
    more: str,
    days: int,
    now: datetime,
    site: Site,
) -> None:
    """Mail the one who wrote that there is no answer yet, and who else there is.

    `more`: where one asks to hear of new ads.
    """
    draft = messages.no_answer_yet(
        site, headline=thread.headline, box=thread.box, days=days, others=others, more=more
    )
    delivery.notify(session, draft, thread=thread, reader="replier", now=now, site=site)


def first_words(thread: Thread) -> str:
    """What the replier wrote before there was any answer."""
    return "\n\n".join(message.text for message in thread.messages if _arrived(message))


def _arrived(message: Message) -> bool:
    return message.author == "replier" and message.state in policy.DELIVERED


def _keys(
    session: Session, before: datetime, unmarked: sa.ColumnElement[bool], limit: int
) -> list[str]:
    query = sa.select(Thread.key).where(*_WAITS, Thread.reached_at <= before, unmarked)
    return list(session.scalars(query.order_by(Thread.reached_at, Thread.id).limit(limit)))
