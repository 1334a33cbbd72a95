"""What an alert’s mail leads to: see what it found, change it or stop it, without signing in.

The link is the secret; it works for 180 days, as often as one likes. A mail program's own button
sends `List-Unsubscribe=One-Click` here (RFC 8058 §3.1), which stops the alert.
"""

from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.alerts.models import Alert
from app.board import access
from app.board.alerts import WISHES, fulfil, shown
from app.board.language import gettext
from app.board.view import AdCard, cards
from app.core.clock import utcnow
from app.current import index, vectors
from app.db import db, transaction
from app.moderation import service as moderation
from app.people import service as people
from app.search.index import IndexUnavailable

bp = Blueprint("alert_link", __name__, url_prefix="/l/alert-<token>")
bp.after_request(access.private)
SHOWN = 3  # of the ads it finds


@bp.get("")
def show(token: str) -> ResponseReturnValue:
    """Say what may be done, and change nothing, however often it is asked."""
    return _page(db.session, _asked(db.session, token, utcnow()))


@bp.post("")
def act(token: str) -> ResponseReturnValue:
    """Do what was pressed. Twice is once; a machine's press is answered without a redirect."""
    one_click = request.form.get("List-Unsubscribe", "").casefold() == "one-click"
    wish = "stop" if one_click else request.form.get("do", "")
    if wish not in {*WISHES, "see"}:
        abort(400)
    now = utcnow()
    with transaction() as work:
        alert = _asked(work, token, now)
        if not one_click:
            people.confirm(alert.person, now=now)
            alerts.clicked(alert, now=now)
        if wish == "see":
            return redirect(shown(alert)["url"], 303)
        fulfil(work, alert, wish)
        work.flush()
        return _page(work, alert, done=wish)


def _asked(work: Session, token: str, now: datetime) -> Alert:
    """The alert that the link was mailed for. Raises LinkUnknown, LinkExpired, AlertUnknown."""
    link = people.look_at_link(work, token, now=now)
    if link.purpose != "alert":
        raise people.LinkUnknown
    return alerts.get_own(work, link.subject, person=link.person)


def _page(work: Session, alert: Alert, *, done: str = "") -> str:
    said = {
        "": "",
        "stop": gettext("Done: no more mails from this alert."),
        "go_on": gettext("Done: you hear of what is new from now on."),
        "daily": gettext("Done: at most one mail a day."),
        "at_once": gettext("Done: a mail as soon as there is something."),
    }
    return render_template(
        "alert_link.html",
        alert=shown(alert),
        done=said[done],
        ads=_found(work, alert),
    )


def _found(work: Session, alert: Alert) -> list[AdCard]:
    """The newest ads it finds just now."""
    try:
        found = alerts.look(work, index(), vectors(), alert.query, now=utcnow(), most=SHOWN)
    except IndexUnavailable:
        return []
    vouched = moderation.networks.vouchers(work, [ad.person_id for ad in found])
    return cards(found, vouched=vouched)
