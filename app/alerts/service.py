"""What can be done with alerts: save a search, confirm, pause, stop and start it again."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ads.models import Ad
from app.alerts import policy
from app.alerts.looking import look
from app.alerts.models import Alert, Told
from app.alerts.sending import looked, pause_silent, tell
from app.alerts.wanted import box_of, read_query, write_box, write_query
from app.core.errors import Kind, Refusal
from app.core.i18n import N_
from app.core.tokens import new_key
from app.people.models import Person

# The door of the room: what stands in the modules beside this one is reached through it.
__all__ = [
    "AlertUnknown",
    "TooManyAlerts",
    "all_of",
    "box_of",
    "change_pace",
    "clicked",
    "confirm",
    "due",
    "erase_of",
    "get_own",
    "look",
    "looked",
    "of_person",
    "pause_silent",
    "purge",
    "read_query",
    "save",
    "start_again",
    "stop",
    "tell",
    "write_box",
    "write_query",
]


class AlertUnknown(Refusal):
    kind = Kind.NOT_FOUND
    sentence = N_("There is no such alert any more. Save the search once more to have it back.")


class TooManyAlerts(Refusal):
    kind = Kind.CONFLICT
    sentence = N_("You have as many alerts as fit. Stop one of them, and there is room for this.")


def save(
    session: Session, *, person: Person, kept: str, words: str, pace: str, now: datetime
) -> Alert:
    """Keep an alert that waits for its person to confirm it. The same wish is kept once.

    `kept`: from write_query or write_box.
    """
    standing = (Alert.person_id == person.id, Alert.query == kept, Alert.stopped_at.is_(None))
    alert = session.scalar(select(Alert).where(*standing))
    if alert is None:
        alert = Alert(key=new_key(), person_id=person.id, query=kept, words="", pace=pace)
        session.add(alert)
    elif alert.confirmed_at is not None:
        return alert
    alert.words, alert.pace = words[: policy.WORDS_MOST], pace
    alert.created_at = alert.since = alert.clicked_at = alert.looked_at = now
    session.flush()
    return alert


def get_own(session: Session, key: str, *, person: Person) -> Alert:
    """This person's alert; another's is as unknown as none. Raises AlertUnknown."""
    alert = session.scalar(select(Alert).where(Alert.key == key))
    if alert is None or alert.person_id != person.id:
        raise AlertUnknown
    return alert


def confirm(session: Session, *, alert: Alert, now: datetime) -> None:
    """Its person wants it: ads posted from now on count. Raises TooManyAlerts."""
    if alert.confirmed_at is None:
        _make_room(session, alert)
        alert.confirmed_at = now
        _begin(alert, now)


def clicked(alert: Alert, *, now: datetime) -> None:
    """Somebody pressed something of it, so it is wanted still."""
    alert.clicked_at = now


def change_pace(alert: Alert, *, pace: str, now: datetime) -> None:
    """Mail once a day, or as soon as there is something."""
    assert pace in policy.PACES
    alert.pace = pace
    clicked(alert, now=now)


def stop(alert: Alert, *, now: datetime) -> None:
    """No more mails. Twice is once."""
    alert.stopped_at = alert.stopped_at or now


def start_again(session: Session, *, alert: Alert, now: datetime) -> None:
    """A stopped or paused alert goes on, with ads posted from now on. Raises TooManyAlerts."""
    if policy.state_of(alert) in {"stopped", "paused"}:
        _make_room(session, alert)
        alert.stopped_at = alert.paused_at = None
        _begin(alert, now)


def of_person(session: Session, person: Person) -> list[Alert]:
    """Their confirmed alerts, newest first, those stopped lately too."""
    query = select(Alert).where(Alert.person_id == person.id, Alert.confirmed_at.is_not(None))
    return list(session.scalars(query.order_by(Alert.id.desc())))


def due(session: Session, *, now: datetime, newest: datetime | None, limit: int) -> list[Alert]:
    """Running alerts that should look for ads now; `newest`: when the newest live ad was posted.

    Those that have not looked for longest come first.
    """
    daily = sa.and_(Alert.pace == "daily", Alert.looked_at <= now - policy.EVERY_DAY)
    hourly = Alert.looked_at <= now - policy.AT_LEAST_EVERY
    if newest is not None:
        hourly = sa.or_(hourly, Alert.looked_at < newest + policy.COMMITS_WITHIN)
    ready = sa.or_(daily, sa.and_(Alert.pace == "at_once", hourly))
    reached = Alert.person.has(Person.undeliverable_at.is_(None))
    query = select(Alert).where(*_running(), ready, reached)
    return list(session.scalars(query.order_by(Alert.looked_at, Alert.id).limit(limit)))


def all_of(session: Session, *, person: Person) -> list[tuple[Alert, list[tuple[str, datetime]]]]:
    """This person's alerts, confirmed or not, with the Box of each ad they told of, and when."""
    told = select(Told.alert_id, Ad.box, Told.told_at).join(Ad, Told.ad_id == Ad.id)
    query = select(Alert).where(Alert.person_id == person.id).order_by(Alert.id)
    found = {alert.id: alert for alert in session.scalars(query)}
    of: dict[int, list[tuple[str, datetime]]] = {number: [] for number in found}
    for number, box, at in session.execute(told.where(Told.alert_id.in_(found))):
        of[number].append((box, at))
    return [(alert, of[number]) for number, alert in found.items()]


def erase_of(session: Session, *, person: Person) -> None:
    """Forget every search this person saved."""
    session.execute(sa.delete(Alert).where(Alert.person_id == person.id))


def purge(
    session: Session, *, now: datetime, unconfirmed: timedelta = policy.UNCONFIRMED_KEPT
) -> None:
    """Delete what nobody confirmed, what was stopped or paused for long, and what is no news."""
    over = (
        sa.and_(Alert.confirmed_at.is_(None), Alert.created_at <= now - unconfirmed),
        Alert.stopped_at <= now - policy.STOPPED_KEPT,
        Alert.paused_at <= now - policy.PAUSED_KEPT,
    )
    session.execute(sa.delete(Alert).where(sa.or_(*over)))
    session.execute(sa.delete(Told).where(Told.told_at <= now - policy.NEWS_FOR))


# --- inside ---------------------------------------------------------------------------------------


def _running() -> Collection[sa.ColumnElement[bool]]:
    return (
        Alert.confirmed_at.is_not(None),
        Alert.stopped_at.is_(None),
        Alert.paused_at.is_(None),
    )


def _make_room(session: Session, alert: Alert) -> None:
    mine = (Alert.person_id == alert.person_id, Alert.id != alert.id)
    count = select(sa.func.count()).select_from(Alert).where(*mine, *_running())
    if (session.scalar(count) or 0) >= policy.MOST:
        raise TooManyAlerts


def _begin(alert: Alert, now: datetime) -> None:
    alert.since = alert.clicked_at = alert.looked_at = now
