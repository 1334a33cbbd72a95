"""Who answers: the share of messages to a writer’s ads that were answered."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.relay.models import Thread

PATIENCE = timedelta(days=3)  # younger messages say nothing yet
LEAST = 3  # messages that tell anything at all


def shares(session: Session, *, person_ids: Collection[int], now: datetime) -> dict[int, float]:
    """By person: the answered share of what reached them, 0–1; nothing for who is new here."""
    answered = sa.or_(Thread.answered_at.is_not(None), Thread.ended_by == "writer")
    query = (
        sa.select(Thread.writer_id, sa.func.count(), sa.func.sum(sa.cast(answered, sa.Integer)))
        .where(
            Thread.writer_id.in_(person_ids),
            Thread.state.not_in(("unconfirmed", "held")),
            Thread.created_at < now - PATIENCE,
        )
        .group_by(Thread.writer_id)
    )
    return {
        person: float(number or 0) / count
        for person, count, number in session.execute(query)
        if person is not None and count >= LEAST
    }
