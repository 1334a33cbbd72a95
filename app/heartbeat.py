"""Signs of life of the workers, for whoever watches: a row for each, wherever it runs.

A web process may be on another machine, so a file would not do. A replica that has the newest row
is also known to follow.
"""

import socket
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base, upsert

SILENT = timedelta(seconds=60)  # without a beat: no worker is well
MOST_BEHIND = timedelta(seconds=15)  # a replica whose newest beat is older is not asked
FORGOTTEN = timedelta(days=1)  # after which a worker that was moved elsewhere leaves no trace


class Heartbeat(Base):
    """When the worker on one machine was last known to be well."""

    __tablename__ = "heartbeats"
    __table_args__ = {"info": {"derived": True}}  # not carried into another database

    machine: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    at: Mapped[datetime]


def beat(session: Session, *, now: datetime) -> None:
    """Show that the worker on this machine is well."""
    row = {"machine": socket.gethostname()[:100], "at": now}
    adding = upsert(session, Heartbeat).values(row)
    session.execute(adding.on_conflict_do_update(index_elements=["machine"], set_={"at": now}))
    session.execute(sa.delete(Heartbeat).where(Heartbeat.at < now - FORGOTTEN))


def last_beat(session: Session) -> datetime | None:
    """When the last sign of life of any worker was, or None if there never was one."""
    return session.scalar(sa.select(sa.func.max(Heartbeat.at)))
