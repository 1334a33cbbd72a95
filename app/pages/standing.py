"""How the board stands at this moment, in numbers for /metrics: no words, nobody's names."""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from app import heartbeat
from app.ads import figures as ads
from app.db import db
from app.mail import standing
from app.mail.tallies import tallies
from app.moderation import figures as moderation
from app.relay import figures as relay

STATES = ("pending", "leased", "sent", "dead", "cancelled", "bounced")
UNSENT = ("pending", "leased", "dead")
KEPT = 3000  # times as long as counting all live ads took
# Conversations in which both wanted to talk, by what made them say so.
MATCHED = {"answer": "answered", "introduction": "introduced"}


class Gauge(NamedTuple):
    """One metric: its name, what it says, and its values by the value of its one label, or ''."""

    name: str
    says: str
    values: Mapping[str, float]
    label: str = ""


def gauges(session: Session, *, now: datetime) -> Iterator[Gauge]:
    """What is asked of the database; each by an index."""
    yield from _mails(session, now)
    yield from _ads(session, now)
    beat = heartbeat.last_beat(session)
    seconds = {} if beat is None else {"": max(0.0, (now - beat).total_seconds())}
    yield Gauge("worker_heartbeat_age_seconds", "Since a worker's last sign of life", seconds)


def _mails(session: Session, now: datetime) -> Iterator[Gauge]:
    counts = standing.counts(session)
    yield Gauge(
        "outbox_mails", "Mails by state", {state: counts.get(state, 0) for state in STATES}, "state"
    )
    oldest = standing.oldest_by_state(session, now=now)
    ages = {state: oldest.get(state, timedelta()).total_seconds() for state in UNSENT}
    yield Gauge("outbox_oldest_seconds", "Age of the oldest mail by state", ages, "state")
    waiting = max(ages["pending"], ages["leased"])
    says = "How long the oldest mail has waited that is not handed over"
    yield Gauge("outbox_oldest_waiting_seconds", says, {"": waiting})
    paused = float(standing.paused(session) is not None)
    yield Gauge("outbox_paused", "1 while the mail server takes nothing from us", {"": paused})


def _ads(session: Session, now: datetime) -> Iterator[Gauge]:
    waiting = ads.standing(session)
    live = float(_live(session, now))
    yield Gauge("ads_live", "Ads that anybody may see, as last counted", {"": live})
    held = {"ad": waiting.held, "message": relay.held(session)}
    yield Gauge("held", "What waits for a broker, or for its writer to change it", held, "kind")
    yield Gauge("cases_open", "Cases nobody has decided", {"": moderation.open_cases(session)})
    marked = waiting.marked_at
    behind = max(0.0, (now - marked).total_seconds()) if marked else 0.0
    yield Gauge("index_marks", "Changes that the index has not taken up", {"": waiting.marks})
    yield Gauge("index_lag_seconds", "Age of the oldest of those changes", {"": behind})


def _live(session: Session, now: datetime) -> int:
    """How many are live, kept so long that counting them costs next to nothing over time.

    There is no index by the day ads run out, and a hundred thousand take a fifth of a second.
    """
    count, until = current_app.extensions.get("live_ads", (0, now))
    if now >= until:
        began = time.perf_counter()
        count = ads.count(session, now=now).total
        until = now + KEPT * timedelta(seconds=time.perf_counter() - began)
        current_app.extensions["live_ads"] = count, until
    return int(count)


def counters(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    """What was counted since the board began: by name, and matches by what made them."""
    counted = tallies(session)
    return counted, {by: counted.get(name, 0) for by, name in MATCHED.items()}


def pools() -> Iterator[Gauge]:
    """This process's connections, by which database they lead to."""
    kept = {name: engine.pool for name, engine in db.engines.items()}
    queues = {name: pool for name, pool in kept.items() if isinstance(pool, QueuePool)}
    used = {name: float(pool.checkedout()) for name, pool in queues.items()}
    yield Gauge("database_connections_in_use", "Of this process, right now", used, "database")
    most = {name: float(pool.size() + pool._max_overflow) for name, pool in queues.items()}
    yield Gauge("database_connections_most", "How many it may have in use", most, "database")
