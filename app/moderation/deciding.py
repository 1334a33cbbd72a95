"""Decisions: one broker's press does it, closes the cases, tells both sides, and stands in the log.

Each decision names the one before it (`after`), and the database keeps that pair once: of two
brokers who decide at once, one wins and the other is told.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.site import Site
from app.moderation import acting, brokers, log, rules, telling, things
from app.moderation.models import Broker, Case, Decision
from app.moderation.refusals import DecidedAlready, NeedsReason, NotOffered
from app.moderation.things import Thing
from app.relay.scrub import scrub
from app.spam import service as spam


@dataclass(frozen=True, slots=True)
class Wish:
    """What a broker pressed. `after`: the decision that stood when they saw the page, or 0."""

    what: str
    reason: str = ""
    sentence: str = ""
    after: int = 0


def newest(session: Session, kind: str, subject: str) -> int:
    """The number of the last decision about this thing, 0 for none."""
    known = things.decisions(session, kind, subject)
    return known[0].id if known else 0


def decide(
    session: Session,
    *,
    kind: str,
    subject: str,
    wish: Wish,
    broker: Broker | None,
    now: datetime,
    site: Site,
    more: int | None = 0,
) -> Decision:
    """Do what was decided. `broker` None is the operator. A double press is one decision.

    `more`: how many others alike its mail stands for; None for one of these, which has no mail.
    Raises ThingUnknown, DecidedAlready, NotOffered, NeedsReason, or what the thing itself refuses.
    """
    thing = things.find(session, kind, subject)
    known = things.decisions(session, thing.kind, thing.subject)
    if known and known[0].id != wish.after:
        if _same_press(known[0], wish, broker):
            return known[0]
        raise DecidedAlready
    if broker is not None and wish.what not in thing.offered:
        raise NotOffered  # the operator may do whatever the thing itself allows
    reason = rules.reason_for(wish.what, wish.reason)
    if reason is None:
        raise NeedsReason
    since = _since(session, thing)
    _teach(session, thing, wish.what, reason, now)
    decision = _keep(session, thing, wish, reason, broker, now)
    acting.act(session, thing=thing, what=wish.what, now=now, site=site)
    cases = things.open_cases(session, thing.kind, thing.subject)
    _write(session, thing, decision, broker, cases, since, now)
    _tell(session, thing, decision, cases, more, now, site)
    return decision


def decide_all(
    session: Session,
    *,
    kind: str,
    subjects: Sequence[str],
    wish: Wish,
    broker: Broker | None,
    now: datetime,
    site: Site,
) -> int:
    """Decide things alike by one press, and return how many; one mail to whoever did several.

    Raises NotOffered and NeedsReason; what somebody else has settled meanwhile is left out.
    """
    if wish.what not in {"publish", "remove"}:
        raise NotOffered
    some = [things.find(session, kind, subject) for subject in subjects]
    some = [thing for thing in some if wish.what in thing.offered]
    by_person = Counter(thing.about.id for thing in some if thing.about)
    told: set[int] = set()
    for thing in some:
        about = thing.about.id if thing.about else 0
        more = None if about in told else by_person[about] - 1
        told.add(about)
        each = replace(wish, after=newest(session, kind, thing.subject))
        decide(
            session,
            kind=kind,
            subject=thing.subject,
            wish=each,
            broker=broker,
            now=now,
            site=site,
            more=more,
        )
    return len(some)


def _same_press(last: Decision, wish: Wish, broker: Broker | None) -> bool:
    """Whether the last decision is what this very form has done already."""
    own = (broker.id if broker else None, wish.what, wish.after)
    return own == (last.broker_id, last.what, last.after)


def _keep(
    session: Session, thing: Thing, wish: Wish, reason: str, broker: Broker | None, now: datetime
) -> Decision:
    parties = [thing.about.email] if thing.about else []
    sentence, _ = scrub(wish.sentence, parties=parties)
    cases = things.open_cases(session, thing.kind, thing.subject)
    decision = Decision(
        case_id=cases[0].id if cases else None,
        kind=thing.kind,
        subject=thing.subject,
        about_id=thing.about.id if thing.about else None,
        broker_id=broker.id if broker else None,
        what=wish.what,
        reason=reason,
        sentence=sentence[: rules.SENTENCE_MOST],
        after=wish.after,
        created_at=now,
    )
    session.add(decision)
    try:
        session.flush()
    except IntegrityError:
        raise DecidedAlready from None
    return decision


def _teach(session: Session, thing: Thing, what: str, reason: str, now: datetime) -> None:
    """Let the order of the queue learn from what was decided about words that were read."""
    if what == "remove" and reason == "spam":
        is_spam = True
    elif what == "publish":
        is_spam = False
    else:
        return
    if (text := things.words_of(thing)) != "":
        spam.learn(session, text=text, is_spam=is_spam, now=now)


def _since(session: Session, thing: Thing) -> datetime | None:
    """Since when it has waited for this."""
    cases = things.open_cases(session, thing.kind, thing.subject)
    if cases:
        return min(case.opened_at for case in cases)
    if thing.ad is not None and thing.ad.state == "held":
        return thing.ad.updated_at
    if thing.thread is not None and thing.thread.state == "held":
        return thing.thread.moved_at
    return None


def _write(
    session: Session,
    thing: Thing,
    decision: Decision,
    broker: Broker | None,
    cases: list[Case],
    since: datetime | None,
    now: datetime,
) -> None:
    for case in cases:
        case.decided_at = now
    log.write(
        session,
        who=brokers.name_of(broker),
        what=decision.what,
        kind=thing.kind,
        subject=thing.subject,
        reason=decision.reason,
        case_id=decision.case_id,
        waited=None if since is None else int((now - since).total_seconds()),
        now=now,
    )


def _names(thing: Thing) -> tuple[str, str]:
    """The headline and Box that its mails name, '' where there are none."""
    if thing.ad is not None:
        return thing.ad.headline, thing.ad.box
    if thing.thread is not None:
        return thing.thread.headline, thing.thread.box
    return "", ""


def _tell(
    session: Session,
    thing: Thing,
    decision: Decision,
    cases: list[Case],
    more: int | None,
    now: datetime,
    site: Site,
) -> None:
    """Both sides: whoever did it, unless nothing came of it, and whoever reported it."""
    headline, box = _names(thing)
    if decision.what == "publish" and thing.ad is not None:
        telling.published(session, ad=thing.ad, now=now, site=site)
    elif decision.what == "publish" and thing.thread is not None and more is not None:
        telling.let_through(session, thread=thing.thread, more=more, now=now, site=site)
    elif more is not None and thing.about is not None and decision.what not in {"publish", "none"}:
        telling.decided(
            session,
            decision=decision,
            person=thing.about,
            headline=headline,
            box=box,
            more=more,
            now=now,
            site=site,
        )
    for case in cases:
        telling.reporters(
            session,
            decision=decision,
            case_id=case.id,
            appeal=case.appeal_of is not None,
            now=now,
            site=site,
        )
