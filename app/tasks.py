"""What the worker does beside mail: the index, the reminders, and forgetting what is due."""

import atexit
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

from app.ads import service as ads
from app.alerts import service as alerts
from app.alerts.policy import LOOKED_THROUGH
from app.core.clock import utcnow
from app.current import index, settings, vectors
from app.current import site as this_site
from app.db import alone, checkpoint, do, is_sqlite, reading, transaction
from app.followups import service as followups
from app.limits import service as limits
from app.mail import messages, outbox, tallies
from app.matching import refresh, shared
from app.matching import service as matching
from app.moderation import service as moderation
from app.moderation.introductions import service as introductions
from app.people import service as people
from app.people.keeping import purge_unneeded
from app.relay import accepting, bounces, keeping, taking
from app.relay.reader import Reader
from app.search import projection
from app.spam import service as spam
from app.worker import Task

log = logging.getLogger(__name__)
ALERTS = 500  # that look in one round; the next takes up the rest

INTRODUCED = 5  # ads that one mail names
SWEEPS_TRIED = 60  # once a second, while a worker reads ads


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


def refresh_vectors() -> None:
    """Read what changed of the ads, so that they can be matched."""
    if is_sqlite():
        refresh.refresh_now(vectors(), now=utcnow())
    else:
        with alone("vectors") as mine:  # two who read the same ads would refuse each other
            if mine:
                shared.refresh_now(vectors(), now=utcnow())
        shared.follow(vectors())


def sweep_vectors() -> None:
    """Compare what is known for matching with the ads there are."""
    if is_sqlite():
        refresh.sweep(vectors(), now=utcnow())
        return
    for _ in range(SWEEPS_TRIED):
        with alone("vectors") as mine:  # what both wrote of one ad could be the older
            if mine:
                shared.sweep(vectors(), now=utcnow())
                return
        time.sleep(1)


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


def send_alerts() -> None:
    """Mail what is new to whoever saved a search for it; pause what nobody has pressed for long."""
    do(alerts.pause_silent, now=utcnow(), site=this_site())
    with reading() as session:
        now = utcnow()
        newest = [ad.posted_at for ad in ads.newest(session, now=now, limit=1)]
        due = alerts.due(session, now=now, newest=newest[0] if newest else None, limit=ALERTS)
        wanted = [(alert.id, alert.query) for alert in due]
    looked = []
    for alert_id, query in wanted:
        with _by_itself(f"alert {alert_id}"):
            _look(alert_id, query)
            looked.append(alert_id)
    if looked:
        do(alerts.looked, alert_ids=looked, now=now)


def _look(alert_id: int, query: str) -> None:
    """Mail what one alert finds."""
    now = utcnow()
    with reading() as session:
        found = alerts.look(session, index(), vectors(), query, now=now, most=LOOKED_THROUGH)
        ad_ids = [ad.id for ad in found]
    if ad_ids:
        do(alerts.tell, alert_id=alert_id, ad_ids=ad_ids, now=now, site=this_site())


def follow_up() -> None:
    """Remind writers who owe an answer, tell those who wait, let ads rest that leave many waiting.

    Each is a unit of work of its own, so that one that fails fails alone.
    """
    site, now = this_site(), utcnow()
    with reading() as session:
        due = followups.due(session, now=now)
    for key in due.remind:
        with _by_itself("reminder"):
            do(followups.remind, key=key, now=now, site=site)
    for ad_id in due.rest:
        with _by_itself("rest"):
            do(followups.rest, ad_id=ad_id, now=now, site=site)
    for key in due.console:
        with _by_itself("consolation"):
            with reading() as session:
                others = followups.find_others(session, vectors(), index(), key=key, now=now)
            do(followups.console, key=key, others=others, now=now, site=site)


@contextmanager
def _by_itself(what: str) -> Iterator[None]:
    """One of many: if it fails, that is noted by its type, and the others have their turn."""
    try:
        yield
    except Exception as error:
        log.error("%s failed: %s", what, type(error).__name__)


