"""Mails that can simply be answered, as they arrive at a real mail server."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from app.core.marker import REPLY_MARKER
from app.core.signing import Signer
from app.db import transaction
from app.mail.bounce_address import read_bounce_address
from app.mail.compose import UnsafeHeader
from app.mail.delivery import deliver_due
from app.mail.models import OutboxMail
from app.mail.transports import Returns, SmtpTransport
from app.people import service as people
from app.relay.aliases import find_by_alias
from app.relay.models import Alias, Incoming, Thread
from tests.mail.server import MailServer
from tests.oracle import assert_no_leak
from tests.postgres import only_sqlite
from tests.relay.talk import HELLO, REPLIER, SITE, WRITER, Talk

DOMAIN = "relay.example.org"
SIGNER = Signer(("a key that nobody knows",))
HEADERS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", "X-Auto-Response-Suppress", "X-Board-Loop", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Feedback-ID",
]  # fmt: skip


@dataclass
class Arrived:
    """A mail as its reader's server got it."""

    sender: str
    to: str
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass
class Wire:
    """A conversation on a board whose mails can be answered, and the mail server behind it."""

    talk: Talk
    server: MailServer
    key: str

    def arrive(self) -> list[Arrived]:
        """Hand over what is due; returns all that has arrived so far."""
        returns = Returns(SIGNER, DOMAIN)
        url, sender = self.server.url(), SITE.mail_from
        deliver_due(SmtpTransport(url, mail_from=sender, returns=returns), lambda: self.talk.now)
        return [Arrived(*mail) for mail in self.server.mails]

    def to(self, email: str) -> list[Arrived]:
        return [mail for mail in self.arrive() if mail.to == email]


@pytest.fixture
def wire(talk: Talk) -> Iterator[Wire]:
    talk.site = replace(SITE, relay_domain=DOMAIN, signer=SIGNER)
    key = talk.begin(talk.advertise())
    with MailServer() as server:
        wire = Wire(talk, server, key)
        wire.arrive()
        yield wire


def local_of(header: str) -> str:
    found = re.search(r"<(m[a-z2-7]{26})@relay\.example\.org>", header)
    assert found is not None, header
    return found[1]


def test_the_first_mail_has_exactly_the_intended_headers(wire: Wire) -> None:
    (first,) = wire.to(WRITER)

    assert message_from_bytes(first.raw).keys() == HEADERS
    mail = first.mail
    alias = local_of(str(mail["From"]))
    assert str(mail["From"]) == f"Dafydd via Bothways <{alias}@{DOMAIN}>"
    assert (mail["To"], mail["Reply-To"]) == (f"you@{DOMAIN}", f"{alias}@{DOMAIN}")
    assert mail["Subject"] == "Dafydd answers your ad: Ward sister seeks a shopkeeper’s eye"
    assert str(mail["Date"]).endswith("+0000")
    assert SIGNER.knows("loop", wire.key, str(mail["X-Board-Loop"]))
    assert mail["Feedback-ID"] == "new_message:relay:bothways"
    body = mail.get_content().replace("\r\n", "\n")
    assert f"\n\n{HELLO}\n\n{REPLY_MARKER}\n\n" in body


def test_an_answer_refers_to_what_its_own_reader_received(wire: Wire) -> None:
    for text, email in (("One", WRITER), ("Two", REPLIER), ("Three", WRITER), ("Four", REPLIER)):
        wire.talk.write(wire.key, text, email=email)
        wire.arrive()

    for email, many in ((WRITER, 3), (REPLIER, 2)):
        seen: list[str] = []
        mails = [mail.mail for mail in wire.to(email) if b"\r\nX-Board-Loop: " in mail.raw]
        assert len(mails) == many
        for mail in mails:
            assert str(mail["References"] or "").split() == seen
            assert (mail["In-Reply-To"] or "") == (seen[-1] if seen else "")
            seen.append(str(mail["Message-ID"]))
        assert all(
            mail["Subject"].startswith("Re: Ward") for mail in mails[1 if many == 3 else 0 :]
        )


def test_what_did_not_arrive_is_not_referred_to(wire: Wire) -> None:
    wire.server.answers["RCPT"] = ["550 5.1.1 unknown"]
    wire.talk.write(wire.key, "Refused", email=REPLIER)
    wire.arrive()
    wire.talk.write(wire.key, "Fine", email=REPLIER)

    first, last = wire.to(WRITER)
    assert last.mail["References"] == first.mail["Message-ID"]


