"""Emptying the outbox: take a mail under a lease, hand it over, write down what came of it.

A worker killed at any point leaves a lease that runs out: the mail then goes again, the same
bytes. Each step is its own short transaction, so that no lock is held while a server thinks.
"""

import hashlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.db import again, reading, transaction
from app.mail import leases, outbox, tallies
from app.mail.models import OutboxMail, Pause
from app.mail.policy import (
    LEASE,
    PAUSE,
    TO_STRANGERS,
    Later,
    Never,
    Outcome,
    Paused,
    Sent,
    Trouble,
    next_attempt,
)
from app.mail.transports import Parcel, Transport

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed(Parcel):
    """One mail, ours alone until its lease runs out; only the holder of `lease` may end it."""

    kind: str
    lease: str
    whole: bool  # the bytes are still those that were promised


def deliver_due(
    transport: Transport, now: Callable[[], datetime], stop: Event | None = None
) -> Outcome | None:
    """Hand over every mail that is due, until none is left or `stop` is set.

    Returns what the last attempt came to: Paused means that the transport should be left alone
    for a while. Needs the application's context. One mail's trouble never hinders the next.
    """
    outcome: Outcome | None = None
    try:
        while not (stop and stop.is_set()) and something_due(now()):
            claimed = again(partial(_claim, now))
            if claimed is None:
                break
            outcome = _attempt(transport, claimed)
            ours = again(partial(_finish, claimed, outcome, now))
            log.info("mail %d: %s%s", claimed.id, _told(outcome), "" if ours else " (lease lost)")
            if isinstance(outcome, Paused):
                break
    finally:
        transport.close()
    return outcome


def _claim(now: Callable[[], datetime]) -> Claimed | None:
    with transaction(by_statement=True) as session:
        return claim(session, now())


def _finish(claimed: Claimed, outcome: Outcome, now: Callable[[], datetime]) -> bool:
    with transaction(by_statement=True) as session:
        return finish(session, claimed, outcome, now())


def something_due(now: datetime) -> bool:
    """Whether to try at all: a look that takes no writer's lock."""
    with reading() as session:
        due = sa.exists().where(_due(OutboxMail, now) | leases.lapsed(OutboxMail, now, LEASE))
        return bool(session.scalar(sa.select(due)))


def claim(session: Session, now: datetime) -> Claimed | None:
    """Take the mail that has waited longest, for `LEASE`; None when nothing is due.

    Leases that ran out come back first: whoever held them was killed. One mail at a time is on
    its way to one person in one thread. What must not go any more is ended here and passed over.
    """
    leases.give_back(session, OutboxMail, now=now, lasts=LEASE)
    while (row := _take(session, now)) is not None:
        if row.person_id is None and row.kind not in TO_STRANGERS:  # erased since
            values = outbox.withheld(now)
        elif row.kind == "sign_in" and row.give_up_at <= now:
            values = _dead(Trouble.TOO_LATE, now)
        else:
            whole = hashlib.sha256(row.mime).hexdigest() == row.mime_digest
            return Claimed(
                row.id,
                row.recipient,
                row.mime,
                row.created_at,
                row.kind,
                row.lease,
                whole,
                comes_back=row.person_id is not None,
            )
        leases.write(session, OutboxMail, row.id, row.lease, values)
    return None


def finish(session: Session, claimed: Claimed, outcome: Outcome, now: datetime) -> bool:
    """Write down what the attempt came to; False when the lease is no longer ours to end."""
    match outcome:
        case Sent():
            values: dict[str, Any] = {"state": "sent", "ended_at": now, "trouble": ""}
            values |= outbox.BLANK
        case Never(trouble):
            values = _dead(trouble, now)
        case Paused(trouble):
            values = _pending(trouble) | {"attempts": OutboxMail.attempts - 1}
        case Later(trouble):
            values = _later(session, claimed, trouble, now)
    _note_pause(session, outcome, now)
    ours = leases.write(session, OutboxMail, claimed.id, claimed.lease, values)
    if ours and isinstance(outcome, Sent) and claimed.kind == "new_message":
        tallies.count(session, "relayed")
    return ours


def _attempt(transport: Transport, claimed: Claimed) -> Outcome:
    """Hand one mail over. A fault of our own counts as an attempt, and is told by its type only."""
    if not claimed.whole:
        return Never(Trouble.DAMAGED)
    try:
        return transport.deliver(claimed)
    except Exception as error:  # what one mail sets off must not stop the others
        log.error("mail %d: %s while handing it over", claimed.id, type(error).__name__)
        return Later(Trouble.UNEXPECTED)


_TRANSPORT = "mail"  # there is one way out; its name is for when there are more
_MINE = (
    OutboxMail.id,
    OutboxMail.recipient,
    OutboxMail.mime,
    OutboxMail.mime_digest,
    OutboxMail.created_at,
    OutboxMail.lease,
    OutboxMail.person_id,
    OutboxMail.kind,
    OutboxMail.give_up_at,
)


def _due(mail: Any, now: datetime) -> sa.ColumnElement[bool]:
    """Waiting, and its time has come. What was never put off is due even if the clock was set back
    since it was promised."""
    its_time = sa.or_(mail.due_at <= now, mail.due_at == mail.created_at)
    return sa.and_(mail.state == "pending", its_time)


def _take(session: Session, now: datetime) -> Any:
    """Lease the next mail in one statement, so that no two workers can take the same."""
    mail, other = aliased(OutboxMail), aliased(OutboxMail)
    under_way = sa.exists().where(
        other.thread_id == mail.thread_id,
        other.recipient == mail.recipient,
        other.state == "leased",
    )
    next_due = sa.select(mail.id).where(_due(mail, now), ~under_way).order_by(mail.due_at, mail.id)
    return leases.take(session, OutboxMail, next_due, now=now, lasts=LEASE, returning=_MINE)


def _note_pause(session: Session, outcome: Outcome, now: datetime) -> None:
    """Keep why no mail goes at all, for whoever watches; a mail that went through ends it."""
    if isinstance(outcome, Paused):
        pause = session.get(Pause, _TRANSPORT) or Pause(transport=_TRANSPORT, since=now)
        pause.trouble, pause.until = outcome.trouble.value, now + PAUSE
        session.add(pause)
    elif isinstance(outcome, Sent):
        session.execute(sa.delete(Pause), execution_options=leases.BARE)


def _later(session: Session, claimed: Claimed, trouble: Trouble, now: datetime) -> dict[str, Any]:
    """Another attempt after a wait, or none where that would be too late."""
    mail = session.get_one(OutboxMail, claimed.id)
    due_at = next_attempt(
        now,
        attempts=mail.attempts,
        give_up_at=mail.give_up_at,
        chance=random.random(),  # noqa: S311 – it only spreads the load
    )
    return _pending(trouble) | {"due_at": due_at} if due_at else _dead(trouble, now)


def _pending(trouble: Trouble) -> dict[str, Any]:
    return {"state": "pending", "trouble": trouble.value, "lease": None, "leased_until": None}


def _dead(trouble: Trouble, now: datetime) -> dict[str, Any]:
    return _pending(trouble) | {"state": "dead", "ended_at": now}


def _told(outcome: Outcome) -> str:
    return "sent" if isinstance(outcome, Sent) else outcome.trouble.value
