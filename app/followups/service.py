"""Nobody is left waiting: what is due, and doing it, each a unit of work and each once.

The mark and the mail are rows of one transaction. A mark is set when its time has come, whether or
not a mail comes of it, so that who wants none is not looked at for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.ads import policy as ads_policy
from app.ads import service as ads
from app.ads.models import Ad
from app.core.site import Site
from app.followups import rules
from app.followups.alternatives import alternatives, still_possible
from app.followups.rules import Wait
from app.mail import messages, outbox
from app.mail.messages import Named
from app.matching.vectors import Vectors
from app.people import service as people
from app.relay import delivery, policy, waiting
from app.relay.models import Thread
from app.search.index import Index

AT_ONCE = 200  # of each in one round; the next takes up the rest
_SKILLS = 1  # that a search for ads like one asks for


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be looked at: keys of conversations, and ids of ads."""

    remind: Sequence[str]
    console: Sequence[str]
    rest: Sequence[int]


def due(session: Session, *, now: datetime) -> Due:
    """What is due now: three questions to an index of those who wait."""
    reminded, consoled = now - rules.REMIND_AFTER, now - rules.CONSOLE_AFTER
    left = waiting.left_by_ads(
        session, before=now - rules.REST_AFTER, least=rules.REST_LEAST, now=now, limit=AT_ONCE
    )
    return Due(
        remind=waiting.unreminded(session, before=reminded, limit=AT_ONCE),
        console=waiting.unconsoled(session, before=consoled, limit=AT_ONCE),
        rest=[ad_id for ad_id, _ in left],
    )


def remind(session: Session, *, key: str, now: datetime, site: Site) -> bool:
    """Mail the ad’s writer, once, that somebody waits; returns whether that was to be done."""
    thread = waiting.find_waiting(session, key)
    if thread is None or thread.reminded_at is not None:
        return False
    thread.reminded_at = now
    wait = _wait(thread, now)
    if not rules.reminds(wait, now):
        return False
    waiting.remind(session, thread=thread, days=rules.days(wait, now), now=now, site=site)
    return True


def find_others(
    session: Session, vectors: Vectors, index: Index, *, key: str, now: datetime
) -> list[int]:
    """The ids of live ads for the one who waits in this conversation, see `alternatives`.

    Takes a while: it is asked before the unit of work that tells of them.
    """
    thread = waiting.find_waiting(session, key)
    if thread is None or not rules.consoles(_wait(thread, now), now):
        return []
    found = alternatives(session, vectors, index, thread=thread, now=now)
    return [ad.id for ad in found]


def others_for(
    session: Session, vectors: Vectors, index: Index, *, thread: Thread, now: datetime
) -> list[Ad]:
    """As they stand now: live ads for the one who has waited for long; none for anybody else.

    Quicker than `find_others`: what was written is not read for its meaning.
    """
    if thread.reached_at is None or not rules.has_waited_long(_wait(thread, now), now):
        return []
    return alternatives(session, vectors, index, thread=thread, now=now, read=False)


def console(
    session: Session, *, key: str, others: Sequence[int], now: datetime, site: Site
) -> bool:
    """Mail the one who wrote, once, that there is no answer, and those of these ads that still do.

    Returns whether that was to be done.
    """
    thread = waiting.find_waiting(session, key)
    if thread is None or thread.consoled_at is not None:
        return False
    thread.consoled_at = now
    wait = _wait(thread, now)
    if not rules.consoles(wait, now):
        return False
    by_id = ads.by_ids(session, others)
    standing = [by_id[ad_id] for ad_id in others if ad_id in by_id]
    named = [_named(ad) for ad in still_possible(session, standing, thread, now)]
    days, more = rules.days(wait, now), _search_like(thread.ad, site)
    waiting.console(session, thread=thread, others=named, more=more, days=days, now=now, site=site)
    return True


def rest(session: Session, *, ad_id: int, now: datetime, site: Site) -> bool:
    """Take an ad off the board that leaves people waiting, and mail its writer the way back.

    Returns whether that was to be done.
    """
    before = now - rules.REST_AFTER
    left = waiting.left_by_ads(
        session, before=before, least=rules.REST_LEAST, now=now, limit=AT_ONCE, ad_id=ad_id
    )
    ad = ads.by_ids(session, [ad_id]).get(ad_id)
    if ad is None or not left:
        return False
    ads.pause(session, ad=ad, now=now, why="unanswered")
    if ad.person.undeliverable_at is None:
        _tell_of_rest(session, ad, left[0][1], now, site)
    return True


def _tell_of_rest(session: Session, ad: Ad, number: int, now: datetime, site: Site) -> None:
    person = ad.person
    link = people.issue_link(session, person=person, purpose="resume", subject=ad.box, now=now)
    draft = messages.ad_paused_unanswered(
        site, headline=ad.headline, box=ad.box, waiting=number, link=site.link(link)
    )
    outbox.put(session, draft, site=site, to=person.email, person_id=person.id, now=now)


def _wait(thread: Thread, now: datetime) -> Wait:
    assert thread.reached_at is not None
    return Wait(
        state=policy.state_at(thread, now),
        answered=thread.answered_at is not None,
        since=thread.reached_at,
        ad=ads_policy.state_at(thread.ad, now) if thread.ad else "",
        writer_takes_mail=delivery.takes_mail(thread, "writer"),
        replier_takes_mail=delivery.takes_mail(thread, "replier"),
        replier_may_speak=thread.replier is None or thread.replier.suspended_at is None,
    )


def _named(ad: Ad) -> Named:
    return Named(ad.headline, ad.box, ad.kind)


def _search_like(ad: Ad | None, site: Site) -> str:
    """The page of ads like this one, on which such a search can be saved."""
    if ad is None:
        return site.page("ads")
    skills = ad.side_skills(ad.kind)[:_SKILLS]
    like = [("skill", skill) for skill in skills] or [("sector", ad.sector)]
    return f"{site.page('ads')}?{urlencode([('kind', ad.kind), *like])}"
