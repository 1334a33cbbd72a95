"""Many who write at the same time: nobody waits in vain, nothing is done twice, nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.config import ROOT
from app.core.secret import Address
from app.db import again, alone, db, step_aside, transaction
from app.mail import delivery, messages, outbox, tallies
from app.mail.models import OutboxMail, Tally
from app.people import service as people
from tests.board import Board
from tests.mail.conftest import SITE
from tests.outside import say
from tests.words import own_sides

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HANDS = 6


def at_once(app: Flask, do: Callable[[int], Any], hands: int = HANDS) -> list[Any]:
    """What `do` returns to each of so many who begin together."""
    ready = Barrier(hands)

    def one(number: int) -> Any:
        with app.app_context():
            ready.wait()
            return do(number)

    with ThreadPoolExecutor(hands) as pool:
        return list(pool.map(one, range(hands)))


# --- what collides is done anew -------------------------------------------------------------------


def test_what_each_of_many_adds_to_what_it_read_is_not_lost(app: Flask) -> None:
    def add(number: int) -> None:
        with transaction() as session:
            tally = session.get(Tally, "counted") or Tally(name="counted", count=0)
            tally.count += 1
            session.add(tally)

    at_once(app, lambda number: [again(lambda: add(number)) for _ in range(3)])
    assert say(app, "SELECT count FROM tallies") == [(3 * HANDS,)]


def test_an_address_that_many_bring_at_once_is_one_person(app: Flask) -> None:
    def meet() -> int:
        with transaction() as session:
            return people.meet(session, email=Address("gwen@members.example"), now=NOON).id

    assert len(set(at_once(app, lambda _: again(meet)))) == 1


def test_who_was_refused_once_has_the_next_turn_alone(app: Flask) -> None:
    order: list[str] = []
    inside = Event()

    def refused() -> None:
        with app.app_context():
            step_aside(0)
            with transaction() as session:
                inside.set()
                time.sleep(0.5)
                session.execute(sa.text("INSERT INTO tallies (name, count) VALUES ('seen', 1)"))
                order.append("refused")

    def other() -> int:
        inside.wait()
        with app.app_context(), transaction() as session:
            order.append("other")
            return session.scalar(sa.text("SELECT count(*) FROM tallies")) or 0

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(refused), pool.submit(other)
        first.result()
        assert second.result() == 1
    assert order == ["refused", "other"]


def test_who_cannot_have_a_turn_alone_goes_on_among_others(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        session.execute(sa.text("SELECT 1"))  # somebody takes long

        def refused() -> int:
            with app.app_context():
                step_aside(0)
                with transaction() as own:
                    return own.scalar(sa.text("SELECT 7")) or 0

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(refused).result(8) == 7


def test_a_connection_lost_while_waiting_for_a_turn_alone_is_told_as_lost(app: Flask) -> None:
    def refused() -> None:
        with app.app_context():
            step_aside(0)
            with transaction() as own:
                own.scalar(sa.text("SELECT 7"))

    with app.app_context(), transaction() as session, ThreadPoolExecutor(1) as pool:
        session.execute(sa.text("SELECT 1"))  # somebody takes long
        waiting = pool.submit(refused)
        lose = sa.text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        )
        until = time.monotonic() + 8
        found = False
        while not found and time.monotonic() < until:
            with db.engine.connect() as other:  # each looks anew
                found = bool(other.execute(lose).all())
        with pytest.raises(sa.exc.OperationalError):
            waiting.result(8)


def test_a_fault_of_our_own_is_not_tried_again(app: Flask) -> None:
    tried = []

    def stumble() -> None:
        tried.append(1)
        with transaction() as session:
            session.execute(sa.text("SELECT nothing"))

    with app.app_context(), pytest.raises(sa.exc.ProgrammingError):
        again(stumble)
    assert len(tried) == 1


def test_all_who_post_at_once_are_heard(board: Board) -> None:
    forms = [board.browser() for _ in range(HANDS)]

    def post(number: int) -> int:
        words = {"email": f"p{number}@members.example", "headline": f"Number {number} seeks a loom"}
        return board.post_ad(forms[number], **words).status_code

    assert at_once(board.app, post) == [303] * HANDS
    assert say(board.app, "SELECT count(*), count(DISTINCT person_id) FROM ads") == [(HANDS, HANDS)]
    assert say(board.app, "SELECT count(*) FROM outbox") == [(HANDS,)]


def test_a_link_that_is_pressed_many_times_at_once_works_once(board: Board) -> None:
    board.post_ad(email="gwen@members.example")
    link = board.link("gwen@members.example")
    pages = [(browser, browser.get(link)) for browser in (board.browser() for _ in range(HANDS))]

    def press(number: int) -> int:
        browser, page = pages[number]
        return browser.send(page).status_code

    assert sorted(at_once(board.app, press)) == [303] + [410] * (HANDS - 1)


def test_counting_makes_nobody_wait(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        tallies.count(session, "accepted")
        at_once(app, lambda _: counted())  # while the first is not done
    with app.app_context(), transaction() as session:
        assert tallies.tallies(session) == {"accepted": 1 + HANDS}
        tallies.fold(session)
    assert say(app, "SELECT name, count FROM tallies") == [("accepted", 1 + HANDS)]


def counted() -> None:
    with transaction() as session:
        tallies.count(session, "accepted")


# --- what one at a time takes ---------------------------------------------------------------------


def promise(app: Flask, *, thread: int | None = None, mails: int = 1) -> None:
    with app.app_context(), transaction() as session:
        for number in range(mails):
            to = Address("gwen@members.example" if thread else f"p{number}@members.example")
            person = people.meet(session, email=to, now=NOON)
            draft = messages.ad_published(SITE, headline="Other", box="BBBBBB")
            outbox.put(session, draft, site=SITE, to=to, person_id=person.id, now=NOON)
        session.flush()
        session.execute(sa.update(OutboxMail).values(thread_id=thread))


def take_one() -> int | None:
    with transaction(by_statement=True) as session:
        claimed = delivery.claim(session, NOON)
        return claimed.id if claimed else None


def take_all(_: int) -> list[int]:
    taken = []
    while (one := again(take_one)) is not None:
        taken.append(one)
    return taken


def test_each_mail_is_taken_by_one_worker(app: Flask) -> None:
    promise(app, mails=40)
    taken = [one for some in at_once(app, take_all) for one in some]
    assert sorted(taken) == [id for (id,) in say(app, "SELECT id FROM outbox ORDER BY id")]


def test_nobody_waits_for_a_worker_that_is_taking_one(app: Flask) -> None:
    promise(app, mails=2)
    with app.app_context(), transaction(by_statement=True) as session:
        first = delivery.claim(session, NOON)
        (second,) = at_once(app, lambda _: take_one(), hands=1)  # to wait would end in an error
    assert first is not None
    assert second not in {None, first.id}


def test_two_mails_of_one_thread_to_one_person_are_never_on_their_way_together(app: Flask) -> None:
    promise(app, mails=2, thread=7)
    taken, go_on = Event(), Event()

    def first() -> None:
        with app.app_context(), transaction(by_statement=True) as session:
            assert delivery.claim(session, NOON) is not None
            taken.set()
            go_on.wait(20)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(first)
        assert taken.wait(20)
        other = pool.submit(lambda: at_once(app, lambda _: again(take_one), hands=1))
        time.sleep(0.3)
        go_on.set()
        one.result()
        assert other.result() == [None]
    assert say(app, "SELECT state FROM outbox ORDER BY state") == [("leased",), ("pending",)]


def test_a_lease_that_ran_out_is_one_workers_again(app: Flask) -> None:
    promise(app, mails=3)
    later = NOON + 2 * delivery.LEASE
    with app.app_context():
        assert len(take_all(0)) == 3

    def take_later() -> int | None:
        with transaction(by_statement=True) as session:
            claimed = delivery.claim(session, later)
            return claimed.id if claimed else None

    def take_as_long_as_any_are_due(_: int) -> list[int]:
        """As a worker does, who may find none while another is giving all of them back."""
        taken = []
        while delivery.something_due(later):
            if (one := again(take_later)) is not None:
                taken.append(one)
        return taken

    taken = [one for some in at_once(app, take_as_long_as_any_are_due) for one in some]
    assert len(taken) == len(set(taken)) == 3


# --- what one worker does for all -----------------------------------------------------------------

HOLDER = """
import time
from app import create_app
from app.config import Settings
from app.db import alone
with create_app(Settings(_env_file=None)).app_context(), alone("reminders") as mine:
    print(mine, flush=True)
    time.sleep(60)
