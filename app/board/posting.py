"""Posting an ad: the form, the preview as printed, and on to the mail with the link."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.board import access, form_guard, offer_helper, screening
from app.board.ad_form import AdForm
from app.board.mine import mail_sign_in
from app.board.view import preview
from app.board.words import confirm_within
from app.core.clock import utcnow
from app.core.secret import Address
from app.current import site
from app.db import db, transaction
from app.mail import messages, outbox
from app.moderation import service as moderation
from app.people import service as people

bp = Blueprint("posting", __name__)


@bp.get("/ads/new")
def new() -> str:
    """The empty form; `?seeks=` and `?kind=` may fill in what a search was after."""
    form = AdForm(formdata=None, data=_hinted())
    return _shown(form, form_guard.started())


def _shown(form: AdForm, started: str) -> str:
    helpers = offer_helper.helpers(form)
    return render_template("ad_form.html", form=form, started=started, helpers=helpers)


def _hinted() -> dict[str, str]:
    kind = request.args.get("kind", "seeks")
    words = request.args.get("seeks", "")[:60]
    return {"kind": kind if kind in {"seeks", "offers"} else "seeks", "seeks_skills": words}


@bp.post("/ads/new")
def post() -> ResponseReturnValue:
    """Check, show as printed, and from the preview's last button go on to the mail.

    A press on a suggestion of the offer helper shows the form again with that in its field.
    """
    form = AdForm()
    begun = request.form.get("started", "")
    if offer_helper.pressed(form):
        return _shown(form, begun)
    if not form.validate() or request.form.get("go") == "edit":
        return _shown(form, begun), 422 if form.errors else 200
    if request.form.get("go") == "mail":
        _keep(form)
        return redirect(url_for(".sent"), 303)
    assert form.address is not None
    fields = [(name, value) for name, value in form_guard.sent_fields() if name != "go"]
    shown = preview(form.draft(), vouched=_vouched(form.address))
    email = form.address.reveal()
    return render_template("preview.html", ad=shown, fields=fields, email=email)


def _vouched(address: Address) -> tuple[moderation.Voucher, ...]:
    """Who vouches for them; nobody, as far as whoever has not proved the address may see."""
    person = access.person()
    if person is None or person.email_key != address.key:
        return ()
    return moderation.networks.vouchers_of(db.session, person.id)


def _keep(form: AdForm) -> None:
    """Keep the ad unconfirmed and mail its link, all in one; a double press does it once.

    Somebody whose ad with these words is out already gets the link to their ads instead: the page
    they see next promises a mail, and must not say to a stranger who has an ad.
    """
    assert form.address is not None
    now, draft = utcnow(), form.draft()
    seen = screening.look_at_ad(draft)
    with transaction() as work:
        access.limit(work, "post-source", access.source())
        person = people.meet(work, email=form.address, now=now)
        found = screening.of_ad(work, seen=seen, person=person, now=now)
        ad, to_mail = ads.post(work, draft=draft, person=person, now=now, assessment=found)
        if to_mail:
            access.limit(work, "post-address", form.address.key)
            mail_link(work, ad)
        elif ad.state != "unconfirmed":
            access.limit(work, "sign-in-address", form.address.key)
            mail_sign_in(work, form.address)


def mail_link(work: Session, ad: Ad) -> None:
    """Mail the link that publishes this ad."""
    now = utcnow()
    lasts = site().unconfirmed_for
    token = people.issue_link(
        work, person=ad.person, purpose="publish", subject=ad.box, now=now, lasts=lasts
    )
    draft = messages.confirm_ad(
        site(),
        headline=ad.headline,
        box=ad.box,
        link=site().link(token),
        until=now + lasts,
    )
    outbox.put(work, draft, site=site(), to=ad.person.email, person_id=ad.person_id, now=now)


@bp.get("/ads/new/sent")
def sent() -> str:
    """Check your mail: the same page whoever asked."""
    return render_template(
        "sent.html",
        title=gettext("Check your mail"),
        lede=gettext(
            "We’ve mailed a link to the address you gave. Your ad is kept for you; "
            "it isn’t published yet."
        ),
        last_step=gettext("Press “Publish my ad”. It can be found at once."),
        lasts=confirm_within(site().unconfirmed_for),
        again=url_for(".new"),
    )
