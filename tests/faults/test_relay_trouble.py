"""A mail server in every mood, and a clock that jumps: in at the door, out by SMTP, both real."""

import socket
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import transaction
from app.mail import delivery
from app.mail.policy import LEASE, Outcome, Paused, Sent
from app.mail.transports import Returns, SmtpTransport
from app.relay import taking
from app.relay.models import Alias
from tests.faults.relay_site import body_of
from tests.mail.server import DROP, MailServer
from tests.oracle import assert_no_leak
from tests.relay.mailin.conftest import post, reader
from tests.relay.mailin.post import DOMAIN, RELAY, Post
from tests.relay.talk import REPLIER, WRITER

__all__ = ["post", "reader"]
WORDS = "Would Friday at noon suit you, by the clock in the square?"
DAY = 1.0


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def calm(post: Post, server: MailServer) -> Post:
    """The conversation once its first mails have arrived."""
    assert deliver(post, server.url()) == Sent()
    server.mails.clear()
    return post


def deliver(post: Post, url: str) -> Outcome | None:
    """Let the worker hand over what is due."""
    back = Returns(RELAY.signer, DOMAIN)
    transport = SmtpTransport(url, mail_from=RELAY.mail_from, returns=back)
    return delivery.deliver_due(transport, post.now)


def brought(post: Post, text: str = WORDS) -> None:
    """The replier answers by mail."""
    assert post.bring(post.mail(text), alias(post))[0][0] == 250


def alias(post: Post) -> str:
    """Where the replier's answers go."""
    with transaction() as session:
        local = session.scalar(select(Alias.local).where(Alias.role == "replier"))
        assert local is not None
        return local


def answered(post: Post, text: str = WORDS) -> None:
    """The replier answers by mail, and it is read."""
    brought(post, text)
    post.work()


def fate(post: Post, text: str = WORDS) -> str:
    """What the replier's page says became of it."""
    return dict(post.talk.seen_by(post.key, REPLIER))[text]


def arrived(server: MailServer, text: str = WORDS) -> list[bytes]:
    return [raw for _, _, raw in server.mails if text in body_of(raw)]


# --- the mail server ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "answer", "came"),
    [
        ("MAIL", "451 4.3.0 not now", 1),
        ("RCPT", "450 4.2.1 greylisted, come back", 1),
        ("DATA", "452 4.3.1 no room", 2),
        ("MAIL", "550 5.7.1 not you", 1),  # says nothing of the recipient
        ("DATA", DROP, 2),
    ],
)
def test_what_is_put_off_goes_again_with_the_same_bytes(
    calm: Post, server: MailServer, step: str, answer: str, came: int
) -> None:
    server.answers[step] = [answer]
    answered(calm)
    deliver(calm, server.url())
    assert fate(calm) == "queued"
    assert deliver(calm, server.url()) is None  # not at once
    calm.talk.later(minutes=2)
    assert deliver(calm, server.url()) == Sent()
    found = arrived(server)
    assert (len(found), len(set(found))) == (came, 1)
    assert fate(calm) == "sent"


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("RCPT", f"550 5.1.1 <{WRITER}> unknown"),
        ("DATA", f"554 5.7.1 {WRITER} wants no such mail"),
    ],
)
def test_what_is_refused_for_good_is_told_without_the_servers_words(
    calm: Post, server: MailServer, step: str, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers[step] = [answer]
    answered(calm)
    deliver(calm, server.url())
    assert fate(calm) == "undeliverable"
    answered(calm, "And on Saturday?")  # the next one has its own chance
    assert deliver(calm, server.url()) == Sent()
    assert fate(calm, "And on Saturday?") == "sent"
    assert_no_leak(caplog.text, WRITER, REPLIER)


def test_nobody_at_the_mail_server_for_a_day(calm: Post, server: MailServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        nowhere = f"smtp://127.0.0.1:{taken.getsockname()[1]}"
        answered(calm)
        for _ in range(12):
            deliver(calm, nowhere)
            calm.talk.later(hours=2)
    assert fate(calm) == "queued"
    calm.talk.later(hours=8)
    assert deliver(calm, server.url()) == Sent()
    assert len(arrived(server)) == 1


def test_a_refused_login_pauses_and_costs_nothing(calm: Post, server: MailServer) -> None:
    with MailServer(login=("gwen", "right")) as strict:
        answered(calm)
        wrong = strict.url("?tls=none", login="gwen:wrong@")
        assert all(isinstance(deliver(calm, wrong), Paused) for _ in range(20))
    assert deliver(calm, server.url()) == Sent()
    assert len(arrived(server)) == 1


# --- the clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [DAY, -DAY], ids=["forward", "back"])
def test_a_clock_that_jumps_a_day_while_a_mail_waits_to_be_read(
    calm: Post, server: MailServer, days: float
) -> None:
    brought(calm)
    calm.talk.later(days=days)
    assert calm.work() == 1
    assert deliver(calm, server.url()) == Sent()
    assert len(arrived(server)) == 1


@pytest.mark.parametrize("days", [DAY, -DAY], ids=["forward", "back"])
def test_a_clock_that_jumps_a_day_while_a_mail_waits_to_go(
    calm: Post, server: MailServer, days: float
) -> None:
    answered(calm)
    calm.talk.later(days=days)
    assert deliver(calm, server.url()) == Sent()
    assert len(arrived(server)) == 1
    calm.talk.later(days=-days)
    assert deliver(calm, server.url()) is None
    assert fate(calm) == "sent"


@pytest.mark.parametrize("days", [DAY, -DAY], ids=["forward", "back"])
def test_a_clock_that_jumps_a_day_while_a_dead_worker_holds_a_mail(
    calm: Post, server: MailServer, days: float
) -> None:
    brought(calm)
    assert taking._claim(calm.now)
    calm.talk.later(days=days)
    assert calm.work() == 1
    with transaction() as session:
        assert delivery.claim(session, calm.now())
    calm.talk.later(days=days)
    assert deliver(calm, server.url()) == Sent()
    assert len(arrived(server)) == 1


def test_a_lease_is_not_broken_by_a_clock_that_is_a_little_behind(calm: Post) -> None:
    answered(calm)
    with transaction() as session:
        assert delivery.claim(session, calm.now())
    calm.talk.now -= LEASE / 2  # another machine's
    assert not delivery.something_due(calm.now())


@pytest.mark.parametrize("days", [DAY, -DAY], ids=["forward", "back"])
def test_the_same_mail_brought_again_after_a_jump_is_the_same(
    calm: Post, server: MailServer, days: float
) -> None:
    raw = calm.mail(WORDS)
    for _ in range(2):
        assert calm.bring(raw, alias(calm))[0][0] == 250
        calm.work()
        deliver(calm, server.url())
        calm.talk.later(days=days)
    assert len(arrived(server)) == 1
