"""The desk’s networks: who vouches for whom here, by whose invitation, and until when."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField

from app.board import access
from app.board.language import gettext, lazy_gettext
from app.board.numbers import whole
from app.core.clock import utcnow
from app.current import site
from app.db import db, transaction
from app.desk import guard
from app.moderation import network_rules as rules
from app.moderation import service as moderation

bp = Blueprint("desk_networks", __name__, url_prefix="/desk/networks")
bp.after_request(access.private)


class NetworkForm(FlaskForm):
    """What a network is called, where it leads, and what belonging to it means."""

    name = StringField(lazy_gettext("Its name"))
    link = StringField(lazy_gettext("Its own page on the web"))
    meaning = TextAreaField(lazy_gettext("What it means to belong to it"))
    domain = StringField(lazy_gettext("Where its own people have their addresses"))

    def draft(self) -> moderation.NetworkDraft:
        """What was typed, cleaned."""
        typed = {name: self[name].data or "" for name in ("name", "link", "meaning", "domain")}
        return rules.cleaned(**typed)

    def validate(self, extra_validators: object = None) -> bool:
        """Ask the rules; each sentence goes beside its field."""
        super().validate(extra_validators)
        for problem in rules.problems(self.draft()):
            self[problem.field].errors = [gettext(problem.sentence, **problem.values)]
        return not self.errors


class MemberForm(FlaskForm):
    """Who is to be taken out."""

    member = StringField(lazy_gettext("Handle or Box"))


Deed = Callable[..., object]
DEEDS: dict[str, tuple[Deed, str]] = {
    "link": (moderation.networks.renew_invitation, lazy_gettext("The old link is worthless now.")),
    "revoke": (
        moderation.networks.revoke,
        lazy_gettext("It vouches for nobody any more. You can restore it."),
    ),
    "restore": (
        moderation.networks.restore,
        lazy_gettext("It vouches again for everybody who belongs to it."),
    ),
}


@bp.get("")
def show() -> str:
    """All of them with their numbers, and the form for a new one."""
    return _list(NetworkForm(formdata=None))


@bp.post("")
def add() -> ResponseReturnValue:
    """A new network."""
    form = NetworkForm()
    if not form.validate():
        return _list(form), 422
    try:
        with transaction() as work:
            network = moderation.networks.add(
                work, draft=form.draft(), broker=guard.broker(work), now=utcnow()
            )
            number = network.id
    except moderation.NetworkNameTaken as refusal:
        form.name.errors = [gettext(refusal.sentence)]
        return _list(form), 422
    return redirect(url_for(".network", number=number), 303)


def _list(form: NetworkForm) -> str:
    lines = moderation.networks.lines(db.session, now=utcnow())
    return render_template("desk/networks.html", lines=lines, form=form)


@bp.get("/<int(max=999999999):number>")
def network(number: int) -> str:
    """One of them: its words, its invitation, its members."""
    return _page(number)


@bp.post("/<int(max=999999999):number>")
def change(number: int) -> ResponseReturnValue:
    """Other words for it."""
    form = NetworkForm()
    if not form.validate():
        return _page(number, form=form), 422
    try:
        with transaction() as work:
            found = moderation.networks.get_any(work, number)
            broker = guard.broker(work)
            moderation.networks.change(
                work, network=found, draft=form.draft(), broker=broker, now=utcnow()
            )
    except moderation.NetworkNameTaken as refusal:
        form.name.errors = [gettext(refusal.sentence)]
        return _page(number, form=form), 422
    return _done(number, gettext("It reads so everywhere from now on."))


@bp.post("/<int(max=999999999):number>/<any(link, revoke, restore):deed>")
def press(number: int, deed: str) -> ResponseReturnValue:
    """A new invitation, or the whole network off and on again: one press each."""
    do, said = DEEDS[deed]
    with transaction() as work:
        found = moderation.networks.get_any(work, number)
        do(work, network=found, broker=guard.broker(work), now=utcnow())
    return _done(number, str(said))


@bp.post("/<int(max=999999999):number>/<any(out, back):way>")
def member(number: int, way: str) -> ResponseReturnValue:
    """Take a member out, or let them back in; by handle, or by the Box of an ad of theirs."""
    form = MemberForm()
    do = moderation.membership.take_out if way == "out" else moderation.membership.let_back
    try:
        with transaction() as work:
            found = moderation.networks.get_any(work, number)
            named = form.member.data or ""
            handle = do(work, network=found, named=named, broker=guard.broker(work), now=utcnow())
    except moderation.NoSuchMember as refusal:
        form.member.errors = [gettext(refusal.sentence)]
        return _page(number, out=form), 422
    out = gettext("Their ads don’t name it any more: %(handle)s.", handle=handle)
    back = gettext("Their ads name it again: %(handle)s.", handle=handle)
    return _done(number, out if way == "out" else back)


def _done(number: int, said: str) -> ResponseReturnValue:
    flash(said, "network")
    return redirect(url_for(".network", number=number), 303)


def _page(number: int, *, form: NetworkForm | None = None, out: MemberForm | None = None) -> str:
    now: datetime = utcnow()
    found = moderation.networks.get_any(db.session, number)
    page = max(1, request.args.get("page", 1, type=whole))
    members, count, out_count = moderation.membership.members(
        db.session, found, number=page, now=now
    )
    words = {name: getattr(found, name) for name in ("name", "link", "meaning", "domain")}
    return render_template(
        "desk/network.html",
        network=found,
        form=form or NetworkForm(formdata=None, data=words),
        out=out or MemberForm(formdata=None),
        invitation=site().join(moderation.invitations.token_of(found, site().signer)),
        members=members,
        count=count,
        out_count=out_count,
        number=page,
        last=max(1, -(-(count + out_count) // moderation.membership.PAGE)),
    )
