"""kill -9 of web, worker and LMTP, again and again, while many post and answer.

`make test-faults`: a hundred times, a thousand replies; else a fifth of all that.
"""

import os
import random
import threading
import time
from collections import Counter
from contextlib import suppress
from signal import SIGKILL

import pytest

from tests.faults.crowd import Crowd
from tests.faults.reckoning import Reckoning
from tests.faults.relay_site import RelaySite
from tests.faults.site import SHARE
from tests.faults.starter import Program
from tests.mail.server import DROP, MailServer
from tests.relay.mailin.test_taking import POISON

# The last three are the thousand replies.
POSTS, FIRST, PAGES, MAILS = (number // SHARE for number in (300, 100, 450, 450))
TALKS, HANDS = 100 // SHARE, 10
KILLS = 102 // SHARE
SEED = int(os.environ.get("FAULT_SEED", "4"))
STEPS = POSTS * 3 + FIRST * 3 + (PAGES + MAILS) * 2  # told, delivered, link pressed
_OK, _DROPS, _BUSY = "250 OK", 20, 20


class Reaper:
    """Kills one of the three again and again, all through the work, and starts it again."""

    def __init__(
        self, site: RelaySite, crowd: Crowd, programs: dict[str, Program], chance: random.Random
    ) -> None:
        self.site, self.crowd, self.chance = site, crowd, chance
        self.programs = programs
        self.kills: Counter[str] = Counter()

    def reap(self) -> None:
        """A kill each time that a little more has been done, until there were KILLS."""
        for nth in range(1, KILLS + 1):
            while self.crowd.progress < nth * STEPS / (KILLS + 8) and self.crowd.busy():
                time.sleep(0.02)
            time.sleep(self.chance.uniform(0, 0.1))
            self._kill(self.chance.choice(("web", "worker", "lmtp")))

    def _kill(self, name: str) -> None:
        self.kills[name] += 1
        program = self.programs[name]
        if name == "web" and self.chance.random() < 0.5 and (children := program.children()):
            with suppress(ProcessLookupError):
                os.kill(children[0], SIGKILL)  # only the one that answers, which gunicorn replaces
            return
        program.kill()
        self.programs[name] = self.site.begin(name)


def answers(server: MailServer, chance: random.Random) -> None:
    """Some connections are to break after the whole mail was taken, some are to be put off."""
    most = FIRST + POSTS + PAGES + MAILS
    server.answers["DATA"] = [_OK] * (most - _DROPS) + [DROP] * _DROPS
    server.answers["RCPT"] = [_OK] * (most - _BUSY) + ["451 4.7.1 Later"] * _BUSY
    for step in ("DATA", "RCPT"):
        chance.shuffle(server.answers[step])


def poison(site: RelaySite, alias: str) -> None:
    """Poisonous mails between the good ones."""
    for raw in POISON.values():
        site.insist(raw, alias)


def live_through(site: RelaySite, server: MailServer) -> tuple[Reckoning, Counter[str]]:
    """Everything is done that was to be done, and nothing waits any more."""
    chance = random.Random(SEED)
    *talks, apart, asked = site.converse(TALKS + 2)
    programs = site.begin_all()
    answers(server, chance)
    ((box,),) = site.count("SELECT box FROM ads ORDER BY id DESC LIMIT 1")
    crowd = Crowd(site, server, talks, box, random.Random(SEED))
    reaper = Reaper(site, crowd, programs, chance)
    poisoning = threading.Thread(target=poison, args=(site, apart.replier.alias))

    crowd.begin(posts=POSTS, first=FIRST, pages=PAGES, mails=MAILS, hands=HANDS)
    poisoning.start()
    reaper.reap()
    crowd.end()
    poisoning.join()
    site.until_web()
    site.until_done()

    found = Reckoning(
        site,
        crowd,
        drops=_DROPS - server.answers["DATA"].count(DROP),
        worker_kills=reaper.kills["worker"],
        asked=asked.writer.email,
        poisoned={apart.writer.email, apart.replier.email},
        poisons=len(POISON),
    )
    return found, reaper.kills


def test_whatever_dies_nothing_is_lost_doubled_or_given_away(
    relay_site: RelaySite, server: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = time.monotonic()
    found, kills = live_through(relay_site, server)
    try:
        assert found.crowd.wrong == []
        found.reckon()
    finally:
        with capsys.disabled():
            each = ", ".join(f"{name} {times}×" for name, times in sorted(kills.items()))
            took = time.monotonic() - begun
            print(f"\nkill -9: {each} (seed {SEED}, {took:.0f} s)", *found.lines, sep="\n")
    assert kills.total() == KILLS
