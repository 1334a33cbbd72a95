"""Tables of alerts: a saved search, and which ads it has told of."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.people.models import Person


class Alert(Base):
    """A search, or an ad’s matches, that mails what is new. Times are UTC.

    app.alerts.policy.state_of reads them. `query` is what it asks for (app.alerts.wanted), `words`
    the same in a sentence. Ads count that were posted after `since`. `clicked_at`: when its person
    last pressed anything of it.
    """

    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(16), unique=True)
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    query: Mapped[str] = mapped_column(sa.Text)
    words: Mapped[str] = mapped_column(sa.String(300))
    pace: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    since: Mapped[datetime]
    clicked_at: Mapped[datetime]
    looked_at: Mapped[datetime] = mapped_column(index=True)

    person: Mapped[Person] = relationship()


class Told(Base):
    """This alert has told of this ad. Written with the mail, so that each is told of once."""

    __tablename__ = "alerts_told"

    alert_id: Mapped[int] = mapped_column(
        sa.ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True
    )
    ad_id: Mapped[int] = mapped_column(
        sa.ForeignKey("ads.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    told_at: Mapped[datetime] = mapped_column(index=True)
