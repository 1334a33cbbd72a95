"""Who could swap with an ad, and why: each match with the words of both ads."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.ads import service as ads
from app.board import access
from app.board.view import AdView, view
from app.core.clock import utcnow
from app.current import vectors
from app.db import db
from app.matching import service as matching
from app.matching.rules import Fit
from app.relay import service as relay

bp = Blueprint("matches", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One match as the templates see it."""

    ad: AdView
    gets: Fit
    gives: Fit
    miles: float | None


@bp.get("/ads/<box>/matches")
def matches(box: str) -> ResponseReturnValue:
    """The ads that could help this one and be helped by it, best first; then those one way."""
    now = utcnow()
    found = ads.get_live(db.session, box, now=now)
    told = matching.find(db.session, vectors(), found, now=now)
    full = relay.full_boxes(db.session, [m.ad for m in (*told.mutual, *told.one_way)])
    person = access.person()
    return render_template(
        "matches.html",
        ad=view(found),
        own=person is not None and person.id == found.person_id,
        mutual=[_line(match, full) for match in told.mutual],
        one_way=[_line(match, full) for match in told.one_way],
        ready=told.ready,
    )


def _line(match: matching.Match, full: set[str]) -> Line:
    shown = view(match.ad, is_full=match.ad.box in full)
    return Line(shown, match.gets, match.gives, match.miles)
