"""The mark and the mail of an alert are one: what fails in between leaves neither."""

from pathlib import Path

import pytest

from tests.alerts.saved import save, told
from tests.board import Board
from tests.outside import refusing
from tests.pages.shelf import put


@pytest.mark.parametrize("table", ["alerts_told", "outbox", "links"])
def test_neither_mail_nor_mark_stands_alone(board: Board, tmp_path: Path, table: str) -> None:
    save(board, "/ads?q=bread")
    box = put(board, headline="Bread, from the starter up")
    with refusing(tmp_path, table):
        assert told(board) == []

    assert told(board) == [[box]]
    board.work()
    assert told(board) == [[box]]
