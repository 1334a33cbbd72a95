"""Commands about brokers and their log: `flask brokers …`, `flask moderation …`."""

from collections.abc import Callable
from typing import TextIO, TypeVar

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.core.clock import utcnow
from app.core.errors import Refusal
from app.core.secret import Address
from app.current import site
from app.db import db, do
from app.moderation import service as moderation
from app.moderation.rules import REASONS
from app.people.policy import BadAddress, read_address

brokers_group = AppGroup("brokers", help="Who has the desk.")
moderation_group = AppGroup("moderation", help="The log of what was reported and decided.")


why = click.option(
    "--reason",
    type=click.Choice(list(REASONS)),
    default="other",
    show_default=True,
    help="Why, as at the desk; whoever it is about is told.",
)


Result = TypeVar("Result")


def carry_out(use_case: Callable[..., Result], *values: object, **named: object) -> Result:
    """What a use case returns, done anew if it met another’s.

    Its refusals are said in a sentence, with a non-zero exit.
    """
    try:
        return do(use_case, *values, **named)
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence % refusal.values) from None


@brokers_group.command("add")
@click.argument("email")
def add_broker(email: str) -> None:
    """Give the desk to whoever signs in with this address."""
    number = carry_out(_add_broker, _address(email))
    click.echo(f"Broker {number}. They sign in at {site().mine()} and find the desk there.")


@brokers_group.command("remove")
@click.argument("email")
def remove_broker(email: str) -> None:
    """Take the desk away, at once."""
    number = carry_out(_remove_broker, _address(email))
    click.echo(f"Broker {number} has no desk any more.")


def _add_broker(session: Session, email: Address) -> int:
    return moderation.add_broker(session, email=email, now=utcnow()).id


def _remove_broker(session: Session, email: Address) -> int:
    return moderation.remove_broker(session, email=email, now=utcnow()).id


@brokers_group.command("list")
def list_brokers() -> None:
    """Show who has the desk, with their addresses."""
    for broker, person in moderation.brokers(db.session):
        click.echo(f"{broker.id}  {person.email.reveal()}  since {broker.added_at:%d %b %Y}")


def _address(text: str) -> Address:
    try:
        return read_address(text)
    except BadAddress as problem:
        raise click.ClickException(str(problem)) from None


@moderation_group.command("export")
@click.argument("file", type=click.File("x", encoding="utf-8"))
def export_log(file: TextIO) -> None:
    """Write the log to a new FILE, one JSON object a line."""
    count = 0
    for count, line in enumerate(moderation.log.export(db.session), start=1):  # noqa: B007
        file.write(line)
    click.echo(f"{count} lines written.")
