"""“Is this report yours?”: the mailed link by which a report counts in full. Opens no session."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.board import access
from app.board.report import ways
from app.core.clock import utcnow
from app.current import settings, site
from app.db import db, transaction
from app.moderation import service as moderation
from app.people import service as people
from app.people.models import Link

bp = Blueprint("report_link", __name__, url_prefix="/l/report-<token>")
bp.after_request(access.private)


@bp.get("")
def show(token: str) -> ResponseReturnValue:
    """Say what will happen, and change nothing, however often it is asked."""
    return render_template("report_link.html", number=_link(db.session, token).subject, done=False)


@bp.post("")
def act(token: str) -> ResponseReturnValue:
    """It is theirs: count it, once."""
    now = utcnow()
    with transaction() as work:
        _link(work, token)
        link = people.use_link(work, token, now=now)
        number, person = link.subject, link.person
        moderation.confirm(work, number=number, person=person, ways=ways(), now=now, site=site())
    days = settings().decide_within_days
    return render_template("report_link.html", number=number, done=True, days=days)


def _link(work: Session, token: str) -> Link:
    link = people.look_at_link(work, token, now=utcnow())
    if link.purpose != "report":
        raise people.LinkUnknown
    return link
