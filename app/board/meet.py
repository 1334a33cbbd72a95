"""Yes or no to an introduction, from its mail and without signing in.

The link is the secret. It may be pressed, one way and the other, until both sides said yes or its
time is over. What the other side has said is on no page; only that both said yes.
"""

from datetime import datetime

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.board import access
from app.board.language import gettext, lazy_gettext
from app.board.view import AdCard, cards
from app.board.words import date_words
from app.core.clock import utcnow
from app.core.errors import STATUS
from app.current import site
from app.db import db, transaction
from app.moderation import service as moderation
from app.moderation.introductions import service as introductions
from app.moderation.introductions.service import Introduction, Side
from app.people import service as people

bp = Blueprint("meet", __name__, url_prefix="/l/meet-<token>")
bp.after_request(access.private)
BUTTONS = {  # the last one goes on
    "no": lazy_gettext("No, thank you"),
    "yes": lazy_gettext("Yes, introduce us"),
}
_REFUSED = (
    introductions.BothSaidYes,
    introductions.IntroductionOver,
    introductions.NotJustNow,
)


@bp.get("")
def show(token: str) -> ResponseReturnValue:
    """Show both ads and what may be said, and change nothing, however often it is asked."""
    now = utcnow()
    found, side = _asked(db.session, token, now)
    return _page(db.session, found, side, now), _status(found, now)


@bp.post("")
def act(token: str) -> ResponseReturnValue:
    """Note the answer that was pressed. Twice is once, and the other one replaces it."""
    says, now = request.form.get("do", ""), utcnow()
    if says not in BUTTONS:
        abort(400)
    with transaction() as work:
        found, side = _asked(work, token, now)
        try:
            introductions.answer(
                work, introduction=found, side=side, says=says, now=now, site=site()
            )
        except _REFUSED as refusal:
            page = _page(work, found, side, now, refused=gettext(refusal.sentence))
            return page, STATUS[refusal.kind]
        work.flush()
        return _page(work, found, side, now, done=True)


def _asked(work: Session, token: str, now: datetime) -> tuple[Introduction, Side]:
    """The introduction the link was mailed about. Raises LinkUnknown, LinkExpired."""
    link = people.look_at_link(work, token, now=now)
    if link.purpose != "meet":
        raise people.LinkUnknown
    return introductions.find(work, link.subject, link.person)


def _status(found: Introduction, now: datetime) -> int:
    return 410 if introductions.standing(found, now) in {"over", "withdrawn"} else 200


def _page(
    work: Session,
    found: Introduction,
    side: Side,
    now: datetime,
    *,
    done: bool = False,
    refused: str = "",
) -> str:
    standing, said = introductions.standing(found, now), introductions.says(found, side)
    until = introductions.ends_at(found)
    ready = standing == "waiting" and introductions.can_begin(work, found, now)
    own = introductions.ad_of(found, side)
    return render_template(
        "meet.html",
        standing="over" if standing == "withdrawn" else standing,
        ads=_both(work, found, side) if ready else [],
        own_box=own.box if own else "",
        line=found.line,
        thread=found.thread,
        noted=_noted(said, until) if standing == "waiting" else "",
        done=done,
        refused=refused,
        until=until,
        buttons=[
            (do, text) for do, text in BUTTONS.items() if do != said and (ready or do == "no")
        ],
    )


def _both(work: Session, found: Introduction, side: Side) -> list[AdCard]:
    """The other side’s ad and one’s own, as lists print them: without a name."""
    sides = (introductions.other(side), side)
    both = [ad for one in sides if (ad := introductions.ad_of(found, one))]
    vouched = moderation.networks.vouchers(work, [ad.person_id for ad in both])
    return cards(both, vouched=vouched)


def _noted(said: str, until: datetime) -> str:
    """What stands noted of one’s own answer, and what follows from it; '' for none."""
    if said == "yes":
        return gettext(
            "Your yes is noted. If the other side says yes too, a mail introduces you at once. "
            "If nothing has come of it by %(day)s, a mail tells you so.",
            day=date_words(until),
        )
    if said == "no":
        return gettext(
            "Your no is noted. Nobody is told, now or later, and you hear no more of it."
        )
    return ""
