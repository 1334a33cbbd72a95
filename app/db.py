"""The database: declarative base, engine, and `transaction()`, the unit of work of every edge."""

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app, g
from flask_sqlalchemy_lite import SQLAlchemy
from flask_sqlalchemy_lite._extension import _close_async_sessions
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from app.config import ROOT, Settings
from app.core import counted
from app.core.secret import Address
from app.migrating import Migrations

TURN_SECONDS = 2  # how long a use case that was refused waits for others to let it by
BUSY_SECONDS = 10  # how long a writer waits for another before it gives up
LOST_SECONDS = 5  # after which a server that does not acknowledge what it is sent counts as gone
REPLICA = "replica"  # the engine that readers' pages may ask
FOLD_SECONDS = 1  # how long emptying the write-ahead log waits for readers

Result = TypeVar("Result")


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


AGAIN = 7  # times that what collided is done anew, within two seconds and a half in all
# serialization_failure, deadlock_detected. And unique_violation and foreign_key_violation: whoever
# adds a row has looked before, so another was quicker, and next time that will be seen.
_COLLISIONS = {"40001", "40P01", "23505", "23503"}
_writing = Lock()
# `hide_parameters`: an error's text must never carry what somebody typed.
db = SQLAlchemy(engine_options={"hide_parameters": True})
alembic = Migrations(metadatas=Base.metadata, run_mkdir=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the engine to `app`; makes the folder of a new SQLite file."""
    url = sa.make_url(settings.sqlalchemy_url)
    engines = {"default": url}
    if settings.database_read_url.get_secret_value():
        engines[REPLICA] = sa.make_url(settings.database_read_url.get_secret_value())
    app.config["SQLALCHEMY_ENGINES"] = {
        name: {"url": url, "pool_size": 12} | _options(url, replica=name == REPLICA)
        for name, url in engines.items()
    }
    app.config["ALEMBIC"] = {"script_location": str(ROOT / "migrations")}
    app.config["ALEMBIC_CONTEXT"] = {"render_as_batch": True, "compare_type": True}
    db.init_app(app)
    # There are no async sessions; closing none starts and ends an event loop with every request,
    # half a millisecond. The library is pinned: should the name go, starting says so.
    app.teardown_appcontext_funcs.remove(_close_async_sessions)
    app.teardown_appcontext(let_go)  # before the library closes sessions, which may fail
    alembic.init_app(app)
    with app.app_context():
        _prepare(db.engine)


def engine_of(url: str) -> sa.Engine:
    """An engine for any database that can hold a board; it keeps no connection open."""
    address = sa.make_url(url)
    options = _options(address) | {"poolclass": sa.NullPool, "hide_parameters": True}
    engine = sa.create_engine(address, **options)
    _prepare(engine)
    return engine


def _prepare(engine: sa.Engine) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def is_sqlite() -> bool:
    """Whether this application’s database is one file, not a PostgreSQL server."""
    return db.engine.dialect.name == "sqlite"


def ask(name: str) -> None:
    """Let `db.session` and `reading()` of this request ask another engine from now on."""
    g.asks = name
    let_go()
    db.session.bind = db.engines[name]


def reading() -> Session:
    """A session for looking only, as a context: it holds up nobody."""
    return Session(db.engines[g.get("asks", "default")])


def _options(url: sa.URL, *, replica: bool = False) -> dict[str, Any]:
    """What the engine is told beside its address; makes the folder of a new SQLite file."""
    if url.get_backend_name() == "sqlite":
        (ROOT / str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        return {"connect_args": {"timeout": BUSY_SECONDS}}
    return {
        "connect_args": {
            "connect_timeout": LOST_SECONDS,
            "tcp_user_timeout": LOST_SECONDS * 1000,
            "keepalives_idle": LOST_SECONDS,
            "options": " ".join(f"-c {name}={value}" for name, value in _said(replica).items()),
        },
        "pool_pre_ping": True,  # a server that was restarted left dead connections behind
    }


def _said(replica: bool) -> dict[str, Any]:
    """What a PostgreSQL server is to know of our connections.

    A host that is lost, not ended, says nothing: its locks would stay for hours. What a replica
    does not answer soon, since it is busy following, the database is asked for.
    """
    return {
        "timezone": "UTC",
        "lock_timeout": f"{int(BUSY_SECONDS * 1000)}ms",
        "tcp_keepalives_idle": LOST_SECONDS,
        "tcp_keepalives_interval": 1,
        "tcp_keepalives_count": 3,
        **({"statement_timeout": f"{LOST_SECONDS}s"} if replica else {}),
    }


@contextmanager
def transaction(*, by_statement: bool = False) -> Iterator[Session]:
    """One use case, all or nothing: commits at the end, rolls back on any exception.

    As if no other went on at the same time. SQLite lets one write; PostgreSQL finds out when two
    would not have been the same one after the other, and refuses one of them: see `again`.

    `by_statement`: only each statement by itself is so, and none is refused for what others read.
    For what is right by its statements alone, such as taking a row and writing to it under a lease.
    """
    if is_sqlite():
        engine = db.engine.execution_options(writes=True)
        with _turn(), Session(engine) as session, session.begin():
            yield session
            _finish(session)
    else:
        level: Any = "READ COMMITTED" if by_statement else "SERIALIZABLE"
        engine = db.engine.execution_options(isolation_level=level)
        info = current_app.extensions.get("session_info", {})
        with Session(engine, info=dict(info)) as session, session.begin():
            if not by_statement:
                _beside_others(session, ordinary=not g.get("met", 0))
            yield session
            _finish(session)
            session.flush()
            g.wrote = True  # from here on nobody knows, if the connection is lost


def _beside_others(session: Session, *, ordinary: bool) -> None:
    """Let a use case that was refused have its turn by itself: then nobody can be in its way.

    Ordinary ones share the lock, and wait for the one that does not; that one waits for those who
    have begun. PostgreSQL looks at nothing yet when it locks a table, so what was waited for is
    seen. The table is one that nobody waits for.
    """
    if ordinary:
        session.execute(sa.text("LOCK TABLE heartbeats IN ROW EXCLUSIVE MODE"))
        return
    lock = (
        f"SET LOCAL lock_timeout = '{TURN_SECONDS}s';"
        "LOCK TABLE heartbeats IN SHARE ROW EXCLUSIVE MODE;"
        f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"
    )
    try:
        with session.begin_nested() as point:
            point.session.connection().exec_driver_sql(lock)
    except OperationalError as error:
        if away(error):
            raise  # else it has its turn among others


def _finish(session: Session) -> None:
    """What belongs to every use case, last in its transaction: `before_commit` of this app."""
    finish: Callable[[Session], None]
    for finish in current_app.extensions.get("before_commit", ()):
        finish(session)


def again(use_case: Callable[[], Result]) -> Result:
    """Do it, and do it anew as often as PostgreSQL refused its transaction for another’s.

    It opens its own transaction, and changes nothing but rows, since it may be done several times.
    Raises DBAPIError when it met others every time.
    """
    try:
        for turn in range(AGAIN):
            try:
                return use_case()
            except DBAPIError as error:
                if not collided(error):
                    raise
            step_aside(turn)
        return use_case()
    finally:
        g.pop("met", None)


def do(use_case: Callable[..., Result], *values: object, **named: object) -> Result:
    """Carry out a use case, its session before its values, as one transaction: see `again`."""

    def once() -> Result:
        with transaction() as session:
            return use_case(session, *values, **named)

    return again(once)


def collided(error: BaseException) -> bool:
    """Whether a transaction was refused for another at the same time: it may be done again."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) in _COLLISIONS


def away(error: BaseException) -> bool:
    """Whether PostgreSQL could not be reached, is starting or ending, or broke off."""
    if is_sqlite() or not isinstance(error, OperationalError):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    return not state or state.startswith(("08", "57P"))


def let_go(_: BaseException | None = None) -> None:
    """End what this request has begun to read, also on a connection that was lost meanwhile."""
    for session in g.get("_sqlalchemy_sessions", {}).values():  # the library’s, pinned
        try:
            session.close()
        except DBAPIError:
            session.invalidate()


def step_aside(turn: int) -> None:
    """Wait a little, longer with each turn from 0 on, so that the same two do not meet again.

    What is done next has its turn by itself: see `_beside_others`.
    """
    counted.count("collisions")
    g.met = turn + 1
    time.sleep(random.uniform(0, 0.02 * 2**turn))  # noqa: S311 – chance, no secret


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether nobody else, on any host, is at what has this name; then nobody will be meanwhile.

    It ends with the connection, so also with a process that dies or a host that is lost. SQLite
    has one host, and one writer: there it is always so.
    """
    if is_sqlite():
        yield True
        return
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        mine = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key)))
        try:
            yield bool(mine)
        finally:
            if mine:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))


def upsert(session: Session, table: type[Base]) -> Any:
    """An INSERT that knows `on_conflict_do_update` and `…_do_nothing`, for either database."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite_insert(table) if sqlite else postgresql_insert(table)


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
    if not is_sqlite():
        return True
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
