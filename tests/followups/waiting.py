"""People who wait, put there at once where how they came to wait is not the question."""

import re
from datetime import timedelta
from email.message import EmailMessage

from sqlalchemy import select

from app.ads import service as ads
from app.ads.policy import Draft
from app.core.clock import utcnow
from app.core.secret import Address
from app.db import transaction
from app.people import service as people
from app.relay import service as relay
from app.relay.models import Thread
from app.spam.service import Assessment
from tests.board import AD, MESSAGE, Board

GWEN, DAFYDD = str(AD["email"]), "dafydd.rhys@letters.example"
BARE = re.compile(r"/ads/(\w{6})$", re.MULTILINE)


def advertise(board: Board, email: str = GWEN, **changes: object) -> str:
    """A live ad; returns its Box."""
    values: dict[str, object] = {
        "kind": "seeks",
        "headline": "Ward sister seeks a shopkeeper’s eye",
        "seeks": "Somebody to show me how a rota is made.",
        "offers": "First aid that sticks.",
        "sector": "health",
        "modes": ("phone",),
        "rhythm": "once",
        "name": email.partition(".")[0].title(),
        "capacity": 9,
    }
    with board.app.app_context(), transaction() as session:
        person = people.meet(session, email=Address(email), now=utcnow())
        people.confirm(person, now=utcnow())
        draft = Draft(**(values | changes))  # type: ignore[arg-type]
        ad, _ = ads.post(session, draft=draft, person=person, now=utcnow())
        return ads.publish(session, ad=ad, now=utcnow()).box


def write(
    board: Board,
    box: str,
    email: str = DAFYDD,
    *,
    text: str = MESSAGE,
    held: str = "",
    known: bool = True,
) -> str:
    """A first message; it goes on where its sender is `known`. Returns the key of its thread."""
    site = board.app.extensions["site"]
    with board.app.app_context(), transaction() as session:
        person = people.meet(session, email=Address(email), now=utcnow())
        if known:
            people.confirm(person, now=utcnow())
        relay.open_thread(
            session,
            ad=ads.get_live(session, box, now=utcnow()),
            email=Address(email),
            name=email.partition(".")[0].title(),
            text=text,
            now=utcnow(),
            assessment=Assessment(held),
            confirmed_by=person if known else None,
            site=site,
        )
        found = select(Thread.key).where(Thread.replier_id == person.id, Thread.box == box)
        return session.scalars(found).one()


def answer(board: Board, key: str, text: str = "Gladly!") -> None:
    """The ad’s writer answers on the conversation’s page."""
    site = board.app.extensions["site"]
    with board.app.app_context(), transaction() as session:
        thread = session.scalars(select(Thread).where(Thread.key == key)).one()
        relay.write(session, thread=thread, author="writer", text=text, now=utcnow(), site=site)


def end(board: Board, key: str, by: str) -> None:
    """One side says goodbye, or blocks the other (`block`), or says no (`no`)."""
    site = board.app.extensions["site"]
    with board.app.app_context(), transaction() as session:
        thread = session.scalars(select(Thread).where(Thread.key == key)).one()
        if by == "no":
            relay.decline(
                session, thread=thread, by="writer", reason="time", now=utcnow(), site=site
            )
        elif by == "block":
            relay.block(session, thread=thread, by="writer", now=utcnow())
        elif by == "writer":
            relay.end(session, thread=thread, by="writer", now=utcnow(), site=site)
        else:
            relay.end(session, thread=thread, by="replier", now=utcnow(), site=site)


def pass_days(board: Board, days: float) -> None:
    """So many days and a minute go by, and the worker does what is due."""
    board.clock.shift(timedelta(days=days, minutes=1))
    board.work()


def reminders(board: Board, to: str = GWEN) -> list[EmailMessage]:
    """The mails to that writer that somebody waits."""
    return [mail for mail in board.mails(to) if "waits for a word" in str(mail["Subject"])]


def consolations(board: Board, to: str = DAFYDD) -> list[EmailMessage]:
    """The mails to that replier that there is no answer yet."""
    return [mail for mail in board.mails(to) if "No answer from Box" in str(mail["Subject"])]


def rests(board: Board, to: str = GWEN) -> list[EmailMessage]:
    """The mails to that writer that an ad was taken off the board."""
    return [mail for mail in board.mails(to) if "takes a rest" in str(mail["Subject"])]


def named(mail: EmailMessage) -> list[str]:
    """The Box numbers of the ads that a mail names, in its order."""
    return BARE.findall(mail.get_content().replace("\r", ""))
