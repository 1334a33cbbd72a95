"""The post: mails as people's programs send them, brought by a mail server, taken by the worker."""

import re
import smtplib
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import parseaddr

from flask import Flask
from sqlalchemy import select

from app.core.secret import Address
from app.core.signing import Signer
from app.db import transaction
from app.mail import tallies
from app.people import service as people
from app.relay import lmtp, taking
from app.relay.aliases import alias_of
from app.relay.door import Door, Surroundings
from app.relay.models import Incoming, Thread
from app.relay.policy import Role
from app.relay.reader import Reader
from tests.relay.talk import REPLIER, SITE, WRITER, Talk

DOMAIN = "reply.board.example"
TRUSTED = "mx.board.example"
RELAY = replace(SITE, relay_domain=DOMAIN, signer=Signer(("a key nobody knows",)))
PASSED = f"{TRUSTED}; dmarc=pass header.from="
Answer = tuple[int, str]


@dataclass
class Post:
    """A conversation whose two sides answer by mail."""

    app: Flask
    reader: Reader
    talk: Talk = field(default_factory=lambda: Talk(site=RELAY))
    place: str = ""
    box: str = ""
    key: str = ""
    sent: int = 0

    # --- a mail server's side ---

    def open(self) -> threading.Thread:
        """Open the door on a free port; the thread ends with `stop`."""
        self.stop = threading.Event()
        ready = threading.Event()

        def tell(place: str) -> None:
            self.place = place
            ready.set()

        around = Surroundings(context=self.app.app_context, now=lambda: self.talk.now, site=RELAY)
        words = {"name": DOMAIN, "stop": self.stop, "ready": tell}
        thread = threading.Thread(
            target=lmtp.serve, args=(Door(around), "127.0.0.1:0"), kwargs=words
        )
        thread.start()
        assert ready.wait(10)
        return thread

    def connect(self) -> smtplib.LMTP:
        host, _, port = self.place.rpartition(":")
        return smtplib.LMTP(host, int(port), timeout=30)

    def ask(self, recipient: str) -> Answer:
        """What RCPT answers."""
        with self.connect() as server:
            server.ehlo()
            server.mail("somebody@home.example")
            return _plain(server.rcpt(at(recipient)))

    def bring(self, raw: bytes, *to: str, sender: str = "somebody@home.example") -> list[Answer]:
        """Deliver one mail; an answer for each recipient, whenever it came."""
        with self.connect() as server:
            server.ehlo()
            server.mail(sender)
            answers = [_plain(server.rcpt(at(recipient))) for recipient in to]
            if any(code == 250 for code, _ in answers):
                assert server.docmd("DATA")[0] == 354
                server.send(re.sub(rb"(^|\r\n)\.", rb"\1..", raw) + b"\r\n.\r\n")
                answers = [
                    _plain(server.getreply()) if answer[0] == 250 else answer for answer in answers
                ]
            return answers

    # --- the board's side ---

    def work(self) -> int:
        """Let the worker deal with what came."""
        return taking.take_due(self.reader, now=lambda: self.talk.now, site=RELAY, trusted=TRUSTED)

    def outcomes(self) -> list[str]:
        """What came of each mail, oldest first."""
        with transaction() as session:
            return list(session.scalars(select(Incoming.outcome).order_by(Incoming.id)))

    def rows(self) -> list[Incoming]:
        with transaction() as session:
            found = list(session.scalars(select(Incoming).order_by(Incoming.id)))
            session.expunge_all()
            return found

    def tallies(self) -> dict[str, int]:
        with transaction() as session:
            return tallies.tallies(session)

    def is_dead(self, email: str) -> bool:
        """Whether the board has given this address up."""
        with transaction() as session:
            person = people.find_person(session, Address(email))
            assert person is not None
            return person.undeliverable_at is not None

    # --- the two people's side ---

    def begin(self) -> None:
        """An ad, an answer that was confirmed, and the writer's first word back."""
        self.box = self.talk.advertise()
        self.key = self.talk.begin(self.box)
        self.talk.write(self.key, "Would Friday do?", email=WRITER)

    def alias(self, email: str) -> str:
        """Where this person's program sends an answer: the sender of what they last received."""
        received = [m for m in self.talk.mails(email) if m.kind == "new_message"][-1]
        return parseaddr(message_from_bytes(received.raw)["From"])[1]

    def alias_in(self, key: str, role: Role = "replier") -> str:
        """Where that side’s answers go, whether or not it has received anything yet."""
        with transaction() as session:
            thread = session.scalars(select(Thread).where(Thread.key == key)).one()
            return at(alias_of(session, thread=thread, role=role))

    def answer(self, text: str, *, by: str = REPLIER, **words: str) -> list[Answer]:
        """Answer by mail from one's own mailbox."""
        return self.bring(self.mail(text, by=by, **words), self.alias(by), sender=by)

    def mail(self, text: str, *, by: str = REPLIER, checked: str = "", **headers: str) -> bytes:
        """A mail as its sender's program makes it and the board's mail server hands it on.

        `checked` replaces what the server found out; headers are named with _ for -.
        """
        self.sent += 1
        mail = EmailMessage()
        mail["Authentication-Results"] = checked or PASSED + by.rpartition("@")[2]
        mail["Received"] = "from home.example by mx.board.example; Mon, 2 Mar 2026 12:00:00 +0000"
        mail["From"] = headers.pop("From", f"Somebody <{by}>")
        mail["To"] = f"you@{DOMAIN}"
        mail["Subject"] = "Re: Ward sister seeks a shopkeeper’s eye"
        mail["Message-ID"] = headers.pop("Message_ID", f"<{self.sent}.{id(self)}@home.example>")
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def now(self) -> datetime:
        return self.talk.now


def at(recipient: str) -> str:
    """The whole address of one of the board's own."""
    return recipient if "@" in recipient else f"{recipient}@{DOMAIN}"


def _plain(answer: tuple[int, bytes]) -> Answer:
    return answer[0], answer[1].decode()
