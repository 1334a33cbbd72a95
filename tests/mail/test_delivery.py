"""Emptying the outbox through a real mail server: what arrives, how often, and what is kept."""

import logging
from datetime import timedelta
from threading import Barrier, Event, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.db import transaction
from app.mail import delivery, messages, standing, tallies
from app.mail.models import OutboxMail, Pause
from app.mail.policy import LEASE, Later, Outcome, Paused, Sent, Trouble
from app.mail.transports import Parcel, SmtpTransport
from tests.mail.conftest import NOON, SITE, Clock, meet, promise, row
from tests.mail.server import DROP, MailServer

SIGN_IN = messages.sign_in(SITE, link=SITE.link("Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4"))
DAMAGE = sa.update(OutboxMail).values(mime=b"no longer what was promised")


def deliver(server: MailServer, clock: Clock, options: str = "") -> Outcome | None:
    transport = SmtpTransport(server.url(options), mail_from=SITE.mail_from)
    return delivery.deliver_due(transport, clock)


def test_a_mail_arrives_as_it_was_promised(person: int, server: MailServer, clock: Clock) -> None:
    mail = row(promise(person))
    assert deliver(server, clock) == Sent()
    assert server.mails == [("board@board.example.org", "anwen@home.example", mail.mime)]
    sent = row(mail.id)
    assert (sent.state, sent.attempts, sent.ended_at) == ("sent", 1, NOON)


def test_what_was_sent_keeps_only_its_digest(person: int, server: MailServer, clock: Clock) -> None:
    before = row(promise(person, draft=SIGN_IN))
    deliver(server, clock)
    after = row(before.id)
    assert (after.mime, after.recipient.reveal()) == (b"", "")
    assert after.mime_digest == before.mime_digest


def paused() -> Pause | None:
    with transaction() as session:
        pause = standing.paused(session)
        session.expunge_all()
        return pause


def test_a_pause_is_kept_with_its_beginning_until_a_mail_goes(
    person: int, server: MailServer, clock: Clock
) -> None:
    promise(person)
    for _ in range(3):
        assert deliver(server, clock, "?tls=required") == Paused(Trouble.NO_ENCRYPTION)
        clock.forward(minutes=1)
    kept = paused()
    assert kept is not None
    assert (kept.since, kept.trouble) == (NOON, Trouble.NO_ENCRYPTION.value)
    assert kept.until == clock()

    server.answers["RCPT"] = ["451 4.7.1 not now"]
    assert deliver(server, clock) == Later(Trouble.BUSY)
    assert paused() is not None
    clock.forward(minutes=2)
    assert deliver(server, clock) == Sent()
    assert paused() is None


def test_messages_handed_over_are_counted_and_nothing_else_is(
    person: int, server: MailServer, clock: Clock
) -> None:
    words: dict[str, Any] = {
        "headline": "Lambing help",
        "box": "7K2M9Q",
        "author_name": "Ben",
        "text": "Hello",
    }
    message = messages.new_message(
        SITE, **words, link=SITE.link("x"), stop=SITE.stop("x"), first=True
    )
    promise(person)
    promise(person, draft=message)
    promise(person, draft=message)
    server.answers["RCPT"] = ["250 OK", "550 5.1.1 unknown"]
    deliver(server, clock)
    assert len(server.mails) == 2
    with transaction() as session:
        assert tallies.tallies(session) == {"relayed": 1}


def test_one_connection_carries_a_batch(person: int, server: MailServer, clock: Clock) -> None:
    for _ in range(5):
        promise(person)
    deliver(server, clock)
    assert len(server.mails) == 5
    assert server.connections == 1


def test_come_back_later_is_obeyed_and_then_it_arrives_once(
    person: int, server: MailServer, clock: Clock
) -> None:
    server.answers["RCPT"] = ["451 4.7.1 anwen@home.example is greylisted"]
    mail_id = promise(person)
    deliver(server, clock)
    waiting = row(mail_id)
    assert (waiting.state, waiting.trouble) == ("pending", Trouble.BUSY.value)
    assert timedelta(seconds=48) <= waiting.due_at - NOON <= timedelta(seconds=72)

    clock.forward(seconds=40)
    deliver(server, clock)
    assert server.mails == []

    clock.forward(seconds=40)
    deliver(server, clock)
    assert [mime for _, _, mime in server.mails] == [waiting.mime]
    assert (row(mail_id).state, row(mail_id).trouble) == ("sent", "")


@pytest.mark.parametrize(
    ("step", "trouble"), [("RCPT", Trouble.REFUSED_ADDRESS), ("DATA", Trouble.REFUSED_MAIL)]
)
def test_a_final_refusal_is_final_and_the_next_mail_goes(
    person: int, server: MailServer, clock: Clock, step: str, trouble: Trouble
) -> None:
    server.answers[step] = ["550 5.1.1 anwen@home.example unknown"]
    refused, fine = promise(person), promise(person)
    deliver(server, clock)
    assert (row(refused).state, row(refused).trouble) == ("dead", trouble.value)
    assert row(fine).state == "sent"


def test_a_mail_dropped_after_data_goes_again_byte_for_byte(
    person: int, server: MailServer, clock: Clock
) -> None:
    server.answers["DATA"] = [DROP]
    mail_id = promise(person)
    deliver(server, clock)
    assert row(mail_id).trouble == Trouble.DROPPED.value
    clock.forward(minutes=2)
    deliver(server, clock)
    first, second = server.mails
    assert first == second
    assert row(mail_id).state == "sent"


