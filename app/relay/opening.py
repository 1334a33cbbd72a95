"""How a conversation begins: a first message, its sender's proof, a broker's look, the writer."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.ads import service as ads
from app.ads.models import Ad
from app.core.secret import Address
from app.core.site import Site
from app.core.text import clean_line
from app.core.tokens import new_key
from app.people import service as people
from app.people.models import Person
from app.relay import blocks, delivery, keeping, policy
from app.relay.models import Message, Thread
from app.relay.refusals import AdFull, BadMessage, NotTaking, OwnAd, ThreadUnknown, TooLate
from app.spam.service import UNREMARKABLE, Assessment


class Outcome(StrEnum):
    """What became of a first message; `confirm` for every address not proven at once."""

    CONFIRM = "confirm"
    SENT = "sent"
    HELD = "held"


def full_boxes(session: Session, some: Iterable[Ad]) -> set[str]:
    """Which of `some` ads have no place left: one query. Ended threads give theirs back."""
    by_id = {ad.id: ad for ad in some}
    taken = (
        select(Thread.ad_id, sa.func.count())
        .where(Thread.ad_id.in_(by_id), Thread.state == "open", Thread.answered_at.is_not(None))
        .group_by(Thread.ad_id)
    )
    counts = session.execute(taken).all() if by_id else []
    return {by_id[i].box for i, count in counts if i and count >= by_id[i].capacity}


def is_full(session: Session, ad: Ad) -> bool:
    """Whether as many conversations were answered and not ended as the writer has room for."""
    return bool(full_boxes(session, [ad]))


def open_thread(
    session: Session,
    *,
    ad: Ad,
    email: Address,
    name: str,
    text: str,
    now: datetime,
    assessment: Assessment = UNREMARKABLE,
    confirmed_by: Person | None,
    site: Site,
) -> Outcome:
    """Take in a message to a live ad. It goes on at once only when `confirmed_by` is its sender.

    Anybody else gets the same answer whatever the address: what it may or may not do, being the
    writer's own or blocked, is said where the mailed link is pressed. One thread an ad and replier.
    """
    if policy.opening_problems(name, text):
        raise BadMessage
    name = clean_line(name)
    person = people.meet(session, email=email, now=now)
    proven = confirmed_by is not None and confirmed_by.id == person.id
    thread = _between(session, ad, person)
    goes_on = proven and thread is not None and policy.state_at(thread, now) == "open"
    if not goes_on and is_full(session, ad):
        raise AdFull
    if thread is None:
        thread = new_thread(session, ad=ad, replier=person, name=name, state="unconfirmed", now=now)
    if thread.state == "unconfirmed":
        thread.replier_name = name
    if thread.state == "unconfirmed" or policy.reopens(thread, now):
        thread.held_reason = thread.held_reason or assessment.held_reason
        thread.spam_score = max(thread.spam_score, assessment.score)
        thread.text_group = assessment.group
    message, fresh = keeping.keep(session, thread, "replier", text, now)
    if message.state == "unconfirmed":
        message.by_mail = False  # perhaps it was held as a mail; now it goes the way of this form
    if proven:
        if message.state == "unconfirmed":
            _go_on(session, thread, now, site)
        return Outcome.HELD if thread.state == "held" else Outcome.SENT
    if fresh or _asked_long_ago(message, now):
        message.created_at = now
        delivery.ask_to_confirm(session, thread=thread, now=now, site=site)
    return Outcome.CONFIRM


def confirm_thread(
    session: Session, *, key: str, person: Person, now: datetime, site: Site
) -> Thread:
    """The mailed link was pressed: the address is proven, and what waited for it goes on.

    Raises TooLate, OwnAd or NotTaking; undone with its transaction, so that the same press may be
    tried again while the link lasts.
    """
    thread, waiting = unconfirmed(session, key=key, person=person)
    people.confirm(person, now=now)
    if waiting:
        _go_on(session, thread, now, site)
    return thread


def unconfirmed(session: Session, *, key: str, person: Person) -> tuple[Thread, list[Message]]:
    """The thread and what pressing the mailed link would send; ThreadUnknown for anybody else."""
    thread = session.scalar(select(Thread).where(Thread.key == key))
    if thread is None or thread.replier_id != person.id:
        raise ThreadUnknown
    return thread, _unconfirmed(thread)


# --- a broker’s -----------------------------------------------------------------------------------


def held(session: Session) -> list[Thread]:
    """Threads whose first messages wait for a broker, oldest first, with their messages."""
    query = select(Thread).where(Thread.state == "held").order_by(Thread.id)
    return list(session.scalars(query.options(selectinload(Thread.messages))))


def release(session: Session, *, key: str, now: datetime, site: Site) -> Thread:
    """Let a held first message through. Raises ThreadUnknown, TooLate or NotTaking."""
    thread = _held(session, key)
    _check_may_reach(session, thread, now)
    thread.state, thread.held_reason, thread.moved_at = "open", "", now
    thread.reached_at = now
    for message in thread.messages:
        if message.state == "held":
            delivery.deliver(session, thread=thread, message=message, now=now, site=site)
    return thread


def remove_held(session: Session, *, key: str, now: datetime) -> Thread:
    """Keep a held first message back for good; what its sender writes next is held as well."""
    thread = _held(session, key)
    thread.state, thread.reason, thread.ended_at = "ended", policy.WITHHELD, now
    for message in thread.messages:
        message.state = "withheld"
    return thread


# --- inside ---------------------------------------------------------------------------------------


def _held(session: Session, key: str) -> Thread:
    thread = session.scalar(select(Thread).where(Thread.key == key, Thread.state == "held"))
    if thread is None:
        raise ThreadUnknown
    return thread


def _between(session: Session, ad: Ad, person: Person) -> Thread | None:
    query = select(Thread).where(Thread.ad_id == ad.id, Thread.replier_id == person.id)
    return session.scalar(query.order_by(Thread.id.desc()).limit(1))


def new_thread(
    session: Session, *, ad: Ad, replier: Person, name: str, state: str, now: datetime
) -> Thread:
    """A conversation about `ad`, in which nothing has been said; the replier goes by `name`."""
    thread = Thread(
        key=new_key(),
        ad=ad,
        headline=ad.headline,
        box=ad.box,
        writer=ad.person,
        replier=replier,
        writer_name=ad.name,
        replier_name=name,
        state=state,
        reason="",
        held_reason="",
        spam_score=0.0,
        ended_by="",
        created_at=now,
        moved_at=now,
    )
    session.add(thread)
    session.flush()
    return thread


def _unconfirmed(thread: Thread) -> list[Message]:
    """What the replier wrote on a page; mails in somebody's name wait for a link of their own."""
    return [m for m in thread.messages if m.state == "unconfirmed" and not m.by_mail]


