"""The rules of a conversation. Pure: no session, no settings, no clock."""

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from app.ads import policy as ads
from app.ads.models import Ad
from app.ads.policy import Problem
from app.core.addresses import find_addresses
from app.core.i18n import N_
from app.core.text import clean_line, clean_text, is_header_safe
from app.relay.models import Message, Thread

Role = Literal["writer", "replier"]

FIRST_LEAST = 40  # characters of a first message; later ones may be as short as a yes
TEXT_MOST = 4000
NAME_MOST = 40
UNCONFIRMED_FOR = timedelta(hours=72)
OPEN_AFTER_AD = timedelta(days=30)  # how long one may go on talking once the ad is no longer live
IDLE_KEPT = timedelta(days=180)  # then it closes by itself
KEPT = timedelta(days=180)  # after the last thing that happened in it; then it is erased
SAME_WITHIN = timedelta(minutes=5)  # the same words again are the same press
DECLINES = ("full", "time", "fit", "far", "none")

NOT_YET = frozenset({"unconfirmed", "held"})  # the other side knows nothing of such a thread
DELIVERED = frozenset({"queued", "sent", "undeliverable"})  # messages the other side may read
WITHHELD = "withheld"  # the `reason` of a thread that a broker did not let through
STOPPED = "stopped"  # the `reason` of a thread that a broker has ended
IDLE = "idle"  # the `reason` of a thread that closed by itself


def other(role: Role) -> Role:
    """The side across."""
    return "replier" if role == "writer" else "writer"


def name_of(thread: Thread, role: Role) -> str:
    """The name of that side, '' once its person was erased."""
    return thread.writer_name if role == "writer" else thread.replier_name


def opening_problems(name: str, text: str) -> list[Problem]:
    """What is wrong with a first message's `name` and `message`, at most one problem each."""
    found = [_name_problem(clean_line(name)), text_problem(text, least=FIRST_LEAST)]
    return [problem for problem in found if problem is not None]


def text_problem(text: str, *, least: int = 1) -> Problem | None:
    """What is wrong with the words of a message, counted as they will be kept."""
    length = len(clean_text(text))
    if length == 0:
        return Problem("message", N_("Write your message first."), {})
    if length < least:
        sentence = N_("Write a little more: at least %(least)d characters.")
        return Problem("message", sentence, {"least": least})
    if length > TEXT_MOST:
        sentence = N_("Shorten this: it has %(length)d characters, and there is room for %(most)d.")
        return Problem("message", sentence, {"length": length, "most": TEXT_MOST})
    return None


def _name_problem(name: str) -> Problem | None:
    if not name:
        return Problem("name", N_("Write your name; a first name will do."), {})
    if len(name) > NAME_MOST:
        sentence = N_("Keep your name to at most %(most)d characters.")
        return Problem("name", sentence, {"most": NAME_MOST})
    if find_addresses(name):
        return Problem("name", N_("Just a name here, please: no address, number or link."), {})
    if not is_header_safe(name):
        sentence = N_("Leave “=?” out: it means something else to mail programs.")
        return Problem("name", sentence, {})
    return None


def same_press(message: Message, now: datetime) -> bool:
    """Whether the same words again, at `now`, mean this message: a double press, or a retry."""
    if message.state in NOT_YET:
        return True
    return message.state in DELIVERED and now - message.created_at < SAME_WITHIN


def fingerprint(author: Role, text: str, nth: int) -> str:
    """What two presses at one moment share; `nth`: how often these words stood there before."""
    return hashlib.sha256(f"{author}\0{text}\0{nth}".encode()).hexdigest()


def ad_stopped_at(ad: Ad, now: datetime) -> datetime | None:
    """Since when the ad is over. A paused one is not: its writer may bring it back any day."""
    return ad.expires_at if ads.state_at(ad, now) == "expired" else ad.ended_at


def state_at(thread: Thread, now: datetime) -> str:
    """The state by the clock: open ones are `over` after 180 idle days, or 30 without their ad."""
    if thread.state != "open":
        return thread.state
    stopped_at = ad_stopped_at(thread.ad, now) if thread.ad else thread.created_at
    ad_over = stopped_at is not None and now - stopped_at >= OPEN_AFTER_AD
    return "over" if ad_over or now - thread.moved_at >= IDLE_KEPT else "open"


def reached(thread: Thread) -> bool:
    """Whether the ad's writer knows of it."""
    return thread.state not in NOT_YET and thread.reason != WITHHELD


def reopens(thread: Thread, now: datetime) -> bool:
    """Whether a new message of the replier takes a closed thread up again.

    Not after the writer said no in any form; but after the replier's own goodbye, after a long
    silence, and after a broker kept a first try back.
    """
    if state_at(thread, now) == "over":
        return True
    return thread.state == "ended" and (
        thread.ended_by == "replier" or thread.reason in {WITHHELD, IDLE}
    )


def was_written_to(thread: Thread) -> bool:
    """Whether the replier wrote anything; two who were introduced may not have begun."""
    return any(message.author == "replier" for message in thread.messages)


def readable(message: Message, role: Role) -> bool:
    """Whether that side may see the message: its own always, the other's once it went on."""
    return message.author == role or message.state in DELIVERED
