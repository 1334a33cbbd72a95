"""Ads put on the board at once, where how they got there is not the question."""

import time
from datetime import timedelta

from app.ads import service as ads
from app.ads.policy import Draft
from app.catalogue.places import find_places
from app.core.clock import utcnow
from app.core.secret import Address
from app.db import transaction
from app.people import service as people
from tests.board import Board

WRITER = "w@members.example"


def put(board: Board, **changes: object) -> str:
    """A live ad, posted a minute after the one before; returns its Box."""
    values: dict[str, object] = {
        "kind": "seeks",
        "headline": "A patient ear for a small worry",
        "seeks": "Somebody who has kept accounts and kept their temper.",
        "offers": "Sourdough, from the starter up.",
        "sector": "health",
        "modes": ("in_person",),
        "rhythm": "monthly",
        "place": "Aberystwyth",
        "name": "Gwen",
    }
    values |= changes
    place = find_places(str(values.pop("place")))
    email = Address(str(values.pop("email", WRITER)))
    board.clock.shift(timedelta(minutes=1))
    with board.app.app_context(), transaction() as session:
        draft = Draft(**values, place_id=place[0].id if place else None)  # type: ignore[arg-type]
        person = people.meet(session, email=email, now=utcnow())
        ad, _ = ads.post(session, draft=draft, person=person, now=utcnow())
        return ads.publish(session, ad=ad, now=utcnow()).box


def stop_clock(board: Board) -> None:
    """From now on time goes by only where a test says so, however slow the machine is."""
    board.clock.move_to(time.time() // 1 + 0.95, tick=False)
