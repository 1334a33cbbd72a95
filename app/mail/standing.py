"""What stands in the outbox, for whoever looks after it: how many, which, since when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mail.models import OutboxMail, Pause
from app.mail.policy import STANDING

OVERDUE = timedelta(minutes=15)  # a mail that has been due for so long should have gone


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row as an operator sees it: no address, no text."""

    id: int
    kind: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    trouble: str


def counts(session: Session) -> dict[str, int]:
    """How many mails stand in each state."""
    rows = session.execute(sa.select(OutboxMail.state, sa.func.count()).group_by(OutboxMail.state))
    return {str(state): int(count) for state, count in rows}


def listed(
    session: Session, *, states: Collection[str] = STANDING, limit: int = 100
) -> list[Waiting]:
    """The mails in these states, oldest first, at most `limit`."""
    rows = session.scalars(
        sa.select(OutboxMail)
        .where(OutboxMail.state.in_(states))
        .order_by(OutboxMail.id)
        .limit(limit)
    )
    return [
        Waiting(m.id, m.kind, m.state, m.attempts, m.created_at, m.due_at, m.trouble) for m in rows
    ]


def paused(session: Session) -> Pause | None:
    """Why no mail goes at all, and since when; None while it does."""
    return session.scalar(sa.select(Pause).order_by(Pause.since).limit(1))


def oldest_wait(session: Session, *, now: datetime) -> timedelta | None:
    """How long the mail has been due that should have gone first; None when none is due."""
    due = session.scalar(
        sa.select(sa.func.min(OutboxMail.due_at)).where(
            OutboxMail.state == "pending", OutboxMail.due_at <= now
        )
    )
    return None if due is None else now - due


def oldest_promise(session: Session, *, now: datetime) -> timedelta | None:
    """How long ago the oldest mail was promised that is not handed over yet, retries included."""
    waiting = OutboxMail.state.in_(("pending", "leased"))
    promised = session.scalar(sa.select(sa.func.min(OutboxMail.created_at)).where(waiting))
    return None if promised is None else now - promised


def oldest_by_state(session: Session, *, now: datetime) -> dict[str, timedelta]:
    """How long ago the oldest mail of each state was promised that has not ended well."""
    rows = session.execute(
        sa.select(OutboxMail.state, sa.func.min(OutboxMail.created_at))
        .where(OutboxMail.state.in_(STANDING))
        .group_by(OutboxMail.state)
    )
    return {str(state): now - promised for state, promised in rows}
