"""Tables of what is known again: sketches of texts, who said them, and what decisions taught.

No text is kept, and no address: sketches and features are numbers that it can’t be read out of.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class TextGroup(Base):
    """Texts that are nearly the same, by the sketch of the first; `key` names them to a broker."""

    __tablename__ = "text_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(16), unique=True)
    sketch: Mapped[bytes] = mapped_column(sa.LargeBinary(192))
    seen_at: Mapped[datetime] = mapped_column(index=True)  # when it was last said


class TextBand(Base):
    """By which a group is found: texts that are alike share a band."""

    __tablename__ = "text_bands"

    band: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(
        sa.ForeignKey("text_groups.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class TextSeen(Base):
    """One address said it once, to the ad `about` or in an ad ('').

    `source` is a keyed hash of where it came from.
    """

    __tablename__ = "texts_seen"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("text_groups.id", ondelete="CASCADE")
    )
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    about: Mapped[str] = mapped_column(sa.String(6))
    source: Mapped[str] = mapped_column(sa.String(26))
    held: Mapped[bool]
    seen_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        sa.UniqueConstraint("group_id", "person_id", "about"),
        sa.Index("ix_texts_seen_source", "source", "held", "seen_at"),
    )


class Lesson(Base):
    """A decision, as the features of what was decided on; the same features again replace it."""

    __tablename__ = "spam_lessons"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    features: Mapped[bytes]
    is_spam: Mapped[bool]
    learnt_at: Mapped[datetime] = mapped_column(index=True)


class Learnt(Base):
    """What all lessons together come to: one row, made anew when there are new ones."""

    __tablename__ = "spam_learnt"

    id: Mapped[int] = mapped_column(primary_key=True)
    weights: Mapped[bytes]
    learnt_at: Mapped[datetime]  # of the newest lesson in it
    lessons: Mapped[int]
