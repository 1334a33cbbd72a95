"""How the board is doing: six charts, each with its table beside it, and each table as a file."""

import csv
import io
from datetime import timedelta

from flask import Blueprint, Response, abort, render_template

from app.board import access
from app.core.clock import utcnow
from app.current import index, settings
from app.db import db
from app.desk import drawn, drawn_desk
from app.desk.drawn import Figure
from app.matching import offer_helper

bp = Blueprint("desk_figures", __name__, url_prefix="/desk/figures")
bp.after_request(access.private)
SKILLS = 10


@bp.get("")
def show() -> str:
    """All charts on one page."""
    return render_template("desk/figures.html", figures=_all())


@bp.get("/<name>.csv")
def table(name: str) -> Response:
    """One table as a file for a spreadsheet."""
    found = next((one for one in _all() if one.name == name), None)
    if found is None:
        abort(404)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([[_harmless(cell) for cell in row] for row in (found.heads, *found.rows)])
    answer = Response(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename={found.name}.csv"
    return answer


def _all() -> list[Figure]:
    """Every chart: eight questions to the database, however large it is, and one to the index."""
    now = utcnow()
    starts = drawn.week_starts(now)
    people = offer_helper.count(db.session, index(), now=now)
    _, least_offered = offer_helper.gaps(people, SKILLS)
    promised = timedelta(days=settings().decide_within_days)
    return [
        *drawn.ways(db.session, starts),
        drawn.waiting(db.session, now),
        drawn.sought(least_offered, known=people is not None),
        drawn_desk.held(db.session, starts),
        drawn_desk.speed(db.session, starts, promised),
    ]


def _harmless(cell: object) -> object:
    """A spreadsheet takes some beginnings for sums to work out; a skill may be called so."""
    return f"’{cell}" if str(cell).startswith(("=", "+", "-", "@", "\t", "\r")) else cell
