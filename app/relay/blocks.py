"""Who has blocked whom: a person's decision about a person, in every thread between the two."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.relay import delivery, policy
from app.relay.models import Block, Thread
from app.relay.policy import Role
from app.relay.refusals import NotYet, ThreadClosed


def has_blocked(session: Session, thread: Thread, role: Role) -> bool:
    """Whether that side has blocked the other one, here or elsewhere."""
    pair = _pair(thread, role)
    return pair is not None and session.get(Block, pair) is not None


def is_blocked(session: Session, thread: Thread) -> bool:
    """Whether either side has blocked the other, here or about any other ad."""
    return has_blocked(session, thread, "writer") or has_blocked(session, thread, "replier")


def blocked_by(session: Session, person_id: int) -> set[int]:
    """The people from whom this one wants to hear nothing more."""
    return set(session.scalars(select(Block.blocked_id).where(Block.person_id == person_id)))


def either_way(session: Session, person_id: int) -> set[int]:
    """The people who are kept apart from this one, whoever of the two blocked the other."""
    blocked_it = select(Block.person_id).where(Block.blocked_id == person_id)
    return blocked_by(session, person_id) | set(session.scalars(blocked_it))


def between(session: Session, *, person_ids: Collection[int]) -> set[tuple[int, int]]:
    """As `either_way`, of many: pairs of which one at least is among them, who blocked first."""
    either = sa.or_(Block.person_id.in_(person_ids), Block.blocked_id.in_(person_ids))
    pairs = session.execute(select(Block.person_id, Block.blocked_id).where(either))
    return {(one, other) for one, other in pairs}


def _pair(thread: Thread, role: Role) -> tuple[int, int] | None:
    """The two people's ids, that side's first; None when one of them was erased."""
    if thread.writer_id is None or thread.replier_id is None:
        return None
    ids = (thread.writer_id, thread.replier_id)
    return ids if role == "writer" else (ids[1], ids[0])


def _threads_between(session: Session, pair: tuple[int, int]) -> list[Thread]:
    """The threads both know of, whoever of the two wrote the ad."""
    query = select(Thread).where(
        Thread.writer_id.in_(pair),
        Thread.replier_id.in_(pair),
        Thread.state.not_in(policy.NOT_YET),
    )
    return list(session.scalars(query))


def block(session: Session, *, thread: Thread, by: Role, now: datetime) -> None:
    """Nothing from the other side reaches this one again; what is on its way is kept back.

    The other side is not told. A second press changes nothing.
    """
    pair = _pair(thread, by)
    if thread.state in policy.NOT_YET:
        raise NotYet
    if pair is None:
        raise ThreadClosed
    if session.get(Block, pair) is None:
        session.add(Block(person_id=pair[0], blocked_id=pair[1], created_at=now))
    for between in _threads_between(session, pair):
        if between.state == "open":
            between.state = "blocked"
            between.ended_at = between.moved_at = now
            between.ended_by = "writer" if between.writer_id == pair[0] else "replier"
        delivery.withhold(session, thread=between, now=now)
