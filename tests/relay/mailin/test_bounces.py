"""What comes back: dead addresses, complaints, answering machines."""

import pytest
from sqlalchemy import select

from app.core.secret import Address
from app.db import transaction
from app.mail import outbox
from app.mail.bounce_address import bounce_address
from app.mail.models import OutboxMail
from app.people import service as people
from tests.oracle import assert_no_leak
from tests.relay.mailin.post import RELAY, Post
from tests.relay.talk import REPLIER, WRITER

REPORT = """\
From: MAILER-DAEMON@mx.seafront.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Auto-Submitted: auto-replied
Message-ID: <{number}@mx.seafront.example>
Content-Type: multipart/report; report-type={kind}; boundary="=b"

--=b
Content-Type: text/plain

This mail was about {address}.

--=b
Content-Type: {about}

{fields}

--=b
Content-Type: message/rfc822

Subject: Re: Ward sister
To: {address}

Would Friday do?
--=b--
"""


def sent_to(post: Post, email: str) -> list[int]:
    """Send what waits; the rows of the messages that went to this person, oldest first."""
    with transaction() as session:
        person = people.find_person(session, Address(email))
        assert person is not None
        mails = (OutboxMail.person_id == person.id, OutboxMail.kind == "new_message")
        found = list(session.scalars(select(OutboxMail.id).where(*mails).order_by(OutboxMail.id)))
    post.talk.send_mail()
    return found


def fate(message: int) -> str:
    """What became of the mail that carries this message."""
    with transaction() as session:
        return outbox.fates(session, [message])[message]


def delivery_report(post: Post, action: str = "failed", status: str = "5.1.1") -> str:
    return (
        f"Reporting-MTA: dns; mx.seafront.example\n\nFinal-Recipient: rfc822; {REPLIER}\n"
        f"Action: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 <{REPLIER}>: unknown"
    )


def come_back(post: Post, outbox_id: int, **words: str) -> None:
    """A report to the return path of that mail."""
    post.sent += 1
    local = bounce_address(RELAY.signer, outbox_id, post.now())
    said = {
        "kind": "delivery-status",
        "about": "message/delivery-status",
        "fields": delivery_report(post),
    }
    raw = REPORT.format(to=local, number=post.sent, address=REPLIER, **(said | words))
    assert post.bring(raw.replace("\n", "\r\n").encode(), local, sender="")[0][0] == 250
    post.work()


def state_of(post: Post, text: str) -> str:
    return dict(post.talk.seen_by(post.key, WRITER))[text]


def test_a_mail_that_failed_for_good_is_told_to_its_author_and_nobody_else(post: Post) -> None:
    (mail,) = sent_to(post, REPLIER)
    assert state_of(post, "Would Friday do?") == "sent"
    before = len(post.talk.mails())
    come_back(post, mail)
    assert post.outcomes() == ["bounced"]
    assert state_of(post, "Would Friday do?") == "undeliverable"
    assert len(post.talk.mails()) == before
    assert post.tallies()["bounced"] == 1
    assert not post.is_dead(REPLIER)


def test_two_within_a_week_and_the_address_counts_as_dead(post: Post) -> None:
    post.talk.write(post.key, "Or Saturday?", email=WRITER)
    first, second = sent_to(post, REPLIER)
    come_back(post, first)
    come_back(post, first)  # the same mail again says nothing new
    assert not post.is_dead(REPLIER)
    post.talk.later(days=6)
    waiting = post.talk.write(post.key, "Or the week after?", email=WRITER)
    come_back(post, second)
    assert post.is_dead(REPLIER)
    assert fate(waiting) == "undeliverable"  # what was waiting goes no more
    handed_over = len(post.talk.sent)
    post.talk.send_mail()
    assert len(post.talk.sent) == handed_over

    before = len(post.talk.mails(REPLIER))
    post.talk.write(post.key, "Or Sunday?", email=WRITER)
    assert len(post.talk.mails(REPLIER)) == before
    assert state_of(post, "Or Sunday?") == "undeliverable"


def test_two_with_more_than_a_week_between_are_two_accidents(post: Post) -> None:
    post.talk.write(post.key, "Or Saturday?", email=WRITER)
    first, second = sent_to(post, REPLIER)
    come_back(post, first)
    post.talk.later(days=8)
    come_back(post, second)
    assert not post.is_dead(REPLIER)


def test_a_pressed_link_brings_an_address_back_to_life(post: Post) -> None:
    for text in ("Or Saturday?", "Or Sunday?"):
        post.talk.write(post.key, text, email=WRITER)
    first, second, third = sent_to(post, REPLIER)
    come_back(post, first)
    come_back(post, second)
    with transaction() as session:
        person = people.find_person(session, Address(REPLIER))
        assert person is not None
        people.confirm(person, now=post.now())
    come_back(post, third)  # one again, not the third
    assert not post.is_dead(REPLIER)


@pytest.mark.parametrize(
    ("action", "status", "outcome"),
    [("delayed", "4.4.1", "delayed"), ("delivered", "2.1.5", "report")],
)
def test_other_reports_change_nothing(post: Post, action: str, status: str, outcome: str) -> None:
    (mail,) = sent_to(post, REPLIER)
    come_back(post, mail, fields=delivery_report(post, action, status))
    assert post.outcomes() == [outcome]
    assert state_of(post, "Would Friday do?") == "sent"


def test_a_complaint_mutes_that_conversation_for_who_complained(post: Post) -> None:
    (mail,) = sent_to(post, REPLIER)
    fields = f"Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: {REPLIER}"
    come_back(post, mail, kind="feedback-report", about="message/feedback-report", fields=fields)
    assert post.outcomes() == ["complaint"]
    before = len(post.talk.mails(REPLIER))
    post.talk.write(post.key, "Or Saturday?", email=WRITER)
    assert len(post.talk.mails(REPLIER)) == before
    assert state_of(post, "Or Saturday?") == "sent"


def test_an_answering_machine_speaks_to_the_return_path(post: Post) -> None:
    (mail,) = sent_to(post, REPLIER)
    raw = post.mail(f"I am away, write to {REPLIER}", Auto_Submitted="auto-replied")
    post.bring(raw, bounce_address(RELAY.signer, mail, post.now()), sender="")
    post.work()
    assert post.outcomes() == ["automatic"]
    assert post.talk.events(post.key) == [("replier", "automatic")]


def test_a_report_to_the_alias_is_not_passed_on(post: Post) -> None:
    raw = REPORT.format(
        to="x", number=1, address=REPLIER, kind="delivery-status",
        about="message/delivery-status", fields=delivery_report(post),
    )  # fmt: skip
    post.bring(raw.replace("\n", "\r\n").encode(), post.alias(REPLIER), sender="")
    post.work()
    assert post.outcomes() == ["report"]
    for mail in post.talk.mails(WRITER):
        assert_no_leak(mail.raw, REPLIER)


def test_a_mail_whose_person_is_gone_concerns_nobody(post: Post) -> None:
    (mail,) = sent_to(post, REPLIER)
    post.talk.erase(REPLIER)
    come_back(post, mail)
    assert post.outcomes() == ["bounced"]
    assert "bounced" not in post.tallies()
