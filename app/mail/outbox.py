"""The outbox: a mail is a row, written with what it tells of, and frozen before its first attempt.

`pending → leased → sent | pending again | dead`, `cancelled` from all but sent, and `sent →
bounced` when it came back for good. What is sent or cancelled keeps neither address nor text, only
the digest of the bytes. app/mail/delivery.py empties it.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.secret import Address
from app.core.site import Site
from app.mail.compose import Route, compose, message_id_of, wire_form
from app.mail.messages import Draft
from app.mail.models import OutboxMail
from app.mail.policy import (
    GIVE_UP,
    GIVE_UP_SIGN_IN,
    OF_A_THREAD,
    SIGN_IN,
    STANDING,
    TO_STRANGERS,
    Trouble,
)

_FATES = {
    "pending": "queued",
    "leased": "queued",
    "sent": "sent",
    "dead": "undeliverable",
    "bounced": "undeliverable",
}
_REF_MOST = 100  # characters that a row keeps of a Message-ID
# What an ended row loses: its bytes name the recipient, and may hold a link and a message.
BLANK: dict[str, Any] = {
    "mime": b"",
    "recipient": Address(""),
    "lease": None,
    "leased_until": None,
}


def withheld(now: datetime) -> dict[str, Any]:
    """What a row becomes that shall not go after all."""
    return {"state": "cancelled", "ended_at": now, **BLANK}


def put(
    session: Session,
    draft: Draft,
    *,
    site: Site,
    to: Address,
    person_id: int | None,
    now: datetime,
    thread_id: int | None = None,
    message_id: int | None = None,
    route: Route | None = None,
    give_up_after: timedelta | None = None,
) -> OutboxMail:
    """Promise a mail: compose it, freeze its bytes, add its row; it goes once the caller commits.

    `route` is for what one side of a conversation receives of it.
    Raises UnsafeHeader when a name, headline or address can't stand in a header.
    """
    if person_id is None and draft.kind not in TO_STRANGERS:
        raise ValueError(f"a mail of kind {draft.kind} belongs to a person")
    mime = compose(draft, site=site, to=to, now=now, route=route)
    own_id = message_id_of(mime)
    patience = give_up_after or (GIVE_UP_SIGN_IN if draft.kind in SIGN_IN else GIVE_UP)
    mail = OutboxMail(
        kind=draft.kind,
        person_id=person_id,
        recipient=Address(wire_form(to)),
        thread_id=thread_id,
        message_id=message_id,
        mime=mime,
        mime_digest=hashlib.sha256(mime).hexdigest(),
        holds_link=draft.holds_link or route is not None,
        state="pending",
        due_at=now,
        give_up_at=now + patience,
        message_ref=own_id if len(own_id) <= _REF_MOST else "",
        created_at=now,
    )
    session.add(mail)
    session.flush()
    return mail


def cancel(
    session: Session,
    *,
    thread_id: int | None = None,
    person_id: int | None = None,
    kinds: Collection[str] | None = None,
    ids: Collection[int] | None = None,
    now: datetime,
) -> int:
    """Withhold what has not been sent and matches everything given; returns how many mails.

    `person_id`: whom they are to. A mail that is on its way this very moment may still arrive.
    Raises ValueError when nothing is given.
    """
    chosen: list[sa.ColumnElement[bool]] = [OutboxMail.state.in_(STANDING)]
    chosen += [OutboxMail.thread_id == thread_id] if thread_id is not None else []
    chosen += [OutboxMail.person_id == person_id] if person_id is not None else []
    chosen += [OutboxMail.kind.in_(kinds)] if kinds is not None else []
    chosen += [OutboxMail.id.in_(ids)] if ids is not None else []
    if len(chosen) == 1:
        raise ValueError("say which mails to cancel")
    return _count(session, sa.update(OutboxMail).where(*chosen).values(withheld(now)))


def withhold_from(
    session: Session,
    *,
    thread_ids: Collection[int],
    author_id: int,
    kinds: Collection[str],
    now: datetime,
) -> set[int]:
    """Withhold what waits to go in these threads to others than `author_id`; returns which had any.

    As for `cancel`: what is on its way this very moment may still arrive.
    """
    waiting = (
        OutboxMail.state.in_(STANDING),
        OutboxMail.thread_id.in_(thread_ids),
        OutboxMail.person_id != author_id,
        OutboxMail.kind.in_(kinds),
    )
    statement = sa.update(OutboxMail).where(*waiting).values(withheld(now))
    returning = statement.returning(OutboxMail.thread_id)
    found = session.scalars(returning, execution_options={"synchronize_session": "fetch"})
    return {thread_id for thread_id in found if thread_id is not None}


def let_lie(session: Session, *, thread_id: int, person_id: int) -> list[int]:
    """Drop what waits to go to somebody who wants no more of it; returns the messages it carried.

    Nobody is told: what stands in the conversation was said all the same.
    """
    waiting = (
        OutboxMail.state == "pending",
        OutboxMail.thread_id == thread_id,
        OutboxMail.person_id == person_id,
        OutboxMail.kind.in_(OF_A_THREAD),
    )
    carried = session.scalars(sa.select(OutboxMail.message_id).where(*waiting)).all()
    _count(session, sa.delete(OutboxMail).where(*waiting))
    return [message_id for message_id in carried if message_id is not None]


def came_back(session: Session, mail_id: int, *, now: datetime) -> int | None:
    """A mail that was sent could not be delivered after all; returns whom it was to.

    None when no such mail was sent, when it came back before, or when its person was erased.
    """
    back = (
        sa.update(OutboxMail)
        .where(OutboxMail.id == mail_id, OutboxMail.state == "sent")
        .values(state="bounced", ended_at=now)
        .returning(OutboxMail.person_id)
    )
    return session.scalar(back, execution_options={"synchronize_session": "fetch"})


def give_up(session: Session, *, person_id: int, now: datetime) -> int:
    """What conversations have waiting for a dead address goes no more; returns how many mails."""
    waiting = (
        OutboxMail.state == "pending",
        OutboxMail.person_id == person_id,
        OutboxMail.kind.in_(OF_A_THREAD),
    )
    dead = {"state": "dead", "ended_at": now, "trouble": Trouble.REFUSED_ADDRESS.value}
    return _count(session, sa.update(OutboxMail).where(*waiting).values(dead))


def about(session: Session, mail_id: int) -> tuple[int | None, int | None]:
    """Which thread a mail was of and which person it was to; None for each there is not."""
    query = sa.select(OutboxMail.thread_id, OutboxMail.person_id).where(OutboxMail.id == mail_id)
    row = session.execute(query).one_or_none()
    return (None, None) if row is None else (row.thread_id, row.person_id)


def received(session: Session, *, thread_id: int, person_id: int) -> list[str]:
    """The Message-IDs of this thread's mails that were handed over for them, oldest first."""
    query = sa.select(OutboxMail.message_ref).where(
        OutboxMail.thread_id == thread_id,
        OutboxMail.person_id == person_id,
        OutboxMail.kind.in_(OF_A_THREAD),
        OutboxMail.state == "sent",
        OutboxMail.message_ref != "",
    )
    return list(session.scalars(query.order_by(OutboxMail.id)))


