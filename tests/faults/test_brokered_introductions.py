"""Introductions through rushes and crashes: one conversation, one mail, whatever dies or meets."""

import re
from collections import Counter
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from app.ads import service as ads
from app.ads.models import Ad
from app.ads.policy import Draft
from app.core.clock import utcnow
from app.core.secret import Address
from app.db import transaction
from app.moderation import service as moderation
from app.moderation.introductions import service as introductions
from app.people import service as people
from tests.faults.relay_site import RelaySite
from tests.faults.test_at_once import at_once, statuses
from tests.mail.server import MailServer
from tests.waiting import until

PAIRS = 4
OVER = b"About the introduction"


def propose(app: Any, number: int, now: datetime) -> int:
    """Two ads by two people, put to each other at that time; returns the introduction’s number."""
    with transaction() as session:
        broker = moderation.add_broker(session, email=Address("rhian@chamber.example"), now=now)
        boxes = [advertise(session, f"s{2 * number + at}@many.example", now).box for at in (0, 1)]
        return introductions.propose(
            session,
            first=boxes[0],
            second=boxes[1],
            line="You both keep odd hours, and each has what the other asks for.",
            broker=broker,
            now=now,
            site=app.extensions["site"],
        ).id


def advertise(session: Any, email: str, now: datetime) -> Ad:
    person = people.meet(session, email=Address(email), now=now)
    people.confirm(person, now=now)
    draft = Draft(
        kind="seeks",
        headline=f"Ad of {email.partition('@')[0]}",
        seeks="Somebody to show me how a rota is made.",
        offers="First aid that sticks.",
        sector="health",
        modes=("phone",),
        rhythm="once",
        name="Ifor",
    )
    ad, _ = ads.post(session, draft=draft, person=person, now=now)
    return ads.publish(session, ad=ad, now=now)


def links(site: RelaySite) -> dict[str, str]:
    """By address, the path of the link in the mail that waits for it."""
    found = {}
    for to, mime in site.count("SELECT recipient, mime FROM outbox WHERE kind = 'introduction'"):
        text = message_from_bytes(mime, policy=policy.default).get_content()
        found[to] = re.findall(r"/l/meet-\S+", text)[0]
    return found


def test_two_who_say_yes_at_the_same_moment_have_one_conversation(relay_site: RelaySite) -> None:
    site = relay_site
    with site.inside() as app:
        for number in range(PAIRS):
            propose(app, number, utcnow())
    by_address = links(site)
    site.begin("web")
    site.until_web()

    for number in range(PAIRS):
        pair = [by_address[f"s{2 * number + at}@many.example"] for at in (0, 1)]
        presses = [lambda path=path: site.post(path, {"do": "yes"}) for path in (*pair, *pair)]
        assert statuses(at_once(*presses)) == {200: 4}

    assert site.count("SELECT count(*) FROM threads WHERE state = 'open'") == [(PAIRS,)]
    assert site.count("SELECT count(*), count(DISTINCT thread) FROM introductions") == [
        (PAIRS, PAIRS)
    ]
    told = Counter(
        to for (to,) in site.count("SELECT recipient FROM outbox WHERE kind = 'introduced'")
    )
    assert told == dict.fromkeys(by_address, 1)
    assert site.count("SELECT count(*) FROM thread_events") == [(PAIRS,)]


@pytest.fixture
def long_ago(relay_site: RelaySite) -> RelaySite:
    """Introductions of a fortnight ago, to each of which one side said yes; the mails have gone."""
    then = utcnow() - timedelta(days=14, minutes=1)
    with relay_site.inside() as app:
        for number in range(PAIRS):
            one = propose(app, number, then)
            with transaction() as session:
                found = session.get_one(introductions.Introduction, one)
                introductions.answer(
                    session,
                    introduction=found,
                    side="second",
                    says="yes",
                    now=then,
                    site=app.extensions["site"],
                )
        with transaction() as session:
            session.connection().exec_driver_sql("DELETE FROM outbox")
            session.connection().exec_driver_sql("UPDATE ads SET introduced_at = posted_at")
    return relay_site


def ended(site: RelaySite) -> tuple[int, int]:
    """How many are marked as over, and how many mails of it were promised: at one moment."""
    ((marked, mails),) = site.count(
        "SELECT (SELECT count(*) FROM introductions WHERE how = 'over'),"
        " (SELECT count(*) FROM outbox WHERE kind = 'introduction_over')"
    )
    return marked, mails


def test_a_killed_worker_tells_nobody_twice_and_forgets_nobody(
    long_ago: RelaySite, server: MailServer
) -> None:
    worker = long_ago.begin("worker", FALLS_AT="promised, not committed")
    until(lambda: long_ago.fell and not worker.alive)
    assert ended(long_ago) == (0, 0)  # mail and mark stand or fall together

    long_ago.begin("worker")
    until(lambda: ended(long_ago) == (PAIRS, PAIRS))
    long_ago.until_done()

    reached = Counter(to for _, to, raw in server.mails if OVER in raw)
    assert reached == {f"s{2 * number + 1}@many.example": 1 for number in range(PAIRS)}
