"""Many people at once: they post, write and answer by mail, and insist until they are told.

A page that broke off is sent again, as a browser would; a mail that got no answer is brought again,
as a mail server would; and now and then somebody presses twice for no reason at all.
"""

import itertools
import queue
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from email import message_from_bytes, policy
from functools import partial
from typing import Any

from tests.board import AD
from tests.faults.relay_site import Conversation, RelaySite, email_of, letters, mail_from, own_words
from tests.faults.site import BROKEN, REFUSED
from tests.mail.server import MailServer

POSTER, OPENER = 2000, 4000  # numbers of people: who posts an ad, who writes to one first
PATIENT = 600.0  # seconds that somebody goes on insisting
TWICE_IN = 10  # one press in so many is made once more for no reason
_AGAIN = {REFUSED, BROKEN, 502, 503, 504}


class Crowd:
    """What everybody wants, what they were told, and how often they had to ask."""

    def __init__(
        self,
        site: RelaySite,
        server: MailServer,
        talks: Sequence[Conversation],
        box: str,
        chance: random.Random,
    ) -> None:
        self.site, self.server, self.talks, self.box = site, server, talks, box
        self.chance = chance
        self.form = site._ripe()  # shown long enough ago to be a person's
        self.posted: set[int] = set()
        self.opened: set[int] = set()
        self.wrote: dict[int, str] = {}  # the message's number, and to whom it should go
        self.pressed: set[str] = set()
        self.heard: Counter[str] = Counter()  # what came instead of an answer, and presses
        self.wrong: list[str] = []
        self._left: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._done = threading.Event()
        self._threads: list[threading.Thread] = []

    # --- all of them ---

    def begin(self, *, posts: int, first: int, pages: int, mails: int, hands: int) -> None:
        """Let so many things be done, in any order, so many at a time."""
        ways = ((self.open, first), (self.write, pages), (self.mail, mails))
        deeds = [partial(self.post, number) for number in range(posts)]
        number = itertools.count()  # of the messages, each way’s after the other’s
        for way, many in ways:
            deeds += [partial(way, next(number)) for _ in range(many)]
        self.chance.shuffle(deeds)
        for deed in deeds:
            self._left.put(deed)
        goals = [self._work] * hands + [self._read_mail]
        self._threads = [threading.Thread(target=goal, daemon=True) for goal in goals]
        self._links = {email_of(POSTER + n) for n in range(posts)}
        self._links |= {email_of(OPENER + n) for n in range(first)}
        for thread in self._threads:
            thread.start()

    @property
    def progress(self) -> int:
        """How much has happened, as seen from outside."""
        told = len(self.posted) + len(self.opened) + len(self.wrote) + len(self.pressed)
        return told + len(self.server.mails)

    def end(self) -> None:
        """Wait until everybody was told."""
        for thread in self._threads:
            thread.join(PATIENT)
        assert not self.busy(), (len(self.pressed), self.wrong)

    def busy(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while True:
            try:
                deed = self._left.get_nowait()
            except queue.Empty:
                return
            self._guarded(deed)

    def _guarded(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except Exception as error:
            self.wrong.append(repr(error))

    # --- each of them ---

    def post(self, number: int) -> None:
        """Post an ad by its form."""
        words = {
            "headline": f"Seeks a baker, {letters(number)}",
            "seeks": f"Somebody to talk with about {own_words(number)}.",
            "offers": f"What I know of {own_words(POSTER + number)}.",
            "email": email_of(POSTER + number),
        }
        fields = {**self.form, **AD, **words, "go": "mail"}
        self._press("/ads/new", fields, POSTER + number)
        self.posted.add(number)

    def open(self, number: int) -> None:
        """Write to an ad for the first time, by the form on its page."""
        own = {"message": said(number), "name": "Dafydd", "email": email_of(OPENER + number)}
        self._press(f"/ads/{self.box}/reply", {**self.form, **own}, OPENER + number)
        self.opened.add(number)

    def write(self, number: int) -> None:
        """Answer on a conversation's page."""
        talk, role = self._place(number)
        side = talk.side(role)
        fields = {"csrf_token": side.token, "message": said(number)}
        self._press(talk.path, fields, number, cookie=side.cookie)
        self.wrote[number] = talk.across(role).email

    def mail(self, number: int) -> None:
        """Answer by mail."""
        talk, role = self._place(number)
        side = talk.side(role)
        raw = mail_from(side.email, said(number), f"note.{number}")
        times = self._times()
        self.heard["doubled for no reason"] += times - 1
        for _ in range(times):
            for answers in self.site.insist(raw, side.alias):
                self.heard["mails without an answer"] += answers != [250]
                if answers[0] >= 500:
                    self.wrong.append(f"mail {number}: {answers}")
        self.wrote[number] = talk.across(role).email

    def _place(self, number: int) -> tuple[Conversation, str]:
        talk = self.talks[number % len(self.talks)]
        return talk, ("writer", "replier")[number // len(self.talks) % 2]

    def _times(self) -> int:
        return 2 if self.chance.randrange(TWICE_IN) == 0 else 1

    def _press(
        self, path: str, fields: dict[str, Any], source: int, cookie: str = "", good: int = 303
    ) -> None:
        deadline = time.monotonic() + PATIENT
        presses, broken = self._times(), False
        self.heard["doubled for no reason"] += presses - 1
        while presses and time.monotonic() < deadline:
            answer = self.site.post(path, fields, source=source, cookie=cookie)
            if answer.status in _AGAIN:
                broken = True
                self.heard["presses without an answer"] += 1
                time.sleep(0.1)
            elif answer.status == good or (answer.status == 410 and path.startswith("/l/")):
                presses -= 1
                self.heard["links that had done their work"] += answer.status == 410 and broken
            else:
                self.wrong.append(f"{path}: {answer.status}")
                return
        if presses:
            self.wrong.append(f"{path}: no answer")

    # --- the mailed links ---

    def _read_mail(self) -> None:
        """Whoever was mailed a link to confirm with presses it."""
        read = 0
        deadline = time.monotonic() + PATIENT
        while self.pressed < self._links and time.monotonic() < deadline:
            mails = self.server.mails[read:]
            read += len(mails)
            for _, recipient, raw in mails:
                if recipient in self._links - self.pressed:
                    self._guarded(partial(self._press, _confirms(raw), self.form, 1))
                    self.pressed.add(recipient)
            time.sleep(0.05)


def said(number: int) -> str:
    """The words of that number."""
    return f"Note {letters(number)}: {own_words(number)}. Shall we meet?"


def number_in(raw: bytes) -> int | None:
    """Which words a mail to the other side carries; None for any other mail."""
    mail = message_from_bytes(raw, policy=policy.default)
    found = re.search(r"^Note ([bcdfghjkmp]{4}):", str(mail.get_content()), re.M)
    if found is None or "List-Unsubscribe" not in mail:
        return None
    return int(found[1].translate(str.maketrans("bcdfghjkmp", "0123456789")))


def _confirms(raw: bytes) -> str:
    """The path of the link that confirms something."""
    mail = message_from_bytes(raw, policy=policy.default)
    found = re.search(r"https?://[^/\s]+(/l/[\w-]+)", str(mail.get_content()))
    assert found is not None
    return found[1]
