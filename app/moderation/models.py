"""Tables of complaints."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core.secret import Address
from app.db import Base


class Report(Base):
    """A complaint about an ad (`subject_kind` ad, its Box) or a conversation (thread, its key)."""

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(8), unique=True)  # what the reporter may quote
    subject_kind: Mapped[str] = mapped_column(sa.String(6))
    subject: Mapped[str] = mapped_column(sa.String(16), index=True)
    reason: Mapped[str] = mapped_column(sa.String(20))
    text: Mapped[str] = mapped_column(sa.Text)
    email: Mapped[Address | None]
    reporter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
