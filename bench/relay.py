"""How fast the relay is: mails in by LMTP, out by SMTP, one worker, everything as it is started.

python -m bench.relay     (make bench-relay)

First as many as it can take, offered all at once; then ten a second, and how long each was on its
way from our yes until the mail server at the other end had it; then one at a time, each behind a
mail that is hard to read. The server at the other end is a small one in here.
"""

import os
import platform
import re
import signal
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.lines import read_line
from app.config import ROOT
from app.core.clock import utcnow
from app.core.secret import Address
from app.core.site import Site
from app.db import transaction
from app.matching import refresh
from app.people import service as people
from app.people.models import Person
from app.relay import service as relay
from app.relay.aliases import alias_of
from bench import generate
from bench.pages import cpu_of
from bench.run import board
from bench.sink import Sink

AT_ONCE, CONNECTIONS = 600, 4  # mails offered together, over so many connections
A_SECOND, SECONDS = 10, 30
POISONED = 20  # mails that come behind one that is hard to read
OF_ONE_TALK = 10  # more than twelve an hour in one conversation are held
DOMAIN, TRUSTED = "reply.board.example", "mx.board.example"
TEXT = "I kept a shop in the old harbour for nineteen years. Shall we have tea on Friday?"
POISON = "On " * 20_000  # takes most programs that look for a quotation ten seconds and more
PATIENCE = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class Side:
    """Who answers by mail, and to which address."""

    email: str
    alias: str


# --- conversations --------------------------------------------------------------------------------


def sides(app: Flask, many: int) -> list[Side]:
    """One side each of so many open conversations."""
    site, now, made = app.extensions["site"], utcnow(), []
    for number, line in enumerate(generate.ads(many)):
        with transaction() as session:
            made.append(_side(session, site, number, line, now))
    return made


def _side(session: Session, site: Site, number: int, line: str, now: datetime) -> Side:
    incoming, email = read_line(line), Address(f"replier{number}@home.example")
    writer = people.meet(session, email=incoming.email, now=now)
    ad, _ = ads.post(session, draft=incoming.draft, person=writer, now=now)
    ads.publish(session, ad=ad, now=now)
    replier = people.meet(session, email=email, now=now)
    people.confirm(replier, now=now)
    relay.open_thread(
        session,
        ad=ad,
        email=email,
        name="Dafydd",
        text=f"Dear Box, {TEXT}",
        now=now,
        confirmed_by=replier,
        site=site,
    )
    return Side(email.reveal(), f"{_alias(session, replier, now)}@{DOMAIN}")


def _alias(session: Session, person: Person, now: datetime) -> str:
    session.flush()
    (line,) = relay.threads_of(session, person, now=now)
    thread, role = relay.find_thread(session, line.key, person)
    return alias_of(session, thread=thread, role=role)


def mail(side: Side, number: int, text: str = "") -> bytes:
    """An answer as our own mail server hands it on: its number and a sentence, or this text."""
    made = EmailMessage()
    made["Authentication-Results"] = f"{TRUSTED}; dmarc=pass header.from=home.example"
    made["Received"] = f"from home.example by {TRUSTED}; Mon, 2 Mar 2026 12:00:00 +0000"
    made["From"] = f"Dafydd <{side.email}>"
    made["To"] = f"you@{DOMAIN}"
    made["Subject"] = "Re: your ad"
    made["Message-ID"] = f"<{number}{'.poison' * bool(text)}@home.example>"
    made.set_content(f"{text or f'Number {number}. {TEXT}'}\n\n-- \nDafydd\n")
    return made.as_bytes().replace(b"\n", b"\r\n")


# --- programs -------------------------------------------------------------------------------------


