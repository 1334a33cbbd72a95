"""The operator’s pack at the desk: the list, and each paper as it will be printed."""

from flask import Blueprint, render_template

from app.board import access
from app.core.clock import utcnow
from app.current import settings
from app.db import db
from app.desk import papers

bp = Blueprint("desk_pack", __name__, url_prefix="/desk/pack")
bp.after_request(access.private)


@bp.get("")
def pack() -> str:
    """What there is to print, and what is not set yet."""
    return render_template("desk/pack.html", papers=papers.PAPERS, unset=papers.unset(settings()))


def _page(name: str) -> None:
    def show() -> str:
        return papers.draw(db.session, name, in_file=False, now=utcnow())

    bp.add_url_rule(f"/{name}", name, show)


for _name in papers.PAPERS:
    _page(_name)
