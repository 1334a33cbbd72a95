"""What can be done with ads. Every change leaves a stale mark for the index, in its transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.ads import policy
from app.ads.models import Ad, AdSkill, StaleMark
from app.ads.policy import Draft
from app.catalogue.skills import skill_key
from app.core.errors import Kind, Refusal
from app.core.i18n import N_
from app.core.tokens import new_box, normalise_box
from app.people.models import Person

STANDING = ("unconfirmed", "live", "paused", "held")  # the states the fingerprint is unique in


class AdUnknown(Refusal):
    kind = Kind.NOT_FOUND
    sentence = N_("There is no ad with this Box number.")


class AdGone(Refusal):
    """What was once live and is no more; `values['ad']` is the ad, for the page that says so."""

    kind = Kind.GONE
    sentence = N_("This ad is no longer open.")


class NotNow(Refusal):
    kind = Kind.CONFLICT
    sentence = N_("That can’t be done with this ad any more. Look at where it stands now.")


class AlreadyStands(Refusal):
    kind = Kind.CONFLICT
    sentence = N_("You already have another ad with these very words.")


# --- asking ---------------------------------------------------------------------------------------


def live_clause(now: datetime) -> sa.ColumnElement[bool]:
    """SQL for: anybody may see it at `now`."""
    return sa.and_(Ad.state == "live", Ad.expires_at > now)


def is_live(ad: Ad, now: datetime) -> bool:
    """Whether anybody may see it at `now`."""
    return policy.is_live(ad, now)


def find_ad(session: Session, box: str) -> Ad | None:
    """The ad of this Box number in whatever state; misread letters are forgiven."""
    return session.scalar(select(Ad).where(Ad.box == normalise_box(box)))


def get_live(session: Session, box: str, *, now: datetime) -> Ad:
    """The live ad of this Box. Raises AdGone if it once was live, else AdUnknown."""
    ad = find_ad(session, box)
    if ad is None or (not is_live(ad, now) and ad.posted_at is None):
        raise AdUnknown
    if not is_live(ad, now):
        raise AdGone(ad=ad)
    return ad


def get_own(session: Session, box: str, *, person: Person) -> Ad:
    """This person's ad; another's is as unknown as none."""
    ad = find_ad(session, box)
    if ad is None or ad.person_id != person.id:
        raise AdUnknown
    return ad


def get_by_boxes(session: Session, boxes: Sequence[str]) -> list[Ad]:
    """The ads of these boxes, in this order, with their skills: two queries, however many."""
    query = select(Ad).where(Ad.box.in_(boxes)).options(selectinload(Ad.skills))
    found = {ad.box: ad for ad in session.scalars(query)}
    return [found[box] for box in boxes if box in found]


def by_ids(session: Session, ids: Iterable[int]) -> dict[int, Ad]:
    """The ads of these ids, with their skills."""
    query = select(Ad).where(Ad.id.in_(list(ids))).options(selectinload(Ad.skills))
    return {ad.id: ad for ad in session.scalars(query)}


def newest(session: Session, *, now: datetime, limit: int) -> list[Ad]:
    """The newest live ads."""
    query = select(Ad).where(live_clause(now)).order_by(Ad.posted_at.desc(), Ad.id.desc())
    return list(session.scalars(query.limit(limit).options(selectinload(Ad.skills))))


def of_person(session: Session, person: Person) -> list[Ad]:
    """All ads of this person that still stand or can be brought back, newest first."""
    query = select(Ad).where(Ad.person_id == person.id, Ad.state != "removed")
    return list(session.scalars(query.order_by(Ad.created_at.desc(), Ad.id.desc())))


def held(session: Session) -> list[Ad]:
    """Confirmed ads that wait for a broker, oldest first."""
    return list(session.scalars(select(Ad).where(Ad.state == "held").order_by(Ad.id)))


def stale_marks(session: Session, *, after: int, limit: int) -> list[tuple[int, int]]:
    """Marks beyond `after` as (mark id, ad id), oldest first."""
    query = select(StaleMark.id, StaleMark.ad_id).where(StaleMark.id > after)
    return [(m, a) for m, a in session.execute(query.order_by(StaleMark.id).limit(limit))]


def newest_mark(session: Session) -> int:
    """The id of the newest mark that waits, 0 if none does."""
    return session.scalar(select(sa.func.max(StaleMark.id))) or 0


def waiting_marks(session: Session) -> tuple[int, int]:
    """The ids of the oldest and the newest mark that wait, 0 and 0 if none does."""
    oldest = select(sa.func.min(StaleMark.id)).scalar_subquery()
    newest = select(sa.func.max(StaleMark.id)).scalar_subquery()
    first, last = session.execute(select(oldest, newest)).one()
    return first or 0, last or 0


def drop_marks(session: Session, *, up_to: int) -> None:
    """The index has seen these marks."""
    session.execute(sa.delete(StaleMark).where(StaleMark.id <= up_to))


# --- changing -------------------------------------------------------------------------------------


def mark_stale(session: Session, ad_id: int) -> None:
    """Tell the index, by a row in the same transaction, to look at this ad again."""
    session.add(StaleMark(ad_id=ad_id))


def post(
    session: Session, *, draft: Draft, person: Person, now: datetime, held_reason: str = ""
) -> tuple[Ad, bool]:
    """Keep an unconfirmed ad. Returns it and whether it is new: the same words stand only once.

    An ad that came too quickly or from a machine carries `held_reason`: it is kept, and once its
    address has proved itself it waits for a broker.
    """
    mark = policy.fingerprint(draft, person.email_key)
    twin = select(Ad).where(Ad.fingerprint == mark, Ad.state.in_(STANDING))
    if (standing := session.scalar(twin)) is not None:
        return standing, False
    ad = Ad(
        box=_free_box(session),
        person_id=person.id,
        state="unconfirmed",
        fingerprint=mark,
        created_at=now,
        updated_at=now,
        held_reason=held_reason,
    )
    _fill(ad, draft)
    session.add(ad)
    session.flush()
    return ad, True


def publish(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """Its writer pressed the link: live for 60 days, or held where something was odd."""
    if ad.state != "unconfirmed":
        raise NotNow
    if ad.held_reason:
        ad.state = "held"
        return ad
    return _go_live(session, ad, now)


def release(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """A broker lets a held ad live."""
    if ad.state != "held":
        raise NotNow
    ad.held_reason = ""
    return _go_live(session, ad, now)


def remove(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """A broker takes an ad off the board for good."""
    if ad.state in {"closed", "removed"}:
        raise NotNow
    return _end(session, ad, "removed", now)


def edit(session: Session, *, ad: Ad, draft: Draft, now: datetime) -> Ad:
    """Replace what the ad says, in whatever state it stands."""
    _allow("edit", ad, now)
    mark = policy.fingerprint(draft, ad.person.email_key)
    twin = select(Ad.id).where(Ad.fingerprint == mark, Ad.state.in_(STANDING), Ad.id != ad.id)
    if session.scalar(twin) is not None:
        raise AlreadyStands
    ad.fingerprint = mark
    ad.updated_at = now
    _fill(ad, draft)
    mark_stale(session, ad.id)
    return ad


def renew(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """Sixty more days from now. An ad that ran out while paused comes back live."""
    _allow("renew", ad, now)
    ad.state = "live"
    ad.expires_at = now + policy.LIVE_FOR
    ad.reminders = 0
    mark_stale(session, ad.id)
    return ad


def pause(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """Off the board until resumed; its time runs on."""
    _allow("pause", ad, now)
    ad.state = "paused"
    ad.updated_at = now
    mark_stale(session, ad.id)
    return ad


def resume(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """Back on the board for what is left of its time."""
    _allow("resume", ad, now)
    ad.state = "live"
    ad.updated_at = now
    mark_stale(session, ad.id)
    return ad


def close(session: Session, *, ad: Ad, now: datetime) -> Ad:
    """Its writer ends it for good."""
    _allow("close", ad, now)
    return _end(session, ad, "closed", now)


def erase_of(session: Session, *, person: Person) -> list[int]:
    """Delete every ad of this person; returns their ids."""
    ids = list(session.scalars(select(Ad.id).where(Ad.person_id == person.id)))
    _delete(session, ids)
    return ids


def purge(session: Session, *, now: datetime) -> int:
    """Delete what nobody confirmed in 72 hours, and what ended twelve months ago."""
    ended_before = now - policy.ENDED_KEPT
    due = sa.or_(
        sa.and_(Ad.state == "unconfirmed", Ad.created_at <= now - policy.UNCONFIRMED_FOR),
        sa.and_(Ad.state.in_(("closed", "removed")), Ad.ended_at <= ended_before),
        sa.and_(Ad.state.in_(("live", "paused")), Ad.expires_at <= ended_before),
    )
    ids = list(session.scalars(select(Ad.id).where(due)))
    _delete(session, ids)
    return len(ids)


def reminders_due(session: Session, *, now: datetime) -> list[tuple[Ad, int]]:
    """Live ads whose expiry mail is due, with its days (7 or 1), each counted as sent by asking."""
    soon = sa.and_(live_clause(now), Ad.expires_at <= now + policy.REMIND_AT[0], Ad.reminders < 2)
    due = []
    for ad in session.scalars(select(Ad).where(soon).order_by(Ad.id).limit(200)):
        if (days := policy.reminder_due(ad, now)) is not None:
            ad.reminders = 1 if days == policy.REMIND_AT[0].days else 2
            due.append((ad, days))
    return due


# --- inside ---------------------------------------------------------------------------------------


def _allow(action: str, ad: Ad, now: datetime) -> None:
    if not policy.may(action, ad, now):
        raise NotNow


def _go_live(session: Session, ad: Ad, now: datetime) -> Ad:
    ad.state = "live"
    ad.posted_at = now
    ad.expires_at = now + policy.LIVE_FOR
    mark_stale(session, ad.id)
    return ad


def _end(session: Session, ad: Ad, state: str, now: datetime) -> Ad:
    ad.state = state
    ad.ended_at = now
    mark_stale(session, ad.id)
    return ad


def _delete(session: Session, ids: list[int]) -> None:
    for ad_id in ids:
        mark_stale(session, ad_id)
    session.execute(sa.delete(Ad).where(Ad.id.in_(ids)))


def _fill(ad: Ad, draft: Draft) -> None:
    for field in (
        "kind",
        "headline",
        "seeks",
        "offers",
        "return_open",
        "about",
        "sector",
        "sectors_wanted",
        "language",
        "place_id",
        "rhythm",
        "capacity",
        "name",
    ):
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
