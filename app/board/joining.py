"""Joining a network by its invitation or by one’s address, and leaving it by one press."""

from datetime import datetime

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.ads.policy import SAME_PRESS
from app.board import access
from app.board.address_field import AddressForm
from app.board.language import gettext
from app.board.words import confirm_within
from app.core.clock import utcnow
from app.core.secret import Address
from app.current import site
from app.db import db, transaction
from app.mail import desk_messages, outbox
from app.moderation import service as moderation
from app.people import service as people
from app.people.policy import PURPOSES

bp = Blueprint("joining", __name__)
bp.after_request(access.private)


@bp.get("/join/<token>")
def invitation(token: str) -> str:
    """What joining means, and one form: a press for whoever is known, else an address."""
    return _page(_invited(db.session, token), AddressForm(formdata=None))


@bp.post("/join/<token>")
def ask(token: str) -> ResponseReturnValue:
    """Join whoever is known; to anybody else’s address mail a link, and answer all the same."""
    form, known = AddressForm(), access.person() is not None
    if not known and not form.validate():
        return _page(_invited(db.session, token), form), 422
    now = utcnow()
    with transaction() as work:
        network = _invited(work, token)
        access.limit(work, "join-source", access.source())
        if known:
            person = access.known(work)
            moderation.membership.join(
                work, network=network, person=person, through="link", now=now
            )
        elif form.address is not None:
            access.limit(work, "join-address", form.address.key)
            _mail(work, network, form.address, now)
    target = url_for("mine.mine", _anchor="networks") if known else url_for(".sent", token=token)
    return redirect(target, 303)


@bp.get("/join/<token>/sent")
def sent(token: str) -> str:
    """Check your mail: the same page whatever the address."""
    network = _invited(db.session, token)
    return render_template(
        "sent.html",
        title=gettext("Check your mail"),
        lede=gettext(
            "We’ve mailed a link to the address you gave. %(network)s vouches for you once you "
            "press it.",
            network=network.name,
        ),
        last_step=gettext("Press “Let them vouch for me”. Your ads say so at once."),
        lasts=confirm_within(PURPOSES["join"].lasts),
        again=url_for(".invitation", token=token),
    )


@bp.post("/mine/networks/<slug>/join")
@access.personal
def join(slug: str) -> ResponseReturnValue:
    """Let a network vouch for an address at its own domain."""
    with transaction() as work:
        network, person = moderation.networks.get(work, slug), access.known(work)
        moderation.membership.join_by_address(work, network=network, person=person, now=utcnow())
    return redirect(url_for("mine.mine", _anchor="networks"), 303)


@bp.post("/mine/networks/<slug>/leave")
@access.personal
def leave(slug: str) -> ResponseReturnValue:
    """It vouches for nothing of theirs any more, at once. Leaving twice is no mistake."""
    with transaction() as work:
        moderation.membership.leave(work, slug=slug, person=access.known(work))
    return redirect(url_for("mine.mine", _anchor="networks"), 303)


def _invited(work: Session, token: str) -> moderation.Network:
    return moderation.invitations.find(work, token, site().signer)


def _mail(work: Session, network: moderation.Network, address: Address, now: datetime) -> None:
    """The link that joins, to whoever the address belongs to: the same work for everybody."""
    person = people.meet(work, email=address, now=now)
    subject, since = moderation.invitations.subject_of(network), now - SAME_PRESS
    if people.link_waits(work, person=person, purpose="join", subject=subject, since=since):
        return  # pressed twice: the mail is on its way
    token = people.issue_link(work, person=person, purpose="join", subject=subject, now=now)
    until = now + PURPOSES["join"].lasts
    link = site().link(token)
    draft = desk_messages.join_network(site(), network=network.name, link=link, until=until)
    outbox.put(work, draft, site=site(), to=person.email, person_id=person.id, now=now)


def _page(network: moderation.Network, form: AddressForm) -> str:
    person = access.person()
    return render_template(
        "join.html",
        network=network,
        form=form,
        email=person.email.reveal() if person else "",
        member=moderation.membership.find(db.session, network, person) if person else None,
    )
