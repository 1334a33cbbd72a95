"""From mails that were accepted to messages: take one under a lease, read it, decide, be done.

A worker killed at any point leaves a lease that runs out, and nothing half done: what a mail
leads to is one transaction with the word in its row. A mail that harms its reader twice ends as
unreadable, and the others come first meanwhile.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import partial
from threading import Event as Flag
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.core.site import Site
from app.db import again, reading, transaction
from app.mail import leases
from app.relay import answers
from app.relay.incoming_policy import Outcome
from app.relay.models import Incoming
from app.relay.reading import Reading

LEASE = timedelta(seconds=30)  # a reading takes 2 at most, and the database may be busy for 10
READINGS = 2  # that may fail before a mail counts as unreadable
TRIES = 5  # before a mail that makes us stumble is given up

log = logging.getLogger(__name__)


class Reads(Protocol):
    """Reads a mail where it can do no harm; None when it could not be read."""

    def read(self, raw: bytes, *, trusted: str) -> Reading | None:
        """What it says."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail, ours alone until its lease runs out."""

    id: int
    local: str
    raw: bytes = field(repr=False)
    from_nobody: bool
    attempts: int
    lease: str


def take_due(
    reader: Reads,
    *,
    now: Callable[[], datetime],
    site: Site,
    trusted: str,
    stop: Flag | None = None,
) -> int:
    """Deal with every mail that waits, until none is left or `stop` is set; returns how many.

    Needs the application's context. One mail's trouble never hinders the next.
    """
    dealt_with = 0
    while not (stop and stop.is_set()) and _something_due(now()):
        mail = again(partial(_claim, now))
        if mail is None:
            break
        try:
            _deal_with(mail, reader, now, site, trusted)
        except Exception as error:  # its lease runs out, and it is tried again
            log.error("incoming %d: %s", mail.id, type(error).__name__)
        dealt_with += 1
    return dealt_with


def _deal_with(
    mail: Taken, reader: Reads, now: Callable[[], datetime], site: Site, trusted: str
) -> None:
    reading: Reading | None = None
    if mail.attempts <= TRIES:
        reading = reader.read(mail.raw, trusted=trusted)
        if reading is None and mail.attempts < READINGS:
            again(partial(_put_back, mail))
            return
    outcome = again(partial(_settle, mail, reading, now, site))
    if outcome is not None:
        log.info("incoming %d: %s", mail.id, outcome.value)


def _put_back(mail: Taken) -> None:
    with transaction(by_statement=True) as session:
        _write(session, mail, {"state": "new"})


def _settle(
    mail: Taken, reading: Reading | None, now: Callable[[], datetime], site: Site
) -> Outcome | None:
    """Do what the mail leads to, and say so in its row; None if it is another worker’s by now."""
    with transaction() as session:
        if not _write(session, mail, {"state": "done", "raw": b"", "ended_at": now()}):
            return None
        outcome = Outcome.FAILED
        if mail.attempts <= TRIES + 1:
            outcome = answers.settle(
                session,
                local=mail.local,
                reading=reading,
                from_nobody=mail.from_nobody,
                now=now(),
                site=site,
            )
        row = session.get_one(Incoming, mail.id)
        row.outcome = outcome.value
    return outcome


def _something_due(now: datetime) -> bool:
    """Whether to try at all: a look that takes no writer's lock."""
    with reading() as session:
        return bool(session.scalar(sa.select(sa.exists().where(_due(Incoming, now)))))


def _due(mail: Any, now: datetime) -> sa.ColumnElement[bool]:
    """New, or under a lease that ran out."""
    return sa.or_(mail.state == "new", leases.lapsed(mail, now, LEASE))


def _claim(clock: Callable[[], datetime]) -> Taken | None:
    """Lease the next mail in one statement; those that never gave trouble first, oldest first."""
    mail, now = aliased(Incoming), clock()
    next_due = sa.select(mail.id).where(_due(mail, now)).order_by(mail.attempts, mail.id)
    with transaction(by_statement=True) as session:
        row = leases.take(session, Incoming, next_due, now=now, lasts=LEASE, returning=_MINE)
    return None if row is None else Taken(*row)


_MINE = tuple(getattr(Incoming, of.name) for of in fields(Taken))


def _write(session: Session, mail: Taken, values: dict[str, Any]) -> bool:
    """Write to the row under our lease, and let go of it; False when it is another's by now."""
    free = {"lease": None, "leased_until": None}
    return leases.write(session, Incoming, mail.id, mail.lease, values | free)
