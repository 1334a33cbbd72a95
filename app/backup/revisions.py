"""The tables’ revision in any database, and bringing an empty or a whole one to another."""

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from app.backup.troubles import Newer
from app.config import ROOT
from app.migrating import turn

BASE, HEAD = "base", "head"


def revision_of(connection: sa.Connection) -> str | None:
    """Which revision its tables are of; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def must_be_known(revision: str) -> None:
    """Raises Newer where this version has no such revision."""
    try:
        _scripts().get_revision(revision)
    except CommandError:
        raise Newer from None


def bring_to(engine: sa.Engine, revision: str) -> None:
    """Make the tables of an empty database those of `revision`, whatever they are now."""
    with engine.connect() as connection:
        now = revision_of(connection)
    if now == revision:
        return
    if now is not None:
        must_be_known(now)
        _run(engine, BASE, up=False)
    _run(engine, revision, up=True)


def upgrade(engine: sa.Engine) -> None:
    """Bring a board up to date."""
    _run(engine, HEAD, up=True)


def _run(engine: sa.Engine, target: str, *, up: bool) -> None:
    scripts = _scripts()

    def steps(revision: object, _context: object) -> object:
        make = scripts._upgrade_revs if up else scripts._downgrade_revs
        return make(target, revision)  # type: ignore[arg-type]

    with turn(engine), engine.connect() as connection:
        environment = EnvironmentContext(Config(), scripts)
        environment.configure(connection=connection, render_as_batch=True, fn=steps)
        with environment.begin_transaction():
            environment.run_migrations()


def _scripts() -> ScriptDirectory:
    folder = str(ROOT / "migrations")
    return ScriptDirectory(folder, version_locations=[folder])
