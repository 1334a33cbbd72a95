"""Promises: what is put into the outbox, withheld, looked at and tried again."""

import hashlib
from datetime import timedelta

import pytest
from flask import Flask

from app.core.secret import Address
from app.db import transaction
from app.mail import delivery, messages, outbox, standing
from app.mail.compose import UnsafeHeader
from app.mail.policy import Later, Never, Sent, Trouble
from app.people.models import Person
from tests.mail.conftest import NOON, SITE, Clock, meet, promise, row

SIGN_IN = messages.sign_in(SITE, link=SITE.link("Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4"))


def end(outcome: Never | Sent) -> None:
    """Claim the next mail and end it."""
    with transaction() as session:
        claimed = delivery.claim(session, NOON)
        assert claimed is not None
        assert delivery.finish(session, claimed, outcome, NOON)


def test_a_promise_is_frozen_with_its_digest(person: int) -> None:
    mail = row(promise(person))
    assert (mail.state, mail.attempts, mail.due_at) == ("pending", 0, NOON)
    assert mail.give_up_at == NOON + timedelta(days=3)
    assert mail.mime_digest == hashlib.sha256(mail.mime).hexdigest()
    assert b"To: anwen@home.example\r\n" in mail.mime


def test_a_way_in_is_given_up_after_half_an_hour(person: int) -> None:
    assert row(promise(person, draft=SIGN_IN)).give_up_at == NOON + timedelta(minutes=30)


def test_a_row_keeps_its_own_message_id(person: int) -> None:
    mail = row(promise(person))
    assert f"Message-ID: {mail.message_ref}\r\n".encode() in mail.mime


def test_what_somebody_received_of_a_thread_is_named_by_its_ids(person: int) -> None:
    other = meet("ben@post.example")
    first, second, elsewhere, theirs = (
        promise(person, thread_id=1),
        promise(person, thread_id=1),
        promise(person, thread_id=2),
        promise(other, thread_id=1),
    )
    promise(person, thread_id=1, draft=SIGN_IN)
    for outcome in (Sent(), Never(Trouble.REFUSED_ADDRESS), Sent(), Sent(), Sent()):
        end(outcome)
    with transaction() as session:
        got = outbox.received(session, thread_id=1, person_id=person)
    assert got == [row(first).message_ref]
    assert row(second).state == "dead"
    assert {row(elsewhere).state, row(theirs).state} == {"sent"}


def test_a_mail_comes_back_once_and_its_message_is_undeliverable(person: int) -> None:
    waiting = promise(person, message_id=5)
    with transaction() as session:
        assert outbox.came_back(session, waiting, now=NOON) is None
    end(Sent())
    with transaction() as session:
        assert outbox.came_back(session, waiting, now=NOON) == person
        assert outbox.came_back(session, waiting, now=NOON) is None
        assert outbox.came_back(session, 4711, now=NOON) is None
        assert outbox.fates(session, [5]) == {5: "undeliverable"}
    assert row(waiting).state == "bounced"


def test_who_wants_no_more_of_a_thread_gets_only_what_is_not_of_it(person: int) -> None:
    other = meet("ben@post.example")
    promise(person, thread_id=1, message_id=8)
    kept = [
        promise(person, thread_id=2),
        promise(other, thread_id=1),
        promise(person, thread_id=1, draft=SIGN_IN),
    ]
    with transaction() as session:
        assert outbox.let_lie(session, thread_id=1, person_id=person) == [8]
        assert standing.counts(session) == {"pending": len(kept)}
        assert outbox.fates(session, [8]) == {}


