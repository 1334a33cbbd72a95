"""Two hundred people who are really at it: they read, search, write and post, and wait for mail."""

import random
import re
import ssl
import threading
import time
from collections.abc import Callable
from functools import cache, partial
from itertools import count
from urllib.parse import quote_plus

from app.catalogue.sectors import all_sectors
from app.catalogue.skills import all_skills
from bench import generate
from bench.load.asking import BROKEN, Answer, Deed, Line, Notes, Postbox
from tests.board import AD
from tests.faults.relay_site import letters
from tests.faults.site import email
from tests.words import own_sides, own_words

THINKING = (3.0, 5.0)  # seconds between a page and the next
WRITING = (5.0, 9.0)  # … over a form; under three it would be held for a machine's
MIX = {"browse": 70, "search": 20, "ad": 7, "reply": 2, "post": 1}  # what somebody does next
TOWNS = ("Cardiff", "Leeds", "Bristol", "Bangor", "Perth", "Norwich")
PATIENT = 150.0  # seconds that somebody waits for a mail, or presses again what broke off
SEARCHING = 20.0  # … and looks for an ad just published
REPLIERS = 5000  # numbers of people from here on write to somebody; below, they post
_AD = re.compile(r'href="(/ads/[0-9A-HJKMNP-TV-Z]{6}(?!/(?:report|matches)")[^"#?]*)"')
_AGAIN = {BROKEN, 502, 503, 504}


class Crowd:
    """All visitors; `begin`, then `end` when the time is over."""

    def __init__(
        self, many: int, first: int, notes: Notes, postbox: Postbox, trust: ssl.SSLContext
    ) -> None:
        """`many` of them; `first` is a number from which on nobody has posted or written."""
        self.notes, self.postbox = notes, postbox
        self.posters, self.repliers = count(first), count(REPLIERS + first)
        self.over = threading.Event()
        self._quiet = threading.Event()
        self._threads = [
            threading.Thread(target=Visitor(n, self, Line(n, notes, trust)).live, daemon=True)
            for n in range(many)
        ]
        self._reader = threading.Thread(target=self._read_mail, daemon=True)

    def begin(self) -> None:
        for thread in (self._reader, *self._threads):
            thread.start()

    def end(self) -> None:
        """Let everybody finish what they are at."""
        self.over.set()
        for thread in self._threads:
            thread.join(2 * PATIENT)
        self._quiet.set()
        self._reader.join()

    def _read_mail(self) -> None:
        while not self._quiet.wait(0.3):
            self.postbox.look()


