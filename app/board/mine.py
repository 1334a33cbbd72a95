"""My ads and messages: ask for the link that opens them; with a session, the list of both."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.ads import policy
from app.ads import service as ads
from app.board import access, networks, offer_helper, screening
from app.board.ad_form import EditForm, filled
from app.board.address_field import AddressForm
from app.board.language import gettext
from app.board.matches import for_some_of
from app.board.view import view
from app.core.clock import utcnow
from app.core.secret import Address
from app.core.site import ad_path
from app.current import site
from app.db import db, transaction
from app.mail import messages, outbox
from app.moderation import service as moderation
from app.people import service as people
from app.people.policy import SESSION_LASTS
from app.relay import lines
from app.relay import service as relay

bp = Blueprint("mine", __name__)
MATCHES = 3  # of all one’s ads; each ad’s own page has more

# Where a sign-in link may lead: a conversation, the form for changing an ad, or one’s alerts.
_OWN_PAGE = re.compile(
    r"/threads/[0-9a-z]{16}|/ads/[0-9A-Z]{6}/edit|/alerts"
    r"|/desk(?:/(?:ad|thread|person)/[0-9A-Za-z]{6,16})?"
)
ACTIONS = {"renew": ads.renew, "pause": ads.pause, "resume": ads.resume, "close": ads.close}


@bp.get("/mine")
def mine() -> ResponseReturnValue:
    """The list of both with a session; without one, the form that asks for a link."""
    if access.person() is None:
        return _ask_page(AddressForm(formdata=None))
    return redirect(_next(), 303) if _next() else _mine()


@access.personal
def _mine() -> str:
    person = access.person()
    assert person is not None
    now = utcnow()
    own = ads.of_person(db.session, person)
    full = relay.full_boxes(db.session, own)
    threads = lines.threads_of(db.session, person, now=now)
    live = [ad for ad in own if policy.is_live(ad, now)]
    written = {line.box for line in threads}
    rows = [
        {
            "ad": view(ad, is_full=ad.box in full),
            "state": policy.state_at(ad, now),
            "may": {a for a in ("edit", *ACTIONS) if policy.may(a, ad, now)},
            "renewable_until": ad.expires_at + policy.RENEWABLE_FOR if ad.expires_at else None,
            "ended_at": ad.ended_at,
            "unanswered": ad.paused_for == "unanswered",
        }
        for ad in own
    ]
    return render_template(
        "mine.html",
        rows=[row for row in rows if row["state"] != "closed"],
        closed=[row for row in rows if row["state"] == "closed"],
        threads=threads,
        matches=for_some_of(live, apart_from=written, now=now, most=MATCHES),
        until=access.session_started() + SESSION_LASTS,
        email=person.email.reveal(),
        networks=networks.about(person),
        is_broker=moderation.find_broker(db.session, person) is not None,
    )


def _ask_page(form: AddressForm) -> str:
    return render_template("mine_ask.html", form=form, next=_next(), wish=_wish())


@bp.post("/mine")
def ask() -> ResponseReturnValue:
    """Mail a link to whoever is known, and answer the same to everyone.

    It signs in, or, where the form's `wish` is to be erased, shows what will go.
    """
    form = AddressForm()
    if not form.validate():
        return _ask_page(form), 422
    assert form.address is not None
    with transaction() as work:
        access.limit(work, "sign-in-source", access.source())
        access.limit(work, "sign-in-address", form.address.key)
        if _wish() == "erase":
            _mail(work, form.address, "erase", "")
        else:
            mail_sign_in(work, form.address, next=_next())
    return redirect(url_for(".sent", wish=_wish() or None), 303)


def _wish() -> str:
    return "erase" if request.values.get("wish") == "erase" else ""


def mail_sign_in(work: Session, address: Address, *, next: str = "") -> None:
    """Mail a sign-in link, if anybody has this address; it goes on to the path `next`."""
    _mail(work, address, "sign_in", next)


_MAILS = {"sign_in": messages.sign_in, "erase": messages.erase_me}


def _mail(work: Session, address: Address, purpose: str, subject: str) -> None:
    """Mail a link of that purpose, if anybody has this address.

    The work is done for everybody and undone for strangers, so that the time taken tells nothing.
    """
    now = utcnow()
    with work.begin_nested() as attempt:
        stranger = people.find_person(work, address) is None
        person = people.meet(work, email=address, now=now)
        token = people.issue_link(work, person=person, purpose=purpose, subject=subject, now=now)
        draft = _MAILS[purpose](site(), link=site().link(token))
        outbox.put(work, draft, site=site(), to=person.email, person_id=person.id, now=now)
        if stranger:
            attempt.rollback()


def _next() -> str:
    """The page somebody was on their way to, '' for any that is not one of their own."""
    wanted = request.values.get("next", "")
    return wanted if _OWN_PAGE.fullmatch(wanted) else ""


@bp.get("/mine/sent")
def sent() -> str:
    """Check your mail: the same page for everyone."""
    return render_template(
        "sent.html",
        title=gettext("Check your mail"),
        lede=gettext(
            "If this address has ads or messages here, a link to them is on its way. "
            "We answer the same to everyone, so that nobody can find out who uses the board."
        ),
        last_step=(
            gettext("Press “Erase me”, once you have seen what will go.")
            if _wish()
            else gettext("Press “Open my ads and messages”.")
        ),
        lasts=gettext("It works once, for 30 minutes, and only the newest one does."),
        again=url_for(".mine", wish=_wish() or None),
    )


@bp.route("/ads/<box>/edit", methods=["GET", "POST"])
@access.personal
def edit(box: str) -> ResponseReturnValue:
    """Change an ad; its words are checked like a new one’s."""
    now = utcnow()
    person = access.person()
    assert person is not None
    ad = ads.get_own(db.session, box, person=person)
    if not policy.may("edit", ad, now):
        raise ads.NotNow
    if request.method != "POST":
        form = EditForm(formdata=None, data=filled(ad))
        return _form_page(form, ad.box)
    form = EditForm()
    if offer_helper.pressed(form):
        return _form_page(form, ad.box)
    if not form.validate():
        return _form_page(form, ad.box), 422
    draft = form.draft()
    seen = screening.look_at_ad(draft)
    with transaction() as work:
        own = ads.get_own(work, box, person=access.known(work))
        found = screening.of_change(work, seen=seen, person=own.person, now=now)
        changed = ads.edit(work, ad=own, draft=draft, now=now)
        if found.held_reason and ads.is_live(changed, now):
            ads.hold(work, ad=changed, why=found.held_reason, now=now)
        live = ads.is_live(changed, now)
        path = ad_path(changed.box, changed.headline)
    return redirect(path if live else url_for(".mine", _anchor="ads"), 303)


def _form_page(form: EditForm, box: str) -> str:
    helpers = offer_helper.helpers(form)
    return render_template("ad_form.html", form=form, box=box, started="", helpers=helpers)


@bp.post("/ads/<box>/<any(renew, pause, resume, close):action>")
@access.personal
def act(box: str, action: str) -> ResponseReturnValue:
    """One press on one’s own ad."""
    with transaction() as work:
        ad = ads.get_own(work, box, person=access.known(work))
        ACTIONS[action](work, ad=ad, now=utcnow())
    return redirect(url_for(".mine", _anchor="ads"), 303)
