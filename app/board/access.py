"""Who is at the other end: browser sessions, form tokens, and the limits on a source."""

import ipaddress
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import abort, current_app, g, redirect, render_template, request, session, url_for
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.core.clock import utcnow
from app.core.tokens import digest
from app.current import settings
from app.db import db, transaction
from app.limits import service as limits
from app.people import service as people
from app.people.models import Person
from app.people.policy import session_over

TOKEN_LASTS = timedelta(hours=24)  # an older form asks once more instead of losing what was typed
QUICKEST = timedelta(seconds=3)  # nobody fills in a form faster
SEEN_EVERY = timedelta(minutes=5)
HONEYPOT = "leave_this_empty"


# --- browser sessions -----------------------------------------------------------------------------


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


def sign_out() -> None:
    """Forget this browser here and in the database."""
    token = session.get("sid")
    session.clear()
    g.pop("person", None)
    if isinstance(token, str):
        with transaction() as work:
            people.close_session(work, token)


def personal(view: Callable[..., Any]) -> Callable[..., Any]:
    """A page for somebody known: others are asked to prove their address first."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if person() is None:
            if request.method == "GET":
                return redirect(url_for("mine.mine", next=request.path), 303)
            abort(403)
        now = int(utcnow().timestamp())
        if now - session["seen"] >= SEEN_EVERY.total_seconds():
            session["seen"] = now
        return view(*args, **kwargs)

    guarded.__dict__["personal"] = True
    return guarded


def known(work: Session) -> Person:
    """The person of this browser, loaded in the unit of work that will act for them."""
    found = person()
    again = work.get(Person, found.id) if found else None
    if again is None:
        abort(403)
    return again


# --- form tokens ----------------------------------------------------------------------------------


def _signer(salt: str) -> URLSafeTimedSerializer:
    known = settings()
    keys = [key.get_secret_value() for key in reversed(known.secret_key_fallbacks)]
    return URLSafeTimedSerializer([*keys, known.secret], salt=salt)


def _owner() -> str:
    token = session.get("sid")
    return digest(token)[:16] if isinstance(token, str) else ""


def form_token() -> Markup:
    """The hidden field every POST form carries: signed, dated, bound to the session if any.

    Readers have no session and get no cookie; for them the token shows that a page of ours was
    fetched, and the browser's own headers (see `guard`) that the form stood on it.
    """
    token = _signer("form").dumps(_owner())
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(token)


def one_press(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view whose address is itself the secret: it needs no form token (RFC 8058 §3.1)."""
    view.__dict__["one_press"] = True
    return view


def guard() -> Response | tuple[str, int] | None:
    """Before every request: refuse a POST that did not come from one of our own forms."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.endpoint is None:
        return None
    if getattr(current_app.view_functions[request.endpoint], "one_press", False):
        return None
    if _from_elsewhere():
        abort(400)
    try:
        owner = _signer("form").loads(
            request.form.get("csrf_token", ""), max_age=int(TOKEN_LASTS.total_seconds())
        )
    except SignatureExpired:
        return _ask_again()
    except BadSignature:
        abort(400)
    # A form shown before signing in or out: ours, but of another moment. Ask instead of losing it.
    return None if owner == _owner() else _ask_again()


def _from_elsewhere() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def _ask_again() -> tuple[str, int]:
    """Show everything that was sent behind one button with a fresh token: nothing typed is lost."""
    fields = [(k, v) for k, v in request.form.items(multi=True) if k != "csrf_token"]
    return render_template("errors/stale.html", fields=fields, action=request.path), 400


# --- the traps ------------------------------------------------------------------------------------


def started() -> str:
    """A signed note of when a form was first shown, kept through its errors and its preview."""
    return _signer("started").dumps("")


def oddity() -> str:
    """Why this submission should be looked at by a broker: '', 'honeypot' or 'too quick'."""
    if request.form.get(HONEYPOT):
        return "honeypot"
    try:
        _, at = _signer("started").loads(request.form.get("started", ""), return_timestamp=True)
    except BadSignature:
        return "too quick"
    return "too quick" if utcnow() - at < QUICKEST else ""


def source() -> str:
    """The network a request comes from: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(address)


def limit(work: Session, rule: str, who: str) -> None:
    """Count this use; raises TooMany above the limit."""
    key = limits.key(settings().secret, rule, who)
    limits.count(work, rule=rule, key=key, now=utcnow())
