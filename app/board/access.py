"""Who is at the other end: browser sessions, and the limits on a source."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from flask import Response, abort, g, redirect, request, session, url_for
from sqlalchemy.orm import Session

from app.core.clock import utcnow
from app.current import site
from app.current import source as source  # pages ask it of this module, beside the person
from app.db import db, transaction
from app.limits import service as limits
from app.people import service as people
from app.people.models import Person
from app.people.policy import session_over

SEEN_EVERY = timedelta(minutes=5)


def person() -> Person | None:
    """The person this browser speaks for, asked of the database once a request."""
    if "person" not in g:
        g.person = _find_person()
    return g.person


def _find_person() -> Person | None:
    token, seen = session.get("sid"), session.get("seen")
    if not isinstance(token, str) or not isinstance(seen, int):
        return None
    now = utcnow()
    found = people.find_session(db.session, token, now=now)
    seen_at = datetime.fromtimestamp(seen, tz=now.tzinfo)
    if found is None or session_over(created_at=found.created_at, seen_at=seen_at, now=now):
        return None
    g.session_started = found.created_at
    return found.person


def session_started() -> datetime:
    """When this browser’s session was opened; only asked on personal pages."""
    return g.session_started


def sign_in(token: str) -> None:
    """Give this browser the cookie of an opened session."""
    session.clear()
    session.permanent = True
    session["sid"] = token
    session["seen"] = int(utcnow().timestamp())
    g.pop("person", None)


def forget_browser() -> None:
    """It speaks for nobody any more; what the database knows of it goes with its person."""
    session.clear()
    g.pop("person", None)


def sign_out() -> None:
    """Forget this browser here and in the database."""
    token = session.get("sid")
    forget_browser()
    if isinstance(token, str):
        with transaction() as work:
            people.close_session(work, token)


def personal(view: Callable[..., Any]) -> Callable[..., Any]:
    """A page for somebody known: others are asked to prove their address first."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if person() is None:
            if request.method in {"GET", "HEAD"}:
                return redirect(url_for("mine.mine", next=request.path), 303)
            abort(403)
        stay()
        return view(*args, **kwargs)

    guarded.__dict__["personal"] = True
    return guarded


def stay() -> None:
    """Somebody known is here: the idle hours begin anew."""
    now = int(utcnow().timestamp())
    if now - session["seen"] >= SEEN_EVERY.total_seconds():
        session["seen"] = now


def known(work: Session) -> Person:
    """The person of this browser, loaded in the unit of work that will act for them."""
    found = person()
    again = work.get(Person, found.id) if found else None
    if again is None:
        abort(403)
    return again


def private(answer: Response) -> Response:
    """For after a page's requests: nobody keeps the answer and no search engine lists it."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def limit(work: Session, rule: str, who: str) -> None:
    """Count this use; raises TooMany above the limit."""
    limits.count(work, rule=rule, key=site().signer.sign(rule, who), now=utcnow())
