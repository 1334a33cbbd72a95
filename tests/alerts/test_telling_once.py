"""The mark and the mail of an alert are one: what fails in between leaves neither."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.alerts.saved import save, told
from tests.board import Board
from tests.pages.shelf import put


@contextmanager
def refusing(folder: Path, table: str) -> Iterator[None]:
    """A database that takes no new row of that table for a while."""
    path = folder / "board.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(
            f"CREATE TRIGGER no BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        try:
            yield
        finally:
            other.execute("DROP TRIGGER no")


@pytest.mark.parametrize("table", ["alerts_told", "outbox", "links"])
def test_neither_mail_nor_mark_stands_alone(board: Board, tmp_path: Path, table: str) -> None:
    save(board, "/ads?q=bread")
    box = put(board, headline="Bread, from the starter up")
    with refusing(tmp_path, table):
        assert told(board) == []

    assert told(board) == [[box]]
    board.work()
    assert told(board) == [[box]]
