"""A broker puts two ads to each other, or takes that back while it waits."""

from collections.abc import Collection, Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.ads import service as ads
from app.ads.models import Ad
from app.ads.policy import Problem
from app.core.i18n import N_
from app.core.site import Site
from app.core.text import clean_line
from app.moderation import brokers, log
from app.moderation.introductions import rules, telling
from app.moderation.introductions.models import Introduction
from app.moderation.introductions.refusals import (
    BadIntroduction,
    BothSaidYes,
    IntroductionOver,
    IntroductionUnknown,
)
from app.moderation.models import Broker
from app.relay import answering, blocks
from app.relay import service as relay

_BEFORE = N_("These two ads have been introduced before.")


def propose(
    session: Session,
    *,
    first: str,
    second: str,
    line: str,
    broker: Broker,
    now: datetime,
    site: Site,
) -> Introduction:
    """Ask the writers of these two Boxes, by one mail each. A double press is one introduction.

    Where both say yes, the conversation is about the `first`. Raises BadIntroduction.
    """
    line, one, another = clean_line(line), ads.find_ad(session, first), ads.find_ad(session, second)
    if one and another and (standing := _same_press(session, one, another, line, broker, now)):
        return standing
    found = [rules.line_problem(line), *_problems(session, one, another, now)]
    if wrong := [problem for problem in found if problem is not None]:
        raise BadIntroduction(wrong)
    assert one is not None
    assert another is not None
    introduction = _keep(session, one, another, line, broker, now)
    _write(session, introduction, "introduced", broker, now)
    telling.proposed(session, introduction=introduction, now=now, site=site)
    return introduction


def withdraw(session: Session, *, number: int, broker: Broker, now: datetime) -> None:
    """Take it back while it waits; nobody is mailed. A second press changes nothing.

    Raises IntroductionUnknown, BothSaidYes, IntroductionOver.
    """
    introduction = session.get(Introduction, number, with_for_update=True)
    if introduction is None:
        raise IntroductionUnknown
    standing = rules.standing(introduction, now)
    if standing == "agreed":
        raise BothSaidYes
    if standing == "over":
        raise IntroductionOver
    if standing == "waiting":
        introduction.ended_at, introduction.how = now, rules.WITHDRAWN
        _write(session, introduction, "withdrawn", broker, now)


def newest(session: Session, *, limit: int, before: int | None = None) -> list[Introduction]:
    """Introductions with their ads, the newest first, those before number `before`: one query."""
    query = sa.select(Introduction).options(
        joinedload(Introduction.first), joinedload(Introduction.second)
    )
    if before is not None:
        query = query.where(Introduction.id < before)
    return list(session.scalars(query.order_by(Introduction.id.desc()).limit(limit)))


def waiting(session: Session, ad_ids: Collection[int], now: datetime) -> set[int]:
    """Which of these ads are in an introduction that waits."""
    open_ = (Introduction.ended_at.is_(None), Introduction.created_at > now - rules.LASTS)
    either = sa.or_(Introduction.first_ad_id.in_(ad_ids), Introduction.second_ad_id.in_(ad_ids))
    pairs = session.execute(
        sa.select(Introduction.first_ad_id, Introduction.second_ad_id).where(*open_, either)
    )
    return {ad_id for pair in pairs for ad_id in pair} & set(ad_ids)


def often(session: Session, person_ids: Collection[int], now: datetime) -> set[int]:
    """Which of these people have been asked as often within a month as anybody should be."""
    mine = sa.or_(Introduction.first_ad_id == Ad.id, Introduction.second_ad_id == Ad.id)
    count = sa.func.count(Introduction.id)
    query = (
        sa.select(Ad.person_id)
        .join(Introduction, mine)
        .where(Ad.person_id.in_(person_ids), Introduction.created_at > now - rules.MONTH)
        .group_by(Ad.person_id)
        .having(count >= rules.IN_A_MONTH)
    )
    return set(session.scalars(query))


# --- inside ---------------------------------------------------------------------------------------


def _problems(
    session: Session, one: Ad | None, another: Ad | None, now: datetime
) -> Iterator[Problem | None]:
    """At most one for each Box, and one for the two together where both are fine."""
    problems = [_of_ad(session, "first", one, now), _of_ad(session, "second", another, now)]
    yield from problems
    if one is not None and another is not None and problems == [None, None]:
        yield _of_pair(session, one, another)


def _of_ad(session: Session, field: str, ad: Ad | None, now: datetime) -> Problem | None:
    if ad is None or (ad.posted_at is None and not ads.is_live(ad, now)):
        return Problem(field, N_("There is no ad with this Box number."), {})
    if not ads.is_live(ad, now):
        return Problem(field, N_("This ad isn’t on the board just now."), {})
    if relay.is_full(session, ad):
        return Problem(field, N_("This ad is full for now, so its writer has no room."), {})
    if ad.person.undeliverable_at is not None:
        return Problem(field, N_("Mails to its writer come back: nobody would hear of it."), {})
    if ad.id in waiting(session, [ad.id], now):
        return Problem(field, N_("An introduction of this ad waits for an answer already."), {})
    if ad.person_id in often(session, [ad.person_id], now):
        sentence = N_("Its writer has been asked %(most)d times within a month. Give it some time.")
        return Problem(field, sentence, {"most": rules.IN_A_MONTH})
    return None


def _of_pair(session: Session, one: Ad, another: Ad) -> Problem | None:
    if one.id == another.id:
        return Problem("second", N_("This is the same ad twice. Choose another."), {})
    if one.person_id == another.person_id:
        return Problem("second", N_("The same person wrote both. Choose another."), {})
    if _standing(session, one, another) is not None:
        return Problem("", _BEFORE, {})
    # One sentence for both, so that nobody learns at the desk who has blocked whom.
    known = answering.known_to(session, person_id=one.person_id)
    if another.person_id in known | blocks.either_way(session, one.person_id):
        return Problem("", N_("These two have met here, or would rather not."), {})
    return None


def _standing(session: Session, one: Ad, another: Ad) -> Introduction | None:
    pair = rules.pair_of(one.box, another.box)
    return session.scalar(sa.select(Introduction).where(Introduction.pair == pair))


def _same_press(
    session: Session, one: Ad, another: Ad, line: str, broker: Broker, now: datetime
) -> Introduction | None:
    """What this very form has done already."""
    standing = _standing(session, one, another)
    if standing is None or rules.standing(standing, now) != "waiting":
        return None
    return standing if (standing.line, standing.broker_id) == (line, broker.id) else None


def _keep(
    session: Session, one: Ad, another: Ad, line: str, broker: Broker, now: datetime
) -> Introduction:
    introduction = Introduction(
        first=one,
        second=another,
        pair=rules.pair_of(one.box, another.box),
        broker_id=broker.id,
        line=line,
        created_at=now,
        first_says="",
        second_says="",
        how="",
        thread="",
    )
    session.add(introduction)
    try:
        session.flush()
    except IntegrityError:
        raise BadIntroduction([Problem("", _BEFORE, {})]) from None
    return introduction


def _write(
    session: Session, introduction: Introduction, what: str, broker: Broker, now: datetime
) -> None:
    log.write(
        session,
        who=brokers.name_of(broker),
        what=what,
        kind="pair",
        subject=introduction.pair or "",
        now=now,
    )