def test_after_three_days_of_trying_a_mail_is_dead(
    person: int, server: MailServer, clock: Clock
) -> None:
    server.answers["RCPT"] = ["450 4.2.1 not now"] * 100
    mail_id = promise(person)
    while row(mail_id).state == "pending":
        deliver(server, clock)
        clock.forward(minutes=30)
    assert timedelta(days=2, hours=17) < clock() - NOON <= timedelta(days=3, hours=1)
    assert (row(mail_id).state, row(mail_id).trouble) == ("dead", Trouble.BUSY.value)
    assert 15 <= row(mail_id).attempts <= 25


def test_a_mail_that_waited_for_days_without_a_worker_still_goes(
    person: int, server: MailServer, clock: Clock
) -> None:
    promise(person)
    clock.forward(days=9)
    deliver(server, clock)
    assert len(server.mails) == 1


def test_a_way_in_whose_link_is_dead_does_not_go(
    person: int, server: MailServer, clock: Clock
) -> None:
    mail_id = promise(person, draft=SIGN_IN)
    clock.forward(minutes=31)
    deliver(server, clock)
    assert server.mails == []
    assert (row(mail_id).state, row(mail_id).trouble) == ("dead", Trouble.TOO_LATE.value)


def test_a_failing_login_costs_no_mail_an_attempt(
    person: int, server: MailServer, clock: Clock
) -> None:
    server.answers["MAIL"] = ["530 5.7.0 log in first"]
    ids = [promise(person), promise(person)]
    assert isinstance(deliver(server, clock), Paused)
    assert [(row(i).state, row(i).attempts, row(i).due_at) for i in ids] == [
        ("pending", 0, NOON),
        ("pending", 0, NOON),
    ]
    deliver(server, clock)
    assert len(server.mails) == 2


def test_a_damaged_mail_is_dead_and_blocks_nothing(
    person: int, server: MailServer, clock: Clock
) -> None:
    damaged, fine = promise(person), promise(person)
    with transaction() as session:
        session.execute(DAMAGE.where(OutboxMail.id == damaged))
    deliver(server, clock)
    assert (row(damaged).state, row(damaged).trouble) == ("dead", Trouble.DAMAGED.value)
    assert row(fine).state == "sent"


def test_a_fault_of_our_own_is_told_by_its_type_only(
    person: int, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty:
        def deliver(self, parcel: Parcel) -> Outcome:
            raise RuntimeError("anwen@home.example")

        def close(self) -> None:
            pass

    mail_id = promise(person)
    with caplog.at_level(logging.DEBUG):
        assert delivery.deliver_due(Faulty(), clock) == Later(Trouble.UNEXPECTED)
    assert row(mail_id).state == "pending"
    assert "RuntimeError" in caplog.text
    assert "anwen" not in caplog.text


def test_no_log_line_holds_an_address(
    person: int, server: MailServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers["RCPT"] = ["550 5.1.1 anwen@home.example unknown", "451 anwen@home.example"]
    for _ in range(3):
        promise(person)
    with caplog.at_level(logging.DEBUG, logger="app"):
        deliver(server, clock)
    assert len(caplog.records) == 3
    assert "@" not in caplog.text


def test_one_mail_at_a_time_is_on_its_way_to_one_person_in_one_thread(person: int) -> None:
    ben = meet("ben@home.example")
    first = promise(person, thread_id=1)
    promise(person, thread_id=1)
    to_ben = promise(ben, "ben@home.example", thread_id=1)
    elsewhere = promise(person, thread_id=2)
    notices = [promise(person), promise(person)]
    with transaction() as session:
        claimed = [delivery.claim(session, NOON) for _ in range(7)]
    assert [c.id if c else None for c in claimed] == [
        first, to_ben, elsewhere, *notices, None, None,
    ]  # fmt: skip


def test_a_lease_that_ran_out_is_taken_over_and_its_old_holder_ends_nothing(
    person: int, clock: Clock
) -> None:
    mail_id = promise(person)
    with transaction() as session:
        killed = delivery.claim(session, clock())
        assert delivery.claim(session, clock() + LEASE - timedelta(seconds=1)) is None
        heir = delivery.claim(session, clock() + LEASE)
    assert killed
    assert heir
    assert (killed.id, killed.mime) == (heir.id, heir.mime)
    with transaction() as session:
        assert not delivery.finish(session, killed, Later(Trouble.DROPPED), clock())
        assert delivery.finish(session, heir, Sent(), clock())
    assert (row(mail_id).state, row(mail_id).attempts) == ("sent", 2)


def test_two_workers_send_each_mail_once(
    app: Flask, person: int, server: MailServer, clock: Clock
) -> None:
    promised = {row(promise(person, thread_id=i % 3 or None)).mime for i in range(30)}
    together = Barrier(2)

    def work() -> None:
        with app.app_context():
            together.wait()
            deliver(server, clock)

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    deliver(server, clock)  # what one left because the other had its neighbour in hand
    assert sorted(mime for _, _, mime in server.mails) == sorted(promised)
    assert len(server.mails) == 30
    with transaction() as session:
        assert standing.counts(session) == {"sent": 30}


def test_when_told_to_stop_nothing_more_is_begun(
    person: int, server: MailServer, clock: Clock
) -> None:
    promise(person)
    stop = Event()
    stop.set()
    transport = SmtpTransport(server.url(), mail_from=SITE.mail_from)
    assert delivery.deliver_due(transport, clock, stop) is None
    assert server.mails == []
