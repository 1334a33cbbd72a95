"""Who could swap with an ad, and why: each match with the words of both ads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.ads import service as ads
from app.ads.models import Ad
from app.board import access
from app.board.alert_form import AlertForm
from app.board.view import AdCard, cards, view
from app.core.clock import utcnow
from app.current import vectors
from app.db import db
from app.matching import service as matching
from app.matching.rules import Fit
from app.moderation import service as moderation
from app.relay import service as relay

bp = Blueprint("matches", __name__)
LOOKED_AT = 3  # of somebody’s own ads, where all their matches stand on one page


@dataclass(frozen=True, slots=True)
class Line:
    """One match as the templates see it."""

    ad: AdCard
    gets: Fit
    gives: Fit
    miles: float | None


@bp.get("/ads/<box>/matches")
def matches(box: str) -> ResponseReturnValue:
    """The ads that could help this one and be helped by it, best first; then those one way."""
    now = utcnow()
    found = ads.get_live(db.session, box, now=now)
    told = matching.find(db.session, vectors(), found, now=now)
    lines = _lines([*told.mutual, *told.one_way])
    person = access.person()
    return render_template(
        "matches.html",
        ad=view(found),
        own=person is not None and person.id == found.person_id,
        mutual=lines[: len(told.mutual)],
        one_way=lines[len(told.mutual) :],
        ready=told.ready,
        alert=AlertForm(formdata=None),
        alert_pairs=[("swap", found.box)],
        known=person is not None,
    )


def for_some_of(
    own: Sequence[Ad], *, apart_from: Collection[str], now: datetime, most: int
) -> list[Line]:
    """The best mutual matches of the first of these live ads, without those Boxes."""
    best: dict[str, matching.Match] = {}
    for told in matching.find_each(db.session, vectors(), own[:LOOKED_AT], now=now):
        for match in told.mutual:
            before = best.get(match.ad.box)
            if match.ad.box not in apart_from and (before is None or match.score > before.score):
                best[match.ad.box] = match
    chosen = sorted(best.values(), key=lambda match: -match.score)[:most]
    return _lines(chosen)


def _lines(found: Sequence[matching.Match]) -> list[Line]:
    others = [match.ad for match in found]
    full = relay.full_boxes(db.session, others)
    vouched = moderation.networks.vouchers(db.session, [ad.person_id for ad in others])
    shown = cards(others, full=full, vouched=vouched)
    pairs = zip(shown, found, strict=True)
    return [Line(ad, match.gets, match.gives, match.miles) for ad, match in pairs]
