"""When a text is held, why, and for how long its traces are kept. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.spam.signals import Signals

SAME_WORDS, LINKS, TALK, SOURCE = "same words", "links", "reads like spam", "held before"

KNOWN_AFTER = timedelta(days=14)  # until then whoever confirmed an address is a newcomer
PEOPLE_MOST = 5  # addresses that may say nearly the same before more of them are held
TIMES_MOST = 10  # ads that one address may send nearly the same to
SOURCE_MOST = 8  # held texts of one source in a day, after which its newcomers are all held
SOURCE_FOR = timedelta(days=1)
LINKS_MOST = 1  # in a newcomer’s text

TEXTS_KEPT = timedelta(days=14)  # how long a text is known again
GROUPS_MOST = 20_000  # of texts that are known; the oldest go first
SEEN_MOST = 100_000
LESSONS_KEPT = timedelta(days=365)
LESSONS_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Copies:
    """How often nearly the same was said: by how many addresses, how often by this one."""

    people: int
    times: int


def is_newcomer(confirmed_at: datetime | None, now: datetime) -> bool:
    """Whether this address has proved itself only lately, or not yet."""
    return confirmed_at is None or now - confirmed_at < KNOWN_AFTER


def reason(signals: Signals, copies: Copies, *, newcomer: bool, held_of_source: int) -> str:
    """Why a person should look first, '' where nobody need."""
    if copies.people > PEOPLE_MOST or copies.times > TIMES_MOST:
        return SAME_WORDS
    if signals.held:
        return TALK
    if newcomer and _leads_away(signals):
        return LINKS
    return SOURCE if newcomer and held_of_source >= SOURCE_MOST else ""


def _leads_away(signals: Signals) -> bool:
    links = signals.carried.links
    return links > LINKS_MOST or bool(links and signals.money)
