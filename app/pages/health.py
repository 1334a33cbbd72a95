"""For whoever watches the machine: alive, and able to serve."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app import heartbeat
from app.core.clock import utcnow
from app.current import index, readers
from app.db import db
from app.mail import standing
from app.search.index import IndexUnavailable

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """This process answers."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Database, index, worker and oldest waiting mail; 503 when one of them is not well."""
    checks = {"database": _database(), "index": _index(), "worker": _worker(), "mail": _mail()}
    if (shared := readers().shared) is not None:
        checks["limits"] = {"ok": True, "shared": shared}  # the site goes on either way
    well = all(answer["ok"] for answer in checks.values())
    answer = jsonify(ready=well, **checks)
    answer.headers["Cache-Control"] = "no-store"
    return answer, 200 if well else 503


def _database() -> dict[str, object]:
    try:
        db.session.execute(sa.text("SELECT 1 FROM ads LIMIT 1"))
    except sa.exc.SQLAlchemyError:
        return {"ok": False}
    return {"ok": True}


def _index() -> dict[str, object]:
    try:
        return {"ok": True, "generation": str(index().generation())}
    except (IndexUnavailable, sa.exc.SQLAlchemyError):
        return {"ok": False}


def _worker() -> dict[str, object]:
    try:
        beat = heartbeat.last_beat(db.session)
    except sa.exc.SQLAlchemyError:
        beat = None
    if beat is None:
        return {"ok": False, "seconds": None}
    silent = utcnow() - beat
    return {"ok": silent < heartbeat.SILENT, "seconds": round(silent.total_seconds())}


def _mail() -> dict[str, object]:
    try:
        now = utcnow()
        due = standing.oldest_wait(db.session, now=now) or timedelta()
        oldest = standing.oldest_promise(db.session, now=now) or timedelta()
        dead = standing.counts(db.session).get("dead", 0)
        pause = standing.paused(db.session)
    except sa.exc.SQLAlchemyError:
        return {"ok": False, "oldest_seconds": None}
    paused = {"since": pause.since.isoformat(), "why": pause.trouble} if pause else None
    # One mailbox that is full for days says nothing of us; a mail that is due and lies does.
    return {
        "ok": due < standing.OVERDUE,
        "oldest_seconds": round(oldest.total_seconds()),
        "dead": dead,
        "paused": paused,
    }
