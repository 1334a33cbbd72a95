"""Report an ad: from its page, without signing in."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.ads import service as ads
from app.ads.models import Ad
from app.board import access
from app.board.address_field import address_in
from app.board.language import gettext, lazy_gettext
from app.board.view import view
from app.board.words import REPORTS
from app.core.clock import utcnow
from app.core.secret import Address
from app.core.text import clean_text
from app.current import site
from app.db import db, transaction
from app.moderation import service as moderation

bp = Blueprint("report", __name__)
MOST = 2000


class ReportForm(FlaskForm):
    """Why an ad should be looked at."""

    reason = RadioField(
        lazy_gettext("What’s wrong with it?"),
        choices=[SelectChoice(value, words) for value, words in REPORTS.items()],
        validate_choice=False,
    )
    text = TextAreaField(lazy_gettext("Anything our broker should know"))
    email = StringField(lazy_gettext("Your email address"))

    address: Address | None = None

    def validate(self, extra_validators: object = None) -> bool:
        """A reason is needed; an address only if one would like to hear back."""
        super().validate(extra_validators)
        self.text.data = clean_text(self.text.data or "")
        if self.reason.data not in REPORTS:
            self.reason.errors = [gettext("Choose what comes nearest.")]
        if len(self.text.data) > MOST:
            self.text.errors = [gettext("Keep it under %(most)d characters.", most=MOST)]
        if (self.email.data or "").strip():
            self.address = address_in(self.email)
        return not self.errors


@bp.get("/ads/<box>/report")
def form(box: str) -> str:
    """The form."""
    ad = ads.get_live(db.session, box, now=utcnow())
    return render_template("report.html", ad=view(ad), form=ReportForm(formdata=None))


@bp.post("/ads/<box>/report")
def send(box: str) -> ResponseReturnValue:
    """Store the report and mail it to the broker."""
    now = utcnow()
    ad: Ad = ads.get_live(db.session, box, now=now)
    form = ReportForm()
    if not form.validate():
        return render_template("report.html", ad=view(ad), form=form), 422
    with transaction() as work:
        access.limit(work, "report-source", access.source())
        if form.address is not None:
            access.limit(work, "report-address", form.address.key)
        report = moderation.report(
            work,
            subject_kind="ad",
            subject=ad.box,
            reason=form.reason.data,
            text=form.text.data or "",
            email=form.address,
            reporter=access.person(),
            url=site().ad(ad.box),
            now=now,
            site=site(),
        )
        number = report.number
    return redirect(url_for(".sent", number=number), 303)


@bp.get("/reported/<number>")
def sent(number: str) -> str:
    """Thank you, with the number to quote."""
    return render_template("reported.html", number=number[:8])
