"""Networks for readers: what “vouched for by” means, who they are, and their members’ ads."""

from flask import Blueprint, abort, g, render_template
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from app.board.view import cards
from app.core.clock import utcnow
from app.db import db
from app.moderation import service as moderation
from app.people.models import Person
from app.relay import service as relay

bp = Blueprint("networks", __name__, url_prefix="/networks")
NEWEST = 12  # ads of its members


@bp.get("")
def everyone() -> str:
    """All networks that vouch for people here; 404 while there is none."""
    found = moderation.networks.standing(db.session)
    if not found:
        abort(404)
    return render_template("networks.html", networks=found)


@bp.get("/<slug>")
def network(slug: str) -> str:
    """One network: what it means that it vouches for somebody, and what it doesn’t."""
    now = utcnow()
    found = moderation.networks.get(db.session, slug)
    newest = moderation.networks.newest_ads(db.session, found, now=now, limit=NEWEST)
    full = relay.full_boxes(db.session, newest)
    vouched = moderation.networks.vouchers(db.session, [ad.person_id for ad in newest])
    return render_template(
        "network.html", network=found, ads=cards(newest, full=full, vouched=vouched)
    )


def about(person: Person) -> moderation.membership.About:
    """What the networks are to this person; the foot of the page need not ask again."""
    found = moderation.membership.about(db.session, person)
    g.any_networks = found.any_there
    return found


def any_networks() -> bool:
    """For the foot of every page: whether there is a list of them to lead to."""
    try:
        if "any_networks" not in g:
            g.any_networks = moderation.networks.any_there(db.session)
        return bool(g.any_networks)
    except (OperationalError, NoConnection):  # a page that needs no database stands without it
        return False
