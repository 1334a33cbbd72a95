"""One conversation: what was said, the form to go on, and the ways to end it kindly or firmly."""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.board import access
from app.board.language import gettext, lazy_gettext
from app.board.report import ways
from app.board.thread_forms import DeclineForm, MessageForm, ReportForm
from app.board.thread_lines import closed, lines
from app.board.view import AdCard, cards
from app.core.clock import utcnow
from app.core.site import ad_path
from app.current import index, site, vectors
from app.db import db, transaction
from app.followups import service as followups
from app.moderation import service as moderation
from app.people.models import Person
from app.relay import policy
from app.relay import service as relay
from app.relay.models import Thread
from app.relay.policy import Role

bp = Blueprint("thread", __name__, url_prefix="/threads/<key>")
bp.after_request(access.private)
STATES = {
    "unconfirmed": lazy_gettext("waits for you to press the link in our mail"),
    "held": lazy_gettext("waits for our broker to look at it"),
    "queued": lazy_gettext("on its way"),
    "sent": lazy_gettext("sent"),
    "undeliverable": lazy_gettext("could not be delivered"),
    "withheld": lazy_gettext("not passed on"),
}


@bp.get("")
@access.personal
def thread(key: str) -> str:
    """The conversation as its reader's side sees it."""
    person = access.person()
    assert person is not None
    found, role = relay.find_thread(db.session, key, person)
    return _page(db.session, found, role)


@bp.post("")
@access.personal
def write(key: str) -> ResponseReturnValue:
    """Send a message. A double press sends one."""
    form = MessageForm()
    now = utcnow()
    with transaction() as work:
        person, found, role = _known(work, key)
        relay.check_open(found, now=now)
        if not form.validate():
            return _page(work, found, role, message=form), 422
        # Who has been answered may write as often as they like.
        if not relay.have_talked(work, found.writer_id, found.replier_id):
            access.limit(work, "message-address", person.email.key)
        text = form.message.data or ""
        sent = relay.write(work, thread=found, author=role, text=text, now=now, site=site())
        anchor = f"m-{sent.id}"
    return redirect(url_for(".thread", key=key, _anchor=anchor), 303)


@bp.post("/decline")
@access.personal
def decline(key: str) -> ResponseReturnValue:
    """The writer's kind no."""
    form = DeclineForm()
    with transaction() as work:
        _, found, role = _known(work, key)
        if role == "writer" and not form.validate():
            return _page(work, found, role, decline=form), 422
        reason = form.reason.data or ""
        relay.decline(work, thread=found, by=role, reason=reason, now=utcnow(), site=site())
    return redirect(url_for(".thread", key=key), 303)


@bp.post("/end")
@access.personal
def end(key: str) -> ResponseReturnValue:
    """A goodbye, from either side."""
    return _act(
        key, lambda work, found, by: relay.end(work, thread=found, by=by, now=utcnow(), site=site())
    )


@bp.post("/block")
@access.personal
def block(key: str) -> ResponseReturnValue:
    """Nothing more from the other side, here or about any other ad."""
    return _act(key, lambda work, found, by: relay.block(work, thread=found, by=by, now=utcnow()))


@bp.post("/mute")
@access.personal
def mute(key: str) -> ResponseReturnValue:
    """No more mails from this conversation, or mails again; the other side isn't told."""
    if _wish() == "unmute":
        return _act(key, lambda work, found, by: relay.unmute(thread=found, by=by))
    return _act(key, lambda work, found, by: relay.mute(work, thread=found, by=by, now=utcnow()))


@bp.post("/share")
@access.personal
def share(key: str) -> ResponseReturnValue:
    """Let one's own address pass to the other side, or no longer."""
    wish, now = _wish(), utcnow()
    if wish not in {"share", "stop"}:
        abort(400)

    def do(work: Session, found: Thread, by: Role) -> None:
        if wish == "share":
            relay.share(work, thread=found, by=by, now=now, site=site())
        else:
            relay.unshare(work, thread=found, by=by, now=now)

    return _act(key, do)


@bp.post("/report")
@access.personal
def report(key: str) -> ResponseReturnValue:
    """Hand the conversation to the broker to look at; the other side isn't told."""
    form = ReportForm()
    with transaction() as work:
        person, found, role = _known(work, key)
        if not form.validate():
            return _page(work, found, role, report=form), 422
        access.limit(work, "report-source", access.source())
        number = send_report(work, form, person, found, role).number
    flash(number, "reported")
    return redirect(url_for(".thread", key=key), 303)


def send_report(
    work: Session, form: ReportForm, person: Person, found: Thread, role: Role
) -> moderation.Report:
    """Hand what the form says to the broker, in the name of that side’s person."""
    said = moderation.Said(
        reason=form.reason.data,
        text=form.text.data or "",
        email=None,
        reporter=person,
        source=access.source(),
    )
    return moderation.report_thread(
        work,
        thread=found,
        by=role,
        person_too=bool(form.person.data),
        attach=bool(form.attach.data),
        said=said,
        ways=ways(),
        now=utcnow(),
        site=site(),
    )


def _others(work: Session, found: Thread) -> list[AdCard]:
    """Ads that somebody might turn to who has waited for long."""
    others = followups.others_for(work, vectors(), index(), thread=found, now=utcnow())
    vouched = moderation.networks.vouchers(work, [ad.person_id for ad in others])
    return cards(others, vouched=vouched)


def _wish() -> str:
    """Which of a form's buttons was pressed."""
    return request.form.get("do", "")


def _known(work: Session, key: str) -> tuple[Person, Thread, Role]:
    person = access.known(work)
    return person, *relay.find_thread(work, key, person)


def _act(key: str, do: Callable[[Session, Thread, Role], None]) -> ResponseReturnValue:
    with transaction() as work:
        _, found, role = _known(work, key)
        do(work, found, role)
    return redirect(url_for(".thread", key=key), 303)


def _page(
    work: Session,
    found: Thread,
    role: Role,
    *,
    message: MessageForm | None = None,
    decline: DeclineForm | None = None,
    report: ReportForm | None = None,
) -> str:
    """The page with whichever form was refused, filled in as it was sent."""
    now = utcnow()
    state = policy.state_at(found, now)
    name = policy.name_of(found, policy.other(role)) or gettext("somebody who has left")
    shown = relay.shown(work, found, role)
    answered = not shown or shown[-1][0].author == role
    waited = now - found.moved_at if state == "open" and not answered else None
    blocked = relay.has_blocked(work, found, role)
    gone = (found.writer_id if role == "replier" else found.replier_id) is None
    return render_template(
        "thread.html",
        key=found.key,
        role=role,
        name=name,
        box=found.box,
        headline=found.headline,
        ad_url=ad_path(found.box, found.headline) if found.ad else None,
        lines=lines(shown, relay.events(work, found), role, name),
        states=STATES,
        waited=waited // timedelta(days=1) if waited is not None else None,
        others=_others(work, found) if role == "replier" else [],
        is_open=state == "open",
        may_decline=state == "open" and role == "writer" and policy.was_written_to(found),
        may_block=state not in policy.NOT_YET and not blocked and not gone,
        may_report=state not in policy.NOT_YET,
        may_mute=state == "open" or relay.is_muted(found, role),
        muted=relay.is_muted(found, role),
        shares=relay.shared_address(found, role) is not None,
        by_mail=bool(site().relay_domain),
        closed=closed(found, role, state, name, blocked),
        message=message or MessageForm(formdata=None),
        decline=decline or DeclineForm(formdata=None),
        report=report or ReportForm(formdata=None),
        refused=message or decline or report,
    )
