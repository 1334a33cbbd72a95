"""The log at the desk: the newest lines, and all of it as a file."""

from flask import Blueprint, Response, render_template, request

from app.board import access
from app.board.numbers import whole
from app.core.clock import utcnow
from app.db import db, transaction
from app.desk import guard, words
from app.moderation import service as moderation

bp = Blueprint("desk_log", __name__, url_prefix="/desk/log")
bp.after_request(access.private)
LINES = 100


@bp.get("")
def show() -> str:
    """A hundred lines, the newest first."""
    before = request.args.get("before", type=whole)
    lines = moderation.log.newest(db.session, limit=LINES, before=before)
    return render_template(
        "desk/log.html",
        lines=lines,
        further=lines[-1].id if len(lines) == LINES else None,
        who=words.who,
        done=words.DONE,
        kinds=words.KINDS,
        reason=words.reason,
    )


@bp.post("/export")
def export() -> Response:
    """Every line as JSON, one a line. A POST, since taking the log away is written into it."""
    with transaction() as work:
        broker = guard.broker(work)
        moderation.log.write(
            work,
            who=moderation.name_of(broker),
            what="export",
            kind="log",
            subject="",
            now=utcnow(),
        )
        text = "".join(moderation.log.export(work))
    answer = Response(text, content_type="application/x-ndjson; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=moderation-log.jsonl"
    return answer
