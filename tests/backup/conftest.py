"""A board on which everything has happened, and databases with nothing in them."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from tests import postgres
from tests.backup.life import live, settings_on
from tests.conftest import let_go

KINDS = ["sqlite", pytest.param("postgresql", marks=postgres.needed)]


@dataclass
class Place:
    """A folder and a database with a board in it, or with nothing."""

    folder: Path
    url: str

    def app(self, **changes: object) -> Flask:
        return create_app(settings_on(self.folder, self.url, **changes))

    @contextmanager
    def inside(self, **changes: object) -> Iterator[Flask]:
        """The application of this place, until it has been looked at."""
        app = self.app(**changes)
        try:
            yield app
        finally:
            let_go(app)

    def run(self, *args: str, **changes: object) -> Result:
        """A command of the operator, here."""
        with self.inside(**changes) as app:
            return app.test_cli_runner().invoke(args=list(args))

    def does(self, *args: str, **changes: object) -> str:
        """What a command says that goes well."""
        ran = self.run(*args, **changes)
        assert ran.exit_code == 0, ran.output
        return ran.output

    def refuses(self, *args: str, **changes: object) -> str:
        """The one sentence or two of a command that does not."""
        ran = self.run(*args, **changes)
        assert ran.exit_code == 1, ran.output
        assert ran.output.startswith("Error: "), ran.output
        assert ran.output.count("\n") == 1
        return ran.output


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a board on which everything has happened; to be copied, never changed."""
    folder = tmp_path_factory.mktemp("lived")
    live(folder)
    return folder


@pytest.fixture
def old(lived: Path, tmp_path: Path) -> Place:
    """A copy of that board, on SQLite."""
    folder = tmp_path / "old"
    shutil.copytree(lived, folder)
    return Place(folder, f"sqlite:///{folder}/board.db")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Callable[[str], Place]]:
    """A new machine with an empty database of that kind, as many as wanted."""
    made: list[Path] = []

    def make(kind: str) -> Place:
        folder = tmp_path / f"new{len(made)}"
        folder.mkdir()
        made.append(folder)
        if kind == "sqlite":
            return Place(folder, f"sqlite:///{folder}/board.db")
        return Place(folder, postgres.create(folder))

    yield make
    if postgres.available():
        for folder in made:
            postgres.drop(folder)