def fates(session: Session, message_ids: Collection[int]) -> dict[int, str]:
    """What became of the mails that carry these messages: queued, sent, undeliverable, withheld."""
    rows = session.execute(
        sa.select(OutboxMail.message_id, OutboxMail.state)
        .where(OutboxMail.message_id.in_(message_ids))
        .order_by(OutboxMail.id)
    )
    return {
        message_id: _FATES.get(state, "withheld")
        for message_id, state in rows
        if message_id is not None
    }


def retry(session: Session, ids: Collection[int] | None, *, now: datetime) -> int:
    """Try again now: these dead or waiting mails, or all dead ones for None; returns how many.

    Sign-in mails are left out: the link in a late one is dead. So are those whose text has gone.
    """
    chosen: list[sa.ColumnElement[bool]] = (
        [OutboxMail.state == "dead"]
        if ids is None
        else [OutboxMail.state.in_(("dead", "pending")), OutboxMail.id.in_(ids)]
    )
    chosen += [OutboxMail.kind.not_in(SIGN_IN), OutboxMail.mime != b""]
    again = {"due_at": now, "give_up_at": now + GIVE_UP, "attempts": 0, "ended_at": None}
    return _count(session, sa.update(OutboxMail).where(*chosen).values(state="pending", **again))


def purge(session: Session, *, before: datetime) -> int:
    """Drop notices made before then that are no longer waiting; returns how many.

    A message keeps its mail's fate as long as its conversation stands, but not the mail's words.
    """
    old = OutboxMail.created_at < before
    dead = (OutboxMail.state == "dead", OutboxMail.message_id.is_not(None), OutboxMail.mime != b"")
    session.execute(sa.update(OutboxMail).where(old, *dead).values(BLANK))
    over = OutboxMail.state.in_(("sent", "cancelled", "dead", "bounced"))
    notice = OutboxMail.message_id.is_(None)
    return _count(session, sa.delete(OutboxMail).where(old, over, notice))


def _count(session: Session, statement: sa.Update | sa.Delete) -> int:
    result = session.execute(statement, execution_options={"synchronize_session": "fetch"})
    return int(result.rowcount)  # type: ignore[attr-defined]