@contextmanager
def running(*command: str) -> Iterator[tuple[int, str]]:
    """A command of ours until the end of the body: its number, and where it says that it is."""
    started = subprocess.Popen(
        [sys.executable, "-m", "flask", *command],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    try:
        said = started.stdout.readline() if command[0] == "relay" else ""
        yield started.pid, said.rpartition(" ")[2].strip()
    finally:
        started.send_signal(signal.SIGTERM)
        started.communicate()


def bring(place: str, mails: Sequence[tuple[str, bytes]], every: float = 0.0) -> dict[int, float]:
    """Deliver (alias, mail) in turn, one every so many seconds; when each was taken."""
    host, _, port = place.rpartition(":")
    taken, begun = {}, time.perf_counter()
    with smtplib.LMTP(host, int(port)) as server:
        for nth, (alias, raw) in enumerate(mails):
            time.sleep(max(0.0, begun + nth * every - time.perf_counter()))
            assert server.sendmail("dafydd@home.example", alias, raw) == {}
            taken[number_in(raw)] = time.perf_counter()
    return taken


def number_in(raw: bytes) -> int:
    """Which mail this is, on either side of the relay; -1 for none of ours."""
    found = re.search(rb"^Number (\d+)\.", raw, re.MULTILINE)
    return int(found[1]) if found else -1


def arrived(sink: Sink, numbers: set[int]) -> dict[int, float]:
    """When each of these came out at the other end, once all have."""
    deadline = time.perf_counter() + PATIENCE
    while True:
        found = {number_in(raw): when for when, raw in list(sink.mails)}
        if numbers <= found.keys():
            return {number: found[number] for number in numbers}
        assert time.perf_counter() < deadline, f"{len(numbers - found.keys())} never came"
        time.sleep(0.1)


# --- figures --------------------------------------------------------------------------------------


def at_once(
    place: str, sink: Sink, mails: Sequence[tuple[str, bytes]], programs: dict[str, int]
) -> Iterator[str]:
    """All offered together: how many a second were taken, and came out, and what CPU that took."""
    before = {name: cpu_of(pid) for name, pid in programs.items()}
    begun = time.perf_counter()
    shares = [mails[nth::CONNECTIONS] for nth in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        taken = {
            n: t for share in pool.map(lambda s: bring(place, s), shares) for n, t in share.items()
        }
    out = arrived(sink, set(taken))
    in_rate, out_rate = (len(mails) / (max(ends.values()) - begun) for ends in (taken, out))
    yield f"| {len(mails)} at once: taken in a second | {in_rate:.0f} |"
    yield f"| … relayed a second, end to end | {out_rate:.0f} |"
    for name, pid in programs.items():
        spent = (cpu_of(pid) - before[name]) / len(mails)
        yield f"| … CPU of the {name} for one | {spent * 1e3:.0f} ms |"


def steadily(place: str, sink: Sink, mails: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    """Ten a second: how long each was on its way."""
    taken = bring(place, mails, 1 / A_SECOND)
    out = arrived(sink, set(taken))
    waits = sorted(out[number] - when for number, when in taken.items())
    median = statistics.median(waits)
    p95 = statistics.quantiles(waits, n=20, method="inclusive")[-1]
    yield f"| {A_SECOND} a second: from taken to handed over, median | {median:.2f} s |"
    yield f"| … 95th percentile (should be under 2 s) | {p95:.2f} s |"
    yield f"| … longest of {len(waits)} | {waits[-1]:.2f} s |"


def behind_poison(place: str, sink: Sink, sides: Sequence[Side], first: int) -> Iterator[str]:
    """One at a time, each right behind a mail that is hard to read: how long the good one was."""
    waits = []
    for number, side in enumerate(sides, first):
        mails = [(side.alias, mail(side, number, POISON)), (side.alias, mail(side, number))]
        taken = bring(place, mails)
        waits.append(arrived(sink, {number})[number] - taken[number])
    yield f"| behind a mail that is hard to read: median | {statistics.median(waits):.2f} s |"
    yield f"| … longest of {len(waits)} (should be under 10 s) | {max(waits):.2f} s |"


def main() -> None:
    """Start a board, a worker and the door, and print the table."""
    steady = AT_ONCE + A_SECOND * SECONDS
    many = steady + 2 * POISONED
    temporary = tempfile.TemporaryDirectory(prefix="bothways-relay-")
    os.environ |= {
        "RELAY_DOMAIN": DOMAIN,
        "TRUSTED_AUTHSERV_ID": TRUSTED,
        "LMTP_LISTEN": "127.0.0.1:0",
    }
    with ExitStack() as stack:
        folder = stack.enter_context(temporary)
        app = stack.enter_context(board(Path(folder)))
        sink = stack.enter_context(Sink())
        found = sides(app, many // OF_ONE_TALK)
        # What matching reads once, on a new board, would be reckoned to the first mails.
        refresh.refresh_now(app.extensions["vectors"], now=utcnow())
        who = [found[number % len(found)] for number in range(many)]
        mails = [(side.alias, mail(side, number)) for number, side in enumerate(who)]
        os.environ["MAIL_URL"] = f"smtp://127.0.0.1:{sink.port}?tls=none"
        worker, _ = stack.enter_context(running("worker"))
        lmtp, place = stack.enter_context(running("relay", "lmtp"))
        programs = {"door": lmtp, "worker and its reader": worker}
        arrived_first(sink, len(found))
        print("\n| one worker | |\n|---|--:|")
        for row in at_once(place, sink, mails[:AT_ONCE], programs):
            print(row, flush=True)
        for row in steadily(place, sink, mails[AT_ONCE:steady]):
            print(row, flush=True)
        for row in behind_poison(place, sink, who[-POISONED:], steady):
            print(row, flush=True)
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    print(f"\nPython {platform.python_version()}, {os.cpu_count()} cores; load at the end: {load}.")


def arrived_first(sink: Sink, many: int) -> None:
    """Wait until the conversations' first mails are out of the way."""
    deadline = time.perf_counter() + PATIENCE
    while len(sink.mails) < many:
        assert time.perf_counter() < deadline, "the worker sends nothing"
        time.sleep(0.1)


if __name__ == "__main__":
    main()
