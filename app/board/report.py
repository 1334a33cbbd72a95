"""Report an ad: from its page, without signing in."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.ads import service as ads
from app.ads.models import Ad
from app.board import access
from app.board.address_field import address_in
from app.board.language import gettext, lazy_gettext
from app.board.view import AdView, view
from app.board.words import REPORTS
from app.core.clock import utcnow
from app.core.secret import Address
from app.core.text import clean_text
from app.current import settings, site
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
    person = BooleanField(lazy_gettext("It’s about the person, more than about this one ad"))
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


def ways() -> moderation.Ways:
    """How many confirmed reports hide a thing here, and how long a decision may take."""
    within = timedelta(days=settings().decide_within_days)
    return moderation.Ways(hide_at=settings().reports_hide, within=within)


def _shown(ad: Ad) -> AdView:
    return view(ad, vouched=moderation.networks.vouchers_of(db.session, ad.person_id))


@bp.get("/ads/<box>/report")
def form(box: str) -> str:
    """The form."""
    ad = ads.get_live(db.session, box, now=utcnow())
    return render_template("report.html", ad=_shown(ad), form=ReportForm(formdata=None))


@bp.post("/ads/<box>/report")
def send(box: str) -> ResponseReturnValue:
    """Store the report; it joins what others said of the same ad."""
    now = utcnow()
    ad: Ad = ads.get_live(db.session, box, now=now)
    form = ReportForm()
    if not form.validate():
        return render_template("report.html", ad=_shown(ad), form=form), 422
    with transaction() as work:
        access.limit(work, "report-source", access.source())
        if form.address is not None:
            access.limit(work, "report-address", form.address.key)
        said = moderation.Said(
            reason=form.reason.data,
            text=form.text.data or "",
            email=form.address,
            reporter=access.person(),
            source=access.source(),
        )
        report = moderation.report_ad(
            work,
            box=ad.box,
            person_too=bool(form.person.data),
            said=said,
            ways=ways(),
            now=now,
            site=site(),
        )
        number = report.number
    return redirect(url_for(".sent", number=number), 303)


@bp.get("/reported/<number>")
def sent(number: str) -> str:
    """Thank you, with the number to quote."""
    days = settings().decide_within_days
    return render_template("reported.html", number=number[:8], days=days)
