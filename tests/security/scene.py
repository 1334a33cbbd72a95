"""People on a board, everything each of them owns, and the doors that lead there."""

import re
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from werkzeug.routing import Rule

from tests.alerts.saved import save
from tests.board import AD, Board, Browser
from tests.pages.look import dump, fields

WRITER, REPLIER = str(AD["email"]), "dafydd.rhys@letters.example"
OUTSIDER = "mair.outsider@members.example"
DESK = "/desk"  # guarded as a whole: tests/desk/test_guard.py


@dataclass
class Scene:
    """Gwen with an ad, Dafydd who wrote to her and saved a search, and Mair who did neither."""

    board: Board
    gwen: Browser
    dafydd: Browser
    mair: Browser
    box: str
    key: str  # of the conversation
    alert: str  # of Dafydd's alert
    token: str  # a link to Gwen that would work

    def path(self, rule: Rule) -> str:
        """That rule's address, with what Gwen and Dafydd own in it."""
        alert = rule.rule.startswith("/alerts")
        values = {"box": self.box, "token": self.token, "action": "close", "slug": "slug"}
        values |= {"key": self.alert if alert else self.key, "number": "7K2M9Q", "year": "2026"}
        values |= {"filename": "board.css", "kind": "ad", "subject": self.box}
        return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda part: values[part[1]], rule.rule)


def scene(board: Board) -> Scene:
    """Let all of them do what they do."""
    gwen, dafydd, mair = board.browser(), board.browser(), board.browser()
    box = board.publish(gwen)
    path = board.converse(box, dafydd)
    nia = save(board, "/ads?q=lanterns", email=REPLIER)
    found = re.search(r"/alerts/(\w+)", nia.get("/alerts").text)
    assert found is not None
    board.publish(mair, email=OUTSIDER, headline="An outsider seeks somebody to sing with")
    board.clock.shift(timedelta(seconds=5))
    board.post_ad(headline="One more, which waits for its link to be pressed")
    token = board.link(WRITER).removeprefix("/l/")
    return Scene(board, gwen, dafydd, mair, box, path.split("/")[2], found[1], token)


def rules(app: Flask, method: str) -> list[Rule]:
    """Every route that answers to `method`, but those of the desk."""
    found = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    return [rule for rule in found if not rule.rule.startswith(DESK)]


def token_of(browser: Browser) -> str:
    """A form token that counts in this browser, signed in or not."""
    return fields(browser.get("/mine"))["csrf_token"][0]


def kept(app: Flask) -> list[str]:
    """Everything in the database but how often something was tried, and when."""
    skipped = ('INSERT INTO "counts"', "INSERT INTO counts", 'INSERT INTO "sqlite_')
    return [line for line in dump(app) if not line.startswith(skipped)]
