"""Nearly the same texts: which group a text belongs to, who has said it, and forgetting."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.tokens import new_key
from app.db import upsert
from app.spam import near, policy
from app.spam.models import TextBand, TextGroup, TextSeen
from app.spam.policy import Copies

COMPARED_MOST = 16  # known texts, which a made-up crowd of them cannot raise

# Built once: building them for each text would take longer than asking them.
_sharing = (
    select(TextBand.group_id, sa.func.count().label("bands"))
    .where(TextBand.band.in_(sa.bindparam("bands", expanding=True)))
    .group_by(TextBand.group_id)
    .order_by(sa.desc("bands"), TextBand.group_id)
    .limit(COMPARED_MOST)
    .subquery()
)
_ALIKE = select(TextGroup).join(_sharing, TextGroup.id == _sharing.c.group_id)

_said = select(sa.func.count(sa.distinct(TextSeen.person_id)))
_said = _said.where(TextSeen.group_id == sa.bindparam("said"))
_own = TextSeen.person_id == sa.bindparam("person")
_elsewhere = select(sa.func.count()).where(
    TextSeen.group_id == sa.bindparam("said"), _own, TextSeen.about != sa.bindparam("other_than")
)
_lately = (
    select(TextSeen.id)
    .where(TextSeen.source == sa.bindparam("came_from"), TextSeen.held)
    .where(TextSeen.seen_at > sa.bindparam("since", type_=TextSeen.seen_at.type))
    .limit(policy.SOURCE_MOST)
    .subquery()
)
_held = select(sa.func.count()).select_from(_lately)
_COUNTS = select(
    _said.where(~_own).scalar_subquery(), _elsewhere.scalar_subquery(), _held.scalar_subquery()
)


def find_group(session: Session, sketch: near.Sketch | None, *, now: datetime) -> TextGroup | None:
    """The group of texts nearly the same as this, made where there is none; None if too short.

    One query, however many texts are known: those that share most bands are compared with it.
    """
    if sketch is None:
        return None
    bands = near.bands(sketch)
    best, likeness = None, near.ALIKE
    for group in session.scalars(_ALIKE, {"bands": bands}):
        alike = near.likeness(sketch, near.unpacked(group.sketch))
        if alike >= likeness:
            best, likeness = group, alike
    if best is not None:
        best.seen_at = now
        return best
    return _new_group(session, sketch, bands, now)


def counts(
    session: Session,
    *,
    group: TextGroup | None,
    person_id: int,
    about: str,
    source: str,
    now: datetime,
) -> tuple[Copies, int]:
    """By how many addresses, and by this one about how many ads, counting what is said now.

    And how many texts of this source were held within a day, counted up to what decides.
    """
    asked: dict[str, object] = {"said": group.id if group else None, "person": person_id}
    asked |= {"other_than": about, "came_from": source, "since": now - policy.SOURCE_FOR}
    people, times, held = session.execute(_COUNTS, asked).one()
    return Copies(people=people + 1, times=times + 1), held


def note(
    session: Session,
    *,
    group: TextGroup | None,
    person_id: int,
    about: str,
    source: str,
    held: bool,
    now: datetime,
) -> None:
    """Remember that it was said. The same by the same about the same ad counts once."""
    values = {
        "group_id": group.id if group else None,
        "person_id": person_id,
        "about": about,
        "source": source,
        "held": held,
        "seen_at": now,
    }
    row = upsert(session, TextSeen).values(values)
    known = [TextSeen.group_id, TextSeen.person_id, TextSeen.about]
    again = {"held": held, "seen_at": now, "source": source}
    session.execute(row.on_conflict_do_update(index_elements=known, set_=again))


def purge(session: Session, *, now: datetime) -> None:
    """Forget what was last said some time ago, and the oldest beyond what there is room for."""
    before = now - policy.TEXTS_KEPT
    session.execute(delete(TextSeen).where(TextSeen.seen_at <= before))
    session.execute(delete(TextGroup).where(TextGroup.seen_at <= before))
    for table, most in ((TextSeen, policy.SEEN_MOST), (TextGroup, policy.GROUPS_MOST)):
        newest = select(table.id).order_by(table.id.desc()).limit(1).offset(most - 1)
        session.execute(delete(table).where(table.id < newest.scalar_subquery()))


def _new_group(session: Session, sketch: near.Sketch, bands: list[int], now: datetime) -> TextGroup:
    group = TextGroup(key=new_key(), sketch=near.packed(sketch), seen_at=now)
    session.add(group)
    session.flush()
    rows = [{"band": band, "group_id": group.id} for band in set(bands)]
    session.execute(sa.insert(TextBand), rows)
    return group
