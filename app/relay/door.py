"""What is answered to those who bring mail: one of these sentences, whatever goes wrong.

An error's own text may quote an address, so it goes nowhere. An answer begins with the code of
SMTP (RFC 5321 §4.2) and the enhanced one that agrees with it (RFC 3463).
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.core.site import Site
from app.db import again, reading, transaction
from app.mail import tallies
from app.relay import accepting

KNOWN = "250 2.1.5 OK"
TAKEN = "250 2.0.0 Taken"  # the mail is committed
UNKNOWN = "550 5.1.1 There is no such address here"
TOO_BIG = "552 5.3.4 This mail is larger than 2 MB"
NO_ROOM = "452 4.3.1 There is no room just now, please try again later"
LATER = "451 4.3.0 This can't be done just now, please try again later"

_DISK_FULL = "53100"  # as PostgreSQL says it

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the door needs of the application: its context, its clock, its names."""

    context: Callable[[], AbstractContextManager[Any]]
    now: Callable[[], datetime]
    site: Site


class Door:
    """Says whether a recipient is known, and takes mails in. Safe to be asked by many threads."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._refused = 0
        self._lock = Lock()

    def look(self, address: str) -> str:
        """KNOWN or UNKNOWN; LATER when it can't be found out."""
        return self._answer(self._look, address)

    def take(self, address: str, raw: bytes, from_nobody: bool) -> str:
        """TAKEN once the mail is committed, or why not."""
        return self._answer(self._take, address, raw, from_nobody)

    def refuse(self, mails: int = 1) -> None:
        """So many more that were not taken."""
        with self._lock:
            self._refused += mails

    def write_tally(self) -> None:
        """Count what was refused, in one go: a refusal itself shall cost no writing."""
        with self._lock:
            refused, self._refused = self._refused, 0
        if refused and self._answer(self._count, refused) != KNOWN:
            self.refuse(refused)

    def _answer(self, ask: Callable[..., str], *values: Any) -> str:
        try:
            with self._around.context():
                answer = again(partial(ask, *values))
        except Exception as error:
            answer = _answer_to(error)
        if answer in (UNKNOWN, TOO_BIG):
            self.refuse()
        return answer

    def _look(self, address: str) -> str:
        local = accepting.local_part(address, self._around.site)
        with reading() as session:
            return KNOWN if local is not None and self._knows(session, local) else UNKNOWN

    def _take(self, address: str, raw: bytes, from_nobody: bool) -> str:
        local = accepting.local_part(address, self._around.site)
        if len(raw) > accepting.LARGEST:
            return TOO_BIG
        if local == accepting.SINK:
            return TAKEN
        with transaction() as session:
            if local is None or not self._knows(session, local):  # perhaps closed since `look`
                return UNKNOWN
            accepting.accept(
                session, local=local, raw=raw, from_nobody=from_nobody, now=self._around.now()
            )
        return TAKEN

    def _knows(self, session: Session, local: str) -> bool:
        around = self._around
        return accepting.recipient_known(session, local, now=around.now(), site=around.site)

    def _count(self, refused: int) -> str:
        with transaction(by_statement=True) as session:
            tallies.count(session, "refused", refused)
        return KNOWN


def _answer_to(error: Exception) -> str:
    cause = getattr(error, "orig", None)
    state = getattr(cause, "sqlstate", "") or ""
    name = getattr(cause, "sqlite_errorname", "") or type(error).__name__
    log.error("mail not taken: %s", name)
    full = isinstance(error, OperationalError) and (name == "SQLITE_FULL" or state == _DISK_FULL)
    return NO_ROOM if full else LATER
