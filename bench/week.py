"""A week of a board of 20,000 ads in minutes: the clock is moved, everything else is real.

python -m bench.week          (make bench-week; BENCH_ADS=2000 for a smaller board,
                              BENCH_DATABASE=postgresql://… for an empty database there)

Every hour people post, reply and save searches through the pages, ads are imported, and the worker
does what is due. As many ads run out and are forgotten each day as come, so all that is kept for a
while should be level in the end; the last column says by how much it is not.
"""

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import time_machine
from flask import Flask

from app import boot, create_app
from app.ads import transfer
from app.ads.models import Ad
from app.config import Settings
from app.core.clock import utcnow
from app.db import Base, db, is_sqlite, transaction
from bench import generate
from tests.board import Board

ADS = int(os.environ.get("BENCH_ADS", "20000"))
LIVES, KEPT = 60, 60  # days that an ad is live, and that it is kept when it has ended
HOURS = 7 * 24
POSTS, REPLIES, SEARCHES = 4, 3, 1  # an hour, through the pages
LEVEL = 1.10  # how much more the last day may have than the fifth, of what should be level
GROWS = {  # what is kept for a week or longer, so it still grows, and until when
    "alerts": "till stopped",
    "alerts_told": "30 days",
    "browser_sessions": "7 days",
    "decisions": "a year",
    "links": "30 days after they expire",
    "messages": "180 days",
    "moderation_log": "a year",
    "people": "while they have anything",
    "spam_lessons": "a year",
    "text_bands": "14 days",
    "text_groups": "14 days",
    "texts_seen": "14 days",
    "thread_events": "180 days",
    "threads": "180 days",
}
BARS = "▁▂▃▄▅▆▇█"

Series = dict[str, list[float]]


class Visitors(Board):
    """The board's visitors; the worker does what is due by the clock, and no more."""

    often = 1.0

    def post(self, **changes: Any) -> None:
        """Post an ad and press the mailed link; it may be held, since these ads are much alike."""
        browser = self.browser()
        assert self.post_ad(browser, **changes).status_code == 303
        assert browser.press(self.link(changes["email"])).status_code == 303

    def decide(self) -> None:
        """A broker lets all through that was held."""
        with self.app.app_context():
            held = list(db.session.scalars(sa.select(Ad.box).where(Ad.state == "held")))
        for box in held:
            done = self.app.test_cli_runner().invoke(args=["ads", "publish", box])
            assert done.exit_code == 0, done.output

    def forget_mails(self) -> int:
        """Empty the folder; returns how many had been sent."""
        found = list(self.folder.glob("*.eml"))
        for path in found:
            path.unlink()
        return len(found)


def fill(now: datetime) -> None:
    """Ads of every age: so many run out and so many are forgotten each day, as come."""
    whole = ADS * (LIVES + KEPT) // LIVES
    for start in range(0, whole, 2000):
        lines = []
        for number, line in enumerate(generate.ads(min(2000, whole - start), seed=start), start):
            age = timedelta(days=(LIVES + KEPT) * (number + 0.5) / whole)
            posted = now - age
            ad = json.loads(line) | {
                "email": f"writer{number}@members.example",
                "posted_at": posted.isoformat(),
                "expires_at": (posted + timedelta(days=LIVES)).isoformat(),
                "state": "live" if age < timedelta(days=LIVES) else "expired",
            }
            lines.append(json.dumps(ad))
        counts = transfer.import_lines(lines, now=now, transaction=transaction)
        assert not counts.refused, counts.refused[:3]


