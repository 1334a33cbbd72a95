"""The outbox: mails that have been promised, each frozen as the bytes that will be sent."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.secret import Address
from app.db import Base

_ON_ITS_WAY = sa.text("state = 'leased'")


class OutboxMail(Base):
    """One mail to one person. States: pending, leased, sent, dead, cancelled, bounced.

    `message_ref` is its own Message-ID, which later mails of the thread refer to.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(30))  # the folder of its templates
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    recipient: Mapped[Address]
    thread_id: Mapped[int | None] = mapped_column(
        index=True
    )  # not a foreign key: mail is below relay
    message_id: Mapped[int | None]  # the message it carries, so that its fate can be told
    mime: Mapped[bytes]  # blanked once it has ended
    mime_digest: Mapped[str] = mapped_column(sa.String(64))
    holds_link: Mapped[bool]
    state: Mapped[str] = mapped_column(sa.String(10), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    give_up_at: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(sa.String(32))
    leased_until: Mapped[datetime | None]
    message_ref: Mapped[str] = mapped_column(
        sa.String(100), default="", server_default=sa.text("''")
    )
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # sent, dead, cancelled or bounced
    trouble: Mapped[str] = mapped_column(sa.String(60), default="")  # a constant phrase, no address

    __table_args__ = (
        sa.Index("ix_outbox_due", "state", "due_at"),
        # One at a time is on its way to one person in one thread, however many workers there are.
        sa.Index(
            "ix_outbox_on_its_way",
            "thread_id",
            "recipient",
            unique=True,
            sqlite_where=_ON_ITS_WAY,
            postgresql_where=_ON_ITS_WAY,
        ),
    )


class Tally(Base):
    """How often something happened since the board began; see app.mail.tallies."""

    __tablename__ = "tallies"

    name: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class Pause(Base):
    """A transport that is left alone for a while, since it would take no mail whatever."""

    __tablename__ = "pauses"

    transport: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    trouble: Mapped[str] = mapped_column(sa.String(60))
    since: Mapped[datetime]
    until: Mapped[datetime]
