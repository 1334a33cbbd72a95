"""The desk’s own words: why a thing is held, what may be decided, what the log says."""

from datetime import datetime, timedelta

from babel.dates import format_date
from flask_babel import get_locale

from app.board.language import gettext, lazy_gettext, ngettext
from app.board.words import local_date
from app.moderation import rules
from app.moderation import service as moderation

WHY = {
    "honeypot": lazy_gettext("A field was filled in that people don’t see"),
    "too quick": lazy_gettext("It was sent faster than anybody types"),
    "same words": lazy_gettext("Nearly the same text came several times"),
    "links": lazy_gettext("A newcomer’s text with links, or with a link and money"),
    "reads like spam": lazy_gettext("It reads much like spam"),
    "held before": lazy_gettext("Much from the same network was held today"),
    "reported": lazy_gettext("Several people reported it"),
    "changed": lazy_gettext("Its writer has changed it, as you asked"),
    "lifted": lazy_gettext("Its writer’s suspension is over"),
    "suspended": lazy_gettext("Its writer’s address is suspended"),
    "needs change": lazy_gettext("Its writer was asked to change it"),
    rules.APPEAL: lazy_gettext("Somebody asks for a second look"),
}
DECISIONS = {
    "publish": lazy_gettext("Let it through"),
    "none": lazy_gettext("Leave it as it is"),
    "change": lazy_gettext("Ask to change it"),
    "pause": lazy_gettext("Pause"),
    "warn": lazy_gettext("Write a warning"),
    "remove": lazy_gettext("Remove"),
    "suspend": lazy_gettext("Suspend the address"),
    "lift": lazy_gettext("Lift the suspension"),
}
DONE = {
    "publish": lazy_gettext("let through"),
    "none": lazy_gettext("left as it is"),
    "change": lazy_gettext("asked to change"),
    "pause": lazy_gettext("paused"),
    "warn": lazy_gettext("warned"),
    "remove": lazy_gettext("removed"),
    "suspend": lazy_gettext("address suspended"),
    "lift": lazy_gettext("suspension lifted"),
    "report": lazy_gettext("reported"),
    "hide": lazy_gettext("hidden until a broker looks"),
    "appeal": lazy_gettext("second look asked for"),
    "read": lazy_gettext("attached messages opened"),
    "export": lazy_gettext("log exported"),
    "introduced": lazy_gettext("asked whether to be introduced"),
    "withdrawn": lazy_gettext("introduction withdrawn"),
    "net-add": lazy_gettext("network added"),
    "net-change": lazy_gettext("network changed"),
    "net-link": lazy_gettext("new invitation link made"),
    "net-revoke": lazy_gettext("network revoked"),
    "net-restore": lazy_gettext("network restored"),
    "unvouch": lazy_gettext("taken out of a network"),
    "revouch": lazy_gettext("let back into a network"),
    "address": lazy_gettext("address looked at"),
}
KINDS = {
    "ad": lazy_gettext("Ad"),
    "thread": lazy_gettext("Conversation"),
    "person": lazy_gettext("Person"),
    "log": lazy_gettext("Log"),
    "pair": lazy_gettext("Two ads"),
    "net": lazy_gettext("Network"),
}
AD_STATES = {
    "unconfirmed": lazy_gettext("not confirmed yet"),
    "live": lazy_gettext("open"),
    "paused": lazy_gettext("paused"),
    "expired": lazy_gettext("ran out"),
    "held": lazy_gettext("held"),
    "hidden": lazy_gettext("hidden"),
    "closed": lazy_gettext("closed by its writer"),
    "removed": lazy_gettext("removed"),
    "": lazy_gettext("gone"),
}


def why(code: str) -> str:
    """Why something waits, in words; what has no words of ours yet stands as it is."""
    if code in WHY:
        return str(WHY[code])
    return gettext(rules.REASONS[code]) if code in rules.REASONS else code


def reason(code: str) -> str:
    """Why it was decided, or of which network; '' where nothing was wrong."""
    if code.startswith("network "):
        return gettext("Network %(number)s", number=code.removeprefix("network "))
    known = rules.REASONS | moderation.ADDRESS_REASONS
    return gettext(known[code]) if code in known else ""


def who(code: str) -> str:
    """Who it was, from the log’s own writing."""
    start, _, number = code.partition(" ")
    words = {
        "broker": gettext("broker %(number)s", number=number),
        "operator": gettext("the operator"),
        "board": gettext("the board itself"),
        "anybody": gettext("somebody"),
    }
    return words.get(start, code)


def distance(due_at: datetime, now: datetime) -> str:
    """`Overdue by 5 hours`, `Within 2 days`."""
    left = due_at - now
    hours = round(abs(left) / timedelta(hours=1))
    if hours < 1:
        return gettext("Due now")
    if hours < 48:
        late = ngettext("Overdue by an hour", "Overdue by %(num)d hours", hours)
        soon = ngettext("Within an hour", "Within %(num)d hours", hours)
    else:
        days = round(hours / 24)
        late = ngettext("Overdue by a day", "Overdue by %(num)d days", days)
        soon = ngettext("Within a day", "Within %(num)d days", days)
    return late if left < timedelta(0) else soon


def age(since: datetime, now: datetime) -> str:
    """How old something is: `new today`, `5 days old`, `3 months old`."""
    days = (now - since) // timedelta(days=1)
    if days < 1:
        return gettext("new today")
    if days < 60:
        return ngettext("a day old", "%(num)d days old", days)
    return ngettext("a month old", "%(num)d months old", days // 30)


def length(time: timedelta | None) -> str:
    """How long something took: `under an hour`, `5 hours`, `3 days`; a dash for nothing."""
    if time is None:
        return "–"
    hours = round(time / timedelta(hours=1))
    if hours < 1:
        return gettext("under an hour")
    if hours < 48:
        return ngettext("an hour", "%(num)d hours", hours)
    return ngettext("a day", "%(num)d days", round(hours / 24))


def brief_day(moment: datetime) -> str:
    """`3 Nov`: a day in a chart or a table of days."""
    return format_date(local_date(moment), "d MMM", locale=get_locale())
