"""`flask pack FOLDER`: the operator’s pack as files, which need nothing else to be printed."""

import shutil
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core.clock import utcnow
from app.current import settings, site
from app.db import db
from app.desk import papers

# What the papers look like, beside them.
LOOK = ("pack.css", "fonts/bitter-latin.woff2", "fonts/bitter-latin-ext.woff2", "fonts/OFL.txt")


@click.command("pack")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def pack(folder: Path) -> None:
    """Write the operator’s pack into FOLDER: papers to check, sign, print and hang up."""
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(
            f"There is something in {folder} already, perhaps papers you have filled in. "
            "Name a new folder."
        )
    with current_app.test_request_context(base_url=site().base_url):
        written = _papers()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
        click.echo(str(folder / name))
    for name in LOOK:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(Path(current_app.static_folder or "") / name, folder / name)
    click.echo("These are drafts: read them, correct them, fill in what is left open, sign them.")
    for sentence in papers.unset(settings()):
        click.echo(sentence, err=True)


def _papers() -> dict[str, str]:
    """Every file of the pack by its name."""
    now = utcnow()
    drawn = {
        f"{name}.html": papers.draw(db.session, name, in_file=True, now=now)
        for name in papers.PAPERS
    }
    return drawn | {"newspaper.txt": papers.news_as_text(db.session, now=now)}
