"""Who answers, and who has been answered: the share of messages to a writer’s ads, and pairs."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.relay import policy
from app.relay.models import Thread

PATIENCE = timedelta(days=3)  # younger messages say nothing yet
LEAST = 3  # messages that tell anything at all


def shares(session: Session, *, person_ids: Collection[int], now: datetime) -> dict[int, float]:
    """By person: the answered share of what reached them, 0–1; nothing for who is new here.

    An answer is any word, a no and a block among them. What its sender took back first, and what a
    broker did not let through, is no message.
    """
    answered = sa.or_(Thread.answered_at.is_not(None), Thread.ended_by == "writer")
    taken_back = sa.and_(Thread.ended_by == "replier", Thread.answered_at.is_(None))
    query = (
        sa.select(Thread.writer_id, sa.func.count(), sa.func.sum(sa.cast(answered, sa.Integer)))
        .where(
            Thread.writer_id.in_(person_ids),
            Thread.state.not_in(policy.NOT_YET),
            Thread.reason != policy.WITHHELD,
            Thread.reached_at <= now - PATIENCE,
            ~taken_back,
        )
        .group_by(Thread.writer_id)
    )
    return {
        person: float(number or 0) / count
        for person, count, number in session.execute(query)
        if person is not None and count >= LEAST
    }


def share_of(session: Session, person_id: int, *, now: datetime) -> float | None:
    """As `shares`, of one person; None for who is new here."""
    return shares(session, person_ids=[person_id], now=now).get(person_id)


def have_talked(session: Session, person_id: int | None, other_id: int | None) -> bool:
    """Whether one wrote and the other answered, about any ad of theirs. Nobody limits these two."""
    pair = (person_id, other_id)
    talked = sa.exists().where(
        Thread.writer_id.in_(pair), Thread.replier_id.in_(pair), Thread.answered_at.is_not(None)
    )
    return bool(session.scalar(sa.select(talked)))


def known_to(session: Session, *, person_id: int) -> set[int]:
    """Everybody this person has a conversation with, whoever began it, however it stands."""
    pairs = sa.select(Thread.writer_id, Thread.replier_id).where(
        sa.or_(Thread.writer_id == person_id, Thread.replier_id == person_id)
    )
    found = {one for pair in session.execute(pairs) for one in pair if one is not None}
    return found - {person_id}


def acquainted(session: Session, *, person_ids: Collection[int]) -> set[tuple[int, int]]:
    """As `known_to`, of many: pairs of which one at least is among them, who wrote the ad first."""
    either = sa.or_(Thread.writer_id.in_(person_ids), Thread.replier_id.in_(person_ids))
    pairs = session.execute(sa.select(Thread.writer_id, Thread.replier_id).where(either))
    return {(one, other) for one, other in pairs if one is not None and other is not None}
