"""How often something happened in a window of time; keys are hashes, never addresses."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Count(Base):
    """One counter: `key` is a keyed hash of what is counted and of whom, in one window."""

    __tablename__ = "counts"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)  # window number since the epoch
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)
