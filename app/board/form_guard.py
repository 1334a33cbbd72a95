"""Whether a form that was sent is one of ours: its token, where it stood, and two traps."""

from datetime import timedelta

from flask import abort, render_template, request, session
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.core.clock import utcnow
from app.core.tokens import digest
from app.current import settings

TOKEN_LASTS = timedelta(hours=24)  # an older form asks once more instead of losing what was typed
QUICKEST = timedelta(seconds=3)  # nobody fills in a form faster
HONEYPOT = "leave_this_empty"
BY_LINK_ALONE = {
    "stop.act",
    "answer.act",
    "meet.act",
    "alert_link.act",
}  # mail programs press it (RFC 8058), and its link is the secret


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
    fetched, and the browser's own headers (see `check`) that the form stood on it.
    """
    token = _signer("form").dumps(_owner())
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(token)


def check() -> Response | tuple[str, int] | None:
    """Before every request: refuse a POST that did not come from one of our own forms."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.endpoint is None:
        return None  # nothing is changed; or there is no such page, which the router says next
    if request.endpoint in BY_LINK_ALONE:
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
    if origin is None:
        return False
    ours = {request.host, settings().base_url.partition("://")[2]}
    return origin.partition("://")[2] not in ours


def _ask_again() -> tuple[str, int]:
    """Show everything that was sent behind one button with a fresh token: nothing typed is lost."""
    return render_template("errors/stale.html", fields=sent_fields(), action=request.path), 400


def sent_fields() -> list[tuple[str, str]]:
    """Every field of the form that was sent, but its token, in its order."""
    sent: MultiDict[str, str] = request.form
    return [(name, value) for name, value in sent.items(multi=True) if name != "csrf_token"]


def started() -> str:
    """A signed note of when a form was first shown, kept through its errors and its preview."""
    return _signer("started").dumps(_milliseconds())


def oddity() -> str:
    """Why this submission should be looked at by a broker: '', 'honeypot' or 'too quick'."""
    if request.form.get(HONEYPOT):
        return "honeypot"
    try:
        at = _signer("started").loads(request.form.get("started", ""))
    except BadSignature:
        return "too quick"
    taken = timedelta(milliseconds=_milliseconds() - at)
    return "too quick" if taken < QUICKEST else ""


def _milliseconds() -> int:
    """The time now: the signature's own is cut to whole seconds, which would let 2.1 pass for 3."""
    return int(utcnow().timestamp() * 1000)
