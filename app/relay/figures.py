"""How ads fare, in counts: which were replied to, answered, talked about. No words, no people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads import figures as ads
from app.ads import service
from app.ads.models import Ad
from app.people.models import Person
from app.relay import policy
from app.relay.models import Bounce, Message, Thread

# What has come to an ad’s writer, and no introduction, which nobody has to answer. An answer is any
# word of theirs, a no and a block among them.
_REACHED = (
    Thread.state.not_in(policy.NOT_YET),
    Thread.reason != policy.WITHHELD,
    Thread.reached_at.is_not(None),
)
_ANSWERED = sa.or_(Thread.answered_at.is_not(None), Thread.ended_by == "writer")
_TALKING = sa.exists().where(
    Message.thread_id == Thread.id,
    Message.author == "replier",
    Message.created_at > Thread.answered_at,
    Message.state.in_(policy.DELIVERED),
)


@dataclass(frozen=True, slots=True)
class Fared:
    """Of the ads of one period: how many had a reply, an answer to one, and a word back to that."""

    replied: int = 0
    answered: int = 0
    talking: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What one person was written, and how much of it they answered, over all their ads."""

    received: int
    answered: int
    bounces: int  # mails to them that came back within the last days


def fared(session: Session, *, starts: Sequence[datetime]) -> list[Fared]:
    """How the ads that went live in each of the periods that begin at `starts` fare by now."""
    each = (
        sa.select(
            Thread.ad_id,
            sa.func.max(sa.case((_ANSWERED, 1), else_=0)).label("answered"),
            sa.func.max(sa.case((_TALKING, 1), else_=0)).label("talking"),
        )
        .join(Ad, Ad.id == Thread.ad_id)
        .where(*_REACHED, ads.posted_since(starts[0]))
        .group_by(Thread.ad_id)
        .subquery()
    )
    query = sa.select(
        ads.period_of(Ad.posted_at, starts),
        sa.func.count(),
        sa.func.sum(each.c.answered),
        sa.func.sum(each.c.talking),
    ).join(each, each.c.ad_id == Ad.id)
    rows = session.execute(query.group_by("period"))
    found = {period: Fared(*map(int, numbers)) for period, *numbers in rows}
    return [found.get(number, Fared()) for number in range(len(starts))]


def unanswered(
    session: Session, *, starts: Sequence[datetime], now: datetime
) -> list[tuple[int, int]]:
    """For each of the periods: the ads of it that are live, and those of them without any reply."""
    replied = sa.exists().where(Thread.ad_id == Ad.id, *_REACHED)
    query = sa.select(
        ads.period_of(Ad.posted_at, starts),
        sa.func.count(),
        sa.func.sum(sa.case((replied, 0), else_=1)),
    ).where(service.live_clause(now), Ad.posted_at >= starts[0])
    found = {
        period: (n, int(none)) for period, n, none in session.execute(query.group_by("period"))
    }
    return [found.get(number, (0, 0)) for number in range(len(starts))]


def replies(session: Session, ad_ids: Collection[int]) -> dict[int, int]:
    """How many people have written to each of these ads; nothing for one that nobody wrote to."""
    query = sa.select(Thread.ad_id, sa.func.count()).where(Thread.ad_id.in_(ad_ids), *_REACHED)
    rows = session.execute(query.group_by(Thread.ad_id)).all() if ad_ids else []
    return {ad_id: number for ad_id, number in rows if ad_id is not None}


def share(session: Session, person: Person) -> Share:
    """How one person answers, in plain counts, however new it all is."""
    query = sa.select(
        sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((_ANSWERED, 1), else_=0)), 0)
    ).where(Thread.writer_id == person.id, *_REACHED)
    received, answered = session.execute(query).one()
    back = sa.select(sa.func.count()).select_from(Bounce).where(Bounce.person_id == person.id)
    return Share(received, int(answered), session.scalar(back) or 0)


def held(session: Session) -> int:
    """How many first messages wait for a broker."""
    waiting = Thread.state == sa.literal("held", literal_execute=True)
    return session.scalar(sa.select(sa.func.count()).where(waiting)) or 0
