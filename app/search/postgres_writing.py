"""Writing to a PostgreSQL index: in step with the board, some ads at a time, or all anew.

Whoever writes in step (app.search.postgres_step) holds, until its transaction ends, the lock
`swap` with others like it, and the lock `batch` too if it can be had. A batch holds `batch` alone:
who writes in step then cannot have it, and leaves stale marks as well. New tables are filled while
posting goes on; at last `swap` is taken alone, which waits for whoever is writing and lets nobody
begin: what was left marked since is copied from the old tables, and they change places.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.search.index import AdDocument, IndexBusy, IndexUnavailable
from app.search.postgres_tables import (
    COLUMNS,
    Tables,
    counting,
    indexing,
    making,
    swapping,
    write_ad,
    write_skills,
    write_terms,
)
from app.search.postgres_terms import Written, written

Sessions = Callable[[], AbstractContextManager[Session]]

_NOT_AVAILABLE = "55P03"  # lock_not_available
_TRIES, _PAUSE = 30, 0.3  # of changing tables, while somebody reads the old ones for long
_NEW = "_new"
_LATE = 300  # numbers that may be given, and not committed yet, when terms are counted


def write(connection: sa.Connection, tables: Tables, ads: Sequence[Written]) -> int:
    """Put in these ads, in order of id; returns how many were not in as they are."""
    if not ads:
        return 0
    rows = [tuple(one.row) for one in sorted(ads, key=lambda one: one.row.id)]
    changed = connection.exec_driver_sql(write_ad(tables), rows).rowcount
    if changed:
        terms = sorted({term for one in ads for term in one.terms})
        connection.exec_driver_sql(write_terms(tables), (terms,))
        skills = sorted({skill for one in ads for skill in one.skills})
        if skills:
            columns = tuple(map(list, zip(*skills, strict=True)))
            connection.exec_driver_sql(write_skills(tables), columns)
        _count_on(connection, tables)
    return changed


def forget(connection: sa.Connection, tables: Tables, ids: Sequence[int]) -> int:
    """Take these ads out; returns how many were in."""
    if not ids:
        return 0
    delete = f"DELETE FROM {tables.ads} WHERE id = ANY(%s::bigint[])"
    gone = connection.exec_driver_sql(delete, (sorted(ids),)).rowcount
    if gone:
        _count_on(connection, tables)
    return gone


def _count_on(connection: sa.Connection, tables: Tables) -> None:
    connection.exec_driver_sql(f"SELECT nextval('{tables.numbers}')")


class PostgresBatch:
    """Writing to the index, under its lock; see app.search.index.Batch."""

    def __init__(self, sessions: Sessions, tables: Tables, changed: Callable[[], None]) -> None:
        self._sessions, self._tables, self._changed = sessions, tables, changed

    def apply(self, documents: Sequence[AdDocument], deleted_ids: Iterable[int]) -> None:
        latest = {document.id: document for document in documents}
        with self._connected() as connection:
            if not there(connection, self._tables):
                raise IndexUnavailable("there are no tables")
            known = self._known(connection, latest)
            news = [d for id, d in latest.items() if known.get(id) != d.fingerprint()]
            write(connection, self._tables, [written(document) for document in news])
            forget(connection, self._tables, [id for id in deleted_ids if id not in latest])
        self._changed()

    def _known(self, connection: sa.Connection, ids: Iterable[int]) -> dict[int, int]:
        """The fingerprints of those that are in."""
        select = f"SELECT id, fingerprint FROM {self._tables.ads} WHERE id = ANY(%s::bigint[])"
        rows = connection.exec_driver_sql(select, (list(ids),))
        return dict(rows.all())

    def rebuild(self, documents: Iterable[AdDocument]) -> int:
        new = Tables(self._tables.schema, _NEW)
        with self._connected() as connection:
            for sql in making(new):
                connection.exec_driver_sql(sql)
            before = self._numbers(connection)
            seen = marks(connection)
            connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
            count = _fill(connection, new, documents)
            for sql in indexing(new):
                connection.exec_driver_sql(sql)
            self._change_places(connection, new, seen, before)
        self._changed()
        return count

    def mend(self) -> bool:
        return False

    def count_again(self) -> None:
        """Count how many ads have each term, and forget terms that none has."""
        new = Tables(self._tables.schema, _NEW)
        with self._connected() as connection:
            before = self._numbers(connection)
            connection.exec_driver_sql("SET LOCAL work_mem = '64MB'")
            for sql in counting(new, self._tables):
                connection.exec_driver_sql(sql)
            with _alone(connection, self._tables):
                self._copy_late_terms(connection, new, before)
                for sql in swapping((new.terms,), (self._tables.terms,)):
                    connection.exec_driver_sql(sql)
        self._changed()

    def _change_places(
        self, connection: sa.Connection, new: Tables, seen: set[int], before: int
    ) -> None:
        for turn in range(_TRIES):
            try:
                with connection.begin_nested(), _alone(connection, self._tables):
                    if there(connection, self._tables):
                        self._copy_late(connection, new, seen, before)
                    for sql in swapping(new.all, self._tables.all):
                        connection.exec_driver_sql(sql)
                    _count_on(connection, self._tables)
                return
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", "") != _NOT_AVAILABLE or turn == _TRIES - 1:
                    raise
                time.sleep(_PAUSE)

    def _copy_late(
        self, connection: sa.Connection, new: Tables, seen: set[int], before: int
    ) -> None:
        """Take over what was written into the old tables since the new ones were begun."""
        late = sorted({ad for mark, ad in marked(connection) if mark not in seen})
        if late:
            forget(connection, new, late)
            connection.exec_driver_sql(
                f"INSERT INTO {new.ads} ({COLUMNS}) SELECT {COLUMNS} FROM {self._tables.ads} "
                "WHERE id = ANY(%s::bigint[])", (late,)
            )  # fmt: skip
        self._copy_late_terms(connection, new, before)
        connection.exec_driver_sql(
            f"INSERT INTO {new.skills} SELECT * FROM {self._tables.skills} ON CONFLICT DO NOTHING"
        )

    def _copy_late_terms(self, connection: sa.Connection, new: Tables, before: int) -> None:
        connection.exec_driver_sql(
            f"INSERT INTO {new.terms} (term, ads) SELECT term, ads FROM {self._tables.terms} "
            "WHERE number > %s ON CONFLICT DO NOTHING", (before - _LATE,)
        )  # fmt: skip

    def _numbers(self, connection: sa.Connection) -> int:
        return int(
            connection.exec_driver_sql(f"SELECT nextval('{self._tables.numbers}')").scalar_one()
        )

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        with self._sessions() as session, session.begin():
            yield session.connection()


def there(connection: sa.Connection, tables: Tables) -> bool:
    """Whether there are tables of this edition."""
    found = connection.exec_driver_sql("SELECT to_regclass(%s) IS NOT NULL", (tables.ads,))
    return bool(found.scalar_one())


def marks(connection: sa.Connection) -> set[int]:
    """The stale marks that wait by now."""
    return {mark for mark, _ in marked(connection)}


def marked(connection: sa.Connection) -> list[tuple[int, int]]:
    """The stale marks that wait, each with its ad; none where no board is beside the index."""
    if connection.exec_driver_sql("SELECT to_regclass('stale_marks')").scalar_one() is None:
        return []
    rows = connection.exec_driver_sql("SELECT id, ad_id FROM stale_marks")
    return [(mark, ad_id) for mark, ad_id in rows]


def _fill(connection: sa.Connection, new: Tables, documents: Iterable[AdDocument]) -> int:
    """Copy these ads into empty tables; returns how many."""
    counts: dict[str, int] = {}
    skills: dict[tuple[str, str], tuple[str, str, str, int]] = {}
    raw: Any = connection.connection.driver_connection
    number = 0
    with raw.cursor() as cursor:
        with cursor.copy(f"COPY {new.ads} ({COLUMNS}) FROM STDIN") as copy:
            for document in documents:
                one = written(document)
                copy.write_row(one.row)
                number += 1
                for term in one.terms:
                    counts[term] = counts.get(term, 0) + 1
                skills |= {skill[:2]: skill for skill in one.skills}
        with cursor.copy(f"COPY {new.terms} (term, ads) FROM STDIN") as copy:
            for entry in counts.items():
                copy.write_row(entry)
        with cursor.copy(f"COPY {new.skills} (start, name, key, number) FROM STDIN") as copy:
            for skill in skills.values():
                copy.write_row(skill)
    return number


# --- locks ----------------------------------------------------------------------------------------


def _key(name: str) -> str:
    return f"hashtextextended('{name}', 0)"


def in_step(connection: sa.Connection, tables: Tables) -> tuple[bool, bool]:
    """Take part in writing until this transaction ends: whether there are tables, and no batch.

    Tables that are newer than what this transaction sees count as a batch: what it takes out of
    them it does not find there.
    """
    swap, batch = _key(f"{tables.lock} swap"), _key(f"{tables.lock} batch")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({swap})")
    found = connection.exec_driver_sql(
        f"SELECT to_regclass(%s) IS NOT NULL, pg_try_advisory_xact_lock_shared({batch}) "
        "AND EXISTS (SELECT 1 FROM pg_class WHERE oid = to_regclass(%s))",
        (tables.ads, tables.ads),
    ).one()
    return bool(found[0]), bool(found[1])


@contextmanager
def _alone(connection: sa.Connection, tables: Tables) -> Iterator[None]:
    """Nobody writes in step until this transaction ends. Gives up after a second."""
    connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_key(f'{tables.lock} swap')})")
    yield


@contextmanager
def batch_lock(sessions: Sessions, tables: Tables, seconds: float) -> Iterator[None]:
    """Be the only one who writes in batches. Raises IndexBusy after `seconds`."""
    key = _key(f"{tables.lock} batch")
    with sessions() as session:
        options = {"isolation_level": "AUTOCOMMIT"}
        connection = session.connection(execution_options=options)
        if not _locked(connection, key, seconds):
            raise IndexBusy("another process writes to the index")
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({key})")


def _locked(connection: sa.Connection, key: str, seconds: float) -> bool:
    if seconds <= 0:
        return bool(connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({key})").scalar_one())
    before = connection.exec_driver_sql("SHOW lock_timeout").scalar_one()
    try:
        connection.exec_driver_sql(f"SET lock_timeout = {int(seconds * 1000)}")
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({key})")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != _NOT_AVAILABLE:
            raise
        return False
    finally:
        connection.exec_driver_sql(f"SET lock_timeout = '{before}'")
    return True
