"""A person by what the desk calls them: their ads, what was reported and decided, how they answer.

Their address is shown by a press with a reason alone, in the answer to that press and nowhere else.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.ads import finding
from app.ads.finding import Wanted
from app.board import access
from app.board.language import gettext
from app.board.words import RATES
from app.core.clock import utcnow
from app.db import db, transaction
from app.desk import ads, guard, words
from app.followups.rules import rate
from app.moderation import rules
from app.moderation import service as moderation
from app.relay import figures
from app.relay import service as relay

bp = Blueprint("desk_people", __name__, url_prefix="/desk/people")
bp.after_request(access.private)
ADS = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for the address: it, or why not."""

    address: str = ""
    reason: str = ""
    error: str = ""


@bp.post("")
def name() -> ResponseReturnValue:
    """Go to the page of whoever is behind a thing; whoever has no name here yet gets one."""
    kind, subject = request.form.get("kind", ""), request.form.get("subject", "")
    with transaction() as work:
        thing = moderation.find_thing(work, kind, subject)
        if thing.about is None:
            raise moderation.ThingUnknown
        handle = moderation.handle_of(work, thing.about)
    return redirect(url_for(".show", handle=handle), 303)


@bp.get("/<handle>")
def show(handle: str) -> str:
    """All that is known of them, but their address."""
    return _page(db.session, handle, Asked())


@bp.post("/<handle>/address")
def address(handle: str) -> ResponseReturnValue:
    """Show their address in this answer. Who looked, and why, stands in the log from then on."""
    reason = request.form.get("reason", "")
    try:
        with transaction() as work:
            broker = guard.broker(work)
            shown = moderation.show_address(
                work, handle=handle, reason=reason, broker=broker, now=utcnow()
            )
            return _page(work, handle, Asked(address=shown.reveal()))
    except moderation.NeedsWhy as refusal:
        return _page(db.session, handle, Asked(error=gettext(refusal.sentence))), 422


def _page(work: Session, handle: str, asked: Asked) -> str:
    person = moderation.get_person(work, handle)
    handle, now = handle.upper(), utcnow()
    own = finding.find(work, wanted=Wanted(person_id=person.id), now=now, limit=ADS)
    share = relay.share_of(work, person.id, now=now)
    return render_template(
        "desk/person.html",
        handle=handle,
        person={
            "since": person.created_at,
            "confirmed_at": person.confirmed_at,
            "suspended_at": person.suspended_at,
            "undeliverable_at": person.undeliverable_at,
        },
        rows=ads.rows(work, own.ads, now),
        further=own.further,
        conversations=relay.count_of(work, person),
        answers=figures.share(work, person),
        rate="" if share is None else RATES[rate(share)],
        told=moderation.history(work, person=person, handle=handle),
        asked=asked,
        needs={code: gettext(said) for code, said in moderation.ADDRESS_REASONS.items()},
        **_deciding(work, handle),
    )


def _deciding(work: Session, handle: str) -> dict[str, Any]:
    """What the form of a decision about them is made of; it is sent to their screen as a thing."""
    return {
        "offered": moderation.find_thing(work, "person", handle).offered,
        "after": moderation.newest(work, "person", handle),
        "labels": words.DECISIONS,
        "reasons": {code: words.reason(code) for code in rules.REASONS},
        "sentence_most": rules.SENTENCE_MOST,
        "why": words.why,
        "who": words.who,
        "done": words.DONE,
        "kinds": words.KINDS,
        "reason": words.reason,
    }