def _asked_long_ago(message: Message, now: datetime) -> bool:
    """Whether its link was mailed long enough ago to be mailed again: the first may be lost."""
    return message.state == "unconfirmed" and now - message.created_at >= policy.SAME_WITHIN


def _go_on(session: Session, thread: Thread, now: datetime, site: Site) -> None:
    """What the replier has proved to have written goes to the writer, or to the broker first."""
    _check_may_reach(session, thread, now)
    if policy.state_at(thread, now) not in {"open", "held"}:
        if is_full(session, _ad(thread)):
            raise AdFull
        _reopen(thread)
    for message in _unconfirmed(thread):
        if thread.state == "held":
            message.state = "held"
        else:
            delivery.deliver(session, thread=thread, message=message, now=now, site=site)
    if thread.state == "open":
        thread.reached_at = thread.reached_at or now
    thread.moved_at = now


def _reopen(thread: Thread) -> None:
    """Begin, or begin anew: the place it took is free until the writer answers again."""
    thread.state = "held" if thread.held_reason else "open"
    thread.answered_at = thread.ended_at = None
    thread.reached_at = thread.reminded_at = thread.consoled_at = None
    thread.ended_by = thread.reason = ""


def _check_may_reach(session: Session, thread: Thread, now: datetime) -> None:
    if thread.ad is None or not ads.is_live(thread.ad, now):
        raise TooLate
    if thread.writer_id == thread.replier_id:
        raise OwnAd
    said_no = thread.state not in {"unconfirmed", "held", "open"}
    if said_no and not policy.reopens(thread, now):
        raise NotTaking
    if blocks.is_blocked(session, thread):
        raise NotTaking
    if thread.replier is not None:
        people.check_may_speak(thread.replier)


def _ad(thread: Thread) -> Ad:
    assert thread.ad is not None
    return thread.ad
