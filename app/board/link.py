"""What a mailed link does: it shows on GET, and acts on POST."""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from app.ads import policy
from app.ads import service as ads
from app.ads.models import Ad
from app.board import access
from app.board.mine import mail_sign_in
from app.board.view import view
from app.core.clock import utcnow
from app.core.errors import Kind
from app.core.site import ad_path
from app.current import site
from app.db import db, transaction
from app.people import service as people
from app.people.models import Link, Person
from app.relay import service as relay
from app.relay.models import Message, Thread

bp = Blueprint("link", __name__)

BUTTONS = {
    "publish": lazy_gettext("Publish my ad"),
    "message": lazy_gettext("Send my message"),
    "sign_in": lazy_gettext("Open my ads and messages"),
    "renew": lazy_gettext("Renew my ad for 60 days"),
    "thread": lazy_gettext("Continue"),
}
TITLES = {
    "publish": lazy_gettext("Publish your ad?"),
    "message": lazy_gettext("Send your message?"),
    "sign_in": lazy_gettext("Open your ads and messages?"),
    "renew": lazy_gettext("Renew your ad?"),
    "thread": lazy_gettext("Go on to the conversation?"),
}


@bp.get("/l/<token>")
def show(token: str) -> ResponseReturnValue:
    """Say what will happen, and change nothing, however often it is asked."""
    now = utcnow()
    try:
        link = people.look_at_link(db.session, token, now=now)
    except (people.LinkUnknown, people.LinkUsed, people.LinkExpired) as refusal:
        return _spent(refusal)
    ad = ads.find_ad(db.session, link.subject) if link.purpose in {"publish", "renew"} else None
    opening: Thread | None = None
    waiting: list[Message] = []
    if link.purpose == "message":
        opening, waiting = relay.unconfirmed(db.session, key=link.subject, person=link.person)
    html = render_template(
        "link.html",
        purpose=link.purpose,
        title=TITLES[link.purpose],
        button=BUTTONS[link.purpose],
        ad=view(ad) if ad else None,
        opening=opening,
        waiting=waiting,
        until=now + policy.LIVE_FOR,
    )
    return _private(make_response(html))


@bp.post("/l/<token>")
def act(token: str) -> ResponseReturnValue:
    """Do what the link is for, once, and go on to a clean address."""
    try:
        with transaction() as work:
            link = people.use_link(work, token, now=utcnow())
            known = access.person()
            if link.purpose == "thread":
                return _continue(work, link, known)
            opened = _open_session(work, link.person, known)
            target = _ACTS[link.purpose](work, link)
    except (people.LinkUnknown, people.LinkUsed, people.LinkExpired) as refusal:
        return _spent(refusal)
    if opened:
        access.sign_in(opened)
    return _private(redirect(target, 303))


def _open_session(work: Session, person: Person, known: Person | None) -> str:
    """Confirm the address; a browser that already speaks for this person keeps its session."""
    people.confirm(person, now=utcnow())
    if known is not None and known.id == person.id:
        return ""
    return people.open_session(work, person=person, now=utcnow())


def _publish(work: Session, link: Link) -> str:
    ad = _ad_of(work, link)
    ads.publish(work, ad=ad, now=utcnow())
    if ad.state == "held":
        return url_for("mine.mine", _anchor="ads")
    return url_for("link.published", box=ad.box)


def _renew(work: Session, link: Link) -> str:
    ad = ads.renew(work, ad=_ad_of(work, link), now=utcnow())
    return ad_path(ad.box, ad.headline)


def _send(work: Session, link: Link) -> str:
    thread = relay.confirm_thread(
        work, key=link.subject, person=link.person, now=utcnow(), site=site()
    )
    return url_for("thread.thread", key=thread.key)


def _sign_in(_work: Session, link: Link) -> str:
    if link.subject:
        return url_for("thread.thread", key=link.subject)
    return url_for("mine.mine")


_ACTS = {"publish": _publish, "renew": _renew, "message": _send, "sign_in": _sign_in}


def _ad_of(work: Session, link: Link) -> Ad:
    ad = ads.find_ad(work, link.subject)
    if ad is None or ad.person_id != link.person_id:
        raise ads.AdUnknown
    return ad


def _continue(work: Session, link: Link, known: Person | None) -> ResponseReturnValue:
    """A link in a notice opens nothing by itself: mails get forwarded. It mails a fresh one."""
    if known is not None and known.id == link.person_id:
        return _private(redirect(url_for("thread.thread", key=link.subject), 303))
    access.limit(work, "sign-in-source", access.source())
    access.limit(work, "sign-in-address", link.person.email.key)
    mail_sign_in(work, link.person.email, subject=link.subject)
    return _private(redirect(url_for("mine.sent"), 303))


@bp.get("/ads/<box>/published")
@access.personal
def published(box: str) -> ResponseReturnValue:
    """It’s on the board: where to see it, and what happens next."""
    person = access.person()
    assert person is not None
    ad = ads.get_own(db.session, box, person=person)
    return render_template("published.html", ad=view(ad), canonical=site().ad(ad.box))


def _spent(
    refusal: people.LinkUnknown | people.LinkUsed | people.LinkExpired,
) -> ResponseReturnValue:
    title = {
        people.LinkUnknown: gettext("We don’t know this link"),
        people.LinkUsed: gettext("This link has done its work"),
        people.LinkExpired: gettext("This link has run out"),
    }[type(refusal)]
    html = render_template("link_spent.html", title=title, sentence=gettext(refusal.sentence))
    return _private(make_response(html, 404 if refusal.kind is Kind.NOT_FOUND else 410))


def _private(response: ResponseReturnValue) -> ResponseReturnValue:
    answer = make_response(response)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
