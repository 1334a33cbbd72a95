"""Keeping a PostgreSQL index in step: an ad is in it in the transaction that changed it.

So nothing waits to be taken up, and no worker is needed for an ad to be found. While new tables are
being filled, or where there are none, stale marks are left besides, for who makes the index.
"""

from collections.abc import Callable, MutableMapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.ads import service as ads
from app.db import db, reading
from app.search.postgres_index import SCHEMA, PostgresIndex
from app.search.postgres_tables import Tables
from app.search.postgres_terms import written
from app.search.postgres_writing import forget, in_step, write
from app.search.projection import document


def board_index() -> PostgresIndex:
    """The index in the board’s own database; searches may be answered by a replica of it."""
    return PostgresIndex(reading=reading, writing=lambda: Session(db.engine))


def init_app(extensions: MutableMapping[str, Any], *, clock: Callable[[], datetime]) -> None:
    """Have every transaction of this application keep the index in step."""
    extensions.setdefault("session_info", {})[ads.IN_STEP] = True
    extensions.setdefault("before_commit", []).append(lambda session: keep(session, now=clock()))


def keep(session: Session, *, now: datetime) -> None:
    """Write the ads that changed in this transaction, last thing before it is committed."""
    ids = ads.take_changed(session)
    if not ids:
        return
    session.flush()
    connection, tables = session.connection(), Tables(SCHEMA)
    tables_there, undisturbed = in_step(connection, tables)
    if tables_there:
        found = ads.by_ids(session, ids).values()
        live = [ad for ad in found if ads.is_live(ad, now)]
        write(connection, tables, [written(document(ad)) for ad in live])
        forget(connection, tables, [id for id in ids if id not in {ad.id for ad in live}])
    if not (tables_there and undisturbed):
        ads.leave_stale(session, ids)
