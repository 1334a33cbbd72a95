"""What can be done with ads. Every change leaves a stale mark for the index, in its transaction.

What can't be done where the ad stands raises NotNow; what would let a suspended person speak
(`publish`, `renew`, `resume`) Suspended; what would put the same words there twice (`edit`,
`restore`) AlreadyStands.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ads import policy
from app.ads.asking import (
    by_ids,
    find_ad,
    get_by_boxes,
    get_live,
    get_own,
    held,
    is_live,
    live_clause,
    live_of_person,
    newest,
    of_person,
)
from app.ads.keeping import (
    PURGED_AT_ONCE,
    erase_of,
    introductions_due,
    purge,
    reminders_due,
)
from app.ads.marks import (
    IN_STEP,
    drop_marks,
    drop_matching_marks,
    leave_stale,
    mark_stale,
    matching_marks,
    newest_mark,
    stale_marks,
    take_changed,
    waiting_marks,
)
from app.ads.models import STANDING, Ad, AdSkill
from app.ads.policy import Draft
from app.ads.refusals import AdGone, AdUnknown, AlreadyStands, NotNow
from app.catalogue.skills import skill_key
from app.core.tokens import new_box
from app.people import service as people
from app.people.models import Person
from app.spam.service import UNREMARKABLE, Assessment

# The door of the room: what stands in the modules beside this one is reached through it.
__all__ = [
    "IN_STEP",
    "PURGED_AT_ONCE",
    "AdGone",
    "AdUnknown",
    "AlreadyStands",
    "NotNow",
    "by_ids",
    "close",
    "drop_marks",
    "drop_matching_marks",
    "edit",
    "erase_of",
    "find_ad",
    "get_by_boxes",
    "get_live",
    "get_own",
    "held",
    "hold",
    "introductions_due",
    "is_live",
    "leave_stale",
    "live_clause",
    "live_of_person",
    "mark_stale",
    "matching_marks",
    "newest",
    "newest_mark",
    "of_person",
    "pause",
    "post",
    "publish",
    "purge",
    "release",
    "reminders_due",
    "remove",
    "renew",
    "restore",
    "resume",
    "stale_marks",
    "take_changed",
    "waiting_marks",
]

_COPIED = (
    *("kind", "headline", "seeks", "offers", "return_open", "about", "sector", "sectors_wanted"),
    *("language", "place_id", "rhythm", "capacity", "name"),
)


def post(
    session: Session,
    *,
    draft: Draft,
    person: Person,
    now: datetime,
    assessment: Assessment = UNREMARKABLE,
) -> tuple[Ad, bool]:
    """Keep an unconfirmed ad. Returns it and whether its link is to be mailed.

    The same words stand only once. While nobody confirmed them, the newest town, sector and so on
    count; the link is mailed again when the last one went out some minutes ago and may be lost.
    An ad whose `assessment` has a reason to be held is kept, and once its address has proved itself
    it waits for a broker.
    """
    mark = policy.fingerprint(draft, person.email_key)
    if (twin := _twin(session, mark)) is not None:
        return twin, _take_up(twin, draft, now, assessment)
    ad = Ad(
        box=_free_box(session),
        person_id=person.id,
        state="unconfirmed",
        fingerprint=mark,
        created_at=now,
        updated_at=now,
        held_reason=assessment.held_reason,
        spam_score=assessment.score,
        text_group=assessment.group,
    )
    _fill(ad, draft)
    session.add(ad)
    session.flush()
    return ad, True


def publish(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """Its writer pressed the link: live for 60 days, or held where something was odd."""
    people.check_may_speak(ad.person)
    _allow("publish", ad, now)
    if ad.held_reason:
        ad.state, ad.updated_at = "held", now
        return ad
    return _go_live(session, ad, now)


def release(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """A broker lets a held ad live; one that was live before, for what is left of its time."""
    if ad.state != "held":
        raise NotNow
    ad.held_reason = ""
    if ad.posted_at is None or ad.expires_at is None or ad.expires_at <= now:
        return _go_live(session, ad, now)
    ad.state, ad.updated_at = "live", now
    mark_stale(session, ad.id)
    return ad


def restore(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """A broker takes a removal back, after an appeal."""
    if ad.state != "removed":
        raise NotNow
    if _twin(session, ad.fingerprint) is not None:
        raise AlreadyStands
    ad.state, ad.ended_at = "held", None
    return release(session, ad=ad, now=now)


def hold(session: Session, *, ad: Ad, why: str, now: datetime) -> Ad:
    """Off the board until a broker has looked, or, for `NEEDS_CHANGE`, until its writer has."""
    if ad.state not in {"live", "paused", "held"}:
        raise NotNow
    ad.state, ad.held_reason, ad.updated_at = "held", why, now
    mark_stale(session, ad.id)
    return ad


def remove(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """A broker takes an ad off the board for good; of a closed one, its headline goes too."""
    if ad.state == "removed":
        raise NotNow
    return _end(session, ad, "removed", now)


def edit(session: Session, *, ad: Ad, draft: Draft, now: datetime) -> Ad:
    """Replace what the ad says, in whatever state it stands."""
    _allow("edit", ad, now)
    mark = policy.fingerprint(draft, ad.person.email_key)
    if _twin(session, mark) not in (None, ad):
        raise AlreadyStands
    ad.fingerprint = mark
    ad.updated_at = now
    _fill(ad, draft)
    if ad.held_reason == policy.NEEDS_CHANGE:
        ad.held_reason = policy.CHANGED
    mark_stale(session, ad.id)
    return ad


def renew(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """Sixty more days from now. An ad that ran out while paused comes back live."""
    people.check_may_speak(ad.person)
    _allow("renew", ad, now)
    if not policy.is_live(ad, now):
        _back(ad, now)
    ad.state = "live"
    ad.expires_at = now + policy.LIVE_FOR
    ad.updated_at = now
    ad.reminders = 0
    mark_stale(session, ad.id)
    return ad


def pause(session: Session, *, ad: Ad, now: datetime, why: str = "") -> Ad:
    """Off the board until resumed; its time runs on. `why`: see Ad.paused_for."""
    _allow("pause", ad, now)
    ad.state, ad.paused_for = "paused", why
    ad.updated_at = now
    mark_stale(session, ad.id)
    return ad


def resume(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """Back on the board for what is left of its time."""
    people.check_may_speak(ad.person)
    _allow("resume", ad, now)
    _back(ad, now)
    ad.state = "live"
    ad.updated_at = now
    mark_stale(session, ad.id)
    return ad


def close(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """Its writer ends it for good."""
    _allow("close", ad, now)
    return _end(session, ad, "closed", now)


# --- inside ---------------------------------------------------------------------------------------


def _twin(session: Session, mark: str) -> Ad | None:
    """The ad that stands with the same words by the same person; there is one at most."""
    return session.scalar(select(Ad).where(Ad.fingerprint == mark, Ad.state.in_(STANDING)))


def _take_up(ad: Ad, draft: Draft, now: datetime, assessment: Assessment) -> bool:
    """Let it say what was sent last, if nobody confirmed it; whether its link is mailed again."""
    if ad.state != "unconfirmed":
        return False
    _fill(ad, draft)
    ad.updated_at = now
    ad.held_reason = ad.held_reason or assessment.held_reason
    if now - ad.created_at < policy.SAME_PRESS:
        return False
    ad.created_at = now  # its 72 hours begin anew, as the new link's do
    return True


def _allow(action: str, ad: Ad, now: datetime) -> None:
    if not policy.may(action, ad, now):
        raise NotNow


def _back(ad: Ad, now: datetime) -> None:
    """Its writer is there again: whoever was left waiting before counts against it no more."""
    ad.resumed_at, ad.paused_for = now, ""


def _go_live(session: Session, ad: Ad, now: datetime) -> Ad:
    ad.state = "live"
    ad.posted_at = ad.updated_at = now
    ad.expires_at = now + policy.LIVE_FOR
    mark_stale(session, ad.id)
    return ad


def _end(session: Session, ad: Ad, state: str, now: datetime) -> Ad:
    ad.state = state
    ad.ended_at = ad.updated_at = now
    mark_stale(session, ad.id)
    return ad


def _fill(ad: Ad, draft: Draft) -> None:
    for field in _COPIED:
        setattr(ad, field, getattr(draft, field))
    ad.modes = ",".join(mode for mode in policy.MODES if mode in draft.modes)
    ad.skills = [
        AdSkill(side=side, position=n, skill=skill, key=skill_key(skill)[:60])
        for side in policy.KINDS
        for n, skill in enumerate(getattr(draft, f"{side}_skills"))
    ]


def _free_box(session: Session) -> str:
    while session.scalar(select(Ad.id).where(Ad.box == (box := new_box()))) is not None:
        continue
    return box
