"""The table of introductions: two ads a broker put to each other, and what each side said."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.ads.models import Ad
from app.db import Base

_OPEN = sa.text("ended_at IS NULL")


class Introduction(Base):
    """Two ads, a line of the broker’s, and two answers: yes, no, or '' for none yet.

    `pair` is both Boxes in the order of letters, whoever came first; NULL once one ad is erased.
    `how` it ended: agreed, over (after its time, whatever was said) or withdrawn; '' while it
    waits. `thread` is the key of the conversation it led to.
    """

    __tablename__ = "introductions"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_ad_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("ads.id", ondelete="SET NULL"), index=True
    )
    second_ad_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("ads.id", ondelete="SET NULL"), index=True
    )
    pair: Mapped[str | None] = mapped_column(sa.String(13), unique=True)
    broker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("brokers.id", ondelete="SET NULL"))
    line: Mapped[str] = mapped_column(sa.String(300))
    created_at: Mapped[datetime]
    first_says: Mapped[str] = mapped_column(sa.String(3), default="")
    first_said_at: Mapped[datetime | None]
    second_says: Mapped[str] = mapped_column(sa.String(3), default="")
    second_said_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    how: Mapped[str] = mapped_column(sa.String(10), default="")
    thread: Mapped[str] = mapped_column(sa.String(16), default="")

    first: Mapped[Ad | None] = relationship(foreign_keys=[first_ad_id])
    second: Mapped[Ad | None] = relationship(foreign_keys=[second_ad_id])

    __table_args__ = (
        # Few wait at any time, and the worker asks every minute which have waited long enough.
        sa.Index("ix_introductions_open", "created_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        {"sqlite_autoincrement": True},  # links are mailed by its number
    )
