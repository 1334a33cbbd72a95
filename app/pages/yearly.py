"""What a year of brokering came to: counts for everybody, which name nobody and nothing."""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.core.clock import utcnow
from app.db import db
from app.moderation import service as moderation

bp = Blueprint("yearly", __name__, url_prefix="/brokering")


@bp.get("/years")
def newest() -> ResponseReturnValue:
    """On to this year’s counts."""
    return redirect(url_for(".year", year=utcnow().year))


@bp.get("/<int(min=2000, max=9999):year>")
def year(year: int) -> str:
    """The counts of one year; this one’s so far."""
    current = utcnow().year
    known = sorted({current, *moderation.log.years(db.session)}, reverse=True)
    if year not in known:
        abort(404)
    return render_template(
        "pages/year.html",
        found=moderation.log.year(db.session, year),
        years=known,
        so_far=year == current,
    )
