"""What is held about me: sign out on a shared computer, see it all, and erase it for good."""

import json
import logging
from datetime import datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.ads import keeping as ads
from app.alerts import service as alerts
from app.board import access
from app.board.language import gettext, ngettext
from app.board.record import Record, record_of
from app.board.record_words import in_words
from app.core.clock import utcnow
from app.current import index, settings, site
from app.db import checkpoint, db, transaction
from app.mail import forgetting, messages, outbox
from app.moderation import service as moderation
from app.people import service as people
from app.people.models import Person
from app.relay import keeping
from app.relay import service as relay
from app.search import projection
from app.search.index import IndexBusy

log = logging.getLogger(__name__)
bp = Blueprint("my_data", __name__)


@bp.post("/mine/sign-out")
def sign_out() -> ResponseReturnValue:
    """Leave this browser clean. Signing out twice is no mistake."""
    access.sign_out()
    return redirect(url_for("home.home"), 303)


# --- a copy of everything -------------------------------------------------------------------------


@bp.post("/mine/export")
@access.personal
def export() -> ResponseReturnValue:
    """Everything held about this person: as a page to be read (`as` html), or as a file (json)."""
    now = utcnow()
    with transaction() as work:
        person = access.known(work)
        access.limit(work, "export-address", str(person.id))
        record = record_of(work, person, now=now, site=site())
        if request.form.get("as") == "html":
            page = render_template("my_data.html", sections=in_words(record), made_at=now)
            return access.private(make_response(page))
        return access.private(_file(record, now))


def _file(record: Record, now: datetime) -> Response:
    """The record as one JSON object, readable by people too; times are ISO 8601, in UTC."""
    whole = {"board": site().name, "address": site().base_url, "made_at": now, **record}
    text = json.dumps(whole, ensure_ascii=False, indent=2, default=datetime.isoformat)
    answer = make_response(text + "\n")
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = "attachment; filename=my-data.json"
    return answer


# --- erasing --------------------------------------------------------------------------------------


@bp.post("/mine/erase")
@access.personal
def erase() -> ResponseReturnValue:
    """Erase this person: ads, alerts, address, links, sessions, their name in conversations."""
    with transaction() as work:
        erased_ads = erase_all(work, access.known(work), now=utcnow())
    return goodbye(erased_ads, own=True)


def erase_by_link(token: str) -> ResponseReturnValue:
    """Erase whoever this mailed link is of. Raises LinkUnknown, LinkUsed, LinkExpired."""
    now, known = utcnow(), access.person()
    with transaction() as work:
        person = people.use_link(work, token, now=now).person
        own = known is not None and known.id == person.id
        erased_ads = erase_all(work, person, now=now)
    return goodbye(erased_ads, own=own)


def what_goes(work: Session, person: Person) -> list[str]:
    """What erasing this person would take away, a sentence each."""
    own, now = ads.all_of(work, person=person), utcnow()
    threads, saved = relay.threads_of(work, person, now=now), alerts.all_of(work, person=person)
    vouched = moderation.networks.vouchers_of(work, person.id)
    said = []
    if own:
        said.append(ngettext("Your ad goes.", "Your %(num)d ads go.", len(own)))
    if threads:
        said.append(
            ngettext(
                "You leave a conversation. The other side keeps what it received, without a name.",
                "You leave %(num)d conversations. Those you wrote with keep what they received, "
                "without your name.",
                len(threads),
            )
        )
    if saved:
        said.append(ngettext("Your alert goes.", "Your %(num)d alerts go.", len(saved)))
    said += [gettext("%(network)s no longer vouches for you.", network=v.name) for v in vouched]
    return [*said, gettext("Your address goes, and every browser that knows you is signed out.")]


def erase_all(work: Session, person: Person, *, now: datetime) -> list[int]:
    """Erase a person from every table; returns the ids of the ads the index has to let go of."""
    address = person.email
    own = ads.all_of(work, person=person)
    forgetting.forget_ads(work, boxes=[ad.box for ad in own], now=now)
    forgetting.forget_address(work, address=address, now=now)
    erased_ads = ads.erase_of(work, person=person)
    alerts.erase_of(work, person=person)
    keeping.erase_of(work, person=person, now=now)
    moderation.erase_of(work, person=person)
    people.erase(work, person=person)
    # The one mail that still goes there; its row forgets the address once it is handed over.
    outbox.put(work, messages.erased(site()), site=site(), to=address, person_id=None, now=now)
    return erased_ads


def goodbye(erased_ads: list[int], *, own: bool) -> ResponseReturnValue:
    """After the transaction: let go of their browser, if it is this one, and of every trace."""
    if own:
        access.forget_browser()
    _leave_no_trace(erased_ads)
    return redirect(url_for("my_data.erased"), 303)


def _leave_no_trace(erased_ads: list[int]) -> None:
    """Overwrite what was erased in the files too; where one is busy, the worker does it later.

    An index in the database went with the ads, and is cleared up daily.
    """
    db.session.close()  # what this very request has read would keep the log from being emptied
    if not settings().search_in_database:
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
