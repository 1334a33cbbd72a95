"""Every ad in whatever state: found by its Box, by words, by state, or by who wrote it."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from app.ads import finding, policy
from app.ads import service as ads
from app.ads.finding import Found, Wanted
from app.ads.models import Ad
from app.board import access
from app.board.numbers import whole
from app.core.clock import utcnow
from app.core.text import clean_line
from app.db import db
from app.desk import words
from app.moderation import service as moderation
from app.relay import figures as relay

bp = Blueprint("desk_ads", __name__, url_prefix="/desk/ads")
bp.after_request(access.private)
PAGE = 25
ASKED_MOST = 200  # characters


@dataclass(frozen=True, slots=True)
class Row:
    """One ad in the list; `why` it is held, '' where it is not; no address."""

    box: str
    headline: str
    state: str
    why: str
    age: str
    replies: int


@bp.get("")
def find() -> str:
    """What is asked for, 25 a page, newest first."""
    now = utcnow()
    asked = clean_line(request.args.get("q", ""))[:ASKED_MOST]
    state = request.args.get("state", "")
    before = request.args.get("before", type=whole)
    one = ads.find_ad(db.session, asked.lower().removeprefix("box ").strip())
    person = moderation.find_person(db.session, asked)
    wanted = Wanted(
        words=() if person else finding.words_in(asked),
        state=state if state in finding.STATES else "",
        person_id=person.id if person else None,
    )
    found = finding.find(db.session, wanted=wanted, now=now, limit=PAGE, before=before)
    if one is not None and before is None:
        found = Found([one, *(ad for ad in found.ads if ad.id != one.id)], found.further)
    return render_template(
        "desk/ads.html",
        rows=rows(db.session, found.ads, now),
        asked=asked,
        state=wanted.state,
        handle=asked.upper() if person else "",
        states={name: words.AD_STATES[name] for name in finding.STATES},
        further=found.further,
        begun=before is not None,
    )


def rows(work: Session, some: list[Ad], now: datetime) -> list[Row]:
    """These ads as a list shows them: one question more, however many."""
    replies = relay.replies(work, [ad.id for ad in some])
    return [
        Row(
            box=ad.box,
            headline=ad.headline,
            state=str(words.AD_STATES[policy.state_at(ad, now)]),
            why=words.why(ad.held_reason) if ad.held_reason else "",
            age=words.age(ad.posted_at or ad.created_at, now),
            replies=replies.get(ad.id, 0),
        )
        for ad in some
    ]
