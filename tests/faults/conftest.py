"""The faults need the board and mail server of the tests of mail, and whole boards to break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import a_database
from tests.faults.relay_site import RelaySite
from tests.faults.site import Site
from tests.faults.starter import Starter
from tests.mail.conftest import app, person, server
from tests.mail.server import MailServer

__all__ = ["app", "person", "server"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An empty board, none of whose processes run yet."""
    with a_database(tmp_path):
        site = Site(tmp_path)
        yield site
        site.end()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A board with demo ads, web and worker running, shared by the tests of a module."""
    folder = tmp_path_factory.mktemp("served")
    with a_database(folder):
        site = Site(folder, demo=True)
        try:
            site.serve()
            yield site
        finally:
            site.end()


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    """What starts web, worker and LMTP so quickly that they can be killed a hundred times."""
    with Starter() as starter:
        yield starter


@pytest.fixture
def relay_site(
    tmp_path: Path, migrated: Path, starter: Starter, server: MailServer
) -> Iterator[RelaySite]:
    """An empty board whose mails can be answered and go to `server`; nothing of it runs yet."""
    with a_database(tmp_path, migrated):
        site = RelaySite(tmp_path, starter, server.url())
        yield site
        site.end()
