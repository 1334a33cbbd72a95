"""A board with an outbox, and a mail server on loopback that keeps what it is given."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app import db
from app.core.secret import Address
from app.core.site import Site
from app.db import Base, transaction
from app.mail import messages, outbox
from app.mail.models import OutboxMail
from app.people.models import Person
from tests import postgres
from tests.faults.board import make_app
from tests.mail.server import MailServer

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SITE = Site(
    name="Bothways",
    base_url="https://board.example.org",
    mail_from="board@board.example.org",
    broker_name="Teifi Chamber",
    broker_email=Address("broker@chamber.example"),
)


class Clock:
    """A time that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application with nothing but an empty database, in whose context the test runs."""
    with postgres.database(tmp_path) if postgres.WANTED else nullcontext():
        app = make_app(tmp_path / "board.db", f"file:{tmp_path}/mail")
        with app.app_context():
            Base.metadata.create_all(db.db.engine)
            yield app
            db.db.engine.dispose()


@pytest.fixture
def person(app: Flask) -> int:
    """Somebody with an address; returns their id."""
    return meet("anwen@home.example")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def meet(email: str) -> int:
    with transaction() as session:
        person = Person(email=Address(email), email_key=email, created_at=NOON)
        session.add(person)
        session.flush()
        return person.id


def promise(
    person_id: int | None,
    to: str = "anwen@home.example",
    *,
    thread_id: int | None = None,
    message_id: int | None = None,
    draft: messages.Draft | None = None,
    now: datetime = NOON,
) -> int:
    """Put one mail into the outbox; returns its id."""
    draft = draft or messages.declined(
        SITE, headline="Lambing help", box="7K2M9Q", author_name="Ben", reason="time"
    )
    with transaction() as session:
        mail = outbox.put(
            session,
            draft,
            site=SITE,
            to=Address(to),
            person_id=person_id,
            now=now,
            thread_id=thread_id,
            message_id=message_id,
        )
        return mail.id


def row(mail_id: int) -> OutboxMail:
    """The row as it stands now, free of its session."""
    with transaction() as session:
        mail = session.get_one(OutboxMail, mail_id)
        session.expunge(mail)
        return mail