"""


def free(app: Flask) -> bool:
    with app.app_context(), alone("reminders") as mine:
        return mine


def test_a_task_is_ones_alone_until_it_is_done_or_its_process_dies(app: Flask, url: str) -> None:
    assert free(app)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "SECRET_KEY": "long enough for a test, surely"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert not free(app)
        other.send_signal(signal.SIGKILL)
        other.wait()
        deadline = time.monotonic() + 10
        while not free(app):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        other.kill()
        other.communicate()


def test_two_workers_on_one_database_remind_everybody_once(board: Board, url: str) -> None:
    for number in range(8):
        words = {"headline": f"Number {number} seeks a loom", **own_sides(number)}
        board.publish(email=f"p{number}@members.example", **words)
    soon = datetime.now(UTC) + timedelta(days=6)
    say(board.app, "UPDATE ads SET expires_at = :soon", soon=soon.replace(tzinfo=None))
    settings = board.app.extensions["settings"]
    surroundings = os.environ | {
        "DATABASE_URL": url,
        "SECRET_KEY": settings.secret,
        "MAIL_URL": settings.mail_url.get_secret_value(),
        "SEARCH_URL": settings.search_url,
        "MEANING": "off",
    }
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "flask", "worker", "--once"], cwd=ROOT, env=surroundings
        )
        for _ in range(2)
    ]
    assert [worker.wait(120) for worker in workers] == [0, 0]

    promised = (
        "SELECT count(*), count(DISTINCT person_id) FROM outbox WHERE kind = 'expiry_reminder'"
    )
    assert say(board.app, promised) == [(8, 8)]
    assert len({str(mail["To"]) for mail in board.mails() if "days" in mail.get_content()}) == 8