def introduce() -> None:
    """Mail writers, the day after their ads appeared, who could swap with them: once each."""
    site, now = this_site(), utcnow()
    if vectors().shelf.view() is None:
        return  # nothing has been read yet; they are told later
    with transaction() as session:
        for ad in ads.introductions_due(session, now=now):
            found = matching.find(session, vectors(), ad, now=now, most=INTRODUCED)
            if not found.ready:
                ad.introduced_at = None  # not read here yet; told later
            elif found.mutual:
                others = [_swap(match) for match in found.mutual]
                draft = messages.matches(site, headline=ad.headline, box=ad.box, others=others)
                outbox.put(
                    session, draft, site=site, to=ad.person.email, person_id=ad.person_id, now=now
                )


def _swap(match: matching.Match) -> messages.Swap:
    return messages.Swap(
        headline=match.ad.headline,
        box=match.ad.box,
        seek=match.gets.wish,
        they_offer=match.gets.offer,
        they_seek=match.gives.wish,
        offer=match.gives.offer,
    )


def end_introductions() -> None:
    """Whoever said yes to a broker’s introduction hears, once its time is over, if nothing came.

    Each is a unit of work of its own, so that one that fails fails alone.
    """
    site, now = this_site(), utcnow()
    with reading() as session:
        due = introductions.due(session, now=now)
    for number in due:
        with _by_itself("introduction"):
            do(introductions.end, number=number, now=now, site=site)


def forget() -> None:
    """Delete what has been kept long enough (the periods stand on the privacy page)."""
    now, known = utcnow(), settings()
    unconfirmed = timedelta(hours=known.keep_unconfirmed_hours)
    incoming, sent, idle, ended, sources, moderated = (
        timedelta(days=days)
        for days in (
            known.keep_incoming_mail_days,
            known.keep_sent_mail_days,
            known.keep_messages_days,
            known.keep_ended_ads_days,
            known.keep_sources_days,
            known.keep_moderation_days,
        )
    )
    with _by_itself("forgetting ads"):
        while do(ads.purge, now=now, unconfirmed=unconfirmed, ended=ended) == ads.PURGED_AT_ONCE:
            continue
    # Each by itself: one that went through all tables would meet everybody who writes meanwhile.
    steps: list[tuple[Callable[..., object], dict[str, Any]]] = [
        (keeping.purge, {"now": now, "unconfirmed": unconfirmed, "idle": idle}),
        (accepting.purge, {"now": now, "kept": incoming}),
        (bounces.purge, {"now": now}),
        (alerts.purge, {"now": now, "unconfirmed": unconfirmed}),
        (outbox.purge, {"before": now - sent}),
        (moderation.purge, {"before": now - moderated, "sources_before": now - sources}),
        (moderation.membership.purge, {"now": now}),
        (limits.purge, {"now": now}),
        (spam.purge, {"now": now}),
        (people.purge, {"now": now}),
        (people.purge_unconfirmed, {"before": now - unconfirmed}),
        (purge_unneeded, {}),
        (tallies.fold, {}),
    ]
    for step, given in steps:
        with _by_itself(f"forgetting ({step.__module__})"):
            do(step, **given)


def learn_spam() -> None:
    """Learn from what brokers have decided since, if they have."""
    with transaction() as session:
        spam.retrain(session)


TASKS = [
    Task("index", 0.3, refresh_index),
    # By itself: a mail may take its reader two seconds, and an ad should be found within one.
    Task("incoming", 0.3, take_mail, apart=True),
    # By itself: reading many new ads takes a while, and their writers shall be found meanwhile.
    Task("vectors", 1, refresh_vectors, apart=True),
    Task("index merging", 2, merge_index),
    Task("reminders", 60, send_reminders, by_one=True),
    # By itself: there may be many to look for.
    Task("alerts", 3, send_alerts, apart=True, by_one=True),
    Task("introductions", 60, introduce, by_one=True),
    Task("introductions of brokers", 60, end_introductions, by_one=True),
    # By itself: letters are read for their meaning.
    Task("follow-ups", 5, follow_up, apart=True, by_one=True),
    Task("forgetting", 600, forget, by_one=True),
    Task("learning", 60, learn_spam, by_one=True),
    Task("vectors tidying", 86_400, sweep_vectors, by_one=True),
    Task("index tidying", 86_400, tidy_index),
    Task("folding", 60, checkpoint),  # what was erased, and the last mail's address, leave the log
]