def test_each_side_has_one_alias_and_each_mail_one_way_to_say_no(wire: Wire) -> None:
    wire.talk.write(wire.key, "One", email=WRITER)
    wire.talk.write(wire.key, "Two", email=REPLIER)
    wire.talk.end(wire.key, email=WRITER)
    mails = [mail for mail in wire.arrive() if b"\r\nX-Board-Loop: " in mail.raw]

    with transaction() as session:
        for arrived in mails:
            found = find_by_alias(session, local_of(str(arrived.mail["From"])))
            assert found is not None
            assert (found[0].key, found[1] == "writer") == (wire.key, arrived.to == WRITER)
        stops = [str(arrived.mail["List-Unsubscribe"]) for arrived in mails]
        for stop, arrived in zip(stops, mails, strict=True):
            token = stop.removeprefix(f"<{SITE.base_url}/l/stop-").removesuffix(">")
            link = people.look_at_link(session, token, now=wire.talk.now)
            assert (link.purpose, link.subject) == ("stop", wire.key)
            assert link.person.email.reveal() == arrived.to
    assert len({local_of(str(arrived.mail["From"])) for arrived in mails}) == 2
    assert len(set(stops)) == len(mails) == 4


def test_every_mail_comes_back_to_an_address_of_its_own(wire: Wire) -> None:
    wire.talk.write(wire.key, "One", email=WRITER)
    numbers = []
    for arrived in wire.arrive():
        local, _, domain = arrived.sender.partition("@")
        assert domain == DOMAIN
        numbers.append(read_bounce_address(SIGNER, local, wire.talk.now))
    with transaction() as session:
        assert numbers == list(session.scalars(select(OutboxMail.id).order_by(OutboxMail.id)))


def test_a_notice_of_the_conversation_says_that_no_person_wrote_it(wire: Wire) -> None:
    wire.talk.decline(wire.key)
    notice = message_from_bytes(wire.to(REPLIER)[-1].raw)

    assert notice.keys() == [*HEADERS[:9], "Auto-Submitted", *HEADERS[9:]]
    assert notice["Auto-Submitted"] == "auto-generated"


def test_neither_sides_address_leaves_with_anything(wire: Wire) -> None:
    for email in (WRITER, REPLIER):
        text = f"I am {email}, {email.upper()}, {email.replace('@', ' at ')}."
        wire.talk.write(wire.key, text, email=email)
    wire.talk.end(wire.key, email=REPLIER)

    mails = [mail for mail in wire.arrive() if b"\r\nX-Board-Loop: " in mail.raw]
    assert len(mails) == 4
    for arrived in mails:
        assert_no_leak(arrived.raw, WRITER, REPLIER)  # not one's own either: mails get forwarded
        assert_no_leak(arrived.sender, WRITER, REPLIER)


@pytest.mark.parametrize(
    "hostile",
    [
        "=?UTF-8?Q?=0D=0AReply-To:_x=40y.z?=",
        "a\r\nBcc: eve@evil.example",
        pytest.param("nul\x00", marks=only_sqlite("PostgreSQL keeps no such character")),
        "b\u2028c",
        pytest.param("w" * 4096, marks=only_sqlite("PostgreSQL keeps columns to their lengths")),
    ],
)
@pytest.mark.parametrize("part", ["headline", "writer_name"])
def test_what_people_named_things_grows_no_header(wire: Wire, part: str, hostile: str) -> None:
    """Whatever forms refuse: here it stands in the database already."""
    before = len(wire.arrive())
    with transaction() as session:
        session.execute(sa.update(Thread).values({part: hostile}))
    try:
        wire.talk.write(wire.key, "Hello", email=WRITER)
    except UnsafeHeader:
        assert len(wire.arrive()) == before
    else:
        assert message_from_bytes(wire.arrive()[-1].raw).keys() == HEADERS


def test_erasing_closes_the_addresses_and_drops_what_came_to_them(wire: Wire) -> None:
    alias = local_of(str(wire.to(WRITER)[0].mail["From"]))
    with transaction() as session:
        for local in (alias, "m" + "a" * 26):
            mail = Incoming(
                local=local,
                digest=local,
                raw=b"From: x",
                from_nobody=False,
                received_at=wire.talk.now,
            )
            session.add(mail)

    wire.talk.erase(WRITER)

    with transaction() as session:
        assert session.scalars(select(Alias)).all() == []
        assert session.scalars(select(Incoming.local)).all() == ["m" + "a" * 26]


def test_a_mail_without_a_relay_still_refers_back_and_says_how_to_leave(talk: Talk) -> None:
    key = talk.begin(talk.advertise())
    talk.send_mail()
    with transaction() as session:
        (first,) = session.scalars(
            select(OutboxMail.message_ref).where(OutboxMail.kind == "new_message")
        )
    talk.write(key, "One more thing", email=REPLIER)

    mail = message_from_bytes(talk.mails(WRITER)[0].raw)
    assert mail["References"] == mail["In-Reply-To"] == first
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Reply-To" not in mail
    assert "X-Board-Loop" not in mail
    assert str(mail["From"]).endswith(f"<{SITE.mail_from}>")
