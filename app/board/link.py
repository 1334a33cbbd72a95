"""What a mailed link does: it shows on GET, and acts on POST."""

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.ads import policy
from app.ads import service as ads
from app.ads.models import Ad
from app.alerts import service as alerts
from app.alerts.models import Alert
from app.board import access, my_data, networks
from app.board.language import gettext, lazy_gettext
from app.board.mine import ACTIONS, mail_sign_in
from app.board.numbers import whole
from app.board.view import AdView, view
from app.core.clock import utcnow
from app.core.errors import Kind, Refusal
from app.core.i18n import N_
from app.core.site import ad_path
from app.current import site
from app.db import db, transaction
from app.moderation import service as moderation
from app.people import service as people
from app.people.models import Link, Person
from app.relay import service as relay
from app.relay.models import Message, Thread

bp = Blueprint("link", __name__)
bp.after_request(access.private)


class NothingLeft(Refusal):
    """The ad a link is about has moved on; it is too late for this, or already so."""

    kind = Kind.GONE
    sentence = N_("The ad it is about has moved on since. Look at where it stands now.")


_SPENT = (
    people.LinkUnknown,
    people.LinkUsed,
    people.LinkExpired,
    NothingLeft,
    relay.NothingWaits,
    alerts.AlertUnknown,
    moderation.InvitationUnknown,
)
_SPENT_TITLES = {
    people.LinkUnknown: lazy_gettext("We don’t know this link"),
    people.LinkUsed: lazy_gettext("This link has done its work"),
    people.LinkExpired: lazy_gettext("This link has run out"),
    NothingLeft: lazy_gettext("There is nothing left for this link to do"),
    relay.NothingWaits: lazy_gettext("There is nothing left for this link to do"),
    alerts.AlertUnknown: lazy_gettext("There is nothing left for this link to do"),
    moderation.InvitationUnknown: lazy_gettext("There is nothing left for this link to do"),
}

BUTTONS = {
    "publish": lazy_gettext("Publish my ad"),
    "message": lazy_gettext("Send my message"),
    "mine": lazy_gettext("Yes, send it"),
    "sign_in": lazy_gettext("Open my ads and messages"),
    "renew": lazy_gettext("Renew my ad for 60 days"),
    "resume": lazy_gettext("Put my ad back"),
    "thread": lazy_gettext("Continue"),
    "save_alert": lazy_gettext("Start my alert"),
    "erase": lazy_gettext("Erase me"),
    "join": lazy_gettext("Let them vouch for me"),
}
TITLES = {
    "publish": lazy_gettext("Publish your ad?"),
    "message": lazy_gettext("Send your message?"),
    "mine": lazy_gettext("Was this you?"),
    "sign_in": lazy_gettext("Open your ads and messages?"),
    "renew": lazy_gettext("Renew your ad?"),
    "resume": lazy_gettext("Put your ad back?"),
    "thread": lazy_gettext("Go on to the conversation?"),
    "save_alert": lazy_gettext("Start your alert?"),
    "erase": lazy_gettext("Erase everything about you?"),
    "join": lazy_gettext("Let a network vouch for you?"),
}


@bp.get("/l/<token>")
def show(token: str) -> ResponseReturnValue:
    """Say what will happen, and change nothing, however often it is asked."""
    now = utcnow()
    try:
        link = people.look_at_link(db.session, token, now=now)
        _check_works_here(link)
        ad = _ad_of(db.session, link, now)
        opening, waiting = _waiting(db.session, link)
        alert = _alert_of(db.session, link)
        network = _network_of(db.session, link)
        going = my_data.what_goes(db.session, link.person) if link.purpose == "erase" else []
    except _SPENT as refusal:
        return _spent(refusal)
    return render_template(
        "link.html",
        purpose=link.purpose,
        title=TITLES[link.purpose],
        button=BUTTONS[link.purpose],
        ad=_as_printed(ad) if ad else None,
        opening=opening,
        waiting=waiting,
        alert=alert,
        network=network,
        going=going,
        until=now + policy.LIVE_FOR,
    )


@bp.post("/l/<token>")
def act(token: str) -> ResponseReturnValue:
    """Do what the link is for, once, and go on to a clean address."""
    now = utcnow()
    try:
        if people.look_at_link(db.session, token, now=now).purpose == "erase":
            return my_data.erase_by_link(token)
        with transaction() as work:
            link = people.use_link(work, token, now=now)
            _check_works_here(link)
            known = access.person()
            if link.purpose == "thread":
                return redirect(_continue(work, link, known), 303)
            ad = _ad_of(work, link, now)
            opened = _open_session(work, link.person, known)
            target = _do(work, link, ad)
    except _SPENT as refusal:
        return _spent(refusal)
    if opened:
        access.sign_in(opened)
    return redirect(target, 303)


