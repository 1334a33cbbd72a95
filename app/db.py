"""The database: declarative base, engine, and `transaction()`, the unit of work of every edge."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_alembic import Alembic
from flask_sqlalchemy_lite import SQLAlchemy
from flask_sqlalchemy_lite._extension import _close_async_sessions
from sqlalchemy import event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import DeclarativeBase, Session

from app.config import ROOT, Settings
from app.core.secret import Address

BUSY_SECONDS = 10  # how long a writer waits for another before it gives up
FOLD_SECONDS = 1  # how long emptying the write-ahead log waits for readers


class Moment(sa.types.TypeDecorator[datetime]):
    """A point in time, aware and in UTC on both sides, whatever the database keeps."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class AddressText(sa.types.TypeDecorator[Address]):
    """An email address, wrapped on the way out so that it cannot be shown by accident."""

    impl = sa.String(320)
    cache_ok = True

    def process_bind_param(self, value: Address | None, dialect: Dialect) -> str | None:
        return None if value is None else value.reveal()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Address | None:
        return None if value is None else Address(value)


class Base(DeclarativeBase):
    """What every table inherits: names for constraints, which migrations need, and two types."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, Address: AddressText}


_writing = Lock()
# `hide_parameters`: an error's text must never carry what somebody typed.
db = SQLAlchemy(engine_options={"hide_parameters": True})
alembic = Alembic(metadatas=Base.metadata, run_mkdir=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the engine to `app`; makes the folder of a new SQLite file."""
    url = sa.make_url(settings.sqlalchemy_url)
    (ROOT / str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_ENGINES"] = {
        "default": {"url": url, "connect_args": {"timeout": BUSY_SECONDS}, "pool_size": 12}
    }
    app.config["ALEMBIC"] = {"script_location": str(ROOT / "migrations")}
    app.config["ALEMBIC_CONTEXT"] = {"render_as_batch": True, "compare_type": True}
    db.init_app(app)
    # There are no async sessions; closing none starts and ends an event loop with every request,
    # half a millisecond. The library is pinned: should the name go, starting says so.
    app.teardown_appcontext_funcs.remove(_close_async_sessions)
    alembic.init_app(app)
    with app.app_context():
        event.listen(db.engine, "connect", _prepare_sqlite)
        event.listen(db.engine, "begin", _begin_sqlite)


@contextmanager
def transaction() -> Iterator[Session]:
    """One use case, all or nothing: commits at the end, rolls back on any exception."""
    engine = db.engine.execution_options(writes=True)
    with _turn(), Session(engine) as session, session.begin():
        yield session


@contextmanager
def _turn() -> Iterator[None]:
    """One writer of this process at a time, the next one as soon as it is done.

    SQLite lets one write, and the others look again after a sleep of up to a tenth of a second:
    under a rush some would never be lucky. After BUSY_SECONDS it is left to SQLite all the same.
    """
    mine = _writing.acquire(timeout=BUSY_SECONDS)
    try:
        yield
    finally:
        if mine:
            _writing.release()


def checkpoint() -> bool:
    """Fold the write-ahead log into the file and empty it, so that what was erased is gone.

    Not within a transaction or while a session of one's own has been read from. False when others
    were reading for too long: the worker tries again every minute, since writers wait meanwhile.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={int(FOLD_SECONDS * 1000)}")
        try:
            folded = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
    return not folded[0]


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """WAL with FULL: a commit that was told survives a power cut. Erased bytes are overwritten."""
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer takes its lock at once: upgrading a read transaction fails despite the time-out."""
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")
