"""Whether what the board does by itself is being done: the index, the worker, the mails."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import heartbeat
from app.ads import figures as ads
from app.doctor.findings import Finding, bad, look, ok
from app.mail import standing
from app.search import projection
from app.search.index import Index, IndexUnavailable


def index(session: Session, index: Index, now: datetime) -> Finding:
    """`flask search check` in brief: it is whole, and has as many ads as are live."""
    try:
        index.verify()
        inside = len(index.fingerprints(int(now.timestamp())))
    except (IndexUnavailable, OSError):
        return bad("index", "It is missing or damaged.", "Run: flask search rebuild")
    live, waiting = projection.count_live(session, now=now), ads.standing(session).marks
    said = f"{inside} ads; {live} are live, and {waiting} changes wait."
    if inside != live and not waiting:
        return bad("index", said, "Run: flask search check; then, if need be: flask search rebuild")
    return ok("index", said)


def worker(session: Session, now: datetime) -> Finding:
    """Whether one works."""
    beat = heartbeat.last_beat(session)
    advice = "Start it (systemctl start bothways-worker), and see what its log says."
    if beat is None:
        return bad("worker", "There has been no sign of life.", advice)
    silent = max(now - beat, timedelta())
    said = f"The last sign of life was {silent.total_seconds():.0f} s ago."
    return bad("worker", said, advice) if silent > heartbeat.SILENT else ok("worker", said)


def mails(session: Session, now: datetime) -> Iterator[Finding]:
    """Mails that wait, that are given up, that may not go."""
    part, counts = "outbox", standing.counts(session)
    due = standing.oldest_wait(session, now=now) or timedelta()
    oldest = standing.oldest_promise(session, now=now) or timedelta()
    said = f"{counts.get('pending', 0)} wait, the oldest for {_long(oldest)}."
    if due > standing.OVERDUE:
        yield bad(part, said, "The worker should have taken it: see that it runs.")
    elif oldest > timedelta(days=1):
        yield look(part, said, "Run: flask outbox status. It says why each waits.")
    else:
        yield ok(part, said)
    if dead := counts.get("dead", 0):
        advice = "Run: flask outbox status; then flask outbox retry, or cancel them one by one."
        yield look(part, f"{dead} were given up.", advice)
    if pause := standing.paused(session):
        advice = "Put MAIL_URL right, or ask whoever runs the mail server."
        yield bad(part, f"No mail goes: {pause.trouble}, since {pause.since:%d %b %H:%M}.", advice)


def _long(span: timedelta) -> str:
    seconds = span.total_seconds()
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
