"""Taking a mail in: whose address it came to, and the row that makes our yes a promise.

Nothing is read here but the Message-ID. What a mail says is found out later, by the worker.
"""

import hashlib
import re
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.site import Site
from app.mail import tallies
from app.mail.bounce_address import read_bounce_address
from app.relay import blocks, policy
from app.relay.aliases import find_by_alias
from app.relay.models import Incoming, Thread

LARGEST = 2 * 1024 * 1024  # bytes of a mail
KEPT = timedelta(days=7)  # what makes a repeated delivery one mail; servers give up after five
SINK = "you"  # stands in To of all we relay, so that an answer to all shows nobody
BROKERS = frozenset({"postmaster", "abuse"})  # RFC 2142: somebody reads these

_HEADERS = 256 * 1024  # bytes within which a Message-ID is looked for
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.M)
_RETURN_PATH = re.compile(rb"^return-path[ \t]*:[ \t]*<([^>\n]*)>", re.IGNORECASE | re.M)


def local_part(address: str, site: Site) -> str | None:
    """The part before the @ of an address at our domain, in lower case; None for any other.

    `postmaster` needs no domain (RFC 5321 §4.5.1).
    """
    if address.lower() == "postmaster":
        return "postmaster"
    local, _, domain = address.rpartition("@")
    ours = site.relay_domain and domain.casefold().rstrip(".") == site.relay_domain.casefold()
    return local.lower() if ours else None


def recipient_known(session: Session, local: str, *, now: datetime, site: Site) -> bool:
    """Whether mail to this local part is taken. Unknown, closed and blocked are one and the same.

    Aliases count while their conversation is open, bounce addresses for 30 days.
    """
    local = local.lower()
    if local == SINK or local in BROKERS:
        return True
    if read_bounce_address(site.signer, local, now) is not None:
        return True
    found = find_by_alias(session, local)
    return found is not None and may_go_on(session, found[0], now)


def may_go_on(session: Session, thread: Thread, now: datetime) -> bool:
    """Whether the two of this thread can still write to each other."""
    both = thread.writer_id is not None and thread.replier_id is not None
    is_open = both and policy.state_at(thread, now) == "open"
    return is_open and not blocks.is_blocked(session, thread)


def accept(
    session: Session, *, local: str, raw: bytes, from_nobody: bool, now: datetime
) -> Incoming:
    """Keep a mail as it came. The same mail to the same address again is the same row.

    The same: by its Message-ID, or byte for byte where it has none.
    """
    digest = _digest(local, raw)
    standing = session.scalar(select(Incoming).where(Incoming.digest == digest))
    if standing is not None:
        return standing
    row = Incoming(
        local=local,
        digest=digest,
        raw=raw,
        from_nobody=from_nobody,
        state="new",
        outcome="",
        attempts=0,
        received_at=now,
    )
    session.add(row)
    session.flush()
    tallies.count(session, "accepted")
    return row


def purge(session: Session, *, now: datetime, kept: timedelta = KEPT) -> None:
    """Forget mails that were dealt with and can't be delivered a second time any more."""
    old = (Incoming.state == "done", Incoming.received_at <= now - kept)
    session.execute(sa.delete(Incoming).where(*old))


def from_pipe(raw: bytes, sender: str | None) -> tuple[bytes, bool]:
    """The mail without the line some pipes put before it; and whether it came from nobody, <>.

    `sender` as the mail server names it; None where it does not.
    """
    first, _, rest = raw.partition(b"\n")
    if first.startswith((b"From ", b">From ")):
        raw = rest
        sender = first.split(b" ")[1].decode("ascii", "replace") if sender is None else sender
    if sender is None:
        path = _RETURN_PATH.search(_head(raw))
        sender = path[1].decode("ascii", "replace") if path else "somebody"
    return raw, sender.strip("<> \r").upper() in {"", "MAILER-DAEMON"}


def _head(raw: bytes) -> bytes:
    return raw[:_HEADERS].replace(b"\r\n", b"\n").partition(b"\n\n")[0]


def _digest(local: str, raw: bytes) -> str:
    found = _MESSAGE_ID.search(_head(raw))
    own = b"".join(found[1].split()) if found else b""
    what = b"id " + own if own else b"bytes " + hashlib.sha256(raw).digest()
    return hashlib.sha256(local.encode() + b"\0" + what).hexdigest()
