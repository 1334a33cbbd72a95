"""Looking at pages, and at everything the database holds."""

import html
import re
from contextlib import AbstractContextManager
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from app.db import db
from tests import outside
from tests.board import Form
from tests.statements import counted


def dump(app: Flask) -> list[str]:
    """Every row of the board’s database, as lines to be compared."""
    return outside.dump(app)


def rows(app: Flask, sql: str) -> list[tuple[object, ...]]:
    """What a query finds in the board's database."""
    return outside.say(app, sql)


def main_of(page: TestResponse) -> str:
    """What stands in <main>, as it was sent."""
    return page.text.partition("<main")[2].partition("</main>")[0]


def words(page: TestResponse) -> str:
    """What a reader reads in <main>: no tags, single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main_of(page))).split())


def field_errors(page: TestResponse) -> dict[str, str]:
    """The sentence beside each refused field, by the field's name."""
    found = re.findall(r'<span class="err" id="([\w-]+)-e">(.*?)</span>', page.text, re.DOTALL)
    return {name: html.unescape(text) for name, text in found}


def fields(page: TestResponse, *, action: str = "") -> dict[str, list[str]]:
    """What the form on the page would send as it stands."""
    return Form(html=page.text, action=action).filled()


def boxes(page: TestResponse) -> list[str]:
    """The Box numbers of the ads that a search found, in order."""
    found = main_of(page).partition('id="newest"')[0]  # what follows is no answer to the search
    return re.findall(r'<span class="box">Box (\w{6})</span>', found)


def files(folder: Path) -> dict[str, bytes]:
    """Every file under `folder` with its bytes."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def statements(app: Flask) -> AbstractContextManager[list[str]]:
    """The SQL that is said meanwhile."""
    with app.app_context():
        return counted(db.engine)
