"""Two people talk: the steps of a conversation below the web, each its own unit of work."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.policy import Draft
from app.core.secret import Address
from app.core.site import Site
from app.db import transaction
from app.mail.delivery import deliver_due
from app.mail.models import OutboxMail
from app.mail.policy import Never, Outcome, Sent, Trouble
from app.mail.transports import Parcel
from app.people import service as people
from app.relay import service as relay
from app.relay.models import Message, Thread
from app.relay.policy import KEPT, Role
from app.spam.service import Assessment
from tests.oracle import assert_no_leak

WRITER = "g.prydderch77@tyddyn.example"
REPLIER = "chandler.d@seafront.example"
STRANGER = "third.party@elsewhere.example"
SITE = Site(
    name="Bothways",
    base_url="https://board.example.org",
    mail_from="board@board.example.org",
    broker_name="Teifi Chamber",
    broker_email=Address("broker@chamber.example"),
)
HELLO = "Dear Box, I had a shop in the old harbour for nineteen years. Tea?"
ADVERT = Draft(
    kind="seeks",
    headline="Ward sister seeks a shopkeeper’s eye",
    seeks="Somebody to show me how a rota is made",
    offers="How to stay calm when it is loud",
    sector="health",
    modes=("in_person",),
    place_id=None,
    rhythm="once",
    capacity=1,
    name="Anwen",
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that waits to go, as its reader would see it."""

    to: str
    kind: str
    subject: str
    body: str
    raw: bytes

    @property
    def token(self) -> str:
        """The secret in its first link."""
        found = re.search(r"/l/([\w-]+)", self.body)
        assert found is not None
        return found[1]


