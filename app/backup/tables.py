"""The tables of a board as they stand in a database, whatever version made them.

Known by looking, not by the models: a board is also carried before it is brought up to date.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.backup.troubles import NotEmpty, Trouble
from app.backup.values import Kind
from app.db import Base
from app.migrating import CARRYING

_OURS = frozenset({"alembic_version", CARRYING})
_KINDS: tuple[tuple[type[sa.types.TypeEngine[Any]], Kind], ...] = (
    (sa.Boolean, "bool"),
    (sa.Integer, "int"),
    (sa.Float, "float"),
    (sa.DateTime, "time"),
    (sa.LargeBinary, "bytes"),
    (sa.String, "text"),
)


def carried(connection: sa.Connection) -> list[sa.Table]:
    """Every table that is carried, those first that others refer to.

    Not: what can be made anew from the rest. Its model says so by `info={"derived": True}`, or it
    stands in a schema of its own.
    """
    names = set(sa.inspect(connection).get_table_names()) - _OURS
    wanted = sorted(name for name in names if not is_derived(name))
    if not wanted:
        return []
    there = sa.MetaData()
    there.reflect(connection, only=wanted)
    return [table for table in there.sorted_tables if table.name in wanted]


def is_derived(name: str) -> bool:
    """Whether the table of this name can be made anew from the others."""
    known = Base.metadata.tables.get(name)
    return known is not None and bool(known.info.get("derived"))


def columns_of(table: sa.Table) -> list[sa.Column[Any]]:
    """Its columns by name: two databases may have them in another order."""
    found = [column for column in table.columns if column.computed is None]
    return sorted(found, key=lambda column: column.name)


def kinds_of(table: sa.Table) -> list[Kind]:
    """What each of `columns_of` holds. Raises Trouble where nobody here knows."""
    return [_kind_of(column) for column in columns_of(table)]


def _kind_of(column: sa.Column[Any]) -> Kind:
    for known, kind in _KINDS:
        if isinstance(column.type, known):
            return kind
    raise Trouble(f"Nobody knows how to carry {column.table.name}.{column.name}.")


def in_order(table: sa.Table, dialect: str) -> list[sa.ColumnElement[Any]]:
    """Its key, by which both kinds of database give the rows in one order."""
    keys: list[sa.ColumnElement[Any]] = []
    for column in table.primary_key.columns:
        by_bytes = dialect == "postgresql" and _kind_of(column) == "text"
        keys.append(column.collate("C") if by_bytes else column)
    return keys


def counts(connection: sa.Connection, tables: Iterable[sa.Table]) -> dict[str, int]:
    """How many rows each has."""
    count = sa.func.count()
    return {
        table.name: connection.scalar(sa.select(count).select_from(table)) or 0 for table in tables
    }


def must_be_empty(connection: sa.Connection) -> None:
    """Raises NotEmpty where there is a row of a board."""
    if rows := sum(counts(connection, carried(connection)).values()):
        raise NotEmpty(rows)


def clear(connection: sa.Connection) -> None:
    """Take every row away, guarded ones too: what a carrying that broke off left behind."""
    names = sorted(set(sa.inspect(connection).get_table_names()) - _OURS)
    if not names:
        return
    if connection.dialect.name == "sqlite":
        _clear_sqlite(connection)
        return
    for name in names:
        connection.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
    listed = ", ".join(f'"{name}"' for name in names)
    connection.exec_driver_sql(f"TRUNCATE {listed} RESTART IDENTITY CASCADE")
    for name in names:
        connection.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')


def _clear_sqlite(connection: sa.Connection) -> None:
    """A guard is a trigger: taken away, and put back as it was."""
    guards = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).all()
    for name, _ in guards:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    there = sa.MetaData()
    there.reflect(connection)
    for table in reversed(there.sorted_tables):
        if table.name not in _OURS:
            connection.execute(sa.delete(table))
    for _, sql in guards:
        connection.exec_driver_sql(sql)
    if _counting(connection):
        connection.exec_driver_sql("DELETE FROM sqlite_sequence")


# --- numbers that never come back -----------------------------------------------------------------


def last_ids(connection: sa.Connection, tables: Iterable[sa.Table]) -> dict[str, int]:
    """The highest number each table ever gave, also to a row that is gone."""
    if connection.dialect.name == "sqlite":
        if not _counting(connection):
            return {}
        known = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence").all()
        names = {table.name for table in tables}
        return {name: last for name, last in known if name in names}
    found = {}
    for name, sequence in _sequences(connection, tables).items():
        last, given = connection.exec_driver_sql(
            f"SELECT last_value, is_called FROM {sequence}"  # noqa: S608 – quoted by PostgreSQL
        ).one()
        found[name] = last if given else last - 1
    return found


def go_on_from(
    connection: sa.Connection, tables: Sequence[sa.Table], known: Mapping[str, int]
) -> None:
    """Let new rows be numbered after `known`, and after every row there is."""
    counting = _counting(connection)
    sequences = _sequences(connection, tables)
    for table in tables:
        keys = list(table.primary_key.columns)
        if len(keys) != 1 or _kind_of(keys[0]) != "int":
            continue
        there = connection.scalar(sa.select(sa.func.max(keys[0]))) or 0
        last = max(there, known.get(table.name, 0))
        if table.name in sequences:
            connection.execute(
                sa.text("SELECT setval(:sequence, :value, :given)"),
                {"sequence": sequences[table.name], "value": max(last, 1), "given": last > 0},
            )
        elif table.name in counting and last:
            of = {"name": table.name, "last": last}
            connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), of)
            connection.execute(sa.text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), of)


def _sequences(connection: sa.Connection, tables: Iterable[sa.Table]) -> dict[str, str]:
    """On PostgreSQL, by which sequence each table numbers its rows."""
    if connection.dialect.name == "sqlite":
        return {}
    asked = sa.text("SELECT pg_get_serial_sequence(:table, :column)")
    found = {}
    for table in tables:
        for column in table.primary_key.columns:
            of = {"table": f'"{table.name}"', "column": column.name}
            if sequence := connection.scalar(asked, of):
                found[table.name] = sequence
    return found


def _counting(connection: sa.Connection) -> set[str]:
    """On SQLite, the tables whose numbers never come back."""
    if connection.dialect.name != "sqlite":
        return set()
    found = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
    )
    return set(found.scalars())
