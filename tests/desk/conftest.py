"""A broker for every test that asks for one."""

import pytest

from tests.board import Board, Browser
from tests.desk.desk import broker


@pytest.fixture
def rhian(board: Board) -> Browser:
    return broker(board)
