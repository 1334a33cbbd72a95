"""Tables of conversations: the thread, what was said and sent in it, and who blocked whom."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.ads.models import Ad
from app.db import Base
from app.people.models import Person

_WAITING = sa.text("state = 'open' AND answered_at IS NULL")
_GROUPED = sa.text("text_group <> ''")
_HELD = sa.text("state = 'held'")


class Thread(Base):
    """One conversation between an ad's writer and one replier.

    `state`: unconfirmed (the replier has not pressed the link), held, open, declined, ended or
    blocked.
    `answered_at` is the writer's first own message, or when a broker introduced the two: from then
    on it takes a place of the capacity.
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
    reached_at: Mapped[datetime | None]  # since when the writer has had the first message
    answered_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]  # when it was looked at whether to remind the writer
    consoled_at: Mapped[datetime | None]  # when it was looked at whether to tell the replier
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(sa.String(8), default="")  # writer or replier
    reason: Mapped[str] = mapped_column(sa.String(20), default="")  # of a decline
    held_reason: Mapped[str] = mapped_column(sa.String(40), default="")
    # What app.spam said of its first message: 0 to 1, and the key that nearly the same texts share.
    spam_score: Mapped[float] = mapped_column(default=0.0, server_default=sa.text("0"))
    text_group: Mapped[str] = mapped_column(sa.String(16), default="", server_default=sa.text("''"))
    writer_muted_at: Mapped[datetime | None]  # since when that side wants no mail from here
    replier_muted_at: Mapped[datetime | None]
    writer_shared_at: Mapped[datetime | None]  # since when that side lets its address pass
    replier_shared_at: Mapped[datetime | None]

    ad: Mapped[Ad | None] = relationship()
    writer: Mapped[Person | None] = relationship(foreign_keys=[writer_id])
    replier: Mapped[Person | None] = relationship(foreign_keys=[replier_id])
    messages: Mapped[list["Message"]] = relationship(
        order_by="Message.id", back_populates="thread", passive_deletes=True
    )

    __table_args__ = (
        sa.Index(
            "ix_threads_text_group", "text_group", sqlite_where=_GROUPED, postgresql_where=_GROUPED
        ),
        # Few wait at any time, and it is asked every minute which do.
        sa.Index(
            "ix_threads_waiting", "reached_at", sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
        sa.Index("ix_threads_held", "moved_at", sqlite_where=_HELD, postgresql_where=_HELD),
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
    by_mail: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    files: Mapped[int] = mapped_column(default=0, server_default="0")  # that were not passed on
    created_at: Mapped[datetime]

    thread: Mapped[Thread] = relationship(back_populates="messages")

    __table_args__ = (sa.UniqueConstraint("thread_id", "fingerprint"),)


class Event(Base):
    """Something that happened in a thread beside messages, shown between them.

    `what`: automatic (a machine of that side answered), shared, unshared (that side’s address),
    read (a broker read what one side attached to a report; `role` is broker), introduced (a broker
    did that; `said` is their line, '' once one of the two was erased).
    """

    __tablename__ = "thread_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(
        sa.ForeignKey("threads.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[str] = mapped_column(sa.String(8))  # whose doing it is
    what: Mapped[str] = mapped_column(sa.String(12))
    said: Mapped[str] = mapped_column(sa.String(300), default="", server_default=sa.text("''"))
    created_at: Mapped[datetime]


class Alias(Base):
    """Where one side's own replies go: mail to `local`@RELAY_DOMAIN from that side goes across."""

    __tablename__ = "aliases"

    local: Mapped[str] = mapped_column(sa.String(27), primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("threads.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(sa.String(8))

    __table_args__ = (sa.UniqueConstraint("thread_id", "role"),)


class Incoming(Base):
    """A mail that was accepted, as it came. States: new, leased, done; then without its bytes.

    `digest` makes a repeated delivery one mail. `outcome` is a constant word of what came of it.
    """

    __tablename__ = "incoming"

    id: Mapped[int] = mapped_column(primary_key=True)
    local: Mapped[str] = mapped_column(sa.String(80))  # the part before the @ it was sent to
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    raw: Mapped[bytes]
    from_nobody: Mapped[bool]  # the null sender of bounces, <>
    state: Mapped[str] = mapped_column(sa.String(8), default="new")
    outcome: Mapped[str] = mapped_column(sa.String(20), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(sa.String(32))
    leased_until: Mapped[datetime | None]
    received_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (sa.Index("ix_incoming_state", "state", "id"),)


class Bounce(Base):
    """A mail of ours that came back for good; two within a week, and a Person is undeliverable."""

    __tablename__ = "bounces"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    outbox_id: Mapped[int] = mapped_column(unique=True)
    created_at: Mapped[datetime]


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
