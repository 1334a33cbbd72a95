"""The commands' names; each opens a unit of work and calls one service."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads import transfer
from app.ads.models import Ad
from app.core.clock import utcnow
from app.core.errors import Refusal
from app.current import index, site
from app.db import db, transaction
from app.mail import messages, outbox
from app.moderation import service as moderation
from app.relay import service as relay
from app.search import projection
from app.search.index import IndexBusy, IndexUnavailable
from app.tasks import TASKS
from app.worker import run as work

ads_group = AppGroup("ads", help="Import and export ads; let held ones through or remove them.")
messages_group = AppGroup("messages", help="First messages that wait for a broker.")
search_group = AppGroup("search", help="The search index, which can always be made anew.")
outbox_group = AppGroup("outbox", help="Mails waiting, sent and dead.")


def register_commands(app: Flask) -> None:
    """Give `flask` the board's commands."""
    for command in (ads_group, messages_group, search_group, outbox_group, worker, reports, serve):
        app.cli.add_command(command)


# --- ads ------------------------------------------------------------------------------------------


@ads_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_ads(file: Path) -> None:
    """Load ads from FILE, one JSON object a line; refused lines are named."""
    size = max(1, file.stat().st_size)
    with click.progressbar(length=size, label="Importing", file=sys.stderr) as bar:
        counts = transfer.import_file(
            file,
            now=utcnow(),
            transaction=transaction,
            progress=lambda done: bar.update(done - bar.pos),
        )
    projection.refresh_now(index(), now=utcnow())
    for line in transfer.summary(counts):
        click.echo(line)
    sys.exit(1 if counts.refused else 0)


@ads_group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-addresses", is_flag=True, help="Also the addresses, to move a board.")
def export_ads(file: Path, with_addresses: bool) -> None:
    """Write every ad to FILE in the form `import` reads."""
    count = transfer.export_file(db.session, file, with_addresses=with_addresses)
    click.echo(f"{count} ads written.")


@ads_group.command("held")
def held_ads() -> None:
    """Show the ads that wait for a broker, and why each was held."""
    found = ads.held(db.session)
    for ad in found:
        click.echo(
            f"Box {ad.box}  held: {ad.held_reason}  by {ad.name}, {ad.created_at:%d %b %H:%M}"
        )
        for name in ("headline", "seeks", "offers", "about"):
            if text := getattr(ad, name):
                click.echo(f"  {name}: {text}")
    click.echo(f"{len(found)} held.")


@ads_group.command("publish")
@click.argument("box")
def publish_ad(box: str) -> None:
    """Let a held ad live; its writer is told."""
    now = utcnow()
    with _deciding() as session:
        ad = ads.release(session, ad=_ad(session, box), now=now)
        said = _tell(session, ad, messages.ad_published)
    click.echo(said)


@ads_group.command("remove")
@click.argument("box")
def remove_ad(box: str) -> None:
    """Take an ad off the board for good; its writer is told."""
    now = utcnow()
    with _deciding() as session:
        ad = ads.remove(session, ad=_ad(session, box), now=now)
        said = _tell(session, ad, messages.ad_removed)
    click.echo(said)


@contextmanager
def _deciding() -> Iterator[Session]:
    """A unit of work whose refusals are said in a sentence, with a non-zero exit."""
    try:
        with transaction() as session:
            yield session
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence % refusal.values) from None


def _ad(session: Session, box: str) -> Ad:
    ad = ads.find_ad(session, box)
    if ad is None:
        raise ads.AdUnknown
    return ad


def _tell(session: Session, ad: Ad, mail: Callable[..., messages.Draft]) -> str:
    draft = mail(site(), headline=ad.headline, box=ad.box)
    to = ad.person.email
    outbox.put(session, draft, site=site(), to=to, person_id=ad.person_id, now=utcnow())
    return f"Box {ad.box}: {ad.state}."


# --- first messages -------------------------------------------------------------------------------


@messages_group.command("held")
def held_messages() -> None:
    """Show the first messages that wait for a broker, and why each was held."""
    found = relay.held(db.session)
    for thread in found:
        click.echo(f"{thread.key}  to Box {thread.box}  held: {thread.held_reason}")
        for message in thread.messages:
            click.echo(f"  {thread.replier_name}: {message.text}")
    click.echo(f"{len(found)} held.")


