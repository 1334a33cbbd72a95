"""Whether the database answers, has today's tables, can be written, and has room to go on."""

import logging
import os
import stat
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.orm import Session

from app import heartbeat
from app.db import REPLICA, alembic, db, is_sqlite
from app.doctor import machine
from app.doctor.findings import Finding, bad, look, ok, size
from app.mail.models import Tally

PART = "database"
LARGE_LOG = 256_000_000  # bytes of a write-ahead log that the worker should long have emptied
FEW, NONE = 20, 3  # connections a server has left
OLDEST = 15  # the PostgreSQL this is tried on


def check(now: datetime) -> Iterator[Finding]:
    """All of it; stops at what makes the rest pointless."""
    if is_sqlite() and not _path().exists():  # asking would make it
        yield bad(PART, f"There is none yet at {_path()}.", "Run: flask db upgrade")
        return
    try:
        db.session.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        advice = "See that it runs, and that DATABASE_URL leads to it with the right password."
        yield bad(PART, f"It can’t be reached ({kind}).", advice)
        return
    migrated = _migrated()
    yield migrated
    if migrated.level == "ok":
        yield _writable()
    yield from _file(_path()) if is_sqlite() else _server()
    if REPLICA in db.engines:
        yield _replica(now)


def _path() -> Path:
    return Path(str(db.engine.url.database))


def _migrated() -> Finding:
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it says that it looks
    wanted = {script.revision for script in alembic.heads()}
    # Not by `alembic`: its connection is closed when any thread’s application context ends, and
    # other checks end while this one asks.
    there = set(MigrationContext.configure(db.session.connection()).get_current_heads())
    if there == wanted:
        return ok(PART, f"Its tables are those of this version ({', '.join(sorted(there))}).")
    has, wants = (", ".join(sorted(names)) or "none" for names in (there, wanted))
    said = f"Its tables are another version’s: {has}, and this one wants {wants}."
    known = {script.revision for script in alembic.script_directory.walk_revisions()}
    advice = (
        "Back up, then run: flask db upgrade"
        if there <= known
        else "They are newer than this program: install the version that made them."
    )
    return bad(PART, said, advice)


def _writable() -> Finding:
    """A change that changes nothing, and is taken back."""
    nothing = sa.update(Tally).where(sa.false()).values(count=0)
    try:
        with Session(db.engine.execution_options(writes=True)) as session:
            session.execute(nothing)
            session.rollback()
    except sa.exc.SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        advice = "See who may write to it, whether its disk is full, and whether it is a replica."
        return bad(PART, f"It can’t be written ({kind}).", advice)
    return ok(PART, "It can be written.")


# --- SQLite ---------------------------------------------------------------------------------------


def _file(path: Path) -> Iterator[Finding]:
    log = path.with_name(f"{path.name}-wal")
    logged = log.stat().st_size if log.exists() else 0
    said = f"{size(path.stat().st_size)}, and {size(logged)} of newest changes beside it."
    if logged > LARGE_LOG:
        yield look(PART, said, "The worker empties that every minute: see that it runs.")
    else:
        yield ok(PART, said)
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        advice = f"Run: chmod go= {path}*, and give its services UMask=0077."
        yield look(PART, "Others on this machine may read it, addresses and all.", advice)
    elif path.stat().st_uid != os.geteuid():
        yield look(PART, "It belongs to another user.", "Give commands as the board’s own user.")


# --- PostgreSQL -----------------------------------------------------------------------------------


def _server() -> Iterator[Finding]:
    ask = db.session.scalar
    version = str(ask(sa.text("SHOW server_version"))).split()[0]
    bytes_ = int(ask(sa.text("SELECT pg_database_size(current_database())")) or 0)
    said = f"PostgreSQL {version}, {size(bytes_)}."
    old = int(version.split(".")[0]) < OLDEST
    yield look(PART, said, f"Take {OLDEST} or newer.") if old else ok(PART, said)
    yield _connections()
    before = time.time()
    theirs = float(ask(sa.text("SELECT extract(epoch FROM clock_timestamp())")) or 0)
    ours = (before + time.time()) / 2
    yield machine.clock_beside("the database server", *map(_moment, (theirs, ours)))


def _connections() -> Finding:
    row = db.session.execute(
        sa.text(
            "SELECT current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int,"
            " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
        )
    ).one()
    most, used = int(row[0]), int(row[1])
    said = f"{used} of {most} connections are in use."
    advice = "Raise max_connections in postgresql.conf, or run fewer processes."
    if most - used <= NONE:
        return bad(PART, said, advice)
    return look(PART, said, advice) if most - used < FEW else ok(PART, said)


def _replica(now: datetime) -> Finding:
    """How far it follows, by the newest sign of life of a worker that it knows of."""
    part = "replica"
    try:
        with Session(db.engines[REPLICA]) as session:
            beat = heartbeat.last_beat(session)
    except sa.exc.SQLAlchemyError:
        advice = "See that it runs, and DATABASE_READ_URL. Until then the database is asked alone."
        return bad(part, "It can’t be reached.", advice)
    newest = heartbeat.last_beat(db.session)
    if newest is None or beat is None:
        return look(
            part, "It answers; how far it follows is seen once a worker runs.", "Start one."
        )
    behind = max(newest - beat, timedelta())
    said = f"It is {behind.total_seconds():.0f} s behind."
    if behind > heartbeat.MOST_BEHIND:
        return look(part, said, "See pg_stat_replication on the database. It is not asked for now.")
    return ok(part, said)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds).astimezone()
