"""What is held about me: sign out on a shared computer, and erase everything for good."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.ads import service as ads
from app.board import access
from app.core.clock import utcnow
from app.current import index, site
from app.db import checkpoint, transaction
from app.mail import messages, outbox
from app.moderation import service as moderation
from app.people import service as people
from app.relay import keeping
from app.search import projection

bp = Blueprint("my_data", __name__)


@bp.post("/mine/sign-out")
def sign_out() -> ResponseReturnValue:
    """Leave this browser clean. Signing out twice is no mistake."""
    access.sign_out()
    return redirect(url_for("home.home"), 303)


@bp.post("/mine/erase")
@access.personal
def erase() -> ResponseReturnValue:
    """Erase this person: ads, address, links, sessions, and their name in conversations."""
    now = utcnow()
    with transaction() as work:
        person = access.known(work)
        address = person.email
        erased_ads = ads.erase_of(work, person=person)
        keeping.erase_of(work, person=person, now=now)
        moderation.erase_of(work, person=person)
        people.erase(work, person=person)
        # The one mail that still goes there; its row forgets the address once it is handed over.
        outbox.put(work, messages.erased(site()), site=site(), to=address, person_id=None, now=now)
    access.sign_out()
    projection.forget(index(), erased_ads)
    checkpoint()
    return redirect(url_for(".erased"), 303)


@bp.get("/mine/erased")
def erased() -> str:
    """Goodbye."""
    return render_template("erased.html")
