"""Tables of moderation: brokers, reports and the cases they make, decisions, and the log of all."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.secret import Address
from app.db import Base

_OPEN = sa.text("decided_at IS NULL AND appeal_of IS NULL")


def _person() -> Mapped[int | None]:
    return mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"), index=True)


class Broker(Base):
    """Somebody who has the desk, until `removed_at`. The log knows them by `id` alone."""

    __tablename__ = "brokers"
    __table_args__ = {"sqlite_autoincrement": True}  # a number never means two people

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("people.id", ondelete="SET NULL"), unique=True
    )
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Handle(Base):
    """What a Person is called at the desk and in the log: eight random characters, no address."""

    __tablename__ = "handles"

    handle: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), unique=True
    )


class Case(Base):
    """Everything reported of one thing until a broker decides, or one appeal (`appeal_of`).

    `kind` and `subject` name the thing: ad (its Box), thread (its key), person (their handle).
    `reporters` counts whoever reported, once each; `confirmed` those whose address is proven.
    """

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(6))
    subject: Mapped[str] = mapped_column(sa.String(16))
    about_id: Mapped[int | None] = _person()  # whose doing it is
    urgent: Mapped[bool] = mapped_column(default=False)  # somebody called it unsafe
    reporters: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    hidden_at: Mapped[datetime | None]  # since when it is hidden for its many reporters
    decided_at: Mapped[datetime | None]
    appeal_of: Mapped[int | None] = mapped_column(
        sa.ForeignKey("decisions.id", ondelete="CASCADE"), index=True
    )

    __table_args__ = (
        sa.Index(
            "uq_cases_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        sa.Index("ix_cases_waiting", "decided_at", "opened_at"),
        {"sqlite_autoincrement": True},  # its number is told to people
    )


class Report(Base):
    """One person's complaint, or, in an appeal's case, why they disagree.

    `subject_kind` and `subject`: as a case's. `reporter` is a signature of an address or else of a
    network, by which ten reports of one person count once; '' once it is forgotten.
    """

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(8), unique=True)  # what the reporter may quote
    case_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("cases.id", ondelete="CASCADE"), index=True
    )
    subject_kind: Mapped[str] = mapped_column(sa.String(6))
    subject: Mapped[str] = mapped_column(sa.String(16), index=True)
    reason: Mapped[str] = mapped_column(sa.String(20))
    text: Mapped[str] = mapped_column(sa.Text)
    email: Mapped[Address | None]
    reporter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    reporter: Mapped[str] = mapped_column(sa.String(26), default="", server_default=sa.text("''"))
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Attached(Base):
    """A message that one side of a conversation let the broker read, as it stood then."""

    __tablename__ = "case_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    thread: Mapped[str] = mapped_column(sa.String(16))
    message_id: Mapped[int]  # no foreign key: what was shown stays when the conversation goes
    author_id: Mapped[int | None] = _person()
    author: Mapped[str] = mapped_column(sa.String(8))  # writer or replier
    text: Mapped[str] = mapped_column(sa.Text)
    said_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("case_id", "message_id"),)


class Decision(Base):
    """What a broker (None: the operator) did about a thing, and said of it. May be erased."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None]  # no foreign key: an appeal’s case refers to a decision
    kind: Mapped[str] = mapped_column(sa.String(6))
    subject: Mapped[str] = mapped_column(sa.String(16))
    about_id: Mapped[int | None] = _person()
    broker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("brokers.id", ondelete="SET NULL"))
    what: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.String(20))
    sentence: Mapped[str] = mapped_column(sa.String(500))
    after: Mapped[int]  # the decision about this thing before it, 0 for none: of two at once, one
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("kind", "subject", "after"),)


class LogEntry(Base):
    """A line of the log: who did what, on what, why, when. Codes and numbers only, no address.

    The database refuses to change a line, and to delete one under twelve months (migration 0006).
    `who`: `broker 3`, `operator`, or `board` for what happens by itself.
    """

    __tablename__ = "moderation_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(sa.String(20))
    what: Mapped[str] = mapped_column(sa.String(12))
    kind: Mapped[str] = mapped_column(sa.String(6))
    subject: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str] = mapped_column(sa.String(20))
    case_id: Mapped[int | None]
    waited: Mapped[int | None]  # seconds from opening to decision, for the yearly counts

    __table_args__ = (
        sa.Index("ix_moderation_log_subject", "kind", "subject"),
        sa.Index("ix_moderation_log_at", "at"),
        {"sqlite_autoincrement": True},
    )
