"""`flask doctor`: what is well, what is not, and what to do about it."""

import re
import sys
from collections.abc import Sequence

import click
from flask.cli import with_appcontext

from app.current import settings
from app.doctor import service
from app.doctor.findings import Finding
from app.doctor.names import Names
from app.logs import without_addresses

_SERVER = re.compile(r"[0-9.]{7,15}(?::\d{1,5})?")


def _server(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if value and not _SERVER.fullmatch(value):
        raise click.BadParameter("Give an address such as 9.9.9.9 or 127.0.0.1:5353.")
    return value


@click.command("doctor")
@click.option(
    "--dkim-selector",
    "selectors",
    multiple=True,
    metavar="NAME",
    help="The name your mail server signs by; may be given again.",
)
@click.option(
    "--dns",
    default="",
    metavar="HOST[:PORT]",
    callback=_server,
    help="Ask this resolver, not this machine’s.",
)
@with_appcontext
def doctor(selectors: tuple[str, ...], dns: str) -> None:
    """Look at everything the board needs, and say what to do; fails if something does not work."""
    found = service.examine(settings(), names=Names(dns), selectors=selectors)
    for finding in found:
        click.echo(_safe(f"{finding.level:<5} {finding.part:<9} {finding.said}"))
    _advise([finding for finding in found if finding.advice])
    sys.exit(int(any(finding.level == "bad" for finding in found)))


def _advise(found: Sequence[Finding]) -> None:
    """What to do: what does not work first, the same advice once."""
    if not found:
        click.echo("\nAll is well.")
        return
    click.echo("\nWhat to do:")
    told = set()
    for finding in sorted(found, key=lambda it: it.level != "bad"):
        told_now = (finding.part, finding.advice, finding.records)
        if told_now not in told:
            click.echo(_safe(f"- {finding.part}: {finding.advice}"))
            for record in finding.records:
                click.echo(_safe(f"    {record}"))
        told.add(told_now)


def _safe(line: str) -> str:
    """Records and paths are others' words: no address gets out by them, and no control sign."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in line)
    return without_addresses(shown)
