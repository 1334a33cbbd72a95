"""The database server goes down at once, again and again, while people post and answer."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import create_app
from app.db import alembic, db
from tests import postgres
from tests.conftest import settings_in
from tests.faults.conftest import server, starter
from tests.faults.crowd import Crowd
from tests.faults.reckoning import Reckoning
from tests.faults.relay_site import Conversation, RelaySite, mail_from
from tests.faults.starter import Starter
from tests.mail.server import MailServer
from tests.postgres_server import Server
from tests.waiting import until

__all__ = ["server", "starter"]

POSTS, FIRST, PAGES, MAILS = 24, 8, 30, 30
TALKS, HANDS, RESTARTS = 10, 6, 3
RECOVERED = 10.0  # seconds after the server is back within which everything answers again
STEPS = POSTS * 3 + FIRST * 3 + (PAGES + MAILS) * 2


@pytest.fixture
def database() -> Iterator[Server]:
    with postgres.own_server() as own:
        yield own


@pytest.fixture
def site(
    tmp_path: Path, database: Server, starter: Starter, server: MailServer
) -> Iterator[RelaySite]:
    app = create_app(settings_in(tmp_path, database_url=database.url()))
    with app.app_context():
        alembic.upgrade()
        db.engine.dispose()
    site = RelaySite(tmp_path, starter, server.url())
    site.surroundings["DATABASE_URL"] = database.url()
    yield site
    site.end()


def answers(site: RelaySite, talk: Conversation, number: int) -> bool:
    """Whether pages are read and written, and mails taken."""
    read = site.get("/ads").status == 200
    written = site.say(talk, "replier", f"Are you there? I ask for the {number}th time.")
    raw = mail_from(talk.writer.email, f"I am, says the {number}th.", f"asking.{number}")
    return read and written.status == 303 and site.bring(raw, talk.writer.alias) == [250]


def restart(database: Server, site: RelaySite, talk: Conversation, crowd: Crowd) -> list[float]:
    """Again and again, as more has been done; how many seconds each time until all answers."""
    took = []
    for nth in range(1, RESTARTS + 1):
        while crowd.progress < nth * STEPS / (RESTARTS + 2) and crowd.busy():
            time.sleep(0.02)
        database.restart("immediate")
        back = time.monotonic()
        until(lambda nth=nth: answers(site, talk, nth))  # type: ignore[misc]
        took.append(time.monotonic() - back)
    return took


def test_nothing_accepted_is_lost_and_all_is_well_soon_after(
    site: RelaySite, server: MailServer, database: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    *talks, apart, asked = site.converse(TALKS + 2)
    site.begin_all()
    ((box,),) = site.count("SELECT box FROM ads ORDER BY id DESC LIMIT 1")
    crowd = Crowd(site, server, talks, box, random.Random(4))
    crowd.begin(posts=POSTS, first=FIRST, pages=PAGES, mails=MAILS, hands=HANDS)
    took = restart(database, site, apart, crowd)
    crowd.end()
    site.until_done()

    found = Reckoning(
        site,
        crowd,
        drops=0,
        worker_kills=RESTARTS,
        asked=asked.writer.email,
        poisoned={apart.writer.email, apart.replier.email},
        poisons=0,
    )
    try:
        assert crowd.wrong == []
        found.reckon()
    finally:
        with capsys.disabled():
            told = ", ".join(f"{seconds:.1f} s" for seconds in took)
            print(f"\ndatabase restarted, all answers again after {told}", *found.lines, sep="\n")
    assert max(took) <= RECOVERED
