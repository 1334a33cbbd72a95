"""Everything held about one person: every feature’s part, as plain values by section.

Two tables say, for each column that leads to a person or an address, where it is given or why it
is not. A test compares them with the tables there are.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.ads import keeping as ads
from app.ads.models import Ad
from app.alerts import service as alerts
from app.catalogue.places import find_place
from app.core.secret import Address
from app.core.site import Site
from app.db import Base
from app.mail import forgetting
from app.moderation import membership
from app.moderation import record as moderation
from app.moderation.introductions import service as introductions
from app.moderation.introductions.service import Introduction, Side
from app.people import keeping as people
from app.people.models import Person
from app.relay import policy
from app.relay import record as relaying
from app.relay import service as relay
from app.relay.models import Thread
from app.relay.policy import Role
from app.spam.record import texts_of

Value = Any  # str, int, bool, datetime, None, or a list of entries or of str
Entry = dict[str, Value]
Record = dict[str, list[Entry]]

GIVEN = {
    "people.email": "person",
    "ads.person_id": "ads",
    "ad_skills.ad_id": "ads",
    "threads.writer_id": "conversations",
    "threads.replier_id": "conversations",
    "threads.ad_id": "conversations",
    "messages.thread_id": "conversations",
    "thread_events.thread_id": "conversations",
    "aliases.thread_id": "conversations",
    "introductions.first_ad_id": "introductions",
    "introductions.second_ad_id": "introductions",
    "alerts.person_id": "alerts",
    "alerts_told.alert_id": "alerts",
    "alerts_told.ad_id": "alerts",
    "blocks.person_id": "blocks",
    "bounces.person_id": "bounces",
    "reports.reporter_id": "reports",
    "reports.email": "reports",
    "reports.case_id": "reports",
    "decisions.about_id": "decisions",
    "handles.person_id": "desk",
    "network_members.person_id": "networks",
    "brokers.person_id": "desk",
    "links.person_id": "links",
    "browser_sessions.person_id": "sessions",
    "texts_seen.person_id": "texts",
    "outbox.person_id": "mails",
    "outbox.recipient": "mails",
}
NOT_GIVEN = {
    "blocks.blocked_id": "who blocked somebody is theirs to know",
    "cases.about_id": "it would show that somebody reported them; what was decided is given",
    "cases.appeal_of": "an appeal is given as the report it is",
    "case_messages.case_id": "copies of messages, which are given with the conversation",
    "case_messages.author_id": "as above, and it would show who reported",
    "decisions.broker_id": "who of the brokers decided",
    "introductions.broker_id": "as above",
}
# Columns left out of what is given, beside numbers that only lead to another row.
_LEFT_OUT = {
    "people": {"email_key"},  # the address once more
    "ads": {"fingerprint", "place_id", "text_group"},  # digests of its words; its place by name
    "threads": {"key", "writer_name", "replier_name", "text_group"},  # names are given by side
    "texts_seen": {"source"},  # a signature of a network
    "reports": {"reporter", "email"},  # a signature of their address
    "decisions": {"after"},  # the number of the one before
    "links": {"digest"},  # of a secret
    "browser_sessions": {"digest"},
    "outbox": {"mime", "mime_digest", "recipient", "lease", "holds_link", "message_id"},
    "incoming": {"raw", "digest", "lease", "local"},
    "alerts": {"key"},
    "messages": {"fingerprint", "author", "state"},  # the last two in plainer words
    "thread_events": {"role"},
}


_NUMBERS = {"id", "thread_id", "outbox_id", "case_id"}


def record_of(work: Session, person: Person, *, now: datetime, site: Site) -> Record:
    """Everything held about this person, by section; a section with nothing in it is there too.

    No secret is in it, no address but their own, and nothing the other side keeps to itself.
    """
    held = relaying.record_of(work, person=person)
    desk = moderation.record_of(work, person=person)
    mails = forgetting.of_person(work, person_id=person.id, address=person.email)
    return {
        "person": [_row(person)],
        "ads": [_ad(ad) for ad in ads.all_of(work, person=person)],
        "conversations": _conversations(work, person, held.aliases, now, site),
        "introductions": [_introduction(*one, now) for one in desk.introductions],
        "alerts": [
            _row(alert) | {"told_of": [{"box": box, "told_at": at} for box, at in told]}
            for alert, told in alerts.all_of(work, person=person)
        ],
        "blocks": _rows(held.blocks),
        "reports": _rows(desk.reports),
        "decisions": _rows(desk.decisions),
        "desk": _desk(desk),
        "networks": [
            _row(own) | {"network": own.network.name} for own in membership.of_person(work, person)
        ],
        "links": _rows(people.links_of(work, person=person)),
        "sessions": _rows(people.browsers_of(work, person=person)),
        "texts": _rows(texts_of(work, person_id=person.id)),
        "mails": _rows(mails),
        "bounces": _rows(held.bounces),
        "incoming": [_row(mail) | {"bytes": len(mail.raw)} for mail in held.incoming],
    }


def _row(row: Base) -> Entry:
    """Every column of a row, but numbers that only lead elsewhere, and what is left out."""
    columns = row.__table__.columns
    out = _LEFT_OUT.get(str(row.__tablename__), set())
    return {
        column.key: _plain(getattr(row, column.key))
        for column in columns
        if not column.foreign_keys and column.key not in out | _NUMBERS
    }


def _rows(rows: Iterable[Base]) -> list[Entry]:
    return [_row(row) for row in rows]


def _plain(value: Value) -> Value:
    return value.reveal() if isinstance(value, Address) else value


def _ad(ad: Ad) -> Entry:
    place = find_place(ad.place_id) if ad.place_id is not None else None
    skills = {f"{side}_skills": list(ad.side_skills(side)) for side in ("seeks", "offers")}
    several: Entry = {name: getattr(ad, name).split(",") for name in ("modes", "sectors_wanted")}
    return _row(ad) | several | skills | {"place": place.label if place else ""}


def _introduction(one: Introduction, side: Side, now: datetime) -> Entry:
    """As that side may see it: what the other one said is theirs, until both said yes."""
    own, theirs = (
        introductions.ad_of(one, side),
        introductions.ad_of(one, introductions.other(side)),
    )
    said = {
        "your_answer": getattr(one, f"{side}_says"),
        "answered_at": getattr(one, f"{side}_said_at"),
    }
    return {
        "box": own.box if own else "",
        "their_box": theirs.box if theirs else "",
        "line": one.line,
        "created_at": one.created_at,
        **said,
        "ended_at": one.ended_at,
        "state": introductions.standing(one, now),
    }


def _desk(desk: moderation.Record) -> list[Entry]:
    names = [{"handle": desk.handle}] if desk.handle else []
    looks = [{"address_shown_at": look.at, "reason": look.reason} for look in desk.looks]
    return [*names, *_rows(desk.brokers), *looks]


# --- conversations --------------------------------------------------------------------------------


def _conversations(
    work: Session, person: Person, aliases: dict[int, str], now: datetime, site: Site
) -> list[Entry]:
    """Those this person may know of, with what they may read of each."""
    found = []
    for line in relay.threads_of(work, person, now=now):
        thread, role = relay.find_thread(work, line.key, person)
        entry = _thread(thread, role) | {"state": policy.state_at(thread, now)}
        if thread.id in aliases and site.relay_domain:
            entry["answers_go_to"] = f"{aliases[thread.id]}@{site.relay_domain}"
        entry["you_blocked_them"] = relay.has_blocked(work, thread, role)
        entry["messages"] = [
            _row(message) | _by(message.author, role, {"state": fate})
            for message, fate in relay.shown(work, thread, role)
        ]
        happened = relay.events(work, thread)
        entry["events"] = [
            {name: value for name, value in _row(event).items() if value != ""}
            | _by(event.role, role, {})
            for event in happened
        ]
        found.append(entry)
    return found


def _thread(thread: Thread, role: Role) -> Entry:
    """The row as that side may see it: their own choices, and of the other the name alone."""
    other = policy.other(role)
    apart = {f"{other}_muted_at", f"{other}_shared_at"} | _NOT_THEIRS[role]
    entry = {
        name.replace(f"{role}_", "your_"): value
        for name, value in _row(thread).items()
        if name not in apart
    }
    ended = "" if not thread.ended_by else "you" if thread.ended_by == role else "they"
    names = {"your_name": policy.name_of(thread, role), "their_name": policy.name_of(thread, other)}
    return entry | names | {"your_part": role, "ended_by": ended}


_NOT_THEIRS: dict[Role, set[str]] = {
    "writer": {"consoled_at", "held_reason", "spam_score"},
    "replier": {"reminded_at"},
}


def _by(who: str, role: Role, of_own: Entry) -> Entry:
    """Whose doing it is; `of_own`: what only that side is told of it."""
    if who not in ("writer", "replier"):
        return {"by": who}
    return {"by": "you"} | of_own if who == role else {"by": "they"}
