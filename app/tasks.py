"""What the worker does beside mail: the index, the reminders, and forgetting what is due."""

import atexit
from functools import cache

from app.ads import service as ads
from app.core.clock import utcnow
from app.current import index, settings
from app.current import site as this_site
from app.db import checkpoint, transaction
from app.limits import service as limits
from app.mail import messages, outbox
from app.mail.policy import SENT_KEPT
from app.moderation import service as moderation
from app.people import service as people
from app.people.policy import PURPOSES
from app.relay import accepting, bounces, keeping, taking
from app.relay.reader import Reader
from app.search import projection
from app.worker import Task


def refresh_index() -> None:
    """Bring the index up to date with the database; mends it where it is damaged."""
    projection.refresh_now(index(), now=utcnow())


def take_mail() -> None:
    """Read the mails that came in, and do what each leads to."""
    trusted = settings().trusted_authserv_id
    taking.take_due(_reader(), now=utcnow, site=this_site(), trusted=trusted)


@cache
def _reader() -> Reader:
    """One for this process; it starts its child when there is something to read."""
    reader = Reader()
    atexit.register(reader.close)
    return reader


def tidy_index() -> None:
    """Let go of what the index holds of ads that ran out and of words edited away; find damage."""
    index().verify()
    projection.tidy(index(), now=utcnow())


def merge_index() -> None:
    """Merge small segments of the index beside everything else, if that is due."""
    projection.merge_beside(index())


def send_reminders() -> None:
    """Mail the writers of ads that run out in 7 days, and in 1 day, once each."""
    site, now = this_site(), utcnow()
    with transaction() as session:
        for ad, days in ads.reminders_due(session, now=now):
            token = people.issue_link(
                session, person=ad.person, purpose="renew", subject=ad.box, now=now
            )
            assert ad.expires_at is not None
            draft = messages.expiry_reminder(
                site,
                headline=ad.headline,
                box=ad.box,
                expires_at=ad.expires_at,
                days=days,
                link=site.link(token),
            )
            outbox.put(
                session, draft, site=site, to=ad.person.email, person_id=ad.person_id, now=now
            )


def forget() -> None:
    """Delete what has been kept long enough (the periods stand on the privacy page)."""
    now = utcnow()
    with transaction() as session:
        ads.purge(session, now=now)
        keeping.purge(session, now=now)
        accepting.purge(session, now=now)
        bounces.purge(session, now=now)
        outbox.purge(session, before=now - SENT_KEPT)
        moderation.purge(session, before=now - moderation.KEPT)
        limits.purge(session, now=now)
        people.purge(session, now=now)
        people.purge_unconfirmed(session, before=now - PURPOSES["publish"].lasts)


TASKS = [
    Task("index", 0.3, refresh_index),
    # By itself: a mail may take its reader two seconds, and an ad should be found within one.
    Task("incoming", 0.3, take_mail, apart=True),
    Task("index merging", 2, merge_index),
    Task("reminders", 60, send_reminders),
    Task("forgetting", 600, forget),
    Task("index tidying", 86_400, tidy_index),
    Task("folding", 60, checkpoint),  # what was erased, and the last mail's address, leave the log
]
