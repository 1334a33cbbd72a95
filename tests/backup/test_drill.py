"""The drill: an empty machine, a new key, the old one among the fallbacks; nobody notices."""

import smtplib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import utcnow
from app.db import reading
from app.mail.bounce_address import bounce_address
from app.mail.models import OutboxMail
from app.relay import lmtp
from app.relay.door import Door, Surroundings
from tests.backup.conftest import KINDS, Place
from tests.backup.life import DAFYDD, GWEN, OLD_KEY, ask
from tests.board import Board, Browser
from tests.conftest import let_go
from tests.desk.desk import broker
from tests.desk.networks import invitation
from tests.pages.look import fields
from tests.relay.mailin.post import DOMAIN, at

NEW_KEY = "the-key-of-the-new-machine-which-is-long-enough"
NIA = "nia.haf@letters.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
RAW = "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\n\r\n550 5.1.1 no such user\r\n"


@dataclass
class Before:
    """What people held in their hands when the old machine went."""

    gwen: FlaskClient  # a browser in which she is signed in, and its cookie
    conversation: str
    alias: str  # of that conversation: where she would answer
    form: dict[str, list[str]]  # open in that browser
    link: str  # to sign in, mailed and not pressed
    stop: str  # of a conversation
    unsubscribe: str  # of an alert
    invitation: str  # of a network
    bounces: str  # where a mail of ours would come back to


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        yield clock


@pytest.fixture
def before(old: Place, clock: time_machine.Traveller) -> Iterator[Before]:
    with old.inside() as app:
        board = Board(app, clock)
        gwen = board.sign_in(GWEN)
        key, alias = ask(
            old.url,
            "SELECT key, local FROM threads JOIN aliases ON thread_id = threads.id"
            " WHERE replier_name = 'Dafydd'",
        )[0]
        rhian = broker(board, "owain@chamber.example")
        invited = invitation(rhian, "/desk/networks/1")
        assert board.browser().press("/mine", email=DAFYDD).status_code == 303
        link = board.link(DAFYDD)
        page = gwen.get(f"/threads/{key}")
        assert page.status_code == 200
        gwen.press(f"/threads/{key}", message="Bring the ledger too, would you?")
        yield Before(
            gwen.client,
            f"/threads/{key}",
            at(alias),
            fields(page),
            link,
            board.stop(DAFYDD),
            board.stop(NIA),
            invited,
            _bounces(app),
        )


def _bounces(app: Flask) -> str:
    with app.app_context(), reading() as session:
        newest = session.scalar(sa.select(sa.func.max(OutboxMail.id)))
    return at(bounce_address(app.extensions["site"].signer, newest or 0, utcnow()))


@pytest.fixture(params=KINDS)
def new(
    old: Place, before: Before, empty: Callable[[str], Place], request: pytest.FixtureRequest
) -> Place:
    """The new machine, restored with the new key and the old one among the fallbacks."""
    file = old.folder.parent / "a.backup"
    old.does("backup", str(file))
    place = empty(request.param)
    said = place.does("restore", str(file), secret_key=NEW_KEY, secret_key_fallbacks=OLD_KEY)
    assert "SECRET_KEY" not in said
    return place


@contextmanager
def running(place: Place, *, fallbacks: str) -> Iterator[Flask]:
    with place.inside(secret_key=NEW_KEY, secret_key_fallbacks=fallbacks) as app:
        app.testing = False
        yield app


def carry_cookies(before: Before, app: Flask) -> FlaskClient:
    """The same browser, which the new machine answers now."""
    client, cookie = app.test_client(), before.gwen.get_cookie("bothways")
    assert cookie is not None
    client.set_cookie("bothways", cookie.value)
    return client


def test_browsers_and_open_forms_are_known(before: Before, new: Place) -> None:
    with running(new, fallbacks=OLD_KEY) as app:
        gwen = carry_cookies(before, app)
        sent = gwen.post(before.conversation, data=before.form | {"message": "Noon, then?"})

        assert sent.status_code == 303
        assert "Noon, then?" in gwen.get(before.conversation).text

    with running(new, fallbacks="") as app:
        assert carry_cookies(before, app).get(before.conversation).status_code == 303


def test_what_was_mailed_works(before: Before, new: Place, clock: time_machine.Traveller) -> None:
    with running(new, fallbacks=OLD_KEY) as app:
        board = Board(app, clock)
        dafydd = board.browser()
        assert dafydd.press(before.link).status_code == 303
        assert dafydd.get(before.conversation).status_code == 200
        for way_out in (before.stop, before.unsubscribe):
            stranger = Browser(app, clock).client
            assert stranger.get(way_out).status_code == 200
            assert stranger.post(way_out, data=ONE_CLICK).status_code == 200
        assert Browser(app, clock).get(before.invitation).status_code == 200

    with running(new, fallbacks="") as app:
        assert Browser(app, clock).get(before.invitation).status_code == 404


def test_mails_come_back_to_the_same_addresses(before: Before, new: Place) -> None:
    with running(new, fallbacks=OLD_KEY) as app:
        assert _asked(app, before.bounces, before.alias, at("b-1x99999-" + "a" * 26)) == [
            250,
            250,
            550,
        ]
        receive = ["relay", "receive", "--to", before.bounces]
        assert app.test_cli_runner().invoke(args=receive, input=RAW).exit_code == 0

    with running(new, fallbacks="") as app:
        assert _asked(app, before.bounces) == [550]


def _asked(app: Flask, *recipients: str) -> list[int]:
    """What the LMTP door answers to each."""
    ready, stop, places = threading.Event(), threading.Event(), list[str]()

    def tell(place: str) -> None:
        places.append(place)
        ready.set()

    around = Surroundings(context=app.app_context, now=utcnow, site=app.extensions["site"])
    words = {"name": DOMAIN, "stop": stop, "ready": tell}
    thread = threading.Thread(target=lmtp.serve, args=(Door(around), "127.0.0.1:0"), kwargs=words)
    thread.start()
    try:
        assert ready.wait(30)
        host, _, port = places[0].rpartition(":")
        with smtplib.LMTP(host, int(port), timeout=30) as server:
            server.ehlo()
            server.mail("")
            return [server.rcpt(recipient)[0] for recipient in recipients]
    finally:
        stop.set()
        thread.join()
        let_go(app)


def test_another_key_is_told_of(old: Place, empty: Callable[[str], Place]) -> None:
    file = old.folder.parent / "a.backup"
    old.does("backup", str(file))
    elsewhere = "https://board.example.org"

    said = empty("sqlite").does("restore", str(file), secret_key=NEW_KEY, base_url=elsewhere)

    assert "put its key into SECRET_KEY_FALLBACKS" in said
    assert f"begin with http://localhost, not with {elsewhere}" in said
