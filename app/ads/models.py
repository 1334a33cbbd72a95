"""Tables of ads: the ad, its skills, and the marks that tell the search index what changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.people.models import Person

_GROUPED = sa.text("text_group <> ''")
_HELD = sa.text("state = 'held'")
STANDING = ("unconfirmed", "live", "paused", "held")  # the states the fingerprint is unique in
_STANDS = sa.text(f"state IN {STANDING}")


class Ad(Base):
    """One small ad. Times are UTC.

    `posted_at` is set when it first goes live and tells what was once live from what never was;
    `ended_at` when it closed, was removed or ran out, and starts the twelve months to erasure.
    """

    __tablename__ = "ads"

    id: Mapped[int] = mapped_column(primary_key=True)
    box: Mapped[str] = mapped_column(sa.String(6), unique=True)
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(sa.String(12))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))

    kind: Mapped[str] = mapped_column(sa.String(6))
    headline: Mapped[str] = mapped_column(sa.String(100))
    seeks: Mapped[str] = mapped_column(sa.String(500))
    offers: Mapped[str] = mapped_column(sa.String(500))
    return_open: Mapped[bool]
    about: Mapped[str] = mapped_column(sa.String(400))
    sector: Mapped[str] = mapped_column(sa.String(30))
    sectors_wanted: Mapped[str] = mapped_column(sa.String(400))
    language: Mapped[str] = mapped_column(sa.String(2))
    place_id: Mapped[int | None]
    modes: Mapped[str] = mapped_column(sa.String(30))
    rhythm: Mapped[str] = mapped_column(sa.String(12))
    capacity: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(40))

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    posted_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    held_reason: Mapped[str] = mapped_column(sa.String(40), default="")
    # What app.spam said of its words: 0 to 1, and the key that nearly the same texts share.
    spam_score: Mapped[float] = mapped_column(default=0.0, server_default=sa.text("0"))
    text_group: Mapped[str] = mapped_column(sa.String(16), default="", server_default=sa.text("''"))
    reminders: Mapped[int] = mapped_column(default=0)  # how many of the two expiry mails went out

    introduced_at: Mapped[datetime | None]  # when its writer was mailed who could swap with it
    resumed_at: Mapped[datetime | None]  # when its writer last put it back on the board
    # Why it rests: '' by its writer's wish, unanswered since people were left waiting.
    paused_for: Mapped[str] = mapped_column(sa.String(12), default="", server_default=sa.text("''"))

    person: Mapped[Person] = relationship()
    skills: Mapped[list["AdSkill"]] = relationship(
        order_by="AdSkill.position", cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (
        # None on expires_at beside it: SQLite would take that for “live”, and sort them all.
        sa.Index("ix_ads_newest", "state", "posted_at"),
        sa.Index("ix_ads_held", "updated_at", sqlite_where=_HELD, postgresql_where=_HELD),
        sa.Index(
            "ix_ads_text_group", "text_group", sqlite_where=_GROUPED, postgresql_where=_GROUPED
        ),
        # The same text by the same person stands once: a double press finds the first press's ad.
        sa.Index(
            "uq_ads_fingerprint",
            "fingerprint",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    def side_skills(self, side: str) -> tuple[str, ...]:
        """The skills of one side (`seeks` or `offers`), in their writer's order."""
        return tuple(row.skill for row in self.skills if row.side == side)


class AdSkill(Base):
    """One skill of one side of an ad; `key` is what all spellings of that skill share."""

    __tablename__ = "ad_skills"

    ad_id: Mapped[int] = mapped_column(
        sa.ForeignKey("ads.id", ondelete="CASCADE"), primary_key=True
    )
    side: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    skill: Mapped[str] = mapped_column(sa.String(60))
    key: Mapped[str] = mapped_column(sa.String(60))

    __table_args__ = (sa.Index("ix_ad_skills_key", "key", "side"),)


class StaleMark(Base):
    """This ad changed, or is gone: the index must look at it again. Drained in order of `id`."""

    __tablename__ = "stale_marks"
    __table_args__ = {
        "sqlite_autoincrement": True
    }  # ids never come back, so a reader can go by them

    id: Mapped[int] = mapped_column(primary_key=True)
    ad_id: Mapped[int]


class MatchingMark(Base):
    """This ad changed, or is gone: what is known of it for matching must be looked at again."""

    __tablename__ = "matching_marks"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    ad_id: Mapped[int]