def test_nothing_is_promised_when_the_transaction_fails(person: int) -> None:
    def promise_and_fail() -> None:
        with transaction() as session:
            to = Address("a@b.example")
            outbox.put(session, messages.erased(SITE), site=SITE, to=to, person_id=None, now=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        promise_and_fail()
    with transaction() as session:
        assert standing.counts(session) == {}


def test_hostile_parts_are_refused_and_leave_no_row(person: int) -> None:
    draft = messages.ended(SITE, headline="x =?utf-8?q?=0D=0A?=", box="7K2M9Q", author_name="Ben")
    with pytest.raises(UnsafeHeader):
        promise(person, draft=draft)
    with transaction() as session:
        assert standing.counts(session) == {}


def test_only_few_kinds_of_mail_may_belong_to_nobody(app: Flask) -> None:
    with pytest.raises(ValueError, match="sign_in belongs to a person"):
        promise(None, draft=SIGN_IN)
    assert row(promise(None, draft=messages.erased(SITE))).state == "pending"


def test_withheld_mails_lose_their_text_and_address(person: int) -> None:
    ben = meet("ben@home.example")
    mine, other = promise(person, thread_id=5), promise(ben, "ben@home.example", thread_id=5)
    with transaction() as session:
        assert outbox.cancel(session, thread_id=5, person_id=person, now=NOON) == 1
    mail = row(mine)
    assert (mail.state, mail.mime, mail.recipient.reveal()) == ("cancelled", b"", "")
    assert len(mail.mime_digest) == 64
    assert row(other).state == "pending"


def test_withholding_by_person_takes_dead_and_leased_mails_too(person: int) -> None:
    promise(person)
    end(Never(Trouble.REFUSED_ADDRESS))
    promise(person)
    with transaction() as session:
        claimed = delivery.claim(session, NOON)
    promise(person)
    with transaction() as session:
        assert outbox.cancel(session, person_id=person, now=NOON) == 3
        assert claimed is not None
        assert not delivery.finish(session, claimed, Sent(), NOON)
        assert standing.counts(session) == {"cancelled": 3}


def test_withholding_by_kind_and_by_number(person: int) -> None:
    first, second = promise(person), promise(person, draft=SIGN_IN)
    with transaction() as session:
        assert outbox.cancel(session, kinds=["sign_in"], now=NOON) == 1
        assert outbox.cancel(session, ids=[first, second], now=NOON) == 1


def test_what_was_sent_can_not_be_withheld(person: int) -> None:
    promise(person)
    end(Sent())
    with transaction() as session:
        assert outbox.cancel(session, person_id=person, now=NOON) == 0


def test_withholding_everything_has_to_be_meant(app: Flask) -> None:
    with transaction() as session, pytest.raises(ValueError, match="which mails"):
        outbox.cancel(session, now=NOON)


def test_what_became_of_each_message_is_told(person: int) -> None:
    for number in (1, 2, 3, 4, 5):
        promise(person, message_id=number)
    end(Sent())
    end(Never(Trouble.REFUSED_ADDRESS))
    with transaction() as session:
        outbox.cancel(session, ids=[3], now=NOON)
        delivery.claim(session, NOON)
        fates = outbox.fates(session, [1, 2, 3, 4, 5, 99])
    assert fates == {1: "sent", 2: "undeliverable", 3: "withheld", 4: "queued", 5: "queued"}


def test_an_operator_sees_no_address_and_no_text(person: int) -> None:
    promise(person)
    end(Never(Trouble.REFUSED_ADDRESS))
    with transaction() as session:
        (waiting,) = standing.listed(session)
    assert (waiting.state, waiting.attempts) == ("dead", 1)
    assert waiting.trouble == "the mail server refused the address"
    assert "anwen" not in repr(waiting)


def test_a_dead_mail_can_be_tried_again(person: int) -> None:
    later = NOON + timedelta(days=5)
    dead, sent = promise(person), promise(person)
    end(Never(Trouble.REFUSED_ADDRESS))
    end(Sent())
    with transaction() as session:
        assert outbox.retry(session, None, now=later) == 1
        assert outbox.retry(session, [sent], now=later) == 0
    mail = row(dead)
    assert (mail.state, mail.attempts, mail.due_at) == ("pending", 0, later)
    assert mail.give_up_at == later + timedelta(days=3)


def test_how_long_the_oldest_has_waited(person: int, clock: Clock) -> None:
    with transaction() as session:
        assert standing.oldest_wait(session, now=clock()) is None
    promise(person)
    clock.forward(minutes=7)
    promise(person, now=clock())
    with transaction() as session:
        assert standing.oldest_wait(session, now=clock()) == timedelta(minutes=7)


def test_a_mail_tried_in_vain_still_counts_as_promised(person: int, clock: Clock) -> None:
    promise(person)
    end(Later(Trouble.BUSY))
    clock.forward(seconds=30)
    with transaction() as session:
        assert standing.oldest_wait(session, now=clock()) is None  # not due again before a minute
        assert standing.oldest_promise(session, now=clock()) == timedelta(seconds=30)


def test_a_dead_sign_in_mail_is_not_tried_again(person: int) -> None:
    draft = messages.sign_in(SITE, link="https://board.example.org/l/abc")
    dead = promise(person, draft=draft)
    end(Never(Trouble.REFUSED_ADDRESS))
    with transaction() as session:
        assert outbox.retry(session, [dead], now=NOON) == 0
    assert row(dead).state == "dead"


def test_old_notices_are_dropped_but_not_the_fate_of_a_message(person: int) -> None:
    promise(person)
    promise(person, message_id=1)
    end(Sent())
    end(Sent())
    promise(person)
    with transaction() as session:
        assert outbox.purge(session, before=NOON + timedelta(days=90)) == 1
        assert standing.counts(session) == {"sent": 1, "pending": 1}


def test_erasing_a_person_withholds_what_waits_for_them(person: int) -> None:
    waiting = promise(person)
    with transaction() as session:
        session.delete(session.get_one(Person, person))
    with transaction() as session:
        assert delivery.claim(session, NOON) is None
    assert (row(waiting).state, row(waiting).mime) == ("cancelled", b"")
