"""Adding many ads in one transaction: a handful of statements, however many there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads.lines import Incoming
from app.ads.marks import mark_all_stale
from app.ads.models import STANDING, Ad, AdSkill
from app.ads.policy import INTRODUCED_AFTER, KINDS
from app.catalogue.skills import skill_key
from app.core.tokens import new_box
from app.people.models import Person


@dataclass(slots=True)
class Row:
    """One line on its way in; `fingerprint` is what a double press shares."""

    incoming: Incoming
    fingerprint: str
    box: str = ""

    @property
    def stored_state(self) -> str:
        """`expired` is told by the clock, never stored."""
        return "live" if self.incoming.state == "expired" else self.incoming.state


def add(session: Session, rows: list[Row], now: datetime) -> int:
    """Add what does not stand yet, each with its stale mark; returns how many that were."""
    new = _new(session, rows)
    if not new:
        return 0
    people = _people(session, new, now)
    values = [_ad_values(row, people[row.incoming.email.key], now) for row in new]
    ids = session.scalars(sa.insert(Ad).returning(Ad.id, sort_by_parameter_order=True), values)
    pairs = list(zip(ids.all(), new, strict=True))
    skills = [skill for ad_id, row in pairs for skill in _skill_values(ad_id, row)]
    if skills:
        session.execute(sa.insert(AdSkill), skills)
    mark_all_stale(session, [ad_id for ad_id, _ in pairs])
    return len(new)


def _new(session: Session, rows: list[Row]) -> list[Row]:
    """The rows whose Box, and whose words, stand neither on the board nor earlier in `rows`."""
    boxes = _standing_boxes(session, [r.incoming.box for r in rows if r.incoming.box])
    words = _standing_words(session, [r.fingerprint for r in rows])
    new = []
    for row in rows:
        box, stands = row.incoming.box, row.stored_state in STANDING
        if (box and box in boxes) or (stands and row.fingerprint in words):
            continue
        if box:
            boxes.add(box)
        if stands:
            words.add(row.fingerprint)
        row.box = box or ""
        new.append(row)
    _give_boxes(session, [row for row in new if not row.box], boxes)
    return new


def _standing_boxes(session: Session, boxes: list[str]) -> set[str]:
    return set(session.scalars(sa.select(Ad.box).where(Ad.box.in_(boxes)))) if boxes else set()


def _standing_words(session: Session, fingerprints: list[str]) -> set[str]:
    # Written out, not bound: only so does SQLite see that its partial index may answer this.
    states: sa.BindParameter[str] = sa.bindparam(
        "states", STANDING, expanding=True, literal_execute=True
    )
    query = sa.select(Ad.fingerprint).where(Ad.fingerprint.in_(fingerprints), Ad.state.in_(states))
    return set(session.scalars(query))


def _give_boxes(session: Session, rows: list[Row], taken: set[str]) -> None:
    """A free Box for each row, asked of the database once for all of them."""
    while rows:
        for row in rows:
            row.box = new_box()
        taken = taken | _standing_boxes(session, [row.box for row in rows])
        clashing = []
        for row in rows:
            clashing += [row] if row.box in taken else []
            taken.add(row.box)
        rows = clashing


def _people(session: Session, rows: list[Row], now: datetime) -> dict[str, int]:
    """The writers’ ids by the key of their address: found, or made; confirmed where a line says."""
    writers = {row.incoming.email.key: row.incoming.email for row in rows}
    proved = {row.incoming.email.key for row in rows if row.incoming.confirmed}
    asked = sa.select(Person.email_key, Person.id).where(Person.email_key.in_(writers))
    found = dict(session.execute(asked).all())
    known = [found[key] for key in proved if key in found]
    if known:
        unproved = sa.and_(Person.id.in_(known), Person.confirmed_at.is_(None))
        session.execute(sa.update(Person).where(unproved).values(confirmed_at=now))
    missing = [
        {
            "email": email,
            "email_key": key,
            "created_at": now,
            "confirmed_at": now if key in proved else None,
        }
        for key, email in writers.items()
        if key not in found
    ]
    if missing:
        made = sa.insert(Person).returning(Person.email_key, Person.id)
        found |= dict(session.execute(made, missing).all())
    return found


def _ad_values(row: Row, person_id: int, now: datetime) -> dict[str, Any]:
    draft, incoming = row.incoming.draft, row.incoming
    same = ("kind", "headline", "seeks", "offers", "return_open", "about", "sector")
    more = ("sectors_wanted", "language", "place_id", "rhythm", "capacity", "name")
    times = ("created_at", "posted_at", "expires_at", "ended_at")
    return {
        **{name: getattr(draft, name) for name in (*same, *more)},
        **{name: getattr(incoming, name) for name in (*times, "held_reason", "reminders")},
        "box": row.box,
        "person_id": person_id,
        "state": row.stored_state,
        "fingerprint": row.fingerprint,
        "modes": ",".join(draft.modes),
        "updated_at": now,
        "introduced_at": _told(incoming.posted_at, now),
    }


def _told(posted: datetime | None, now: datetime) -> datetime | None:
    """An ad that has been up for long comes from elsewhere: nobody waits for a mail about it."""
    return posted if posted and posted <= now - INTRODUCED_AFTER else None


def _skill_values(ad_id: int, row: Row) -> Iterator[dict[str, Any]]:
    for side in KINDS:
        for position, skill in enumerate(getattr(row.incoming.draft, f"{side}_skills")):
            key = skill_key(skill)[:60]
            yield {"ad_id": ad_id, "side": side, "position": position, "skill": skill, "key": key}
