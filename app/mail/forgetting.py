"""What the outbox knows of somebody, and what it forgets with them, their ads, a conversation."""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from email import message_from_bytes
from email.policy import default

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.secret import Address
from app.mail import outbox
from app.mail.compose import wire_form
from app.mail.models import OutboxMail
from app.mail.policy import OF_OTHERS_ADS


def of_person(session: Session, *, person_id: int, address: Address) -> list[OutboxMail]:
    """What is known of mails to this person, or waits for their address; oldest first."""
    waits = OutboxMail.recipient == Address(wire_form(address))
    query = sa.select(OutboxMail).where(sa.or_(OutboxMail.person_id == person_id, waits))
    return list(session.scalars(query.order_by(OutboxMail.id)))


def forget_threads(session: Session, *, thread_ids: Collection[int]) -> None:
    """Drop what is known of the mails of conversations that are no more, sent and waiting alike."""
    session.execute(sa.delete(OutboxMail).where(OutboxMail.thread_id.in_(thread_ids)))


def forget_address(session: Session, *, address: Address, now: datetime) -> None:
    """Withhold what waits for an address and belongs to nobody, such as thanks for a report."""
    nobodys = OutboxMail.person_id.is_(None)
    _cancel(session, nobodys, now, lambda mail: mail.recipient.key == address.key)


def forget_ads(session: Session, *, boxes: Collection[str], now: datetime) -> None:
    """Withhold what waits for others and names one of these ads."""
    if boxes:
        named = re.compile("|".join(map(re.escape, boxes)))
        kinds = OutboxMail.kind.in_(OF_OTHERS_ADS)
        _cancel(session, kinds, now, lambda mail: named.search(_text_of(mail)) is not None)


def _cancel(
    session: Session,
    some: sa.ColumnElement[bool],
    now: datetime,
    meant: Callable[[OutboxMail], bool],
) -> None:
    holds_words = (OutboxMail.mime != b"", some)
    ids = [
        mail.id
        for mail in session.scalars(sa.select(OutboxMail).where(*holds_words))
        if meant(mail)
    ]
    if ids:
        outbox.cancel(session, ids=ids, now=now)


def _text_of(mail: OutboxMail) -> str:
    """The words of a mail that waits."""
    return str(message_from_bytes(mail.mime, policy=default).get_content())
