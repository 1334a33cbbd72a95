"""One ad: both sides, where and how, the reply form that stands under it, and what resembles it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField

from app.ads import service as ads
from app.ads.models import Ad
from app.board import access, errors, form_guard, offer_helper, screening, words
from app.board.address_field import address_in
from app.board.json_ld import ad_data
from app.board.language import gettext, lazy_gettext
from app.board.view import cards, view
from app.core.clock import utcnow
from app.core.secret import Address
from app.current import index, site
from app.db import db, transaction
from app.followups.rules import rate
from app.moderation import service as moderation
from app.people import service as people
from app.people.models import Person
from app.relay import service as relay
from app.relay.policy import opening_problems
from app.search import service as search

bp = Blueprint("ad", __name__)


class ReplyForm(FlaskForm):
    """The first message to an ad."""

    message = TextAreaField(lazy_gettext("Your message"))
    name = StringField(lazy_gettext("Your name"))
    email = StringField(lazy_gettext("Your email address"))

    address: Address | None = None

    def validate(self, extra_validators: object = None) -> bool:
        """Check what was typed; sentences go beside their fields."""
        super().validate(extra_validators)
        for problem in opening_problems(self.name.data or "", self.message.data or ""):
            self[problem.field].errors = [gettext(problem.sentence, **problem.values)]
        self.address = address_in(self.email)
        return not self.errors


@bp.get("/ads/<box>")
@bp.get("/ads/<box>/<slug>")
def ad(box: str, slug: str = "") -> ResponseReturnValue:
    """The ad’s page. The Box alone finds it; the slug is for people, and may be of an old edit."""
    found = ads.get_live(db.session, box, now=utcnow())
    begun = {"message": offer_helper.first_words(found)}
    return page(found, ReplyForm(formdata=None, data=begun))


def page(found: Ad, form: ReplyForm, begun: str = "") -> str:
    """Render the page of a live ad with a reply form in whatever state it is."""
    now = utcnow()
    full = relay.is_full(db.session, found)
    person = access.person()
    related = search.related(db.session, index(), found, now=now)
    vouched = moderation.networks.vouchers(db.session, [ad.person_id for ad in (found, *related)])
    shown = view(found, is_full=full, vouched=vouched.get(found.person_id, ()))
    share = relay.share_of(db.session, found.person_id, now=now)
    return render_template(
        "ad.html",
        ad=shown,
        data=ad_data(site(), shown),
        form=form,
        started=begun or form_guard.started(),
        own=person is not None and person.id == found.person_id,
        answers=words.RATES[rate(share)],
        related=cards(related, vouched=vouched),
        openings=[] if form.errors else offer_helper.openings(found),
        canonical=site().ad(found.box, found.headline),
        tear_url=f"{site().base_url.partition('//')[2]}/ads/{found.box}",
    )


@bp.post("/ads/<box>/reply")
def reply(box: str) -> ResponseReturnValue:
    """Keep the first message; it goes on once its writer’s address is confirmed.

    Whoever puts a link or a number into it is asked once whether to send it all the same.
    """
    found = ads.get_live(db.session, box, now=utcnow())
    form = ReplyForm()
    if not form.validate():
        return page(found, form, request.form.get("started", "")), 422
    if request.form.get(screening.SURE) == "change":
        return page(found, form, request.form.get("started", ""))
    text, own = form.message.data or "", _own(form)
    talked = own is not None and relay.have_talked(db.session, own.id, found.person_id)
    if not talked and screening.to_be_warned(text):
        fields = form_guard.sent_fields()
        return render_template("ad_warn.html", box=found.box, message=text, fields=fields)
    if _keep(box, form, own, free=talked) is relay.Outcome.CONFIRM:
        return redirect(url_for(".sent", box=found.box), 303)
    return redirect(url_for("mine.mine", _anchor="messages"), 303)


def _own(form: ReplyForm) -> Person | None:
    """The person of this browser, where the form names their address."""
    person = access.person()
    assert form.address is not None
    return person if person and person.email_key == form.address.key else None


def _keep(box: str, form: ReplyForm, own: Person | None, *, free: bool) -> relay.Outcome:
    """Keep the message in one unit of work; `free` of limits are two who talk."""
    assert form.address is not None
    text, name, now = form.message.data or "", form.name.data or "", utcnow()
    seen = screening.look_at_message(text, name)
    with transaction() as work:
        if not free:
            access.limit(work, "reply-source", access.source())
            access.limit(work, "reply-address", form.address.key)
            access.limit(work, "reply-text", " ".join(text.casefold().split()))
        person = people.meet(work, email=form.address, now=now)
        ad = ads.get_live(work, box, now=now)
        return relay.open_thread(
            work,
            ad=ad,
            email=form.address,
            name=name,
            text=text,
            now=now,
            assessment=screening.of_message(work, seen=seen, person=person, box=ad.box, now=now),
            confirmed_by=own,
            site=site(),
        )


@bp.get("/ads/<box>/reply")
def reply_form(box: str) -> ResponseReturnValue:
    """Somebody reloaded after a refusal: the form stands on the ad’s page."""
    return redirect(url_for(".ad", box=box, _anchor="reply"), 303)


@bp.get("/ads/<box>/sent")
def sent(box: str) -> ResponseReturnValue:
    """Check your mail: the same page for known and unknown addresses."""
    found = ads.get_live(db.session, box, now=utcnow())
    return render_template(
        "sent.html",
        title=gettext("Check your mail"),
        lede=gettext(
            "We’ve mailed a link to the address you gave. Your message to Box %(box)s is kept for "
            "you; it goes on its way when you press the link.",
            box=found.box,
        ),
        last_step=gettext("Press “Send my message”. It’s passed on at once."),
        lasts=words.confirm_within(site().unconfirmed_for),
        again=url_for(".ad", box=found.box),
    )


def gone_page(refusal: ads.AdGone) -> ResponseReturnValue:
    """The page of an ad that is no longer open, with live ones like it."""
    found = ads.find_ad(db.session, refusal.box)
    assert found is not None
    related = search.related(db.session, index(), found, now=utcnow())
    vouched = moderation.networks.vouchers(db.session, [ad.person_id for ad in related])
    html = render_template(
        "gone.html",
        ad=view(found),
        show=found.state not in {"removed", "held"},
        related=cards(related, vouched=vouched),
        typed=errors.typed(),
    )
    return html, 410
