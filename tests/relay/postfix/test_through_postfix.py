"""A conversation through a real mail server, both ways, with what we recommend it be told."""

import os
import re
import shutil
import smtplib
import socket
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conftest import a_database
from tests.faults.site import Site, email
from tests.mail.server import MailServer
from tests.relay.postfix.server import AUTHSERV, Postfix
from tests.waiting import free_port, until

DOMAIN = "reply.board.example"
WRITER, REPLIER, STRANGER = email(1), email(2), "stranger@elsewhere.example"


@pytest.fixture
def world() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def postfix(world: MailServer) -> Iterator[Postfix]:
    missing = "" if shutil.which("postfix") else "there is no Postfix here (apt install postfix)"
    if not missing and os.geteuid():
        missing = "Postfix can be started by root only"
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"In continuous integration that will not do: {missing}.")
    if missing:
        pytest.skip(f"{missing}.")
    with TemporaryDirectory(prefix="bothways-postfix-") as folder:
        Path(folder).chmod(0o755)  # its programs run as another user, whom pytest’s folder is shut
        server = Postfix(Path(folder), domain=DOMAIN, lmtp=free_port(), world=world.port)
        server.start(WRITER, REPLIER)
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def site(tmp_path: Path, postfix: Postfix) -> Iterator[Site]:
    board = Site(tmp_path, mail_url=f"smtp://127.0.0.1:{postfix.ours}?tls=none")
    board.surroundings |= {
        "RELAY_DOMAIN": DOMAIN,
        "LMTP_LISTEN": f"127.0.0.1:{postfix.lmtp}",
        "TRUSTED_AUTHSERV_ID": AUTHSERV,
    }
    with a_database(tmp_path):
        try:
            board.serve()
            board.start("flask", "relay", "lmtp")
            until(lambda: _listens(postfix.lmtp))
            yield board
        finally:
            board.end()


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


class World:
    """What reached people’s mailboxes, and what their programs send."""

    def __init__(self, server: MailServer, postfix: Postfix) -> None:
        self._server, self._postfix = server, postfix
        self._sent = 0

    def mails(self, to: str) -> list[EmailMessage]:
        return [
            message_from_bytes(raw, policy=policy.default)  # type: ignore[misc]
            for _, recipient, raw in list(self._server.mails)
            if recipient == to
        ]

    def newest(self, to: str, nth: int) -> EmailMessage:
        """The nth mail to this mailbox, once it has come."""
        until(lambda: len(self.mails(to)) >= nth)
        return self.mails(to)[nth - 1]

    def link(self, to: str, nth: int) -> str:
        found = re.search(r"https?://[^/\s]+(/\S*)", self.newest(to, nth).get_content())
        assert found is not None
        return found[1]

    def answer(self, mail: EmailMessage, text: str, *, by: str) -> None:
        """Press “reply”, write, and send."""
        self.send(text, by=by, to=parseaddr(str(mail["Reply-To"]))[1])

    def send(self, text: str, *, by: str, to: str) -> None:
        """By way of the mail server that stands in the relay domain’s MX record."""
        self._sent += 1
        mail = EmailMessage()
        mail["From"], mail["To"] = f"Somebody <{by}>", to
        mail["Message-ID"] = f"<{self._sent}@home.example>"
        mail.set_content(text)
        with smtplib.SMTP("127.0.0.1", self._postfix.public, timeout=30) as smtp:
            smtp.send_message(mail, by, [to])


def test_a_conversation_goes_both_ways_and_shows_nobody(
    site: Site, world: MailServer, postfix: Postfix
) -> None:
    people = World(world, postfix)
    assert site.post("/ads/new", site.ad(1)).status == 303
    box = site.press(people.link(WRITER, 1)).location.split("/")[2]
    assert site.post(f"/ads/{box}/reply", site.reply(2), source=2).status == 303
    assert site.press(people.link(REPLIER, 1)).status == 303

    # the writer answers by mail, the replier does too
    people.answer(people.newest(WRITER, 2), "Friday at noon would suit me well.", by=WRITER)
    heard = people.newest(REPLIER, 2)
    assert "Friday at noon would suit me well." in heard.get_content()
    people.answer(heard, "Noon it is, at the Pilot.", by=REPLIER)
    assert "Noon it is, at the Pilot." in people.newest(WRITER, 3).get_content()

    # nobody saw anybody’s address, in header, body or envelope
    for reader, other in ((WRITER, REPLIER), (REPLIER, WRITER)):
        seen = [(sender, raw) for sender, to, raw in world.mails if to == reader]
        assert len(seen) >= 2
        for sender, raw in seen:
            assert other.encode() not in raw
            assert other.partition("@")[2].encode() not in raw
            assert other not in sender


def test_a_stranger_is_refused_at_the_door_and_whoever_is_not_proven_is_asked(
    site: Site, world: MailServer, postfix: Postfix
) -> None:
    people = World(world, postfix)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        people.send("Hello?", by=STRANGER, to=f"m{'a' * 26}@{DOMAIN}")
    [(code, said)] = refused.value.recipients.values()
    assert code == 550
    assert b"There is no such address here" in said

    assert site.post("/ads/new", site.ad(1)).status == 303
    box = site.press(people.link(WRITER, 1)).location.split("/")[2]
    assert site.post(f"/ads/{box}/reply", site.reply(2), source=2).status == 303
    assert site.press(people.link(REPLIER, 1)).status == 303
    # somebody else has got hold of the writer’s alias
    people.answer(people.newest(WRITER, 2), "Send me your address!", by=STRANGER)
    asked = people.newest(WRITER, 3)
    assert "Send me your address!" in asked.get_content()
    assert [m for m in people.mails(REPLIER) if "Send me your" in m.get_content()] == []
    assert people.mails(STRANGER) == []
    # the writer says that it was theirs after all
    assert site.press(people.link(WRITER, 3)).status == 303
    assert "Send me your address!" in people.newest(REPLIER, 2).get_content()


def test_a_mail_with_bare_newlines_or_too_large_is_refused(site: Site, postfix: Postfix) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.public, timeout=30) as smtp:
        smtp.ehlo()
        smtp.mail(STRANGER)
        assert smtp.rcpt(f"you@{DOMAIN}")[0] == 250
        smtp.docmd("DATA")
        smtp.send(b"Subject: two in one\r\n\r\nHello\n.\nMAIL FROM:<x@y.example>\r\n.\r\n")
        with suppress(smtplib.SMTPServerDisconnected):  # whoever tries is hung up on
            assert smtp.getreply()[0] >= 500
    with smtplib.SMTP("127.0.0.1", postfix.public, timeout=30) as smtp:
        smtp.ehlo()
        assert smtp.mail(STRANGER, [f"SIZE={3 * 1024 * 1024}"])[0] == 552
