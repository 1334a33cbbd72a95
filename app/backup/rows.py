"""Rows out of a database in one moment’s state, rows into one, and what tells them apart."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import sqlalchemy as sa

from app.backup import marker, revisions
from app.backup.sums import Part
from app.backup.tables import carried, columns_of, counts, in_order, kinds_of, last_ids
from app.backup.troubles import Trouble
from app.backup.values import Row, from_line, to_line, unfit

ROWS = 1000  # read or written at a time
FEW_ROWS = 50  # of a table that keeps bytes: a mail may have two megabytes


class Source(Protocol):
    """Where a board comes from. `name`: by what it is known again, no secret."""

    name: str
    revision: str
    tables: list[str]
    total: int  # rows

    def parts(self, table: str) -> Iterator[Part]:
        """The lines of a table, in the order of its key, some at a time."""

    def columns(self, table: str) -> list[str]:
        """The names of what stands in each line."""

    def last_ids(self) -> dict[str, int]:
        """See app.backup.tables.last_ids."""


class Snapshot:
    """A database as a source, as it is at one moment."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        revision = revisions.revision_of(connection)
        self._tables = {table.name: table for table in carried(connection)}
        if revision is None or not self._tables:
            raise Trouble("There is no board in this database yet: flask db upgrade")
        if marker.read(connection) is not None:
            raise Trouble(
                "A board is still on its way into this database. "
                "Give the command again that was broken off."
            )
        self.name = connection.engine.url.render_as_string(hide_password=True)
        self.revision = revision
        self.tables = list(self._tables)
        self.counts = counts(connection, self._tables.values())
        self.total = sum(self.counts.values())

    def parts(self, table: str) -> Iterator[Part]:
        return parts_of(self._connection, self._tables[table])

    def columns(self, table: str) -> list[str]:
        return [column.name for column in columns_of(self._tables[table])]

    def last_ids(self) -> dict[str, int]:
        return last_ids(self._connection, self._tables.values())


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[Snapshot]:
    """Everything in it as at one moment, while others go on writing.

    On PostgreSQL a moment that no half-done work can be seen in, waited for if need be.
    """
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {
            "isolation_level": "SERIALIZABLE",
            "postgresql_readonly": True,
            "postgresql_deferrable": True,
        }
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield Snapshot(connection)


def parts_of(connection: sa.Connection, table: sa.Table) -> Iterator[Part]:
    """All its rows as lines, in the order of its key, some at a time."""
    columns, kinds = columns_of(table), kinds_of(table)
    few = FEW_ROWS if "bytes" in kinds else ROWS
    query = sa.select(*columns).order_by(*in_order(table, connection.dialect.name))
    found = connection.execute(query.execution_options(yield_per=few))
    for rows in found.partitions():
        yield [to_line(row, kinds) for row in rows]


def put(connection: sa.Connection, table: sa.Table, lines: Sequence[bytes]) -> None:
    """Add these rows. Raises Trouble where this database can’t keep one."""
    columns, kinds = columns_of(table), kinds_of(table)
    names = [column.name for column in columns]
    rows = [from_line(line, kinds) for line in lines]
    try:
        if connection.dialect.name == "postgresql":
            _must_fit(columns, rows)
            _copy(connection, table, names, rows)
        else:
            connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])
    except (sa.exc.DataError, sa.exc.IntegrityError):
        raise Trouble(f"This database can’t keep what stands in {table.name}.") from None


def _copy(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]
) -> None:
    """PostgreSQL’s own way to take many rows, several times as fast as inserting them."""
    import psycopg  # only where there is a PostgreSQL

    driver: Any = connection.connection.driver_connection
    listed = ", ".join(f'"{name}"' for name in names)
    try:
        with driver.cursor().copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.OperationalError as error:
        raise sa.exc.OperationalError("COPY", None, error, hide_parameters=True) from None
    except psycopg.Error as error:
        raise sa.exc.IntegrityError("COPY", None, error, hide_parameters=True) from None


def _must_fit(columns: Sequence[sa.Column[Any]], rows: Sequence[Row]) -> None:
    for at, column in enumerate(columns):
        longest = getattr(column.type, "length", None)
        widest = 8 if isinstance(column.type, sa.BigInteger) else 4
        for row in rows:
            if why := unfit(row[at], longest=longest, widest=widest):
                raise Trouble(
                    f"PostgreSQL can’t keep what stands in {column.table.name}.{column.name} of "
                    f"the row {_key_of(columns, row)}: {why}. Put it right in the old database, "
                    "and give the command again."
                )


def _key_of(columns: Sequence[sa.Column[Any]], row: Row) -> str:
    """Which row it is, by its number; other keys may be secrets."""
    keys = [value for column, value in zip(columns, row, strict=True) if column.primary_key]
    return ", ".join(str(key) for key in keys if isinstance(key, int)) or "with a text key"
