"""Boards on a real PostgreSQL, whatever the rest of the suite is run on.

`make test` runs this folder: what is true of PostgreSQL alone, and some modules of the suite again.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from app import create_app
from tests import postgres
from tests.board import Board
from tests.conftest import applications, migrate, settings_in
from tests.desk.conftest import rhian
from tests.relay.conftest import talk
from tests.relay.mailin.conftest import post, reader

# These take minutes: `make test-postgresql` does them, too.
_LONG = ("deciding", "meeting", "opening", "restarted", "twice", "writing")
collect_ignore = [] if postgres.WANTED else [f"test_{name}.py" for name in _LONG]

__all__ = ["post", "reader", "rhian", "talk"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(postgres.needed)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder whose database has every migration run, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    migrate(create_app(settings_in(folder, database_url=postgres.create(folder))))
    return folder


@pytest.fixture
def url(tmp_path: Path, template: Path) -> Iterator[str]:
    """The address of this test’s own database, migrated and empty."""
    with postgres.database(tmp_path, like=template) as address:
        yield address


@pytest.fixture
def make_app(tmp_path: Path, url: str, compiled: Path) -> Iterator[Callable[..., Flask]]:
    """A function that makes an application on this database, with changed settings."""
    with applications(tmp_path, compiled, database_url=url) as make:
        yield make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def board(app: Flask) -> Iterator[Board]:
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        yield Board(app, clock)
