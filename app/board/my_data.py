"""What is held about me: sign out on a shared computer, and erase everything for good."""

import logging

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.ads import service as ads
from app.alerts import service as alerts
from app.board import access
from app.core.clock import utcnow
from app.current import index, site
from app.db import checkpoint, db, transaction
from app.mail import messages, outbox
from app.moderation import service as moderation
from app.people import service as people
from app.relay import keeping
from app.search import projection
from app.search.index import IndexBusy

log = logging.getLogger(__name__)
bp = Blueprint("my_data", __name__)


@bp.post("/mine/sign-out")
def sign_out() -> ResponseReturnValue:
    """Leave this browser clean. Signing out twice is no mistake."""
    access.sign_out()
    return redirect(url_for("home.home"), 303)


@bp.post("/mine/erase")
@access.personal
def erase() -> ResponseReturnValue:
    """Erase this person: ads, alerts, address, links, sessions, their name in conversations."""
    now = utcnow()
    with transaction() as work:
        person = access.known(work)
        address = person.email
        erased_ads = ads.erase_of(work, person=person)
        alerts.erase_of(work, person=person)
        keeping.erase_of(work, person=person, now=now)
        moderation.erase_of(work, person=person)
        people.erase(work, person=person)
        # The one mail that still goes there; its row forgets the address once it is handed over.
        outbox.put(work, messages.erased(site()), site=site(), to=address, person_id=None, now=now)
    access.sign_out()
    _leave_no_trace(erased_ads)
    return redirect(url_for(".erased"), 303)


def _leave_no_trace(erased_ads: list[int]) -> None:
    """Overwrite what was erased in the files too; where one is busy, the worker does it later."""
    db.session.close()  # what this very request has read would keep the log from being emptied
    try:
        projection.forget(index(), erased_ads)
    except (IndexBusy, OSError) as error:
        log.warning("erased ads are still in the index: %s", type(error).__name__)
    if not checkpoint():
        log.warning("what was erased is still in the write-ahead log")


@bp.get("/mine/erased")
def erased() -> str:
    """Goodbye."""
    return render_template("erased.html")
