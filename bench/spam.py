"""How fast a text is looked at before others read it, while many are known.

python -m bench.spam

Made-up ads are looked at as they would be posted, in a database that knows a thousand
texts; then the longest message there can be.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.clock import utcnow
from app.core.secret import Address
from app.db import db, transaction
from app.people import service as people
from app.people.models import Person
from app.spam import near, service
from app.spam.models import TextBand, TextGroup
from app.spam.signals import read_signals
from app.spam.wordings import wordings
from bench import generate
from bench.run import board

KNOWN = 1000
LOOKED_AT = 300
LONGEST = 4000  # characters


def words(line: str) -> str:
    """The words of a made-up ad."""
    ad = json.loads(line)
    return "\n".join(str(ad.get(part, "")) for part in ("headline", "seeks", "offers", "about"))


def timed(what: Callable[[], object]) -> float:
    """Milliseconds of CPU it takes: the machine may have other things to do."""
    begun = time.process_time()
    what()
    return (time.process_time() - begun) * 1000


def know(session: Session, lines: list[str]) -> None:
    """Let the database know so many texts."""
    now = utcnow()
    bands = []
    for number, line in enumerate(lines):
        sketch = near.sketch(words(line))
        if sketch is None:
            continue
        group = {
            "id": number + 1,
            "key": f"k{number}",
            "sketch": near.packed(sketch),
            "seen_at": now,
        }
        session.execute(sa.insert(TextGroup).values(group))
        bands += [{"band": band, "group_id": number + 1} for band in set(near.bands(sketch))]
    session.execute(sa.insert(TextBand), bands)


def look(session: Session, text: str, person: Person) -> None:
    service.assess(session, kind="ad", text=text, person=person, source="bench", now=utcnow())


def main() -> None:
    """Print the table."""
    print("| | ms of CPU |\n|---|--:|")
    print(f"| phrases compiled, once a process | {timed(wordings):.0f} |")
    print(f"| second opinion learnt, once a process | {timed(lambda: read_signals('x')):.0f} |")
    lines = list(generate.ads(LOOKED_AT + KNOWN))
    with tempfile.TemporaryDirectory() as folder, board(Path(folder)):
        with transaction() as session:
            know(session, lines[LOOKED_AT:])
        asked = [0]
        event.listen(
            db.engine, "before_cursor_execute", lambda *_: asked.__setitem__(0, asked[0] + 1)
        )
        with transaction() as session:
            person = people.meet(session, email=Address("bench@members.example"), now=utcnow())
            session.flush()
            texts = [words(line) for line in lines[:LOOKED_AT]]
            look(session, texts[0], person)
            asked[0] = 0
            took = [timed(partial(look, session, text, person)) for text in texts]
            queries = asked[0] / LOOKED_AT
            long = "\n".join(texts)[:LONGEST]
            longest = min(timed(lambda: look(session, long, person)) for _ in range(5))
    alone = [timed(partial(read_signals, text)) for text in texts]
    size = statistics.mean(map(len, texts))
    print(
        f"| an ad of {size:.0f} characters, {KNOWN} known, median | {statistics.median(took):.1f} |"
    )
    print(f"| … 95th percentile | {statistics.quantiles(took, n=20)[-1]:.1f} |")
    print(f"| … of which its talk, median | {statistics.median(alone):.1f} |")
    print(f"| {LONGEST} characters, least of five | {longest:.1f} |")
    print(f"| queries for one | {queries:.1f} |")


if __name__ == "__main__":
    main()
