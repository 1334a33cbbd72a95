"""Tables of conversations: the thread, its messages, and who blocked whom."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.ads.models import Ad
from app.db import Base
from app.people.models import Person


class Thread(Base):
    """One conversation between an ad's writer and one replier.

    `state`: unconfirmed (the replier has not pressed the link), held, open, declined, ended or
    blocked.
    `answered_at` is the writer's first own message: from then on it takes a place of the capacity.
    A person who was erased leaves None; the other side keeps what they received, without a name.
    """

    __tablename__ = "threads"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(16), unique=True)
    ad_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("ads.id", ondelete="SET NULL"), index=True
    )
    headline: Mapped[str] = mapped_column(sa.String(100))
    box: Mapped[str] = mapped_column(sa.String(6))
    writer_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    replier_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    writer_name: Mapped[str] = mapped_column(sa.String(40))
    replier_name: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[str] = mapped_column(sa.String(12))
    created_at: Mapped[datetime]
    moved_at: Mapped[datetime] = mapped_column(index=True)  # the newest thing that happened
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(sa.String(8), default="")  # writer or replier
    reason: Mapped[str] = mapped_column(sa.String(20), default="")  # of a decline
    held_reason: Mapped[str] = mapped_column(sa.String(40), default="")

    ad: Mapped[Ad | None] = relationship()
    writer: Mapped[Person | None] = relationship(foreign_keys=[writer_id])
    replier: Mapped[Person | None] = relationship(foreign_keys=[replier_id])
    messages: Mapped[list["Message"]] = relationship(
        order_by="Message.id", back_populates="thread", passive_deletes=True
    )


class Message(Base):
    """One message. `state`: unconfirmed, held, queued, sent, undeliverable, withheld.

    `fingerprint` makes a double press one message.
    """

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(
        sa.ForeignKey("threads.id", ondelete="CASCADE"), index=True
    )
    author: Mapped[str] = mapped_column(sa.String(8))  # writer or replier
    text: Mapped[str] = mapped_column(sa.Text)
    addresses_removed: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(sa.String(14))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]

    thread: Mapped[Thread] = relationship(back_populates="messages")

    __table_args__ = (sa.UniqueConstraint("thread_id", "fingerprint"),)


class Block(Base):
    """`person_id` hears nothing more from `blocked_id`, here or about any other ad."""

    __tablename__ = "blocks"

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    blocked_id: Mapped[int] = mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    created_at: Mapped[datetime]
