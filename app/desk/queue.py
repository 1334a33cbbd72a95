"""The desk’s front page: what waits, overdue first; and the mails and people nobody reaches."""

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.ads import service as ads
from app.board import access
from app.board.numbers import whole
from app.core.clock import utcnow
from app.current import settings
from app.db import db, transaction
from app.desk import words
from app.mail import outbox, standing
from app.moderation import service as moderation

bp = Blueprint("desk", __name__, url_prefix="/desk")
bp.after_request(access.private)
PAGE = moderation.QUEUE_PAGE


@bp.get("")
def queue() -> str:
    """What waits for a broker, 25 rows a page."""
    now = utcnow()
    number = max(1, request.args.get("page", 1, type=whole))
    within = timedelta(days=settings().decide_within_days)
    rows, tally = moderation.queue(db.session, number=number, within=within, now=now)
    return render_template(
        "desk/queue.html",
        rows=[(row, words.distance(row.due_at, now)) for row in rows],
        tally=tally,
        number=number,
        last=max(1, -(-tally.rows // PAGE)),
        why=words.why,
        kinds=words.KINDS,
    )


@bp.get("/mails")
def mails() -> str:
    """Mails that could not be delivered, and people whose mails come back."""
    people = moderation.unreachable(db.session)
    return render_template(
        "desk/mails.html",
        mails=standing.listed(db.session, states=("dead",), limit=500),
        people=[
            (person.undeliverable_at, [ad.box for ad in ads.of_person(db.session, person)])
            for person in people
        ],
    )


@bp.post("/mails")
def settle_mails() -> ResponseReturnValue:
    """Try dead mails again, or give them up."""
    ids = request.form.getlist("mail", type=whole)
    wish = request.form.get("do", "")
    if wish not in {"retry", "cancel"}:
        abort(400)
    with transaction() as work:
        if wish == "retry" and ids:
            outbox.retry(work, ids, now=utcnow())
        elif ids:
            outbox.cancel(work, ids=ids, now=utcnow())
    return redirect(url_for(".mails"), 303)
