"""Which known text a new one is nearly the same as, among many that share something with it."""

from datetime import UTC, datetime

from flask import Flask
from sqlalchemy.orm import Session

from app.core.secret import Address
from app.db import transaction
from app.people import service as people
from app.spam import service
from tests.words import own_words

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SHARED = "Our club meets on the first Tuesday of every month in the room above the old"


def group_of(session: Session, text: str) -> str:
    person = people.meet(session, email=Address("gwen@members.example"), now=NOW)
    session.flush()
    said = service.assess(session, kind="ad", text=text, person=person, source="here", now=NOW)
    return said.group


def test_the_nearest_is_found_among_many_that_share_something(app: Flask) -> None:
    own = [f"{own_words(number)} {own_words(1000 + number)}" for number in range(120)]
    with app.app_context(), transaction() as session:
        groups = [group_of(session, f"{SHARED} {words}") for words in own]
        again = [group_of(session, f"{SHARED} {words} Bring tea.") for words in own[::9]]

    assert len(set(groups)) == len(own)
    assert again == groups[::9]
