"""All checks, side by side, none of which can hold up or break the others."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Thread

from flask import Flask, current_app

from app.config import Settings
from app.core.clock import utcnow
from app.current import index
from app.db import db
from app.doctor import board, database, machine, reach, settings, zone
from app.doctor.findings import Finding, bad, look
from app.doctor.names import Names
from app.logs import where

log = logging.getLogger(__name__)
SECONDS = 30.0  # for all of them
Check = Callable[[], Finding | Iterable[Finding]]


def examine(known: Settings, *, names: Names, selectors: Sequence[str]) -> list[Finding]:
    """Everything there is to look at, in one order; takes SECONDS at most, or a little more."""
    app, until = current_app._get_current_object(), time.monotonic() + SECONDS  # type: ignore[attr-defined]
    of_the_database = [("database", lambda: database.check(utcnow()))]
    elsewhere: list[tuple[str, Check]] = [
        ("settings", lambda: settings.check(known)),
        ("disk", lambda: machine.disks(known)),
        ("clock", machine.clock_is_kept),
        ("mail", lambda: reach.mail_server(known)),
        ("lmtp", lambda: reach.lmtp(known)),
        ("redis", lambda: reach.redis(known)),
        ("website", lambda: reach.website(names, known)),
        ("dns", lambda: zone.check(names, known, selectors)),
    ]
    kept: list[tuple[str, Check]] = [
        ("index", lambda: board.index(db.session, index(), utcnow())),
        ("worker", lambda: board.worker(db.session, utcnow())),
        ("outbox", lambda: board.mails(db.session, utcnow())),
    ]
    asked = _Asked(app, elsewhere)
    answers = list(_Asked(app, of_the_database).found(until))
    if any((it.part, it.level) == (database.PART, "bad") for it in answers):
        advice = "First see to the database."
        answers += [look(part, "Not looked at.", advice) for part, _ in kept]
    else:
        answers += _Asked(app, kept).found(until)
    rest = list(asked.found(until))
    return (
        [it for it in rest if it.part == "settings"]
        + answers
        + [it for it in rest if it.part != "settings"]
    )


class _Asked:
    """Checks that have begun, each in a thread and with a session of its own."""

    def __init__(self, app: Flask, checks: Sequence[tuple[str, Check]]) -> None:
        self._app = app
        self._answers: list[list[Finding] | None] = [None] * len(checks)
        self._checks = checks
        self._threads = [
            Thread(target=self._ask, args=(number,), daemon=True) for number in range(len(checks))
        ]
        for thread in self._threads:
            thread.start()

    def found(self, until: float) -> Iterator[Finding]:
        """What they found, in order; waits for each, until then by the monotonic clock at most."""
        for number, (part, _) in enumerate(self._checks):
            self._threads[number].join(max(0.0, until - time.monotonic()))
            answer = self._answers[number]
            if answer is None:
                said = f"No answer came within {SECONDS:.0f} s."
                yield bad(part, said, "Ask again; if it stays so, something hangs there.")
            else:
                yield from answer

    def _ask(self, number: int) -> None:
        part, check = self._checks[number]
        try:
            with self._app.app_context():
                found = check()
                self._answers[number] = [found] if isinstance(found, Finding) else list(found)
        except Exception as error:  # whatever one check stumbles over, the others are asked
            told = {"where": where(error)}
            log.error("doctor: %s: %s", part, type(error).__name__, extra={"noted": told})
            said = f"It could not be looked at ({type(error).__name__})."
            self._answers[number] = [bad(part, said, "Please tell those who make Bothways.")]
