"""A board whose mails can be answered, its three programs apart, and people who talk on it."""

import smtplib
import socket
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from itsdangerous import URLSafeTimedSerializer

from app.core.clock import utcnow
from app.core.secret import Address
from app.core.tokens import digest
from app.db import transaction
from app.people import service as people
from app.relay.aliases import alias_of
from app.relay.policy import Role
from tests.faults.site import SECRET, Answer, Site
from tests.faults.starter import Program, Starter
from tests.mail.server import MailServer
from tests.relay.mailin.post import DOMAIN, TRUSTED, at
from tests.relay.talk import Talk
from tests.waiting import free_port, until
from tests.words import own_words as own_words

ROOT_NAME, HOME = "quillon", "kith.example"  # in everybody's address, and in no text
SHORTLY = {"LEASE_SECONDS": "1", "RETRY_SECONDS": "1"}  # really it is minutes
NO_ANSWER = -1  # LMTP: the connection broke, or there was none
STANDING = (
    "SELECT (SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased')),"
    " (SELECT count(*) FROM incoming WHERE state IN ('new', 'leased'))"
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two people in a conversation."""

    email: str
    alias: str  # where their answers by mail go
    cookie: str  # of the browser in which they are known
    token: str  # of the forms shown to that browser


@dataclass(frozen=True, slots=True)
class Conversation:
    """An open one. Sides go by `writer` and `replier`."""

    key: str
    writer: Side
    replier: Side

    @property
    def path(self) -> str:
        return f"/threads/{self.key}"

    def side(self, role: str) -> Side:
        return self.writer if role == "writer" else self.replier

    def across(self, role: str) -> Side:
        return self.replier if role == "writer" else self.writer


class RelaySite(Site):
    """Its programs are web, worker and lmtp, each started with `begin`."""

    talk: Conversation  # the one a test is about

    def __init__(self, folder: Path, starter: Starter, mail_url: str) -> None:
        super().__init__(folder, mail_url=mail_url)
        self.starter = starter
        self.lmtp_port = free_port()
        self.started: list[Program] = []
        self.surroundings |= SHORTLY | {
            "RELAY_DOMAIN": DOMAIN,
            "TRUSTED_AUTHSERV_ID": TRUSTED,
            "LMTP_LISTEN": f"127.0.0.1:{self.lmtp_port}",
            "FELL": str(folder / "fell"),
        }

    @property
    def database(self) -> Path:
        return Path(self.surroundings["DATABASE_URL"].removeprefix("sqlite:///"))

    # --- programs ---

    def begin(self, name: str, **more: str) -> Program:
        """Start `web`, `worker` or `lmtp`; does not wait until it answers."""
        surroundings = self.surroundings | more
        program = self.starter.start(name, surroundings, self.folder / "said.log")
        self.started.append(program)
        return program

    def begin_all(self) -> dict[str, Program]:
        """All three, answering."""
        programs = {name: self.begin(name) for name in ("web", "worker", "lmtp")}
        self.until_web()
        self.until_lmtp()
        return programs

    def until_web(self) -> None:
        until(lambda: self.get("/healthz").status == 200)

    def until_lmtp(self) -> None:
        def greets() -> bool:
            with socket.socket() as wire:
                wire.settimeout(1)
                return not wire.connect_ex(("127.0.0.1", self.lmtp_port)) and bool(wire.recv(1))

        until(greets)

    def end(self) -> None:
        super().end()
        for program in self.started:
            program.kill()

    @property
    def fell(self) -> bool:
        """Whether a program has met the end that FALLS_AT has for it."""
        return (self.folder / "fell").exists()

    # --- a mail server's side ---

    def bring(self, raw: bytes, *to: str) -> list[int]:
        """Deliver one mail by LMTP: an answer for each recipient, NO_ANSWER where none came."""
        answers: list[int] = []
        with (
            suppress(OSError, smtplib.SMTPException),
            smtplib.LMTP("127.0.0.1", self.lmtp_port, timeout=45) as server,
        ):
            _deliver(server, raw, to, answers)
        return answers + [NO_ANSWER] * (len(to) - len(answers))

    def insist(self, raw: bytes, *to: str) -> list[list[int]]:
        """Deliver it again, as a mail server does, to those whose answer was no 250 and no 5xx."""
        heard: list[list[int]] = []
        waiting = list(to)

        def brought() -> bool:
            answers = self.bring(raw, *waiting)
            heard.append(answers)
            pairs = zip(waiting, answers, strict=True)
            waiting[:] = [one for one, answer in pairs if answer != 250 and answer < 500]
            return not waiting

        until(brought)
        return heard

    # --- people ---

    def converse(self, many: int) -> list[Conversation]:
        """So many open conversations between people of their own, nothing of them waiting to go."""
        with self.inside() as app:
            talk = Talk(now=utcnow(), site=app.extensions["site"])
            made = [self._converse(app, talk, 2 * number) for number in range(many)]
            talk.send_mail()
        return made

    def _converse(self, app: Any, talk: Talk, number: int) -> Conversation:
        emails = email_of(number), email_of(number + 1)
        with transaction() as session:
            person = people.meet(session, email=Address(emails[1]), now=talk.now)
            people.confirm(person, now=talk.now)
        box = talk.advertise(emails[0], headline=f"Seeks a weaver, {letters(number)}")
        talk.reply(box, email=emails[1], known=True)
        (line,) = talk.lines(emails[1])
        sides = [
            _side(app, talk, line.key, emails[0], "writer"),
            _side(app, talk, line.key, emails[1], "replier"),
        ]
        return Conversation(line.key, *sides)

    def say(self, conversation: Conversation, role: str, text: str) -> Answer:
        """Write on the conversation's page, once."""
        side = conversation.side(role)
        fields = {"csrf_token": side.token, "message": text}
        return self.post(conversation.path, fields, cookie=side.cookie)

    def said_to(self, conversation: Conversation, role: str) -> str:
        """The page as that side sees it."""
        return self.get(conversation.path, cookie=conversation.side(role).cookie).text

    def _ripe(self) -> dict[str, list[str]]:
        """What a form holds that a page of this board showed to a stranger a minute ago."""
        begun = int((utcnow().timestamp() - 60) * 1000)
        values = {"csrf_token": _signed("form", ""), "started": _signed("started", begun)}
        return {name: [value] for name, value in values.items()}

    # --- what is there ---

    def waiting(self) -> tuple[int, int]:
        """How many mails wait to go, and to be read."""
        ((going, coming),) = self.count(STANDING)
        return going, coming

    def kept(self, words: str) -> int:
        """How many messages say just this."""
        query = "SELECT count(*) FROM messages WHERE text = :words"
        ((found,),) = self.count(query, words=words)
        return int(found)

    def until_done(self, seconds: float = 300.0) -> None:
        """Wait until nothing waits any more, for the index neither."""
        until(lambda: self.waiting() == (0, 0), seconds)
        until(lambda: self.count("SELECT count(*) FROM stale_marks") == [(0,)], seconds)


def _deliver(server: smtplib.LMTP, raw: bytes, to: tuple[str, ...], answers: list[int]) -> None:
    """`answers` are filled as they come, so that those before a break count."""
    server.ehlo()
    server.mail("somebody@elsewhere.example")
    known = [server.rcpt(at(recipient))[0] for recipient in to]
    if 250 in known:
        if server.docmd("DATA")[0] != 354:
            raise smtplib.SMTPServerDisconnected
        server.send(raw + b"\r\n.\r\n")
    for code in known:
        answers.append(server.getreply()[0] if code == 250 else code)


def _side(app: Any, talk: Talk, key: str, email: str, role: Role) -> Side:
    """What this person's browser and mail program would know, without their going there first."""
    with transaction() as session:
        person = people.find_person(session, Address(email))
        assert person is not None
        thread, _ = talk._find(session, key, email)
        alias = alias_of(session, thread=thread, role=role)
        sid = people.open_session(session, person=person, now=talk.now)
    signer = app.session_interface.get_signing_serializer(app)
    seen = {"_permanent": True, "sid": sid, "seen": int(talk.now.timestamp())}
    token = _signed("form", digest(sid)[:16])
    return Side(email, alias, f"bothways={signer.dumps(seen)}", token)


def _signed(salt: str, value: object) -> str:
    return str(URLSafeTimedSerializer([SECRET], salt=salt).dumps(value))


def mail_from(email: str, text: str, message_id: str) -> bytes:
    """A mail as this person's program makes it and our own mail server hands it on."""
    mail = EmailMessage()
    mail["Authentication-Results"] = f"{TRUSTED}; dmarc=pass header.from={HOME}"
    mail["Received"] = f"from {HOME} by {TRUSTED}; Mon, 2 Mar 2026 12:00:00 +0000"
    mail["From"] = f"Somebody <{email}>"
    mail["To"] = f"you@{DOMAIN}"
    mail["Subject"] = "Re: Seeks a weaver"
    mail["Message-ID"] = f"<{message_id}@{HOME}>"
    mail.set_content(text)
    return mail.as_bytes().replace(b"\n", b"\r\n")


def copies(server: MailServer, words: str) -> list[bytes]:
    """Every mail to the other side of a conversation that carries these words."""
    mails = list(server.mails)
    return [raw for _, _, raw in mails if b"List-Unsubscribe:" in raw and words in body_of(raw)]


def body_of(raw: bytes) -> str:
    """The words of a mail of ours."""
    return str(message_from_bytes(raw, policy=policy.default).get_content())


def email_of(number: int) -> str:
    """The address of the person of that number."""
    return f"{ROOT_NAME}.{number}@{HOME}"


def letters(number: int) -> str:
    """A number as a word of four letters: digits might be taken for an address."""
    return f"{number:04d}".translate(str.maketrans("0123456789", "bcdfghjkmp"))
