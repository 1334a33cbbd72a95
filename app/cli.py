"""The commands' names; each opens a unit of work and calls one service."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads import transfer
from app.backup.commands import backup, board_group, restore
from app.config import BadSettings
from app.core.clock import utcnow
from app.current import index, settings, site
from app.db import db, transaction
from app.desk.commands import brokers_group, carry_out, moderation_group, why
from app.desk.pack_files import pack
from app.doctor.commands import doctor
from app.mail import outbox, standing
from app.moderation import service as moderation
from app.relay import accepting, door
from app.relay import service as relay
from app.search import projection
from app.search.index import IndexBusy, IndexUnavailable
from app.tasks import TASKS
from app.worker import run as work

ads_group = AppGroup("ads", help="Import and export ads; let held ones through or remove them.")
messages_group = AppGroup("messages", help="First messages that wait for a broker.")
search_group = AppGroup("search", help="The search index, which can always be made anew.")
outbox_group = AppGroup("outbox", help="Mails waiting, sent and dead.")
relay_group = AppGroup("relay", help="Answers by mail, where RELAY_DOMAIN is set.")

# What a mail server makes of our exit status (sysexits.h): ours to keep, refused, or again later.
EXITS = {
    door.TAKEN: os.EX_OK,
    door.TOO_BIG: os.EX_DATAERR,
    door.UNKNOWN: os.EX_NOUSER,
    door.NO_ROOM: os.EX_TEMPFAIL,
    door.LATER: os.EX_TEMPFAIL,
}


def register_commands(app: Flask) -> None:
    """Give `flask` the board's commands."""
    for group in (ads_group, messages_group, brokers_group, moderation_group):
        app.cli.add_command(group)
    for group in (search_group, outbox_group, relay_group, board_group):
        app.cli.add_command(group)
    for command in (worker, reports, serve, pack, backup, restore, doctor):
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
    click.echo(carry_out(_decide_ad, box, "publish"))


@ads_group.command("remove")
@click.argument("box")
@why
def remove_ad(box: str, reason: str) -> None:
    """Take an ad off the board for good; its writer is told, and why."""
    click.echo(carry_out(_decide_ad, box, "remove", reason))


def _decide_ad(session: Session, box: str, what: str, reason: str = "") -> str:
    ad = ads.find_ad(session, box)
    if ad is None:
        raise ads.AdUnknown
    _decide(session, "ad", ad.box, what, reason)
    return f"Box {ad.box}: {ad.state}."


def _decide(session: Session, kind: str, subject: str, what: str, reason: str = "") -> None:
    """Decide as the operator: the same as at the desk, mails and log included."""
    after = moderation.newest(session, kind, subject)
    wish = moderation.Wish(what=what, reason=reason, after=after)
    moderation.decide(
        session, kind=kind, subject=subject, wish=wish, broker=None, now=utcnow(), site=site()
    )


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
    carry_out(_decide_message, key, "publish")
    click.echo("Released.")


@messages_group.command("remove")
@click.argument("key")
@why
def remove_message(key: str, reason: str) -> None:
    """Keep a held first message back for good; its sender is told, and why."""
    carry_out(_decide_message, key, "remove", reason)
    click.echo("Removed.")


def _decide_message(session: Session, key: str, what: str, reason: str = "") -> None:
    thread = relay.find_any(session, key)
    if thread is None or thread.state != "held":
        raise relay.ThreadUnknown
    _decide(session, "thread", key, what, reason)


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
    """Show how many mails stand where, those that wait, and whether any can go at all."""
    now = utcnow()
    for state, count in sorted({"dead": 0, **standing.counts(db.session)}.items()):
        click.echo(f"{state}: {count}")
    oldest = standing.oldest_promise(db.session, now=now)
    click.echo(f"oldest waiting: {round(oldest.total_seconds())} s" if oldest else "none waiting")
    if pause := standing.paused(db.session):
        click.echo(f"paused since {pause.since:%d %b %H:%M}: {pause.trouble}")
    for mail in standing.listed(db.session):
        click.echo(
            f"{mail.id}  {mail.kind}  {mail.state}  tried {mail.attempts}×  "
            f"since {mail.created_at:%d %b %H:%M}  next {mail.due_at:%d %b %H:%M}  {mail.trouble}"
        )


@outbox_group.command("retry")
@click.argument("ids", type=int, nargs=-1)
def outbox_retry(ids: tuple[int, ...]) -> None:
    """Try these mails again now, or all dead ones."""
    click.echo(f"{carry_out(outbox.retry, ids or None, now=utcnow())} to be tried again.")


@outbox_group.command("cancel")
@click.argument("ids", type=int, nargs=-1, required=True)
def outbox_cancel(ids: tuple[int, ...]) -> None:
    """Never send these mails."""
    click.echo(f"{carry_out(outbox.cancel, ids=ids, now=utcnow())} cancelled.")


@relay_group.command("lmtp")
def relay_lmtp() -> None:
    """Take mail in by LMTP at LMTP_LISTEN, until told to end."""
    from app.relay import lmtp  # no other command, and no page, needs its library

    if not settings().relay_domain:
        raise click.ClickException("Set RELAY_DOMAIN first: the domain whose mail is taken in.")
    for sentence in settings().doubtful():
        click.echo(sentence, err=True)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    where = settings().lmtp_listen
    try:
        lmtp.serve(
            _door(),
            where,
            name=settings().relay_domain,
            stop=stop,
            ready=lambda place: click.echo(f"Mail is taken in at {place}"),
        )
    except OSError as trouble:
        raise click.ClickException(
            f"Can’t listen at {where}: {os.strerror(trouble.errno or 0)}."
        ) from None


@relay_group.command("receive")
@click.argument("recipient", required=False)
@click.option("--to", help="Whom the mail is to; else RECIPIENT, else ORIGINAL_RECIPIENT.")
def relay_receive(recipient: str | None, to: str | None) -> None:
    """Take one mail in from standard input; exits as sysexits.h says."""
    address = to or recipient or os.environ.get("ORIGINAL_RECIPIENT")
    if not address:
        click.echo("Say whom the mail is to: --to ADDRESS", err=True)
        sys.exit(os.EX_USAGE)
    raw, from_nobody = accepting.from_pipe(_standard_input(), os.environ.get("SENDER"))
    if settings().relay_domain:
        taken_in = _door()
        answer = taken_in.take(address, raw, from_nobody)
        taken_in.write_tally()
    else:  # a mistake in the settings shall send nobody's mail back
        answer = door.LATER
    if answer != door.TAKEN:
        click.echo(answer, err=True)
    sys.exit(EXITS[answer])


def _door() -> door.Door:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return door.Door(door.Surroundings(context=app.app_context, now=utcnow, site=site()))


def _standard_input() -> bytes:
    """The mail, or a little more than is taken; what follows is read away, not kept."""
    source = sys.stdin.buffer
    raw = source.read(accepting.LARGEST + 4096)
    while source.read(65536):
        continue
    return raw


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@with_appcontext
def worker(once: bool) -> None:
    """Deliver mail, keep the index, remind, and forget what is due."""
    try:
        work(current_app._get_current_object(), once=once, tasks=TASKS)  # type: ignore[attr-defined]
    except BadSettings as problem:
        raise click.ClickException(str(problem)) from None


@click.command("serve")
@click.option("--port", type=int, envvar="PORT", default=8000, show_default=True)
@click.option("--demo/--no-demo", envvar="DEMO", default=True, help="Demo ads into an empty board.")
def serve(port: int, demo: bool) -> None:
    """Run web and worker together on this machine, as `make run` does."""
    from app import serve as both

    both.serve(port, demo=demo)