@messages_group.command("release")
@click.argument("key")
def release_message(key: str) -> None:
    """Let a held first message go on its way."""
    with _deciding() as session:
        relay.release(session, key=key, now=utcnow(), site=site())
    click.echo("Released.")


@messages_group.command("remove")
@click.argument("key")
def remove_message(key: str) -> None:
    """Keep a held first message back for good."""
    with _deciding() as session:
        relay.remove_held(session, key=key, now=utcnow())
    click.echo("Removed.")


@click.command("reports")
@with_appcontext
def reports() -> None:
    """Show the complaints received, newest first."""
    found = moderation.reports(db.session)
    for kept in found:
        heard = "would like to hear back" if kept.email is not None else ""
        click.echo(
            f"{kept.number}  {kept.created_at:%d %b %Y %H:%M}  {kept.subject_kind} {kept.subject}  "
            f"{kept.reason}  {heard}"
        )
        for line in kept.text.splitlines():
            click.echo(f"  {line}")
    click.echo(f"{len(found)} reports.")


# --- search ---------------------------------------------------------------------------------------


@search_group.command("rebuild")
def rebuild() -> None:
    """Make the index anew from the database."""
    with _index_trouble():
        click.echo(f"{projection.rebuild(db.session, index(), now=utcnow())} ads indexed.")


@search_group.command("refresh")
def refresh() -> None:
    """Bring the index up to date with what changed."""
    click.echo(f"{projection.refresh_now(index(), now=utcnow())} changes taken up.")


@search_group.command("check")
def check() -> None:
    """Compare the index with the database; fails on any difference."""
    with _index_trouble():
        differences = projection.check(db.session, index(), now=utcnow())
    for difference in differences:
        click.echo(f"Box {difference.box}: {difference.what}")
    click.echo(f"{len(differences)} differences.")
    sys.exit(1 if differences else 0)


@contextmanager
def _index_trouble() -> Iterator[None]:
    try:
        yield
    except IndexBusy:
        raise click.ClickException("Another process writes the index. Try again.") from None
    except IndexUnavailable as trouble:
        raise click.ClickException(
            f"The index can’t be read: {trouble} Make it anew with: flask search rebuild"
        ) from None


# --- mail and work --------------------------------------------------------------------------------


@outbox_group.command("status")
def outbox_status() -> None:
    """Show how many mails stand where, and those that wait."""
    for state, count in sorted(outbox.counts(db.session).items()):
        click.echo(f"{state}: {count}")
    for mail in outbox.status(db.session):
        click.echo(
            f"{mail.id}  {mail.kind}  {mail.state}  tried {mail.attempts}×  "
            f"since {mail.created_at:%d %b %H:%M}  next {mail.due_at:%d %b %H:%M}  {mail.trouble}"
        )


@outbox_group.command("retry")
@click.argument("ids", type=int, nargs=-1)
def outbox_retry(ids: tuple[int, ...]) -> None:
    """Try these mails again now, or all dead ones."""
    with transaction() as session:
        click.echo(f"{outbox.retry(session, ids or None, now=utcnow())} to be tried again.")


@outbox_group.command("cancel")
@click.argument("ids", type=int, nargs=-1, required=True)
def outbox_cancel(ids: tuple[int, ...]) -> None:
    """Never send these mails."""
    with transaction() as session:
        click.echo(f"{outbox.cancel(session, ids=ids, now=utcnow())} cancelled.")


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@with_appcontext
def worker(once: bool) -> None:
    """Deliver mail, keep the index, remind, and forget what is due."""
    work(current_app._get_current_object(), once=once, tasks=TASKS)  # type: ignore[attr-defined]


@click.command("serve")
@click.option("--port", type=int, envvar="PORT", default=8000, show_default=True)
@click.option("--demo/--no-demo", envvar="DEMO", default=True, help="Demo ads into an empty board.")
def serve(port: int, demo: bool) -> None:
    """Run web and worker together on this machine, as `make run` does."""
    from app import serve as both

    both.serve(port, demo=demo)
