"""Saying no from a mail, by one press and without signing in: mute, decline, block, report.

The link is the secret; it works for 180 days, as often as one likes. A mail program's own button
sends `List-Unsubscribe=One-Click` here (RFC 8058 §3.1), which mutes.
"""

from datetime import datetime

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.board import access
from app.board.language import gettext
from app.board.thread import send_report
from app.board.thread_forms import REPORT_MOST, ReportForm
from app.board.words import REPORTS
from app.core.clock import utcnow
from app.current import site
from app.db import db, transaction
from app.people import service as people
from app.people.models import Person
from app.relay import policy
from app.relay import service as relay
from app.relay.models import Thread
from app.relay.policy import Role

bp = Blueprint("stop", __name__, url_prefix="/l/stop-<token>")
bp.after_request(access.private)
WISHES = ("mute", "unmute", "decline", "block", "report")


@bp.get("")
def show(token: str) -> ResponseReturnValue:
    """Say what may be done, and change nothing, however often it is asked."""
    return _page(db.session, *_asked(db.session, token, utcnow()))


@bp.post("")
def act(token: str) -> ResponseReturnValue:
    """Do what was pressed. Twice is once; answered without a redirect, since machines press too."""
    one_click = request.form.get("List-Unsubscribe", "").casefold() == "one-click"
    wish = "mute" if one_click else request.form.get("do", "")
    if wish not in WISHES:
        abort(400)
    now = utcnow()
    with transaction() as work:
        person, thread, role = _asked(work, token, now)
        try:
            _do(work, wish, person, thread, role, now)
        except (relay.ThreadClosed, relay.NotYet):
            wish = "over"
        return _page(work, person, thread, role, done=wish)


def _asked(work: Session, token: str, now: datetime) -> tuple[Person, Thread, Role]:
    """Whom the link was mailed to, about which thread. Raises LinkUnknown, LinkExpired."""
    link = people.look_at_link(work, token, now=now)
    if link.purpose != "stop":
        raise people.LinkUnknown
    return link.person, *relay.find_thread(work, link.subject, link.person)


def _do(
    work: Session, wish: str, person: Person, thread: Thread, role: Role, now: datetime
) -> None:
    """Raises ThreadClosed where there is nothing left to end, WritersOnly, TooMany."""
    if wish == "mute":
        relay.mute(work, thread=thread, by=role, now=now)
    elif wish == "unmute":
        relay.unmute(thread=thread, by=role)
    elif wish == "decline":
        relay.decline(work, thread=thread, by=role, reason="none", now=now, site=site())
    elif wish == "block":
        relay.block(work, thread=thread, by=role, now=now)
    else:
        _report(work, person, thread, role)


def _report(work: Session, person: Person, thread: Thread, role: Role) -> None:
    access.limit(work, "report-source", access.source())
    form = ReportForm()
    form.validate()  # a press without a reason is a report all the same
    if form.reason.data not in REPORTS:
        form.reason.data = "other"
    form.text.data = (form.text.data or "")[:REPORT_MOST]
    send_report(work, form, person, thread, role)


def _page(work: Session, person: Person, thread: Thread, role: Role, *, done: str = "") -> str:
    name = policy.name_of(thread, policy.other(role)) or gettext("somebody who has left")
    state = policy.state_at(thread, utcnow())
    gone = (thread.writer_id if role == "replier" else thread.replier_id) is None
    return render_template(
        "stop.html",
        name=name,
        box=thread.box,
        headline=thread.headline,
        done=_done(done, name),
        muted=relay.is_muted(thread, role),
        may_decline=state == "open" and role == "writer" and policy.was_written_to(thread),
        may_block=not gone and not relay.has_blocked(work, thread, role),
        report=ReportForm(formdata=None, reason="other"),
    )


def _done(wish: str, name: str) -> str:
    """What has just been done, '' where nothing was."""
    words = {
        "": "",
        "mute": gettext("Done: no more mails from this conversation."),
        "unmute": gettext("Done: you get mails from this conversation again."),
        "decline": gettext("Done: %(name)s gets a kind no by mail.", name=name),
        "block": gettext("Done: nothing from %(name)s reaches you again.", name=name),
        "report": gettext("Thank you. A person reads your report; nobody else is told."),
        "over": gettext("This conversation has ended already, so there is nothing left to stop."),
    }
    return words[wish]
