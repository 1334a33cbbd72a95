"""Introductions: who might swap and doesn’t know it, two Boxes and a line, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import StringField, TextAreaField

from app.board import access
from app.board.language import gettext, lazy_gettext
from app.board.matches import Line
from app.board.numbers import whole
from app.board.view import AdCard, card
from app.core.clock import utcnow
from app.current import site, vectors
from app.db import db, transaction
from app.desk import guard
from app.moderation.introductions import service as introductions
from app.moderation.introductions.service import BadIntroduction, Introduction

bp = Blueprint("desk_introductions", __name__, url_prefix="/desk/introductions")
bp.after_request(access.private)
PAGE = 25
STANDS = {
    "waiting": lazy_gettext("waiting"),
    "agreed": lazy_gettext("both said yes"),
    "over": lazy_gettext("not taken up"),
    "withdrawn": lazy_gettext("withdrawn"),
}


class PairForm(FlaskForm):
    """Two ads and a line about them."""

    first = StringField(lazy_gettext("Box number"))
    second = StringField(lazy_gettext("The other Box number"))
    line = TextAreaField(lazy_gettext("A line of yours"))

    def refuse(self, refusal: BadIntroduction) -> None:
        """Put each sentence beside its field, or above all of them."""
        for problem in refusal.problems:
            said = gettext(problem.sentence, **problem.values)
            if problem.field:
                self[problem.field].errors = [said]
            else:
                self.form_errors.append(said)


@dataclass(frozen=True, slots=True)
class Row:
    """One introduction as anybody at the desk may see it: never what either side has said."""

    number: int
    day: datetime
    ads: list[tuple[str, str]]  # Box and headline, of those that are still there
    line: str
    stands: str


@bp.get("")
def show() -> str:
    """The form, whom one might introduce, and the introductions there were."""
    pair = {name: request.args.get(name, "") for name in ("first", "second")}
    return _page(db.session, PairForm(formdata=None, data=pair))


@bp.post("")
def propose() -> ResponseReturnValue:
    """Ask both writers. Twice is once."""
    form = PairForm()
    try:
        with transaction() as work:
            introductions.propose(
                work,
                first=form.first.data or "",
                second=form.second.data or "",
                line=form.line.data or "",
                broker=guard.broker(work),
                now=utcnow(),
                site=site(),
            )
    except BadIntroduction as refusal:
        form.refuse(refusal)
        return _page(db.session, form), 422
    flash("proposed", "introductions")
    return redirect(url_for(".show"), 303)


@bp.post("/withdraw")
def withdraw() -> ResponseReturnValue:
    """Take one back while it waits; only the links say so."""
    with transaction() as work:
        introductions.withdraw(
            work,
            number=request.form.get("number", 0, type=whole),
            broker=guard.broker(work),
            now=utcnow(),
        )
    flash("withdrawn", "introductions")
    return redirect(url_for(".show", _anchor="list"), 303)


def _page(work: Session, form: PairForm) -> str:
    now, before = utcnow(), request.args.get("before", type=whole)
    found = introductions.newest(work, limit=PAGE, before=before)
    further = before is not None or form.errors
    suggested = [] if further else introductions.suggested(work, vectors(), now=now)
    return render_template(
        "desk/introductions.html",
        form=form,
        suggestions=[_suggestion(one) for one in suggested],
        rows=[_row(one, now) for one in found],
        later=before is not None,
        further=found[-1].id if len(found) == PAGE else None,
        words=STANDS,
        line_most=introductions.LINE[1],
    )


def _suggestion(one: introductions.Suggestion) -> tuple[AdCard, Line]:
    match = one.match
    return card(one.ad), Line(card(match.ad), match.gets, match.gives, match.miles)


def _row(one: Introduction, now: datetime) -> Row:
    both = [ad for ad in (one.first, one.second) if ad is not None]
    return Row(
        number=one.id,
        day=one.created_at,
        ads=[(ad.box, ad.headline) for ad in both],
        line=one.line,
        stands=introductions.standing(one, now),
    )