@dataclass
class Talk:
    """What people do, at `now`. Methods take addresses; threads go by their key."""

    now: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    refused: set[str] = field(default_factory=set)  # addresses the mail server knows nothing of
    site: Site = SITE
    sent: list[Parcel] = field(default_factory=list)
    sharing: set[str] = field(default_factory=set)  # who has let their address pass, ever

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def advertise(self, email: str = WRITER, headline: str = "", capacity: int = 1) -> str:
        """A live ad; returns its box."""
        draft = replace(ADVERT, headline=headline or ADVERT.headline, capacity=capacity)
        with transaction() as session:
            person = people.meet(session, email=Address(email), now=self.now)
            people.confirm(person, now=self.now)
            ad, _ = ads.post(session, draft=draft, person=person, now=self.now)
            return ads.publish(session, ad=ad, now=self.now).box

    def reply(
        self,
        box: str,
        text: str = HELLO,
        *,
        email: str = REPLIER,
        name: str = "Dafydd",
        known: bool = False,
        browser_of: str = "",
        held_reason: str = "",
    ) -> relay.Outcome:
        """Send the form on an ad's page; `known`: from a browser with a session, one's own."""
        whose = browser_of or (email if known else "")
        with transaction() as session:
            ad = ads.get_live(session, box, now=self.now)
            person = people.find_person(session, Address(whose)) if whose else None
            return relay.open_thread(
                session,
                ad=ad,
                email=Address(email),
                name=name,
                text=text,
                now=self.now,
                assessment=Assessment(held_reason),
                confirmed_by=person,
                site=self.site,
            )

    def press(self, token: str) -> str:
        """Press a mailed `message` link; returns the thread's key."""
        with transaction() as session:
            link = people.use_link(session, token, now=self.now)
            thread = relay.confirm_thread(
                session, key=link.subject, person=link.person, now=self.now, site=self.site
            )
            return thread.key

    def begin(self, box: str, text: str = HELLO, *, email: str = REPLIER) -> str:
        """A first message, confirmed; returns the thread's key."""
        self.reply(box, text, email=email)
        return self.press(self.mails(email)[-1].token)

    def write(self, key: str, text: str, *, email: str) -> int:
        """Write on the thread's page; returns the message's id."""
        with transaction() as session:
            thread, role = self._find(session, key, email)
            return relay.write(
                session, thread=thread, author=role, text=text, now=self.now, site=self.site
            ).id

    def decline(self, key: str, *, email: str = WRITER, reason: str = "time") -> None:
        with transaction() as session:
            thread, by = self._find(session, key, email)
            relay.decline(
                session, thread=thread, by=by, reason=reason, now=self.now, site=self.site
            )

    def end(self, key: str, *, email: str) -> None:
        with transaction() as session:
            thread, by = self._find(session, key, email)
            relay.end(session, thread=thread, by=by, now=self.now, site=self.site)

    def block(self, key: str, *, email: str) -> None:
        with transaction() as session:
            thread, by = self._find(session, key, email)
            relay.block(session, thread=thread, by=by, now=self.now)

    def mute(self, key: str, *, email: str) -> None:
        with transaction() as session:
            thread, by = self._find(session, key, email)
            relay.mute(session, thread=thread, by=by, now=self.now)

    def unmute(self, key: str, *, email: str) -> None:
        with transaction() as session:
            thread, by = self._find(session, key, email)
            relay.unmute(thread=thread, by=by)

    def share(self, key: str, *, email: str) -> None:
        with transaction() as session:
            thread, by = self._find(session, key, email)
            self.sharing.add(email)
            relay.share(session, thread=thread, by=by, now=self.now, site=self.site)

    def unshare(self, key: str, *, email: str) -> None:
        with transaction() as session:
            thread, by = self._find(session, key, email)
            relay.unshare(session, thread=thread, by=by, now=self.now)

    def erase(self, email: str) -> None:
        """As `POST /mine/erase` does it."""
        with transaction() as session:
            person = people.find_person(session, Address(email))
            assert person is not None
            ads.erase_of(session, person=person)
            relay.erase_of(session, person=person, now=self.now)
            people.erase(session, person=person)

    def close_ad(self, box: str) -> None:
        with transaction() as session:
            ad = ads.find_ad(session, box)
            assert ad is not None
            ads.close(session, ad=ad, now=self.now)

    def purge(self, *, idle: timedelta = KEPT) -> None:
        with transaction() as session:
            relay.purge(session, now=self.now, idle=idle)

    def send_mail(self) -> None:
        """Let the worker hand over what is due."""
        deliver_due(self, lambda: self.now)

    def deliver(self, parcel: Parcel) -> Outcome:
        """The mail server's side."""
        self.sent.append(parcel)
        gone = parcel.recipient.reveal() in self.refused
        return Never(Trouble.REFUSED_ADDRESS) if gone else Sent()

    def close(self) -> None:
        """The mail server's side, too."""

    # --- looking ---

    def mails(self, to: str | None = None) -> list[Mail]:
        """What waits in the outbox, oldest first."""
        with transaction() as session:
            rows = session.scalars(select(OutboxMail).order_by(OutboxMail.id))
            waiting = [_read(row) for row in rows if row.state == "pending"]
        return [mail for mail in waiting if to in (None, mail.to)]

    def thread(self, key: str) -> Thread:
        """The row as it stands."""
        with transaction() as session:
            thread = session.scalar(select(Thread).where(Thread.key == key))
            assert thread is not None
            assert thread.messages is not None
            session.expunge_all()
            return thread

    def threads(self) -> int:
        with transaction() as session:
            return len(session.scalars(select(Thread)).all())

    def assert_no_leak(self) -> None:
        """Nobody was mailed the other side's address, handed over or still waiting; see `share`."""
        mails = [(mail.to, mail.raw) for mail in self.mails()]
        mails += [(parcel.recipient.reveal(), parcel.mime) for parcel in self.sent]
        for to, raw in mails:
            others = {WRITER, REPLIER} - {to} - self.sharing
            assert_no_leak(raw, *others)

    def messages(self) -> list[str]:
        """Every text kept, in order."""
        with transaction() as session:
            return list(session.scalars(select(Message.text).order_by(Message.id)))

    def events(self, key: str) -> list[tuple[str, str]]:
        """What happened beside messages: whose doing, and what."""
        with transaction() as session:
            thread = session.scalar(select(Thread).where(Thread.key == key))
            assert thread is not None
            return [(event.role, event.what) for event in relay.events(session, thread)]

    def seen_by(self, key: str, email: str) -> list[tuple[str, str]]:
        """The thread's page: each message's text and what became of it."""
        with transaction() as session:
            thread, role = self._find(session, key, email)
            return [(m.text, state) for m, state in relay.shown(session, thread, role)]

    def is_full(self, box: str) -> bool:
        with transaction() as session:
            return relay.is_full(session, ads.get_by_boxes(session, [box])[0])

    def lines(self, email: str) -> list[relay.ThreadLine]:
        with transaction() as session:
            person = people.find_person(session, Address(email))
            assert person is not None
            return relay.threads_of(session, person, now=self.now)

    def _find(self, session: Session, key: str, email: str) -> tuple[Thread, Role]:
        person = people.meet(session, email=Address(email), now=self.now)
        return relay.find_thread(session, key, person)


def _read(row: OutboxMail) -> Mail:
    parsed = message_from_bytes(row.mime, policy=policy.default)
    body = parsed.get_content().replace("\r\n", "\n")
    return Mail(row.recipient.reveal(), row.kind, str(parsed["Subject"]), body, row.mime)
