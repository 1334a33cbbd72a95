"""A whole board for each test: its own migrated database, index, mail folder and clock."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache

from app import create_app
from app.config import Settings
from app.db import alembic, db
from tests import postgres
from tests.board import Board

# How long an example takes decides nothing: the machine may have other things to do.
hypothesis_settings.register_profile("board", deadline=None)
hypothesis_settings.load_profile("board")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the workers share the session’s
        postgres.begin_session()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.end_session()


def settings_in(folder: Path, **changes: object) -> Settings:
    """Settings for a board that lives in `folder` and sends its mail into it."""
    values: dict[str, object] = {
        "database_url": postgres.url_of(folder)
        if postgres.WANTED
        else f"sqlite:///{folder}/board.db",
        "search_url": f"whoosh:{folder}/index",
        "mail_url": f"file:{folder}/mail",
        "secret_key": "a key for tests that is long enough",
        "base_url": "http://localhost",
        "meaning": "off",
        "broker_name": "Teifi Chamber",
        "broker_email": "broker@chamber.example",
    }
    return Settings(_env_file=None, **(values | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One database file with every migration run, to be copied for each test."""
    folder = tmp_path_factory.mktemp("migrated")
    if postgres.WANTED:
        postgres.create(folder)
    app = create_app(settings_in(folder))
    with app.app_context():
        alembic.upgrade()
        db.engine.dispose()
    return folder / "board.db"


@pytest.fixture
def make_app(tmp_path: Path, migrated: Path) -> Iterator[Callable[..., Flask]]:
    """A function that makes an application on this test's own database, with changed settings."""
    if postgres.WANTED:
        postgres.create(tmp_path, like=migrated.parent)
    else:
        shutil.copy(migrated, tmp_path / "board.db")
    made: list[Flask] = []
    compiled = FileSystemBytecodeCache(str(migrated.parent))  # each template once a session

    def make(**changes: object) -> Flask:
        app = create_app(settings_in(tmp_path, **changes))
        app.testing = False  # errors are answered as they are for visitors
        app.jinja_env.bytecode_cache = compiled
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()
    if postgres.WANTED:
        postgres.drop(tmp_path)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def board(app: Flask) -> Iterator[Board]:
    """The board as its visitors use it: pages, forms, mails, and time going by."""
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        yield Board(app, clock)
