"""Tables of people: the address that proved itself, the links mailed to it, the browsers."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.secret import Address
from app.db import Base


class Person(Base):
    """One email address. It counts as a Person once `confirmed_at` is set by pressing a link."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[Address]
    email_key: Mapped[str] = mapped_column(sa.String(320), unique=True)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    undeliverable_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]  # since when a broker lets them neither post nor reply

    __table_args__ = (
        sa.Index(
            "ix_people_undeliverable",
            "undeliverable_at",
            sqlite_where=sa.text("undeliverable_at IS NOT NULL"),
            postgresql_where=sa.text("undeliverable_at IS NOT NULL"),
        ),
    )


class Link(Base):
    """A mailed link. Only the token's digest is kept; `subject` names what it acts on."""

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    subject: Mapped[str] = mapped_column(sa.String(40), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class BrowserSession(Base):
    """A browser in which a link was pressed. Its cookie holds the token, this row the digest."""

    __tablename__ = "browser_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(index=True)

    person: Mapped[Person] = relationship()