def _check_works_here(link: Link) -> None:
    """A link that only says no (app.board.stop) proves nothing and opens nothing."""
    if link.purpose not in BUTTONS:
        raise people.LinkUnknown


def _waiting(work: Session, link: Link) -> tuple[Thread | None, list[Message]]:
    """The messages this link would send, and of which conversation; raises NothingWaits."""
    if link.purpose == "message":
        return relay.unconfirmed(work, key=link.subject, person=link.person)
    if link.purpose == "mine":
        return relay.waiting(work, key=link.subject, person=link.person)
    return None, []


def _ad_of(work: Session, link: Link, now: datetime) -> Ad | None:
    """The ad this link would publish, renew or put back, None for others; raises NothingLeft."""
    if link.purpose not in {"publish", "renew", "resume"}:
        return None
    ad = ads.find_ad(work, link.subject)
    if ad is None or ad.person_id != link.person_id or not policy.may(link.purpose, ad, now):
        raise NothingLeft
    return ad


def _alert_of(work: Session, link: Link) -> Alert | None:
    """The alert this link would start, None for other links; raises AlertUnknown."""
    if link.purpose != "save_alert":
        return None
    return alerts.get_own(work, link.subject, person=link.person)


def _network_of(work: Session, link: Link) -> moderation.Network | None:
    """The network this link would join, None for other links; raises InvitationUnknown."""
    if link.purpose != "join":
        return None
    return moderation.invitations.of_subject(work, link.subject)


def _as_printed(ad: Ad) -> AdView:
    return view(ad, vouched=moderation.networks.vouchers_of(db.session, ad.person_id))


def _open_session(work: Session, person: Person, known: Person | None) -> str:
    """Confirm the address; a browser that already speaks for this person keeps its session."""
    people.confirm(person, now=utcnow())
    if known is not None and known.id == person.id:
        return ""
    return people.open_session(work, person=person, now=utcnow())


def _do(work: Session, link: Link, ad: Ad | None) -> str:
    """What the link is for; returns where to go on to."""
    now = utcnow()
    if link.purpose == "publish" and ad is not None:
        held = ads.publish(work, ad=ad, now=now).state == "held"
        mine = url_for("mine.mine", _anchor="ads")
        return mine if held else url_for("link.published", box=ad.box)
    if link.purpose in {"renew", "resume"} and ad is not None:
        ACTIONS[link.purpose](work, ad=ad, now=now)
        return ad_path(ad.box, ad.headline)
    if (alert := _alert_of(work, link)) is not None:
        alerts.confirm(work, alert=alert, now=now)
        return url_for("alerts.mine")
    if (network := _network_of(work, link)) is not None:
        who = link.person
        moderation.membership.join(work, network=network, person=who, through="link", now=now)
        return url_for("mine.mine", _anchor="networks")
    if link.purpose == "message":
        relay.confirm_thread(work, key=link.subject, person=link.person, now=now, site=site())
        return url_for("thread.thread", key=link.subject)
    if link.purpose == "mine":
        chosen = set(request.form.getlist("message", type=whole))  # what was shown, or some of it
        key, person = link.subject, link.person
        relay.send_waiting(work, key=key, person=person, chosen=chosen, now=now, site=site())
        return url_for("thread.thread", key=key)
    return link.subject or url_for("mine.mine")  # sign_in: its subject is a path of one's own


def _continue(work: Session, link: Link, known: Person | None) -> str:
    """A link in a notice opens nothing by itself: mails get forwarded. It mails a fresh one."""
    path = url_for("thread.thread", key=link.subject)
    if known is not None and known.id == link.person_id:
        return path
    access.limit(work, "sign-in-source", access.source())
    access.limit(work, "sign-in-address", link.person.email.key)
    mail_sign_in(work, link.person.email, next=path)
    return url_for("mine.sent")


@bp.get("/ads/<box>/published")
@access.personal
def published(box: str) -> ResponseReturnValue:
    """It’s on the board: where to see it, and what happens next."""
    person = access.person()
    assert person is not None
    ad = ads.get_own(db.session, box, person=person)
    if not ads.is_live(ad, utcnow()):
        return redirect(url_for("mine.mine", _anchor="ads"), 303)
    return render_template(
        "published.html",
        ad=_as_printed(ad),
        canonical=site().ad(ad.box),
        offers=networks.about(person).offers,
    )


def _spent(refusal: Refusal) -> tuple[str, int]:
    title, sentence = _SPENT_TITLES[type(refusal)], gettext(refusal.sentence)
    html = render_template("link_spent.html", title=title, sentence=sentence)
    return html, 404 if refusal.kind is Kind.NOT_FOUND else 410
