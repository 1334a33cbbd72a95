"""Writers are mailed who could swap with them once each, wherever the worker is killed."""

import json
from collections import Counter
from datetime import timedelta

import pytest

from app.ads import transfer
from app.core.clock import utcnow
from app.db import transaction
from app.matching import refresh
from tests.faults.relay_site import RelaySite
from tests.mail.server import MailServer
from tests.waiting import until

PAIRS = 3
KNOWN = [
    ("clock repair", "bookkeeping"),
    ("bread baking", "public speaking"),
    ("knitting", "chess"),
]


@pytest.fixture
def paired(relay_site: RelaySite) -> RelaySite:
    """Three pairs of ads of two days ago that could swap, read for matching, nobody told yet."""
    lines = [
        json.dumps(an_ad(2 * number + at, *(one if at else one[::-1])))
        for number, one in enumerate(KNOWN)
        for at in (0, 1)
    ]
    with relay_site.inside() as app:
        ago = utcnow() - timedelta(days=2)
        transfer.import_lines(lines, now=ago, transaction=transaction)
        refresh.refresh_now(app.extensions["vectors"], now=utcnow())
    return relay_site


def an_ad(number: int, sought: str, offered: str) -> dict[str, object]:
    return {
        "kind": "seeks",
        "headline": f"Seeks {sought}",
        "seeks": f"Somebody to show me {sought}.",
        "offers": f"I can teach you {offered}.",
        "seeks_skills": [sought],
        "offers_skills": [offered],
        "sector": "trades",
        "modes": ["phone"],
        "rhythm": "once",
        "name": "Ifor",
        "email": f"p{number}@many.example",
        "confirmed": True,
    }


def told(site: RelaySite) -> tuple[int, int]:
    """How many mails of this kind were promised, and how many ads are marked."""
    ((mails,),) = site.count("SELECT count(*) FROM outbox WHERE kind = 'matches'")
    ((marked,),) = site.count("SELECT count(*) FROM ads WHERE introduced_at IS NOT NULL")
    return mails, marked


@pytest.mark.parametrize("step", ["marked, not promised", "promised, not committed"])
def test_a_killed_worker_introduces_nobody_twice_and_forgets_nobody(
    paired: RelaySite, server: MailServer, step: str
) -> None:
    worker = paired.begin("worker", FALLS_AT=step)
    until(lambda: paired.fell and not worker.alive)
    assert told(paired) == (0, 0)  # mail and mark stand or fall together

    paired.begin("worker")
    until(lambda: told(paired) == (2 * PAIRS, 2 * PAIRS))
    paired.until_done()

    reached = Counter(to for _, to, raw in server.mails if b"swap" in raw)
    assert reached == {f"p{number}@many.example": 1 for number in range(2 * PAIRS)}
