"""Alerts through crashes: each ad told of once, whatever dies between the mail and the mark."""

import json
import time
from collections import Counter

import pytest

from app.ads import transfer
from app.alerts import service as alerts
from app.core.clock import utcnow
from app.core.secret import Address
from app.db import transaction
from app.people import service as people
from app.search.query import SearchQuery
from tests.faults.site import PATIENCE, Site

ALERTS, ADS, KILLS = 30, 12, 2  # ten of the ads are named, all are told of


@pytest.fixture
def waiting(site: Site) -> Site:
    """Thirty alerts that have not looked yet, and twelve ads that are news to each."""
    assert site.run("db", "upgrade").returncode == 0
    with site.inside():
        with transaction() as session:
            for number in range(ALERTS):
                email = Address(f"reader{number}@readers.example")
                person = people.meet(session, email=email, now=utcnow())
                kept = alerts.write_query(SearchQuery.from_args(_Args()))
                alert = alerts.save(
                    session, person=person, kept=kept, words="", pace="at_once", now=utcnow()
                )
                alerts.confirm(session, alert=alert, now=utcnow())
        lines = site.folder / "ads.jsonl"
        lines.write_text("\n".join(json.dumps(an_ad(number)) for number in range(ADS)))
        transfer.import_file(lines, now=utcnow(), transaction=transaction)
    return site


class _Args:
    """A search for bread."""

    def get(self, key: str, /) -> str | None:
        return "bread" if key == "q" else None

    def getlist(self, key: str, /) -> list[str]:
        return []


def an_ad(number: int) -> dict[str, object]:
    return {
        "kind": "offers",
        "headline": f"Bread number {number}",
        "seeks": "Somebody who writes clearly, and says so.",
        "offers": f"Bread, from the starter up; {number} kinds of it.",
        "sector": "trades",
        "modes": ["phone"],
        "rhythm": "once",
        "name": "Ifor",
        "email": f"p{number}@many.example",
        "confirmed": True,
    }


def marks(site: Site) -> Counter[int]:
    """How many ads each alert has told of."""
    return Counter(alert for (alert,) in site.count("SELECT alert_id FROM alerts_told"))


def promised(site: Site) -> Counter[int]:
    """How many mails about new ads each person was promised."""
    found = site.count("SELECT person_id FROM outbox WHERE kind = 'alert'")
    return Counter(person for (person,) in found)


def kill_while_it_tells(site: Site) -> bool:
    """Start the worker and kill it once it has told a few more alerts; False if too late."""
    before = len(marks(site))
    worker = site.start("flask", "worker", "--once")
    deadline = time.monotonic() + PATIENCE
    while worker.poll() is None and time.monotonic() < deadline:
        if len(marks(site)) > before + 3:
            worker.kill()
            worker.wait()
            return True
    return False


def test_a_killed_worker_tells_nobody_twice_and_forgets_nobody(waiting: Site) -> None:
    killed = [kill_while_it_tells(waiting) for _ in range(KILLS)]

    assert any(killed)
    assert 0 < len(marks(waiting)) < ALERTS  # it was in the middle of it
    for _ in range(2):
        assert waiting.run("worker", "--once").returncode == 0
    assert set(marks(waiting).values()) == {ADS}
    assert len(marks(waiting)) == ALERTS
    assert set(promised(waiting).values()) == {1}
    mails = Counter(to for to, _ in waiting.mails())
    assert len(mails) == ALERTS
    assert set(mails.values()) == {1}
