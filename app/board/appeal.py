"""A second look: the form that every decision’s mail leads to, without signing in."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import TextAreaField

from app.board import access
from app.board.language import gettext, lazy_gettext
from app.core.clock import utcnow
from app.core.text import clean_text
from app.current import settings
from app.db import db, transaction
from app.moderation import service as moderation
from app.people import service as people
from app.people.models import Person

bp = Blueprint("appeal", __name__, url_prefix="/l/appeal-<token>")
bp.after_request(access.private)
MOST = 2000  # characters


class AppealForm(FlaskForm):
    """Why a decision looks wrong."""

    text = TextAreaField(lazy_gettext("What should we look at again?"))

    def validate(self, extra_validators: object = None) -> bool:
        """Some words are needed, and not too many."""
        super().validate(extra_validators)
        self.text.data = clean_text(self.text.data or "")
        if not self.text.data:
            self.text.errors = [gettext("Say it in a line or two.")]
        elif len(self.text.data) > MOST:
            self.text.errors = [gettext("Keep it under %(most)d characters.", most=MOST)]
        return not self.errors


@bp.get("")
def show(token: str) -> ResponseReturnValue:
    """The form, or what was said before; nothing changes, however often it is asked."""
    decision, person = _asked(db.session, token)
    standing = moderation.find_appeal(db.session, decision, person)
    return _page(AppealForm(formdata=None), standing.number if standing else "")


@bp.post("")
def send(token: str) -> ResponseReturnValue:
    """Hand it to the desk, where it goes to the top. Twice is once."""
    form = AppealForm()
    if not form.validate():
        _asked(db.session, token)
        return _page(form, ""), 422
    with transaction() as work:
        decision, person = _asked(work, token)
        access.limit(work, "report-source", access.source())
        kept = moderation.appeal(
            work, decision=decision, person=person, text=form.text.data or "", now=utcnow()
        )
        number = kept.number
    return _page(form, number)


def _asked(work: Session, token: str) -> tuple[moderation.Decision, Person]:
    """Which decision the link is about, and whom it was mailed to."""
    link = people.look_at_link(work, token, now=utcnow())
    if link.purpose != "appeal":
        raise people.LinkUnknown
    return moderation.get_decision(work, link.subject), link.person


def _page(form: AppealForm, number: str) -> str:
    days = settings().decide_within_days
    return render_template("appeal.html", form=form, number=number, days=days)
