"""How long things are kept, as a page says it: from the settings and rules that keep them so."""

from datetime import timedelta

from flask_babel import ngettext

from app.config import Settings
from app.limits.rules import LIMITS
from app.moderation.network_rules import MEMBERSHIP_KEPT
from app.people.policy import LINKS_KEPT, SESSION_IDLE, SESSION_LASTS
from app.relay.bounces import WITHIN as BOUNCES_KEPT
from app.spam.policy import LESSONS_KEPT, TEXTS_KEPT


def periods(settings: Settings) -> dict[str, str]:
    """Every period the privacy page names, in words, by what is kept for it."""
    kept = {
        "unconfirmed": timedelta(hours=settings.keep_unconfirmed_hours),
        "ended_ads": timedelta(days=settings.keep_ended_ads_days),
        "incoming": timedelta(days=settings.keep_incoming_mail_days),
        "sent": timedelta(days=settings.keep_sent_mail_days),
        "messages": timedelta(days=settings.keep_messages_days),
        "moderation": timedelta(days=settings.keep_moderation_days),
        "counts": max(limit.within for limit in LIMITS.values()),
        "texts": TEXTS_KEPT,
        "lessons": LESSONS_KEPT,
        "sources": timedelta(days=settings.keep_sources_days),
        "memberships": MEMBERSHIP_KEPT,
        "links": LINKS_KEPT,
        "session": SESSION_LASTS,
        "session_idle": SESSION_IDLE,
        "bounces": BOUNCES_KEPT,
    }
    return {what: in_words(period) for what, period in kept.items()}


def in_words(period: timedelta) -> str:
    """`72 hours` up to three days, `12 months` for whole years, else `180 days`."""
    hours, days = round(period / timedelta(hours=1)), period.days
    years = days // 365
    if hours <= 72 or hours % 24:
        return ngettext("%(num)d hour", "%(num)d hours", hours)
    if years and days <= years * 366:
        return ngettext("%(num)d month", "%(num)d months", years * 12)
    return ngettext("%(num)d day", "%(num)d days", days)
