"""A flood of made-up posts against a running board: others go on posting, and it stays small."""

import itertools
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads.models import Ad
from app.core.clock import utcnow
from app.db import db, transaction
from app.limits.rules import LIMITS
from app.spam import policy, service
from app.spam.models import TextBand, TextGroup, TextSeen
from tests import postgres
from tests.faults.relay_site import letters, own_words
from tests.faults.site import SHARE, Answer, Site, family

SOURCES, POSTS = 50, 2000 // SHARE
FIRST = 20_000  # the number of the first source and person of the flood
HANDS = 4
PITCH = (
    "Earn £{sum} a week from home with our crypto system, guaranteed profit, no experience needed. "
    "Thousands of happy members from {place} already joined, write to us today and be {mood}."
)
WORDS = {
    "place": ("Cardiff", "Bangor", "Leeds", "Bristol", "Perth", "Derry", "York"),
    "mood": ("free", "rich", "happy", "next", "quick", "smart"),
}


def pitch(number: int) -> dict[str, str]:
    """The words of one post of the flood: the same turn of phrase, never quite the same."""
    chance = random.Random(number)
    words = {name: chance.choice(some) for name, some in WORDS.items()}
    text = PITCH.format(sum=chance.randrange(300, 9000), **words)
    seeks = "Anybody who would like to earn more, wherever they happen to live."
    return {
        "headline": f"Earn from home in {words['place']}, {number}",
        "seeks": seeks,
        "offers": text,
    }


def memory(site: Site) -> int:
    """Kilobytes that the processes of the board hold, beside the files they share."""
    total = 0
    for process in site.processes:
        for pid in [process.pid, *family(process.pid)]:
            with open(f"/proc/{pid}/status") as status:
                total += sum(int(line.split()[1]) for line in status if line.startswith("RssAnon"))
    return total


def size(site: Site) -> int:
    """Bytes of the database."""
    if postgres.WANTED:
        return int(site.count("SELECT pg_database_size(current_database())")[0][0])
    return os.path.getsize(site.folder / "board.db")


@pytest.mark.slow
def test_a_flood_of_posts_from_fifty_sources_drowns_nobody(served: Site) -> None:
    served.ad(0)
    before, disk = memory(served), size(served)
    numbers, been = itertools.count(), Event()

    def flood(_hand: int) -> list[Answer]:
        answers = []
        while (number := next(numbers)) < POSTS or not been.is_set():
            fields = served.ad(FIRST + number, **pitch(number))
            answers.append(served.post("/ads/new", fields, source=FIRST + number % SOURCES))
        return answers

    with ThreadPoolExecutor(HANDS + 1) as people:
        flooding = [people.submit(flood, hand) for hand in range(HANDS)]
        others = []
        try:
            for number in range(1, 21):
                ad = served.ad(number, **own(number))
                others.append(served.post("/ads/new", ad, source=number))
                others.append(served.get("/ads"))
                time.sleep(0.5)
        finally:
            been.set()  # the flood goes on as long as the others are there
        answers = [answer for one in flooding for answer in one.result()]

    assert len(answers) >= POSTS
    assert {answer.status for answer in answers} <= {303, 429}
    assert {answer.status for answer in others} == {200, 303}
    assert served.publish(30, **own(30))  # somebody else’s ad goes live as ever
    check_what_is_left(served, sum(answer.status == 303 for answer in answers))
    assert memory(served) - before < 150_000
    assert size(served) - disk < 40 * 2**20


def own(number: int) -> dict[str, str]:
    """What somebody else says."""
    return {
        "headline": f"Seeks a joiner, {letters(number)}",
        "seeks": f"Somebody to talk with about {own_words(number)}.",
        "offers": f"What I know of {own_words(FIRST + number)}.",
    }


def check_what_is_left(site: Site, kept: int) -> None:
    """Every post of the flood waits to be held, in few groups; what is known of it is bounded."""
    with site.inside(), Session(db.engine) as session:
        flood = (Ad.headline.startswith("Earn from home"),)
        reasons = session.scalars(sa.select(Ad.held_reason).where(*flood)).all()
        groups = session.scalars(sa.select(Ad.text_group).where(*flood).distinct()).all()
        rows = {
            table: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (TextGroup, TextBand, TextSeen)
        }
    assert 0 < len(reasons) <= kept
    assert all(reasons)
    assert len(groups) <= 10, len(groups)
    assert len(reasons) <= SOURCES * LIMITS["post-source"].most * 2  # two windows at most
    assert rows[TextSeen] <= len(reasons) + 50
    assert rows[TextBand] <= 16 * rows[TextGroup]
    with site.inside():
        with transaction() as session:
            service.purge(session, now=utcnow() + policy.TEXTS_KEPT)
        with Session(db.engine) as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(TextSeen)) == 0
