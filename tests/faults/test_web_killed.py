"""kill -9 of the web, again and again, while many people post: every success told is kept."""

import hashlib
import os
import random
import signal
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.ads.models import Ad
from app.core.clock import utcnow
from app.db import transaction
from app.mail import delivery, standing
from app.mail.models import OutboxMail
from app.mail.policy import LEASE
from app.mail.transports import SmtpTransport
from app.people.models import Person
from app.relay.models import Message, Thread
from tests.faults.site import BROKEN, Answer, Site, email, family
from tests.mail.server import HANG, MailServer
from tests.waiting import until

PEOPLE, HELPERS, KILLS = 48, 6, 3  # who post or reply, how many at once, how often it dies
TRIES = 60  # a person presses the button again until they are told, but not for ever


class Crowd:
    """People who each post an ad or reply to one, and press again until they are told of it."""

    def __init__(self, site: Site, box: str) -> None:
        self.site, self.box = site, box
        self.told: dict[int, list[int]] = {}
        self._waiting = list(range(1, PEOPLE + 1))
        self._lock = threading.Lock()
        self.threads = [threading.Thread(target=self._go) for _ in range(HELPERS)]
        for thread in self.threads:
            thread.start()

    def _go(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    return
                number = self._waiting.pop()
            self._insist(number)

    def _insist(self, number: int) -> None:
        told = []
        for _ in range(TRIES):
            told.append(self._once(number).status)
            if told[-1] == 303:
                break
            time.sleep(0.25)
        self.told[number] = told

    def _once(self, number: int) -> Answer:
        if is_ad(number):
            return self.site.post("/ads/new", self.site.ad(number), source=number)
        path = f"/ads/{self.box}/reply"
        return self.site.post(path, self.site.reply(number), source=number)

    @property
    def done(self) -> bool:
        return len(self.told) == PEOPLE


def is_ad(number: int) -> bool:
    return number % 3 != 0


def kill_the_web(site: Site, nth: int) -> None:
    """In turn only the process that answers, which gunicorn replaces, and all there is of it."""
    gunicorn = site.processes[-1]
    answering = family(gunicorn.pid)
    if nth % 2:
        os.kill(gunicorn.pid, signal.SIGKILL)
        gunicorn.wait()
    for pid in answering:
        os.kill(pid, signal.SIGKILL)
    if nth % 2:
        site.web()


def test_whatever_was_told_is_kept_once_and_mailed(
    site: Site, server: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    site.web()
    with site.inside():
        box = live_ad(site)
    site._ripe()
    crowd = Crowd(site, box)
    kills = 0
    for nth in range(KILLS):
        time.sleep(random.uniform(0.05, 0.5))
        if crowd.done:
            break
        kill_the_web(site, nth)
        kills += 1
    for thread in crowd.threads:
        thread.join(60)

    assert all(told[-1] == 303 for told in crowd.told.values()), crowd.told
    assert kills >= 2
    with site.inside():
        frozen = what_is_kept(box)
        copies = deliver_all(site, server)
    lost = [digest for digest in frozen if digest not in copies]
    broken = sum(told.count(BROKEN) for told in crowd.told.values())
    with capsys.disabled():
        print(
            f"\nweb killed {kills} times, {broken} connections broken; "
            f"{len(crowd.told)} accepted, {len(set(copies))} delivered, {len(lost)} lost, "
            f"{len(copies) - len(set(copies))} extra copies, all identical"
        )
    assert lost == []
    assert set(copies) == set(frozen)  # a copy that differed would be a mail nobody promised
    assert len(copies) - len(set(copies)) == 1  # of the mail in hand when the worker was killed


def live_ad(site: Site) -> str:
    """An ad that takes any number of replies, live without a mail."""
    lines = site.folder / "one.jsonl"
    lines.write_text(
        '{"kind": "seeks", "headline": "Seeks many", "seeks": "Anybody who has kept a shop.", '
        '"offers": "First aid", "sector": "health", "modes": ["phone"], "rhythm": "once", '
        '"capacity": 20, "name": "Gwen", "email": "gwen@home.example", "confirmed": true}\n'
    )
    said = site.run("ads", "import", str(lines))
    assert "1 added" in said.stdout, said.stderr
    with transaction() as session:
        return session.scalars(sa.select(Ad.box)).one()


def what_is_kept(box: str) -> dict[str, bytes]:
    """One ad or one message of each, with one promised mail: its bytes by their digest."""
    with transaction() as session:
        posted = session.scalars(sa.select(Person.email).join(Ad).where(Ad.box != box)).all()
        wrote = session.scalars(
            sa.select(Person.email).join(Thread, Thread.replier_id == Person.id).join(Message)
        ).all()
        mails = session.scalars(sa.select(OutboxMail)).all()
        promised = Counter(mail.recipient.reveal() for mail in mails)
        frozen = {mail.mime_digest: mail.mime for mail in mails}
    people = range(1, PEOPLE + 1)
    assert sorted(a.reveal() for a in posted) == sorted(email(n) for n in people if is_ad(n))
    assert sorted(a.reveal() for a in wrote) == sorted(email(n) for n in people if not is_ad(n))
    assert promised == {email(n): 1 for n in people}
    return frozen


def deliver_all(site: Site, server: MailServer) -> list[str]:
    """Let a worker deliver, killed once with a mail in hand; the digests of all that arrived."""
    server.answers["DATA"] = ["250 OK"] * 9 + [HANG]
    worker = site.start("flask", "worker", MAIL_URL=server.url())
    assert server.hung.wait(30)
    worker.kill()
    worker.wait()
    server.released.set()
    site.start("flask", "worker", MAIL_URL=server.url())
    until(lambda: states() == {"sent": PEOPLE - 1, "leased": 1})
    transport = SmtpTransport(server.url(), mail_from="board@board.example.org")
    later = LEASE + timedelta(seconds=1)
    delivery.deliver_due(transport, lambda: utcnow() + later)
    assert states() == {"sent": PEOPLE}
    return [hashlib.sha256(mime).hexdigest() for _, _, mime in server.mails]


def states() -> dict[str, int]:
    with transaction() as session:
        return standing.counts(session)
