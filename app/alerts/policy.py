"""When an alert looks, what is news to it, when it falls silent. Pure."""

from datetime import datetime, timedelta

from app.ads.models import Ad
from app.alerts.models import Alert

PACES = ("daily", "at_once")
WORDS_MOST = 300  # characters of the sentence that says what an alert asks for
MOST = 20  # alerts of one person
LOOKED_THROUGH = 200  # newest ads of a search that an alert looks through
NAMED = 10  # ads that a mail names; of the others it says how many

EVERY_DAY = timedelta(days=1)
AT_LEAST_EVERY = timedelta(hours=1)  # an alert “at once” looks so often whatever happens
# An ad may be committed that much later than the moment it says it was posted at.
COMMITS_WITHIN = timedelta(seconds=15)

NEWS_FOR = timedelta(days=30)  # an older ad is news to nobody, even if it was paused meanwhile
SILENT_AFTER = timedelta(days=90)  # without a press
UNCONFIRMED_KEPT = timedelta(hours=72)  # as long as the link works that confirms it
STOPPED_KEPT = timedelta(days=30)  # so that a press by mistake can be undone
PAUSED_KEPT = timedelta(days=180)  # as long as the link works that starts it again


def state_of(alert: Alert) -> str:
    """`unconfirmed`, `running`, `paused` (nobody pressed anything for long) or `stopped`."""
    if alert.confirmed_at is None:
        return "unconfirmed"
    if alert.stopped_at is not None:
        return "stopped"
    return "running" if alert.paused_at is None else "paused"


def is_news(ad: Ad, alert: Alert, now: datetime) -> bool:
    """Whether the ad came after the alert began, lately, and from somebody else."""
    assert ad.posted_at is not None
    return ad.posted_at > max(alert.since, now - NEWS_FOR) and ad.person_id != alert.person_id
