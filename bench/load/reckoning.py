"""What visitors were told was accepted against what is there in the end, promise by promise."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bench.load.asking import Deed, Line, Notes, Postbox
from bench.load.machines import Machines
from bench.load.visitors import said
from tests.faults.relay_site import letters
from tests.faults.site import email

DRAINED = 240.0  # seconds until no mail waits; one in a dead hand goes again after two minutes


class Reckoning:
    """Counted by SQL, in the mail folder, and by a stranger's searches; `lost` is to be empty."""

    def __init__(self, machines: Machines, notes: Notes, postbox: Postbox, line: Line) -> None:
        self.machines, self.notes, self.postbox, self.line = machines, notes, postbox, line
        self.engine = sa.create_engine(machines.primary_url, poolclass=sa.NullPool)
        self.lines: list[str] = []
        self.lost: list[str] = []

    def reckon(self) -> None:
        """Wait until no mail waits, then count everything."""
        self._drain()
        self.mails: dict[str, list[str]] = defaultdict(list)
        for to, text in self.postbox.everything():
            self.mails[to].append(text)
        self._posts()
        self._replies()
        self._found()
        self._index()

    def _say(self, promise: str, missing: Sequence[object]) -> None:
        self.lines.append(f"{promise}; {len(missing) or 'none'} missing")
        if missing:
            self.lost.append(f"{promise}: {list(missing)[:10]}")

    def _drain(self) -> None:
        began = time.monotonic()
        waiting = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased')"
        while (left := self._rows(waiting)[0][0]) and time.monotonic() < began + DRAINED:
            time.sleep(1)
        took = time.monotonic() - began
        self._say(f"No mail waits, {took:.0f} s after the last visitor", [left] if left else [])

    def _posts(self) -> None:
        ads = {h: (b, s) for h, b, s in self._rows("SELECT headline, box, state FROM ads")}
        many = Counter(h for (h,) in self._rows("SELECT headline FROM ads"))
        posts = self.notes.posts
        self._say(
            f"{len(posts)} ads accepted, each there once",
            [d.number for d in posts if many[headline(d)] != 1],
        )
        self._say("… its link mailed", [d.number for d in posts if not self.mails[email(d.number)]])
        confirmed = [deed for deed in posts if deed.confirmed]
        states = Counter(ads.get(headline(deed), ("", "gone"))[1] for deed in confirmed)
        told = ", ".join(f"{count} {state}" for state, count in states.items())
        bad = [d.number for d in confirmed if ads.get(headline(d), ("", ""))[1] not in _OUT]
        self._say(f"{len(confirmed)} published ({told})", bad)
        self.live = [(d, ads[headline(d)][0]) for d in confirmed if ads[headline(d)][1] == "live"]

    def _replies(self) -> None:
        replies = self.notes.replies
        rows = self._rows(
            "SELECT m.text, m.state, p.email FROM messages m JOIN threads t ON t.id = m.thread_id"
            " JOIN people p ON p.id = t.writer_id"
        )
        kept = {text: (state, writer) for text, state, writer in rows}
        many = Counter(text for text, _, _ in rows)
        self._say(
            f"{len(replies)} replies accepted, each there once",
            [d.number for d in replies if many[said(d.number)] != 1],
        )
        links = [d.number for d in replies if not self.mails[email(d.number)]]
        self._say("… its link mailed", links)
        confirmed = [deed for deed in replies if deed.confirmed and said(deed.number) in kept]
        states = Counter(kept[said(deed.number)][0] for deed in confirmed)
        carried = self._carried()
        late = [
            d.number
            for d in confirmed
            if kept[said(d.number)][0] != "held" and carried[d.number] != [kept[said(d.number)][1]]
        ]
        told = ", ".join(f"{count} {state}" for state, count in states.items())
        self._say(
            f"{len(confirmed)} confirmed ({told}), each mailed to the ad’s writer, once,"
            " and to nobody else",
            late,
        )

    def _carried(self) -> dict[int, list[str]]:
        """To whom the words of each reply went, the replier's own mails aside."""
        found: dict[int, list[str]] = defaultdict(list)
        starts = {f"Note {letters(deed.number)}:": deed for deed in self.notes.replies}
        for to, texts in self.mails.items():
            for text in texts:
                deed = next((starts[start] for start in starts if start in text), None)
                if deed is not None and to != email(deed.number):
                    found[deed.number].append(to)
        return found

    def _found(self) -> None:
        """Every published ad by a stranger's search, through nginx."""
        missing = []
        for deed, box in self.live:
            answer = self.line.get("check", f"/ads?q={letters(deed.number)}")
            if f"/ads/{box}" not in answer.text:
                missing.append(deed.number)
        self._say(f"{len(self.live)} live ads, each found by a stranger", missing)

    def _index(self) -> None:
        said = self.machines.flask("search", "check").strip()
        self._say(f"Index: {said}", [] if said.endswith("0 differences.") else [said])

    def _rows(self, query: str) -> Sequence[Any]:
        with self.engine.connect() as connection:
            return connection.execute(sa.text(query)).all()


_OUT = {"live", "held"}


def headline(deed: Deed) -> str:
    return f"Seeks a baker, {letters(deed.number)}"
