"""What an ad is made of, and its states by the clock. Pure: no session, no settings, no clock."""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.ads.models import Ad
from app.core.text import fold

KINDS = ("seeks", "offers")
MODES = ("in_person", "phone", "video")
RHYTHMS = ("once", "monthly", "fortnightly", "weekly", "flexible")
LANGUAGES = ("en", "cy")
HEADLINE = (5, 100)
SIDE_MOST, LEAD_LEAST, RETURN_LEAST = 500, 15, 3
ABOUT_MOST, NAME_MOST, SKILLS_MOST, SKILL_MOST, CAPACITY_MOST = 400, 40, 8, 60, 20

# Why an ad is held, beside what was odd about its form.
REPORTED, SUSPENDED, LIFTED = "reported", "suspended", "lifted"
NEEDS_CHANGE, CHANGED = "needs change", "changed"  # a broker asked its writer; and they did

LIVE_FOR = timedelta(days=60)
RENEWABLE_FOR = timedelta(days=60)  # after it ran out
UNCONFIRMED_FOR = timedelta(hours=72)
SAME_PRESS = timedelta(minutes=5)  # the page says how long to wait before sending it once more
INTRODUCED_AFTER = timedelta(days=1)  # when its writer is mailed who could swap with it
ENDED_KEPT = timedelta(days=365)
REMIND_AT = (timedelta(days=7), timedelta(days=1))  # before it runs out, each once


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer typed, cleaned: the value every way in (form, edit, import) is turned into."""

    kind: str = ""
    headline: str = ""
    seeks: str = ""
    offers: str = ""
    return_open: bool = False
    seeks_skills: tuple[str, ...] = ()
    offers_skills: tuple[str, ...] = ()
    about: str = ""
    sector: str = ""
    sectors_wanted: str = "any"  # any, different, or slugs parted by commas
    language: str = "en"
    place_id: int | None = None
    modes: tuple[str, ...] = ()
    rhythm: str = ""
    capacity: int = 1
    name: str = ""

    @property
    def lead(self) -> str:
        """The side the ad leads with."""
        return self.seeks if self.kind == "seeks" else self.offers


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, as a sentence with its values."""

    field: str
    sentence: str
    values: dict[str, object]


def fingerprint(draft: Draft, email_key: str) -> str:
    """What a double press shares: the same words of both sides from the same address."""
    words = "\0".join(
        fold(" ".join(text.split()))
        for text in (draft.kind, draft.headline, draft.seeks, draft.offers, draft.about)
    )
    return hashlib.sha256(f"{email_key}\0{words}".encode()).hexdigest()


def state_at(ad: Ad, now: datetime) -> str:
    """The state by the clock: a live or paused ad whose time ran out is `expired`."""
    if ad.state in {"live", "paused"} and ad.expires_at is not None and ad.expires_at <= now:
        return "expired"
    return ad.state


def is_live(ad: Ad, now: datetime) -> bool:
    """Whether anybody may see it and write to it."""
    return state_at(ad, now) == "live"


def may(action: str, ad: Ad, now: datetime) -> bool:
    """Whether its writer may publish, edit, renew, pause, resume or close it as it stands now."""
    state = state_at(ad, now)
    if action == "renew":
        if state == "expired":
            assert ad.expires_at is not None
            return now < ad.expires_at + RENEWABLE_FOR
        return state == "live"
    allowed = {
        "publish": {"unconfirmed"},
        "edit": {"live", "paused", "held", "expired"},
        "pause": {"live"},
        "resume": {"paused"},
        "close": {"live", "paused", "held", "expired", "unconfirmed"},
    }
    return state in allowed[action]


def reminder_due(ad: Ad, now: datetime) -> int | None:
    """Which expiry mail is due: the 1st, the 2nd (and then no more), or None."""
    assert ad.expires_at is not None
    left = ad.expires_at - now
    number = sum(left <= before for before in REMIND_AT)
    return number if number > ad.reminders else None


def days_left(ad: Ad, now: datetime) -> int:
    """How many days are left, begun ones counted whole."""
    assert ad.expires_at is not None
    return math.ceil((ad.expires_at - now) / timedelta(days=1))
