"""A whole board for each test: its own migrated database, index, mail folder and clock."""

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

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
    _keep_builders()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.end_session()


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector shall not look through it after every test."""
    gc.collect()
    gc.freeze()


def _keep_builders() -> None:
    """Compile how a path’s address is built once, not for each of thousands of applications.

    It is the dearest part of making one, and comes out the same for the same path.
    """
    compile_one, kept = Rule._compile_builder, {}

    def compile_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = rule.rule, str(rule.defaults), append_unknown
        if key not in kept:
            kept[key] = compile_one(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = compile_builder  # type: ignore[method-assign]


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


@contextmanager
def applications(folder: Path, compiled: Path, **always: object) -> Iterator[Callable[..., Flask]]:
    """A function that makes an application in `folder`, with changed settings.

    Its templates are kept in `compiled`, where each is compiled once. What it made lets its
    databases go in the end.
    """
    made: list[Flask] = []
    kept = FileSystemBytecodeCache(str(compiled))

    def make(**changes: object) -> Flask:
        app = create_app(settings_in(folder, **(always | changes)))
        app.testing = False  # errors are answered as they are for visitors
        app.jinja_env.bytecode_cache = kept
        with app.app_context():
            for engine in db.engines.values():
                _keep_sql(engine)
        made.append(app)
        return app

    yield make
    for app in made:
        let_go(app)


def let_go(app: Flask) -> None:
    """Close every connection to its databases."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@contextmanager
def a_database(folder: Path, migrated: Path | None = None) -> Iterator[None]:
    """An empty database for the board in `folder`, or a copy of the migrated one."""
    if postgres.WANTED:
        with postgres.database(folder, like=migrated.parent if migrated else None):
            yield
    else:
        if migrated:
            shutil.copy(migrated, folder / "board.db")
        yield


def migrate(app: Flask) -> None:
    """Run every migration, and let the database go: it may be copied."""
    with app.app_context():
        alembic.upgrade()
        db.engine.dispose()
        _kept_sql.setdefault(db.engine.name, (db.engine.dialect, LRUCache(3000)))


# By kind of database: what has looked at one, and the SQL of every statement it was asked for.
_kept_sql: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}


def _keep_sql(engine: Engine) -> None:
    """Let all applications of a session compile a statement once, not each application anew."""
    if kept := _kept_sql.get(engine.name):
        engine.dialect = engine.pool._dialect = kept[0]
        engine._compiled_cache = kept[1]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where compiled templates are kept: each is compiled once a session."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One database file with every migration run, to be copied for each test."""
    folder = tmp_path_factory.mktemp("migrated")
    if postgres.WANTED:
        postgres.create(folder)
    migrate(create_app(settings_in(folder)))
    return folder / "board.db"


@pytest.fixture
def make_app(tmp_path: Path, migrated: Path, compiled: Path) -> Iterator[Callable[..., Flask]]:
    """A function that makes an application on this test's own database, with changed settings."""
    with a_database(tmp_path, migrated), applications(tmp_path, compiled) as make:
        yield make


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
