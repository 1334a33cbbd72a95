"""Follow-ups through crashes: each mail once, whatever dies between the mail and the mark."""

import time
from collections import Counter
from datetime import timedelta

import pytest

from app.ads import service as ads
from app.ads.policy import Draft
from app.core.clock import utcnow
from app.core.secret import Address
from app.core.site import Site as BoardSite
from app.db import transaction
from app.people import service as people
from app.relay import service as relay
from tests.board import AD, MESSAGE
from tests.faults.site import PATIENCE, Site

ADS, EACH, KILLS = 10, 3, 2  # three wait for each ad, so that it rests as well
MARKS = {
    "reminder_to_answer": "SELECT id FROM threads WHERE reminded_at IS NOT NULL",
    "no_answer_yet": "SELECT id FROM threads WHERE consoled_at IS NOT NULL",
    "ad_paused_unanswered": "SELECT id FROM ads WHERE paused_for = 'unanswered'",
}
WANTED = {
    "reminder_to_answer": ADS * EACH,
    "no_answer_yet": ADS * EACH,
    "ad_paused_unanswered": ADS,
}


@pytest.fixture
def waiting(site: Site) -> Site:
    """Thirty people who have waited for a fortnight, three for each of ten ads."""
    assert site.run("db", "upgrade").returncode == 0
    then = utcnow() - timedelta(days=14, minutes=1)
    with site.inside() as app, transaction() as session:
        for number in range(ADS):
            writer = people.meet(session, email=Address(f"w{number}@writers.example"), now=then)
            people.confirm(writer, now=then)
            ad, _ = ads.post(session, draft=draft(number), person=writer, now=then)
            ads.publish(session, ad=ad, now=then)
            for each in range(EACH):
                email = Address(f"r{number}.{each}@repliers.example")
                replier = people.meet(session, email=email, now=then)
                people.confirm(replier, now=then)
                board_site: BoardSite = app.extensions["site"]
                relay.open_thread(
                    session,
                    ad=ad,
                    email=email,
                    name="Dafydd",
                    text=MESSAGE,
                    now=then,
                    confirmed_by=replier,
                    site=board_site,
                )
    return site


def draft(number: int) -> Draft:
    return Draft(
        kind="seeks",
        headline=f"Ward sister number {number} seeks a shopkeeper",
        seeks=AD["seeks"],
        offers=AD["offers"],
        sector="health",
        modes=("phone",),
        rhythm="once",
        name="Gwen",
    )


def looked(site: Site) -> dict[str, tuple[int, int]]:
    """For each kind of mail how many marks there are, and how many mails were promised: at once."""
    found = {}
    for kind, marks in MARKS.items():
        promised = f"SELECT count(*) FROM outbox WHERE kind = '{kind}'"
        both = f"SELECT (SELECT count(*) FROM ({marks}) AS marks), ({promised})"
        (found[kind],) = site.count(both)
    return found


def done(site: Site) -> int:
    return sum(marks for marks, _ in looked(site).values())


def kill_while_it_follows_up(site: Site) -> bool:
    """Start the worker and kill it once it has done a few more; False if too late."""
    before = done(site)
    worker = site.start("flask", "worker", "--once")
    deadline = time.monotonic() + PATIENCE
    while worker.poll() is None and time.monotonic() < deadline:
        if done(site) > before + 3:
            worker.kill()
            worker.wait()
            return True
    return False


def test_a_killed_worker_tells_nobody_twice_and_forgets_nobody(waiting: Site) -> None:
    killed = [kill_while_it_follows_up(waiting) for _ in range(KILLS)]

    assert any(killed)
    assert 0 < done(waiting) < sum(WANTED.values())  # it was in the middle of it
    for marks, mails in looked(waiting).values():
        assert marks == mails
    for _ in range(2):
        assert waiting.run("worker", "--once").returncode == 0
    assert {kind: (number, number) for kind, number in WANTED.items()} == looked(waiting)
    mails = Counter(to for to, text in waiting.mails() if "no answer has come yet" in text)
    assert len(mails) == ADS * EACH
    assert set(mails.values()) == {1}
