"""Whoever works on a board’s database beside the board, as an operator with its address can."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.config import Settings
from tests import postgres


def database_of(folder: Path) -> str:
    """The address of the database of the board that a test has in `folder`."""
    return postgres.url_of(folder) if postgres.WANTED else f"sqlite:///{folder}/board.db"


def address_of(board: Flask | Path | str) -> str:
    """The address of this board’s database; of a board in a folder; or what already is one."""
    if isinstance(board, Flask):
        settings: Settings = board.extensions["settings"]
        return settings.sqlalchemy_url
    return database_of(board) if isinstance(board, Path) else board


@contextmanager
def outside(board: Flask | Path | str) -> Iterator[sa.Connection]:
    """A connection on which every statement is its own transaction, unless it says BEGIN."""
    engine = sa.create_engine(
        address_of(board), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        yield connection


def say(board: Flask | Path | str, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """Do this one statement, with its `:names` filled in; returns what it finds."""
    with outside(board) as other:
        done = other.execute(sa.text(sql), values)
        return [tuple(row) for row in done] if done.returns_rows else []


def dump(board: Flask | Path | str) -> list[str]:
    """Every row of every table, as lines that begin with INSERT INTO and the table’s name.

    All but signs of life of workers, which mean nothing.
    """
    with outside(board) as other:
        tables = sorted({*sa.inspect(other).get_table_names()} - {"heartbeats"})
        return sorted(
            f'INSERT INTO "{table}" VALUES{tuple(map(_plain, row))!r}'
            for table in tables
            for row in other.exec_driver_sql(f'SELECT * FROM "{table}"')
        )


def _plain(value: object) -> object:
    """As SQLite has it."""
    return str(value) if isinstance(value, datetime) else value


def columns_of(board: Flask | Path | str, table: str) -> list[str]:
    """The names of this table’s columns."""
    with outside(board) as other:
        return [column["name"] for column in sa.inspect(other).get_columns(table)]


@contextmanager
def refusing(board: Flask | Path | str, table: str) -> Iterator[None]:
    """A database that takes no new row of that table for a while."""
    with outside(board) as other:
        if other.dialect.name == "sqlite":
            begin = f"CREATE TRIGGER no BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, ''); END"
            end = "DROP TRIGGER no"
        else:
            begin = f"ALTER TABLE {table} ADD CONSTRAINT no CHECK (false) NOT VALID"
            end = f"ALTER TABLE {table} DROP CONSTRAINT no"
    say(board, begin)
    try:
        yield
    finally:
        say(board, end)


@contextmanager
def renamed(board: Flask | Path | str, table: str) -> Iterator[None]:
    """A database in which a table cannot be found for a while."""
    say(board, f"ALTER TABLE {table} RENAME TO away")
    try:
        yield
    finally:
        say(board, f"ALTER TABLE away RENAME TO {table}")


@contextmanager
def broken(folder: Path) -> Iterator[None]:
    """A board in a folder whose database is beyond asking."""
    if postgres.WANTED:
        with renamed(folder, "incoming"):
            yield
    else:
        (folder / "board.db").write_bytes(b"no database at all" * 500)
        yield
