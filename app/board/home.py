"""The front page: search box, newest ads, sectors with counts, what is wanted and not offered."""

import time
from dataclasses import dataclass

from flask import Blueprint, current_app, render_template

from app.ads import figures
from app.ads import service as ads
from app.board.view import cards
from app.catalogue.sectors import all_sectors
from app.core.clock import utcnow
from app.current import index
from app.db import db
from app.matching import offer_helper as helper
from app.moderation import service as moderation
from app.relay import service as relay

bp = Blueprint("home", __name__)
NEWEST = 10
WANTED = 6


@bp.get("/")
def home() -> str:
    """The board at a glance."""
    now = utcnow()
    newest = ads.newest(db.session, now=now, limit=NEWEST)
    full = relay.full_boxes(db.session, newest)
    vouched = moderation.networks.vouchers(db.session, [ad.person_id for ad in newest])
    people = helper.count(db.session, index(), now=now)
    most_wanted, least_offered = helper.gaps(people, WANTED)
    return render_template(
        "home.html",
        section="browse",
        ads=cards(newest, full=full, vouched=vouched),
        figures=_figures(),
        most_wanted=most_wanted,
        least_offered=least_offered,
        sectors=all_sectors(),
        today=now,
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    figures: figures.Figures
    until: float


def _figures() -> figures.Figures:
    """The board's counts, kept for fifty times as long as they took: page cost stays flat."""
    kept: _Kept | None = current_app.extensions.get("figures")
    if kept is None or time.monotonic() >= kept.until:
        begun = time.monotonic()
        fresh = figures.count(db.session, now=utcnow())
        took = time.monotonic() - begun
        kept = current_app.extensions["figures"] = _Kept(fresh, begun + took * 50)
    return kept.figures
