"""The reckoning: what people were told against what arrived, a line for each invariant."""

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes

from tests.faults.crowd import OPENER, POSTER, Crowd, number_in, said
from tests.faults.relay_site import HOME, ROOT_NAME, RelaySite, email_of, letters
from tests.oracle import assert_no_leak


@dataclass
class Reckoning:
    """Counted from outside: mails as the mail server got them, pages, and rows read by SQL."""

    site: RelaySite
    crowd: Crowd
    drops: int  # connections that broke after a whole mail was taken
    worker_kills: int
    asked: str  # whose ad the first messages went to
    poisoned: set[str]  # between whom the poison went
    poisons: int
    lines: list[str] = field(default_factory=list)

    def reckon(self) -> None:
        """Count everything; AssertionError on the first invariant that does not hold."""
        self._sort()
        self._kept()
        self._delivered()
        self._copies()
        self._once()
        self._whom()
        self._found()
        self._leaks()
        self._nothing_waits()

    def _sort(self) -> None:
        """Which mails carry which words, and which go to whom about what else."""
        self.mails = [(to, raw) for _, to, raw in self.crowd.server.mails]
        self.words: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
        for to, raw in self.mails:
            if (number := number_in(raw)) is not None:
                self.words[number].append((to, raw))
        self.accepted = {*self.crowd.wrote, *self.crowd.opened}

    def _say(self, name: str, text: str, holds: bool) -> None:
        self.lines.append(f"{name}  {text}")
        assert holds, "\n".join(self.lines)

    # --- each invariant ---

    def _kept(self) -> None:
        kept = Counter(text for (text,) in self.site.count("SELECT text FROM messages"))
        ads = {headline for (headline,) in self.site.count("SELECT headline FROM ads")}
        gone = [n for n in self.accepted if not kept[said(n)]]
        gone += [n for n in self.crowd.posted if f"Seeks a baker, {letters(n)}" not in ads]
        told = len(self.accepted) + len(self.crowd.posted)
        self._say("I1", f"{told} successes told, {told - len(gone)} there after it all", not gone)
        self.kept = kept

    def _delivered(self) -> None:
        reached = {to for to, _ in self.mails}
        links = {email_of(POSTER + n) for n in self.crowd.posted}
        links |= {email_of(OPENER + n) for n in self.crowd.opened}
        lost = [n for n in self.accepted if n not in self.words]
        missing = links - reached
        accepted, delivered = len(self.accepted), len(self.accepted) - len(lost)
        self._say(
            "I2",
            f"{accepted} messages and {len(self.crowd.posted)} ads accepted; {delivered} messages"
            f" and {len(links) - len(missing)} mails with a link delivered;"
            f" {len(lost) + len(missing)} lost",
            not lost and not missing,
        )

    def _copies(self) -> None:
        same: dict[str, list[str]] = defaultdict(list)
        for _, raw in self.mails:
            own = str(message_from_bytes(raw)["Message-ID"])
            same[own].append(hashlib.sha256(raw).hexdigest())
        extra = sum(len(copies) - 1 for copies in same.values())
        differ = [own for own, copies in same.items() if len(set(copies)) > 1]
        most = self.drops + self.worker_kills
        self._say(
            "I3",
            f"{extra} copies beyond one, {len(differ)} of them not byte-identical; at most {most}"
            f" ({self.drops} connections dropped after DATA, worker killed {self.worker_kills}×)",
            extra <= most and not differ,
        )

    def _once(self) -> None:
        twice = [n for n in self.accepted if self.kept[said(n)] != 1]
        for number, carried in self.words.items():
            if len({message_from_bytes(raw)["Message-ID"] for _, raw in carried}) != 1:
                twice.append(number)
        ads = self.site.count("SELECT count(*), count(DISTINCT headline) FROM ads")
        heard = ", ".join(f"{n} {what}" for what, n in sorted(self.crowd.heard.items()))
        holds = not twice and ads[0][0] == ads[0][1]
        self._say("I4", f"{len(twice)} messages or ads twice, after {heard}", holds)

    def _whom(self) -> None:
        meant = dict(self.crowd.wrote)
        meant |= dict.fromkeys(self.crowd.opened, self.asked)
        strays = [n for n, carried in self.words.items() if {to for to, _ in carried} != {meant[n]}]
        own = {email_of(POSTER + n) for n in self.crowd.posted}
        own |= {email_of(OPENER + n) for n in self.crowd.opened}
        others = [to for to, raw in self.mails if number_in(raw) is None and to not in own]
        others = [to for to in others if to not in self.poisoned]
        count = sum(map(len, self.words.values()))
        holds = not strays and not others
        self._say("I5", f"{count} mails, {len(strays) + len(others)} to anybody else", holds)

    def _found(self) -> None:
        live = {box for (box,) in self.site.count("SELECT box FROM ads WHERE state = 'live'")}
        found: set[str] = set()
        for page in range(1, 100):
            boxes = set(re.findall(r'href="/ads/([0-9A-Z]{6})\b', self._page(page)))
            if boxes <= found:
                break
            found |= boxes
        checked = self.site.run("search", "check").stdout.strip()
        wanted = len(self.crowd.talks) + 2 + len(self.crowd.posted)
        holds = found == live and len(live) == wanted and checked == "0 differences."
        self._say("I6", f"{len(live)} ads live, {len(found)} found, index: {checked}", holds)

    def _page(self, page: int) -> str:
        answer = self.site.get(f"/ads?page={page}")
        return answer.text if answer.status == 200 else ""

    def _leaks(self) -> None:
        carried = [raw for copies in self.words.values() for _, raw in copies]
        pages = [self.site.said_to(self.crowd.talks[0], role) for role in ("writer", "replier")]
        everything = b"\n".join(carried) + self.site.said().encode() + "".join(pages).encode()
        assert_no_leak(everything, f"{ROOT_NAME}@{HOME}")
        self._say("I7", f"{len(carried)} mails, logs and pages show 0 addresses", True)

    def _nothing_waits(self) -> None:
        going, coming = self.site.waiting()
        poison = self.site.count(
            "SELECT count(*) FROM incoming WHERE length(raw) = 0 AND state = 'done'"
        )
        self._say(
            "I8",
            f"{self.poisons} poisonous mails among {poison[0][0]} read; {going + coming} wait",
            going == coming == 0,
        )
