"""When a mail is tried again and when no more; and what an attempt can come to. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.i18n import N_

LEASE = timedelta(seconds=120)  # how long one attempt has a mail to itself
GIVE_UP = timedelta(days=3)
GIVE_UP_SIGN_IN = timedelta(minutes=30)  # the link in it is dead by then
SIGN_IN = frozenset({"sign_in", "erase_me"})  # a late one is of no use
STANDING = ("pending", "leased", "dead")  # states of a mail that may yet be sent, or withheld
PAUSE = timedelta(minutes=1)  # how long a transport that can't be used is left alone
SPREAD = 0.2  # mails that failed together shall not all come back together

# Minutes after the first, second… failed attempt; the last goes on for ever.
WAITS = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 30, 60, 120, 240, 360))

# Mails to people the board does not keep; any other loses its purpose with its person.
TO_STRANGERS = frozenset({"report_received", "report_thanks", "erased", "for_broker"})

OF_OTHERS_ADS = frozenset(
    {"alert", "introduction", "matches", "no_answer_yet"}
)  # they name ads of others

# What one side of a conversation hears of the other; whoever mutes it gets none of these.
OF_WAITING = frozenset({"reminder_to_answer", "no_answer_yet"})  # of one that nobody has answered
OF_A_THREAD = frozenset({"new_message", "introduced", "shared", "declined", "ended", *OF_WAITING})


class Trouble(StrEnum):
    """Why a mail is not there yet: constant phrases, since a server's own words hold addresses."""

    UNREACHABLE = N_("the mail server could not be reached")
    DROPPED = N_("the mail server broke off or fell silent")
    BUSY = N_("the mail server asked us to come back later")
    REFUSED_ADDRESS = N_("the mail server refused the address")
    REFUSED_MAIL = N_("the mail server refused the mail")
    REFUSED_SENDER = N_("the mail server refused the sender")
    REFUSED_LOGIN = N_("the mail server refused our name or password")
    NO_LOGIN = N_("the mail server wants another way to log in")
    NO_ENCRYPTION = N_("the mail server offers no encryption")
    NOT_TRUSTED = N_("the mail server’s certificate is not trusted")
    NO_FOLDER = N_("the mail folder could not be written")
    BAD_ADDRESS = N_("the address can’t be used in a mail")
    DAMAGED = N_("the mail is damaged")
    TOO_LATE = N_("its link had expired")
    UNEXPECTED = N_("something unexpected happened")


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail was handed over, and answered for by whoever took it."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not this time: worth another attempt."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Never:
    """No attempt will ever do."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Paused:
    """The transport is unusable for every mail alike; this mail has not had its attempt."""

    trouble: Trouble


Outcome = Sent | Later | Never | Paused


def wait_after(attempts: int, chance: float) -> timedelta:
    """How long to wait after failed attempt number `attempts`; `chance` in 0–1 spreads it ±20 %."""
    wait = WAITS[min(attempts, len(WAITS)) - 1]
    return wait * (1 - SPREAD + 2 * SPREAD * chance)


def next_attempt(
    now: datetime, *, attempts: int, give_up_at: datetime, chance: float
) -> datetime | None:
    """When to try again after `attempts` failures, or None when that would be too late."""
    due = now + wait_after(attempts, chance)
    return due if due <= give_up_at else None
