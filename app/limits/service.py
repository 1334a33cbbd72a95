"""Counting, in the database, so that it holds across processes and restarts."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.core.errors import Kind, Refusal
from app.core.i18n import N_
from app.db import upsert
from app.limits.models import Count
from app.limits.rules import LIMITS


class TooMany(Refusal):
    """A limit was reached; `values['seconds']` says how long until it may be tried again."""

    kind = Kind.TOO_MANY
    sentence = N_(
        "That’s a lot in a short time, so we’ve paused this for a little while. "
        "Nothing you sent before is lost."
    )


def count(session: Session, *, rule: str, key: str, now: datetime) -> None:
    """Count once more, in the transaction of what is counted; raises TooMany above the limit.

    `key` stands for an address, a source or a text: the Signer's signature of it for this rule.
    """
    limit = LIMITS[rule]
    seconds = int(limit.within.total_seconds())
    window = int(now.timestamp()) // seconds
    ends_at = datetime.fromtimestamp((window + 1) * seconds, tz=now.tzinfo)
    row = upsert(session, Count).values(key=key, window=window, count=1, ends_at=ends_at)
    bumped = row.on_conflict_do_update(
        index_elements=[Count.key, Count.window], set_={"count": Count.count + 1}
    ).returning(Count.count)
    if session.execute(bumped).scalar_one() > limit.most:
        raise TooMany(seconds=int((ends_at - now).total_seconds()) + 1)


def purge(session: Session, *, now: datetime) -> None:
    """Delete windows that are over."""
    session.execute(delete(Count).where(Count.ends_at <= now))
