"""An ad as one line of JSON, the form that import reads and export writes. Pure."""

import dataclasses
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from app.ads.fields import BadLine, Fields, read_object
from app.ads.models import Ad
from app.ads.policy import LIVE_FOR, MODES, Draft
from app.ads.rules import problems
from app.catalogue.places import find_place, find_places, near_misses
from app.catalogue.skills import split_skills
from app.core.secret import Address
from app.core.tokens import normalise_box
from app.people.policy import BadAddress, read_address

STATES = ("unconfirmed", "live", "paused", "closed", "expired", "held", "removed")
_CONFIRMED = {"live", "paused", "expired", "held"}  # states nobody reaches without the link
_MOMENTS = ("created_at", "posted_at", "expires_at", "ended_at")
_AGO_MOST = 3650  # days
_WRITERS_ADDRESS = (
    "email: An ad needs its writer’s address. An export has it when made with --with-addresses."
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One good line. Times are UTC; `state` is one of STATES; `box` is None if it wants a new one.

    `confirmed` says that its writer’s address has proved itself. Times left out are None until
    `dated` settles them.
    """

    draft: Draft
    email: Address
    state: str
    confirmed: bool
    box: str | None = None
    created_at: datetime | None = None
    posted_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    days_ago: float | None = None
    held_reason: str = ""
    reminders: int = 0


_KNOWN = frozenset(f.name for f in dataclasses.fields(Draft)) - {"place_id"} | {"place"}
_KNOWN |= frozenset(f.name for f in dataclasses.fields(Incoming)) - {"draft"}


def read_line(line: str) -> Incoming:
    """The ad of one line, cleaned and held to the form’s own rules. Raises BadLine."""
    given = Fields(read_object(line, known=_KNOWN))
    draft = _draft(given)
    if not (email := given.line("email")):
        raise BadLine(_WRITERS_ADDRESS)
    state, confirmed = _standing(given)
    return Incoming(
        draft=draft,
        email=_address(email),
        state=state,
        confirmed=confirmed,
        box=_box(given.line("box")),
        **{name: _moment(name, given.line(name)) for name in _MOMENTS},
        days_ago=given.number("days_ago", None, 0, _AGO_MOST),
        held_reason=given.line("held_reason", "imported" if state == "held" else "")[:40],
        reminders=int(given.number("reminders", 0, 0, 2) or 0),
    )


def dated(incoming: Incoming, *, now: datetime) -> Incoming:
    """`incoming` with the times it left out, as if it had been posted here. Raises BadLine."""
    posted, expires, ended = incoming.posted_at, incoming.expires_at, incoming.ended_at
    if posted is None and incoming.days_ago is not None:
        posted = now - timedelta(days=incoming.days_ago)
    if not incoming.confirmed:
        posted = None  # never was live: its Box must answer 404, not 410
    elif posted is None and incoming.state != "held":
        posted = now
    if posted is not None:
        natural = posted + LIVE_FOR
        expires = expires or (min(natural, now) if incoming.state == "expired" else natural)
    if incoming.state in {"closed", "removed"}:
        ended = ended or now
    _check_order(incoming.state, posted, expires, now)
    created = incoming.created_at or posted or now
    return replace(
        incoming, created_at=created, posted_at=posted, expires_at=expires, ended_at=ended
    )


def write_line(ad: Ad, *, email: Address | None) -> str:
    """`ad` as read_line reads it, Box and times included; the address only if one is given."""
    place = find_place(ad.place_id) if ad.place_id is not None else None
    wanted = ad.sectors_wanted
    same = ("kind", "headline", "seeks", "offers", "return_open", "about", "sector", "language")
    fields: dict[str, object] = {
        "box": ad.box,
        **{name: getattr(ad, name) for name in same},
        "seeks_skills": ad.side_skills("seeks"),
        "offers_skills": ad.side_skills("offers"),
        "sectors_wanted": wanted if wanted in {"any", "different"} else wanted.split(","),
        "place": place.label if place else "",
        "modes": ad.modes.split(","),
        **{name: getattr(ad, name) for name in ("rhythm", "capacity", "name", "state")},
        "confirmed": ad.posted_at is not None or ad.state in _CONFIRMED,
        **{name: t.isoformat() for name in _MOMENTS if (t := getattr(ad, name)) is not None},
    }
    if ad.held_reason:
        fields["held_reason"] = ad.held_reason
    if ad.reminders:
        fields["reminders"] = ad.reminders
    if email is not None:
        fields["email"] = email.reveal()
    return json.dumps(fields, ensure_ascii=False)


# --- inside ---------------------------------------------------------------------------------------


def _draft(fields: Fields) -> Draft:
    """The ad’s own words. Raises BadLine with the first thing the form would refuse."""
    capacity = fields.number("capacity", 1, float("-inf"), float("inf"))
    place_id = _place(fields.line("place"))
    draft = Draft(
        kind=fields.line("kind"),
        headline=fields.line("headline"),
        seeks=fields.text("seeks"),
        offers=fields.text("offers"),
        return_open=fields.flag("return_open", False),
        seeks_skills=_skills(fields, "seeks_skills"),
        offers_skills=_skills(fields, "offers_skills"),
        about=fields.text("about"),
        sector=fields.line("sector"),
        sectors_wanted=",".join(dict.fromkeys(fields.listed("sectors_wanted"))) or "any",
        language=fields.line("language", "en"),
        place_id=place_id,
        modes=tuple(fields.listed("modes")),
        rhythm=fields.line("rhythm"),
        capacity=int(capacity) if capacity is not None and capacity == capacity // 1 else 0,
        name=fields.line("name"),
    )
    for problem in problems(draft):
        # What was found may be somebody’s address: the line’s number says where it is.
        values = problem.values | ({"found": "…"} if "found" in problem.values else {})
        raise BadLine(f"{problem.field}: {problem.sentence % values}")
    return replace(draft, modes=tuple(mode for mode in MODES if mode in draft.modes))


def _skills(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(split_skills(", ".join(fields.listed(name))))


def _place(text: str) -> int | None:
    """The place’s id; of several with this name the most populous."""
    if not text:
        return None
    if found := find_places(text):
        return found[0].id
    near = [place.label for place in near_misses(text)][:3]
    advice = f"Did you mean {' or '.join(near)}?" if near else "Try the nearest larger one."
    raise BadLine(f"place: We don’t know this town. {advice}")


def _address(text: str) -> Address:
    # `.invalid` (RFC 2606) reaches nobody, which is what demonstration ads want of an address.
    try:
        if not text.lower().endswith(".invalid"):
            return read_address(text)
        found = read_address(f"{text[:-8]}.test").reveal()
        return Address(f"{found.removesuffix('.test')}.invalid")
    except BadAddress:
        raise BadLine("email: This is not a whole address, such as gwen@example.org.") from None


def _box(text: str) -> str | None:
    if not text:
        return None
    if (box := normalise_box(text)) is None:
        raise BadLine("box: A Box number has six letters and digits, such as 7K2M9Q.")
    return box


def _standing(fields: Fields) -> tuple[str, bool]:
    """(state, confirmed), each telling the other where only one is given."""
    given = fields.line("state")
    if given and given not in STATES:
        raise BadLine(f"state: This must be one of {', '.join(STATES)}.")
    confirmed = fields.flag("confirmed", given not in {"", "unconfirmed"})
    state = given or ("live" if confirmed else "unconfirmed")
    if state == "unconfirmed":
        return state, False
    if state in _CONFIRMED and not confirmed:
        raise BadLine(f"confirmed: An ad that is {state} has been confirmed; this says false.")
    return state, confirmed


def _moment(name: str, text: str) -> datetime | None:
    """A point in time in UTC; without an offset it is taken for UTC."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadLine(f"{name}: This must be a time such as 2026-03-01T09:30:00Z.") from None


def _check_order(
    state: str, posted: datetime | None, expires: datetime | None, now: datetime
) -> None:
    if posted is not None and posted > now + timedelta(minutes=5):
        raise BadLine("posted_at: This time is still to come.")
    if expires is None:
        return
    if posted is not None and expires < posted:
        raise BadLine("expires_at: The ad would end before it was posted.")
    if state == "expired" and expires > now:
        raise BadLine("expires_at: An expired ad’s time must be over; this is still to come.")
