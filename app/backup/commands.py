"""Commands that carry a whole board: `flask backup`, `flask restore`, `flask board move`."""

import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import AppGroup, with_appcontext
from pydantic import SecretStr, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from app.backup import archive, loading, moving, revisions, rows
from app.backup.archive import About, Archive
from app.backup.loading import Tell
from app.backup.sums import Sum
from app.backup.troubles import Trouble
from app.config import Settings
from app.core.clock import utcnow
from app.core.signing import Signer
from app.current import index, settings
from app.db import db, engine_of
from app.mail import standing
from app.search import projection
from app.search.index import IndexBusy

board_group = AppGroup("board", help="The whole board, from one database into another.")
_PROOF = "backup"  # what a signature in a backup is for: it shows whose key a board was run with
TO = "MOVE_TO"


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a FILE that is there.")
@with_appcontext
def backup(file: Path, force: bool) -> None:
    """Write the whole board into one FILE, while it runs; read again before it counts."""
    _quiet()
    about = About(settings().base_url, utcnow().isoformat(timespec="seconds"), "")
    about = About(about.base_url, about.made_at, _signer().sign(_PROOF, _signed(about)))
    with (
        _troubles(),
        rows.snapshot(_engine()) as source,
        _bar("Backing up", 2 * source.total) as tell,
    ):
        sums = archive.write(file, source, about, force=force, tell=tell)
    click.echo(
        f"{_counted(sums)} in {file} ({file.stat().st_size / 1e6:.1f} MB), read again and whole. "
        "Not in it: the settings, SECRET_KEY among them (keep .env too), and the search index, "
        "which is made anew. It holds addresses: keep it private."
    )


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Make a board of a backup’s FILE, in an empty database; all of it or nothing."""
    _quiet()
    target = _engine()
    with _troubles(), Archive(file) as source:
        revisions.must_be_known(source.revision)
        with _bar("Checking the file", source.total) as tell:
            source.check(tell)
        note = loading.open_note(target, source)
        if note.state == "coming":
            with _bar("Restoring", 2 * source.total) as tell:
                loading.load(target, source, note, whole=True, tell=tell)
        loading.finish(target, note, then=_make_index)
        about = source.about
    click.echo(f"{_counted(note.done)}, as they were on {about.made_at}.")
    for sentence in _to_know(about):
        click.echo(sentence)


@board_group.command("move")
@click.option("--to", envvar=TO, required=True, help=f"The new database’s DATABASE_URL; or {TO}.")
def move(to: str) -> None:
    """Carry the whole board into another, empty database; goes on where it broke off."""
    _quiet()
    new = _settings_for(to)
    if new.sqlalchemy_url == settings().sqlalchemy_url:
        raise click.ClickException("This is the database the board is in.")
    with _troubles():
        note = moving.move(_engine(), engine_of(new.sqlalchemy_url), _bar)
    click.echo(
        f"{_counted(note.done)} carried, compared, and the same. Now set DATABASE_URL to the new "
        "database, run flask search rebuild, and start. The old one is as it was: never start it "
        "again, or its waiting mails go twice. Keep it until you have a backup of the new one."
    )
    if not settings().secret_key.get_secret_value():
        click.echo(
            f"SECRET_KEY is not set: set it to what {settings().state_folder / 'secret_key'} says, "
            "or everybody is signed out."
        )


# --- inside ---------------------------------------------------------------------------------------


def _engine() -> sa.Engine:
    return engine_of(settings().sqlalchemy_url)


def _settings_for(url: str) -> Settings:
    """These settings with another database, and nothing that goes with the one before.

    Its URL, which has a password, is never printed.
    """
    own: dict[str, Any] = {"database_url": SecretStr(url), "database_read_url": SecretStr("")}
    own["search_url"] = Settings.model_fields["search_url"].default
    try:
        return Settings(**settings().model_dump() | own)
    except ValidationError as error:
        said = error.errors(include_url=False, include_input=False, include_context=False)
        wrong = [one["msg"].removeprefix("Value error, ") for one in said]
        raise click.ClickException(f"--to {'; '.join(wrong)}") from None


def _quiet() -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)


@contextmanager
def _troubles() -> Iterator[None]:
    """Whatever stops it is said in a sentence, without a row or a password."""
    try:
        yield
    except Trouble as trouble:
        raise click.ClickException(str(trouble)) from None
    except IndexBusy:
        raise click.ClickException(
            "Another process writes the index. Stop website and worker, and give the command again."
        ) from None
    except SQLAlchemyError as trouble:
        name = getattr(getattr(trouble, "orig", None), "sqlite_errorname", type(trouble).__name__)
        raise click.ClickException(f"The database can’t be reached, or refused: {name}.") from None
    except OSError as trouble:
        raise click.ClickException(os.strerror(trouble.errno or 0)) from None


@contextmanager
def _bar(what: str, length: int) -> Iterator[Tell]:
    """A bar on standard error, where somebody looks at it."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=max(1, length), label=what, file=sys.stderr, hidden=hidden, update_min_steps=1000
    ) as bar:
        yield bar.update


def _counted(sums: dict[str, Sum]) -> str:
    total = sum(one.rows for one in sums.values())
    ads = sums["ads"].rows if "ads" in sums else 0
    return f"{ads:,} ads, {total:,} rows in all"


def _make_index() -> None:
    """What is made from the database, in place of whatever stood there before."""
    shutil.rmtree(settings().vectors_folder, ignore_errors=True)
    projection.rebuild(db.session, index(), now=utcnow())


def _signer() -> Signer:
    return Signer(settings().secrets)


def _signed(about: About) -> str:
    return f"{about.base_url} {about.made_at}"


def _to_know(about: About) -> Iterator[str]:
    """What the operator should see to before the board starts."""
    if not _signer().knows(_PROOF, _signed(about), about.key_proof):
        yield (
            "SECRET_KEY is another than that board’s: put its key into SECRET_KEY_FALLBACKS, or "
            "everybody is signed out, and bounces and networks’ invitations count no more."
        )
    if about.base_url != settings().base_url:
        yield f"Its mailed links begin with {about.base_url}, not with {settings().base_url}."
    waiting = standing.counts(db.session)
    if many := waiting.get("pending", 0) + waiting.get("leased", 0):
        yield (
            f"{many} mails waited when it was made, and go again with the worker; if that board "
            "went on, most have gone. See flask outbox status, and flask outbox cancel."
        )