class Visitor:
    """One of them, over and over a new person at the same window."""

    def __init__(self, number: int, crowd: Crowd, line: Line) -> None:
        self.crowd, self.line, self.notes = crowd, line, crowd.notes
        self.chance = random.Random(number)
        self.seen: list[str] = []  # paths of ads on the page in front

    def live(self) -> None:
        """Do one thing after another until it is over."""
        self.crowd.over.wait(self.chance.uniform(0, THINKING[1]))
        while not self.crowd.over.is_set():
            (what,) = self.chance.choices(list(MIX), weights=list(MIX.values()))
            try:
                getattr(self, what)()
            except Exception as error:
                self.notes.odd.append(f"{what}: {type(error).__name__} {error}"[:300])
            self._pause(THINKING)

    # --- reading ---

    def browse(self) -> None:
        """A page of the list, a sector, a skill, a town, or the first page."""
        skill = self.chance.choice(_skills())
        paths = ["/", "/ads", f"/ads?page={self.chance.randint(2, 40)}"]
        paths += [f"/ads?sector={self.chance.choice(all_sectors()).slug}", f"/ads?skill={skill}"]
        paths += [
            f"/ads?place={self.chance.choice(TOWNS)}&within=25&sort=nearest",
            "/ads?kind=seeks",
        ]
        self._read("browse", self.chance.choice(paths))

    def search(self) -> None:
        """One word or two; some type slowly enough to be offered words, some are programs."""
        words = [self.chance.choice(_skills())]
        if self.chance.random() < 0.4:
            words.append(
                self.chance.choice((generate.COMMON, generate.RARE, "evenings", "patient"))
            )
        query = "+".join(words)
        if self.chance.random() < 0.1:
            self._read("suggest", f"/suggest?q={query[:3]}")
        if self.chance.random() < 0.05:
            self._read("api", f"/api/v1/ads?q={query}")
        else:
            self._read("search", f"/ads?q={query}")

    def ad(self) -> Answer:
        """One of the ads in front."""
        if not self.seen:
            self._read("browse", "/ads")
            self._pause(THINKING)
        path = self.chance.choice(self.seen) if self.seen else "/ads"
        return self._read("ad", path)

    def _read(self, kind: str, path: str) -> Answer:
        answer = self.line.get(kind, path)
        if answer.status == 200:
            self.seen = _AD.findall(answer.text) or self.seen
        elif answer.status not in _AGAIN:
            self.notes.odd.append(f"{kind}: {answer.status} at {path}")
        return answer

    # --- writing ---

    def post(self) -> None:
        """Post an ad, press the mailed link, and find it by search."""
        deed = Deed(next(self.crowd.posters))
        words = {"headline": f"Seeks a baker, {letters(deed.number)}", "email": email(deed.number)}
        words |= own_sides(deed.number)
        form = self._surely("form", "/ads/new")
        self._pause(WRITING)
        typed = partial(self.line.press, "preview", form, "/ads/new", AD | words)
        preview = self._again(typed, good=200)
        self._pause(THINKING)
        self._again(partial(self.line.press, "post", preview, "/ads/new", {}))
        self._accepted(self.notes.posts, deed)
        self._surely("sent", "/ads/new/sent")
        done = self._confirm(deed)
        deed.box = done.location.split("/")[2] if done.location.startswith("/ads/") else ""
        self._find(deed)
        self.line.forget()

    def reply(self) -> None:
        """Write to the ad in front, press the mailed link, look at the conversation."""
        page = self.ad()
        if page.status != 200 or "/reply" not in page.text:
            return
        deed = Deed(next(self.crowd.repliers))
        found = re.search(r'action="(/ads/([0-9A-Z]{6})/reply)"', page.text)
        assert found is not None, "no reply form"
        deed.box = found[2]
        self._pause(WRITING)
        typed = {"message": said(deed.number), "name": "Dafydd", "email": email(deed.number)}
        sent = self._again(partial(self.line.press, "reply", page, found[1], typed))
        self._accepted(self.notes.replies, deed)
        self._surely("sent", sent.location)
        done = self._confirm(deed)
        if done.location:
            self._surely("thread", done.location)
        self.line.forget()

    def _accepted(self, those: list[Deed], deed: Deed) -> None:
        deed.accepted = time.monotonic()
        those.append(deed)

    def _confirm(self, deed: Deed) -> Answer:
        """Wait for the mail, open its first link, press its button."""
        link = self._mailed_link(email(deed.number))
        shown = self._surely("link", link)
        self._pause(THINKING)
        done = self._again(partial(self.line.press, "confirm", shown, link, {}), spent=True)
        deed.confirmed = time.monotonic()
        return done

    def _mailed_link(self, to: str) -> str:
        deadline = time.monotonic() + PATIENT
        while not (mails := self.crowd.postbox.to(to)):
            if time.monotonic() > deadline:
                raise TimeoutError("no mail came")
            time.sleep(0.3)
        found = re.search(r"https?://[^/\s]+(/l/[\w-]+)", mails[0])
        assert found is not None, "no link in the mail"
        return found[1]

    def _find(self, deed: Deed) -> None:
        """Search for the ad just published, as its writer does."""
        began = time.monotonic()
        while time.monotonic() < began + SEARCHING:
            answer = self.line.get("find", f"/ads?q={letters(deed.number)}")
            if deed.box and f"/ads/{deed.box}" in answer.text:
                deed.found_after = time.monotonic() - began
                return
            time.sleep(0.5)

    # --- insisting ---

    def _surely(self, kind: str, path: str) -> Answer:
        """A page that must come, asked for again where it broke off."""
        return self._again(partial(self.line.get, kind, path), good=200)

    def _again(self, ask: Callable[[], Answer], good: int = 303, *, spent: bool = False) -> Answer:
        """Press again what broke off. `spent`: a link that had done its work is as good."""
        deadline, broken = time.monotonic() + PATIENT, False
        while (answer := ask()).status in _AGAIN and time.monotonic() < deadline:
            broken = True
            time.sleep(1)
        if answer.status != good and not (spent and broken and answer.status == 410):
            raise RuntimeError(f"{answer.status} instead of {good}: {_told(answer)}")
        return answer

    def _pause(self, between: tuple[float, float]) -> None:
        time.sleep(self.chance.uniform(*between))


def said(number: int) -> str:
    """The first message of that replier."""
    return f"Note {letters(number)}: {own_words(number)}. Shall we meet?"


def _told(answer: Answer) -> str:
    """The heading of a page, or the first of what a form objects to."""
    found = re.findall(r"<h1>(.*?)</h1>|class=\"err\"[^>]*>(.*?)<", answer.text)
    return " / ".join("".join(pair) for pair in found)[:200]


@cache
def _skills() -> list[str]:
    return [quote_plus(skill.name) for skill in all_skills()]
