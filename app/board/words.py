"""Values in words, for pages: days, ways to meet, rhythms, distances. All through gettext."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask_babel import get_locale

from app.board.language import gettext, lazy_gettext, ngettext
from app.core.clock import utcnow
from app.followups.rules import Rate

LONDON = ZoneInfo("Europe/London")

KIND_TAGS = {"seeks": lazy_gettext("Seeking"), "offers": lazy_gettext("Offering")}
MODES = {
    "in_person": lazy_gettext("In person"),
    "phone": lazy_gettext("By phone"),
    "video": lazy_gettext("By video"),
}
_MODE_IN_A_LINE = {
    "in_person": lazy_gettext("in person"),
    "phone": lazy_gettext("by phone"),
    "video": lazy_gettext("by video"),
}
RHYTHMS = {
    "once": lazy_gettext("Once"),
    "monthly": lazy_gettext("Monthly"),
    "fortnightly": lazy_gettext("Fortnightly"),
    "weekly": lazy_gettext("Weekly"),
    "flexible": lazy_gettext("Whenever suits"),
}
LANGUAGES = {"en": "English", "cy": "Cymraeg"}
STATES = {
    "unconfirmed": lazy_gettext("Waiting for you to press the link in our mail"),
    "live": lazy_gettext("Open"),
    "paused": lazy_gettext("Paused"),
    "held": lazy_gettext("Waiting for our broker to look at it"),
    "expired": lazy_gettext("Ran out"),
    "closed": lazy_gettext("Closed"),
}
DECLINES = {
    "full": lazy_gettext("I’ve found somebody, thank you"),
    "time": lazy_gettext("I’ve no time just now"),
    "fit": lazy_gettext("I don’t think I’m the right person"),
    "far": lazy_gettext("It’s too far"),
    "none": lazy_gettext("No reason; just a kind no"),
}
RATES = {
    Rate.NEARLY_ALL: lazy_gettext("answers nearly everyone"),
    Rate.MOST: lazy_gettext("answers most people"),
    Rate.HALF: lazy_gettext("answers about half"),
    Rate.FEW: lazy_gettext("often can’t answer"),
    Rate.NEW: lazy_gettext("new here"),
}
REPORTS = {
    "spam": lazy_gettext("It’s spam, or selling something"),
    "unsafe": lazy_gettext("It’s unsafe or against the law"),
    "not-mentoring": lazy_gettext("It isn’t about learning or teaching"),
    "dating": lazy_gettext("It treats this as dating"),
    "personal": lazy_gettext("It gives away someone’s personal details"),
    "other": lazy_gettext("Something else"),
}


def local_date(moment: datetime) -> date:
    """The day it is in Britain at `moment`."""
    return moment.astimezone(LONDON).date()


def date_words(moment: datetime | date | None) -> str:
    """`20 January`, with the year when it isn’t this one."""
    if moment is None:
        return ""
    day = local_date(moment) if isinstance(moment, datetime) else moment
    pattern = "d MMMM" if day.year == local_date(utcnow()).year else "d MMMM y"
    return format_date(day, pattern, locale=get_locale())


def day(moment: datetime | None) -> str:
    """`today`, `yesterday`, `Thursday` within the week, else `18 November`."""
    if moment is None:
        return gettext("not yet")
    then = local_date(moment)
    ago = (local_date(utcnow()) - then).days
    if ago <= 0:
        return gettext("today")
    if ago == 1:
        return gettext("yesterday")
    return format_date(then, "EEEE", locale=get_locale()) if ago < 7 else date_words(then)


def full_date(moment: datetime) -> str:
    """`Saturday 21 November 2026`."""
    return format_date(local_date(moment), "EEEE d MMMM y", locale=get_locale())


def day_and_time(moment: datetime) -> str:
    """`Tuesday 24 November, 21:14`."""
    here = moment.astimezone(LONDON)
    words = format_date(here.date(), "EEEE d MMMM", locale=get_locale())
    return f"{words}, {format_time(here.time(), 'HH:mm', locale=get_locale())}"


def confirm_within(period: timedelta) -> str:
    """How long a link works that confirms something."""
    hours = round(period.total_seconds() / 3600)
    return ngettext(
        "It works once, for %(num)d hour, on any phone or computer.",
        "It works once, for %(num)d hours, on any phone or computer.",
        hours,
    )


def modes_words(modes: tuple[str, ...]) -> str:
    """`in person or by video`."""
    words = [str(_MODE_IN_A_LINE[mode]) for mode in modes if mode in _MODE_IN_A_LINE]
    if len(words) < 2:
        return "".join(words)
    return gettext("%(some)s or %(last)s", some=", ".join(words[:-1]), last=words[-1])


def miles_words(miles: float) -> str:
    """`19 miles`, `under a mile`."""
    if miles < 1:
        return gettext("under a mile")
    return ngettext("%(num)d mile", "%(num)d miles", round(miles))


def shorten(text: str, most: int) -> str:
    """`text` cut at a word’s end to at most `most` characters, with an ellipsis if it was."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    if " " in cut[most // 2 :]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:–-") + "…"
