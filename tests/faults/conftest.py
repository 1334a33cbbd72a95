"""The faults need the board and mail server of the tests of mail, and whole boards to break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.site import Site
from tests.mail.conftest import app, person, server

__all__ = ["app", "person", "server"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An empty board, none of whose processes run yet."""
    site = Site(tmp_path)
    yield site
    site.end()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A board with demo ads, web and worker running, shared by the tests of a module."""
    site = Site(tmp_path_factory.mktemp("served"), demo=True)
    try:
        site.serve()
        yield site
    finally:
        site.end()
