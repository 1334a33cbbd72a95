"""What may be decided about a thing, why, and by when. Pure: no session, no settings, no clock."""

from datetime import datetime, timedelta

from app.core.i18n import N_

KEPT = timedelta(days=365)
LAST_MESSAGES = 10  # of a conversation, that one side may let the broker read
TEXT_MOST = 4000  # characters of all that one person says about one case
SENTENCE_MOST = 500  # characters a broker may add to a decision
AT_ONCE = 200  # things alike that one press decides
LIKE_SPAM = 0.5  # the score from which a held text stands behind others in the queue
SOURCE_KEPT = timedelta(days=30)  # how long it is known which reports came from one network

KINDS = ("ad", "thread", "person")
FINE = "fine"  # why nothing is done
REASONS = {
    "spam": N_("It’s spam, or sells something"),
    "unsafe": N_("It’s unsafe or against the law"),
    "not-mentoring": N_("It isn’t about learning or teaching"),
    "dating": N_("It treats this as dating"),
    "personal": N_("It gives away somebody’s personal details"),
    "unclear": N_("It’s hard to understand"),
    "other": N_("It doesn’t fit the house rules"),
}
APPEAL = "appeal"  # the reason of what stands in an appeal
REPORTABLE = ("spam", "unsafe", "not-mentoring", "dating", "personal", "other")

# Mild first, so that the last button is never the hardest by mistake.
DECISIONS = ("publish", "none", "change", "pause", "warn", "remove", "suspend", "lift")
HARMLESS = frozenset({"publish", "none", "lift"})  # need no reason, and nobody can mind them


def offered(kind: str, state: str, *, known: bool, suspended: bool) -> tuple[str, ...]:
    """The decisions there are about a thing as it stands, in the order of their buttons.

    `state`: `held` (never seen yet), `hidden` (held, and seen before), else as an ad or
    conversation is kept; '' for a person, and what is gone. `known`: whether whoever did it is
    still here.
    """
    found = set(_OF_THINGS.get((kind, state), {"none"}))
    if suspended:
        found = found - {"publish"} | {"none", "lift"}
    elif known:
        found |= {"suspend"} if state == "held" else {"warn", "suspend"}
    return tuple(what for what in DECISIONS if what in found)


_OF_THINGS = {
    ("ad", "held"): {"publish", "change", "remove"},
    ("ad", "hidden"): {"publish", "change", "pause", "remove"},
    ("ad", "live"): {"none", "change", "pause", "remove"},
    ("ad", "paused"): {"none", "change", "remove"},
    ("ad", "removed"): {"none", "publish"},
    ("thread", "held"): {"publish", "remove"},
    ("thread", "open"): {"none", "remove"},
    ("person", ""): {"none", "pause"},
}


def reason_for(what: str, reason: str) -> str | None:
    """The reason to keep for a decision; None where it needs one and none was given."""
    if what in HARMLESS:
        return FINE
    return reason if reason in REASONS else None


def due_at(since: datetime, within: timedelta) -> datetime:
    """By when somebody should have decided."""
    return since + within


def hides(confirmed: int, most: int) -> bool:
    """Whether so many confirmed reporters hide a thing until a broker looks; 0 never does."""
    return most > 0 and confirmed >= most
