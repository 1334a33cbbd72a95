"""Either side says yes or no, as often as it likes until both said yes or its time is over."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.core.site import Site
from app.moderation.introductions import rules, telling
from app.moderation.introductions.models import Introduction
from app.moderation.introductions.refusals import (
    BothSaidYes,
    IntroductionOver,
    IntroductionUnknown,
    NotJustNow,
)
from app.moderation.introductions.rules import Side
from app.people import service as people
from app.people.models import Person
from app.relay import blocks
from app.relay import service as relay

AT_ONCE = 200  # that end in one round; the next takes up the rest


def find(session: Session, number: str, person: Person) -> tuple[Introduction, Side]:
    """The introduction, and which side of it this person is. Raises IntroductionUnknown.

    In a unit of work nobody else can answer meanwhile, so that of two at once one is the second.
    """
    introduction = (
        session.get(Introduction, int(number), with_for_update=True) if number.isdecimal() else None
    )
    for side in rules.SIDES if introduction else ():
        assert introduction is not None
        ad = rules.ad_of(introduction, side)
        if ad is not None and ad.person_id == person.id:
            return introduction, side
    raise IntroductionUnknown


def can_begin(session: Session, introduction: Introduction, now: datetime) -> bool:
    """Whether both ads are on the board and have room, as anybody can see."""
    pair = [ad for side in rules.SIDES if (ad := rules.ad_of(introduction, side))]
    live = [ad for ad in pair if ads.is_live(ad, now)]
    return len(live) == len(rules.SIDES) and not relay.full_boxes(session, live)


def answer(
    session: Session,
    *,
    introduction: Introduction,
    side: Side,
    says: str,
    now: datetime,
    site: Site,
) -> None:
    """Note one of `rules.ANSWERS`; the second yes begins the conversation. Twice is once.

    Raises BothSaidYes, IntroductionOver, NotJustNow. Where one has blocked the other, a yes is
    noted like any other, and nothing comes of it.
    """
    standing = rules.standing(introduction, now)
    if standing == "agreed":
        if says != "yes":
            raise BothSaidYes
        return
    if standing != "waiting":
        raise IntroductionOver
    if says == "yes" and not can_begin(session, introduction, now):
        raise NotJustNow
    if rules.says(introduction, side) != says:
        setattr(introduction, f"{side}_says", says)
        setattr(introduction, f"{side}_said_at", now)
    own = rules.ad_of(introduction, side)
    assert own is not None
    people.confirm(own.person, now=now)  # who pressed the link is there
    _begin(session, introduction, now, site)


def due(session: Session, *, now: datetime) -> Sequence[int]:
    """The numbers of those whose time is over, and nobody has ended them yet."""
    late = (Introduction.ended_at.is_(None), Introduction.created_at <= now - rules.LASTS)
    query = sa.select(Introduction.id).where(*late).order_by(Introduction.created_at)
    return session.scalars(query.limit(AT_ONCE)).all()


def end(session: Session, *, number: int, now: datetime, site: Site) -> bool:
    """Its time is over: mark it and tell whoever said yes. False where that was done before."""
    introduction = session.get(Introduction, number, with_for_update=True)
    if introduction is None or introduction.ended_at is not None:
        return False
    if now < rules.ends_at(introduction):
        return False
    introduction.ended_at, introduction.how = now, rules.OVER
    telling.nothing_came(session, introduction=introduction, now=now, site=site)
    return True


def _begin(session: Session, introduction: Introduction, now: datetime, site: Site) -> None:
    """The conversation, if both want it and neither has blocked the other."""
    one, another = introduction.first, introduction.second
    if one is None or another is None or not rules.both_say_yes(introduction):
        return
    if another.person_id in blocks.either_way(session, one.person_id):
        return
    thread = relay.introduce(
        session, ad=one, to=another, line=introduction.line, now=now, site=site
    )
    introduction.ended_at, introduction.how = now, rules.AGREED
    introduction.thread = thread.key
