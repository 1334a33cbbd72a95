"""Rows that one worker at a time works on, under a lease that runs out if the worker dies.

A table of such rows has id, state, attempts, lease and leased_until.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

BARE = {"synchronize_session": False}


def lapsed(row: Any, now: datetime, lasts: timedelta) -> sa.ColumnElement[bool]:
    """A lease that ran out; or one longer than any lease, from before the clock was set back."""
    over = sa.or_(row.leased_until <= now, row.leased_until > now + 2 * lasts)
    return sa.and_(row.state == "leased", over)


def give_back(session: Session, table: Any, *, now: datetime, lasts: timedelta) -> None:
    """Let rows wait again whose leases ran out, but for those another worker is at just now."""
    over = sa.select(table.id).where(lapsed(table, now, lasts)).with_for_update(skip_locked=True)
    back = {"state": "pending", "lease": None, "leased_until": None}
    session.execute(sa.update(table).where(table.id.in_(over)).values(back), execution_options=BARE)


def take(
    session: Session,
    table: Any,
    due: sa.Select[int],
    *,
    now: datetime,
    lasts: timedelta,
    returning: Sequence[Any],
) -> Any:
    """Lease the first row of `due` (their ids, in order), in one statement; None if there is none.

    No two workers can take the same, nor does one wait for the other.
    """
    # SQLite has one writer and leaves this out
    first = due.limit(1).with_for_update(skip_locked=True).scalar_subquery()
    lease = {
        "state": "leased",
        "lease": secrets.token_hex(16),
        "leased_until": now + lasts,
        "attempts": table.attempts + 1,
    }
    taken = sa.update(table).where(table.id == first).values(lease).returning(*returning)
    return session.execute(taken, execution_options=BARE).one_or_none()


def write(session: Session, table: Any, id: int, lease: str, values: dict[str, Any]) -> bool:
    """Write to a row under our lease; False when it is another's by now, or was cancelled."""
    held = (table.id == id, table.state == "leased", table.lease == lease)
    written = sa.update(table).where(*held).values(values).returning(table.id)
    return session.scalar(written, execution_options=BARE) is not None
