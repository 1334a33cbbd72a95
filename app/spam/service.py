"""Looking at a text before others read it: held with its reason, or not; never refused, never lost.

What orders a broker's queue (`score`) decides nothing; what decides are rules that can be read.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.people.models import Person
from app.spam import copies, lessons, near, policy
from app.spam.lessons import learn as learn
from app.spam.lessons import retrain as retrain
from app.spam.signals import Signals, read_signals

Kind = Literal["ad", "message"]
_HALF = 3.0  # points at which the score of a text is a half


@dataclass(frozen=True, slots=True)
class Assessment:
    """`held_reason` is '' for what may go on; `score` 0 to 1; `group` of nearly the same texts."""

    held_reason: str = ""
    score: float = 0.0
    group: str = ""


UNREMARKABLE = Assessment()


@dataclass(frozen=True, slots=True)
class Look:
    """What a text itself says: the slow part, and it needs no database."""

    signals: Signals
    sketch: near.Sketch | None


def look(*, kind: Kind, text: str) -> Look:
    """Read `text` before a unit of work begins: others wait for the database meanwhile."""
    return Look(read_signals(text), near.sketch(f"{kind}\n{text}"))


def assess(
    session: Session,
    *,
    kind: Kind,
    text: str,
    person: Person,
    source: str,
    now: datetime,
    about: str = "",
    looked: Look | None = None,
) -> Assessment:
    """What there is to say of `text`, and remember (without it) that it was said.

    `source` is a keyed hash; `about` the Box a message goes to. Ads and messages are alike only
    with their own kind. `looked` is what `look` said of it, if it was asked before.
    """
    looked = looked or look(kind=kind, text=text)
    signals = looked.signals
    group = copies.find_group(session, looked.sketch, now=now)
    said, held = copies.counts(
        session, group=group, person_id=person.id, about=about, source=source, now=now
    )
    newcomer = policy.is_newcomer(person.confirmed_at, now)
    reason = policy.reason(signals, said, newcomer=newcomer, held_of_source=held)
    copies.note(
        session,
        group=group,
        person_id=person.id,
        about=about,
        source=source,
        held=bool(reason) and reason != policy.SOURCE,  # else one day of it would never end
        now=now,
    )
    return Assessment(reason, _score(session, signals), group.key if group else "")


def purge(session: Session, *, now: datetime) -> None:
    """Forget texts and lessons when their time is over, or there are too many."""
    copies.purge(session, now=now)
    lessons.purge(session, now=now)


def _score(session: Session, signals: Signals) -> float:
    """From the signs, and as soon as there are decisions to go by, as much from those."""
    by_talk = signals.points / (signals.points + _HALF)
    by_signs = max(by_talk, signals.like_spam / 2)
    learnt = lessons.score(session, signals.features)
    return round(by_signs if learnt is None else (by_signs + learnt) / 2, 4)