def hour(visitors: Visitors, number: int, chance: random.Random) -> int:
    """What people do in one hour; returns how many mails went."""
    lines = list(generate.ads(ADS // LIVES // 24 - POSTS, seed=10_000_000 + number))
    with visitors.app.app_context():
        transfer.import_lines(lines, now=utcnow(), transaction=transaction)
        boxes = [_some_box(chance) for _ in range(REPLIES)]
    for of, line in enumerate(generate.ads(POSTS, seed=20_000_000 + number)):
        ad = json.loads(line)
        for name in ("seeks_skills", "offers_skills"):
            ad[name] = ", ".join(ad[name])
        wanted = {name: ad[name] for name in ad if name in _FIELDS}
        visitors.post(**wanted, email=f"new{number}x{of}@members.example", place="Cardiff")
    for of in range(REPLIES):
        other = json.loads(next(generate.ads(1, seed=30_000_000 + 10 * number + of)))
        words = f"Dear writer of {boxes[of]}, {other['seeks']} {other['offers']}"
        visitors.converse(boxes[of], email=f"reader{number}x{of}@members.example", message=words)
    for of in range(SEARCHES):
        email = f"seeker{number}x{of}@members.example"
        skill = chance.choice(["bookkeeping", "welsh", "pottery", "sailing"])
        visitors.browser().press(f"/ads?skill={skill}", action="/alerts", email=email)
        visitors.browser().press(visitors.link(email))
    visitors.work()
    return visitors.forget_mails()


_FIELDS = {"kind", "headline", "seeks", "offers", "seeks_skills", "offers_skills", "sector", "name"}


def _some_box(chance: random.Random) -> str:
    """An ad that has some time left yet."""
    soon = utcnow() + timedelta(days=1)
    live = sa.select(Ad.box).where(Ad.state == "live", Ad.expires_at > soon)
    return db.session.scalars(live.offset(chance.randrange(ADS // 2)).limit(1)).one()


def measured(app: Flask, folder: Path) -> Iterator[tuple[str, float]]:
    """What there is now: rows by table, megabytes of files and memory."""
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = connection.scalar(sa.select(sa.func.count()).select_from(table))
            yield f"rows: {table.name}", rows or 0
        live = (Ad.state == "live") & (Ad.expires_at > utcnow())
        yield "live ads", connection.scalar(sa.select(sa.func.count()).where(live)) or 0
        if is_sqlite():
            yield "MB: database", _megabytes(*folder.glob("board.db*"))
        else:
            size = sa.text("SELECT pg_database_size(current_database())")
            yield "MB: database", (connection.scalar(size) or 0) / 1e6
    settings: Settings = app.extensions["settings"]
    yield "MB: search index", _megabytes(*settings.search_folder.rglob("*"))
    yield "MB: vectors", _megabytes(*settings.vectors_folder.rglob("*"))
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    yield "MB: memory of web and worker", pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _megabytes(*paths: Path) -> float:
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def plot(values: list[float]) -> str:
    """The week as bars, three hours each, from nothing to the most there was."""
    most = max(values) or 1
    return "".join(BARS[round(value / most * (len(BARS) - 1))] for value in values[::3])


def growth(values: list[float]) -> float:
    """How many times as much there is on the last day as on the fifth."""
    fifth, last = values[4 * 24 : 5 * 24], values[-24:]
    return (sum(last) / len(last)) / (sum(fifth) / len(fifth)) if sum(fifth) else 1.0


def report(series: Series) -> list[str]:
    """Print a row for each; returns the names of those that should be level and are not."""
    wrong = []
    print("\n| what | first | last | most | the week | last day ÷ fifth |")
    print("|---|--:|--:|--:|---|--:|")
    for name, values in series.items():
        if not any(values):
            continue
        times, kept = growth(values), GROWS.get(name.removeprefix("rows: "))
        if kept is None and times > LEVEL and max(values) > 50:
            wrong.append(name)
        said = f"{times:.2f}" + (f", kept {kept}" if kept else "")
        first, last, most = (f"{value:,.0f}" for value in (values[0], values[-1], max(values)))
        print(f"| {name} | {first} | {last} | {most} | `{plot(values)}` | {said} |")
    return wrong


def main() -> None:
    """Live through the week and print what was kept."""
    series: Series = {}
    began, chance = time.monotonic(), random.Random(7)
    with tempfile.TemporaryDirectory(prefix="bothways-week-") as name:
        folder = Path(name)
        app = create_app(_settings(folder))
        with time_machine.travel(datetime.now(UTC), tick=True) as clock:
            with app.app_context():
                boot.prepare(app, demo=False)
                fill(utcnow())
            visitors = Visitors(app, clock)
            visitors.work()
            visitors.forget_mails()
            start = utcnow()
            for number in range(HOURS):
                clock.move_to(start + timedelta(hours=number + 1))
                mails = hour(visitors, number, chance)
                if number % 24 == 3:
                    visitors.decide()
                with app.app_context():
                    now = {**dict(measured(app, folder)), "mails sent in the hour": mails}
                for what, value in now.items():
                    series.setdefault(what, []).append(value)
                if number % 24 == 23:
                    passed = time.monotonic() - began
                    print(f"day {number // 24 + 1}: {passed:,.0f} s", file=sys.stderr, flush=True)
            with app.app_context():
                db.engine.dispose()
    wrong = report(series)
    print(f"\n{ADS:,} live ads; {time.monotonic() - began:,.0f} s for the week.")
    if wrong:
        sys.exit("Not level: " + ", ".join(wrong))


def _settings(folder: Path) -> Settings:
    values: dict[str, Any] = {
        "database_url": os.environ.get("BENCH_DATABASE", f"sqlite:///{folder}/board.db"),
        "search_url": f"whoosh:{folder}/index",
        "mail_url": f"file:{folder}/mail",
        "secret_key": "for measuring only, and long enough to be one",
        "base_url": "http://localhost",
        "meaning": "off",
        "keep_unconfirmed_hours": 72,
        "keep_ended_ads_days": KEPT,
        "keep_incoming_mail_days": 6,
        "keep_sent_mail_days": 4,
    }
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]  # its own name for it


if __name__ == "__main__":
    main()
