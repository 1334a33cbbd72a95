"""What a page does when the database refuses it, is away, or something of ours broke."""

import logging
import time
from threading import BoundedSemaphore
from typing import Any

from flask import Flask, current_app, g, request
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from app import logs, replica
from app.board import errors
from app.db import AGAIN, away, collided, db, let_go, step_aside

log = logging.getLogger(__name__)

AWAY_SECONDS = 8.0  # how long a page waits for a database that cannot be reached
LOOK_SECONDS = 0.25
# So many pages of a process may wait at once; its other threads answer what needs no waiting.
_waiting = BoundedSemaphore(4)


def init_app(app: Flask) -> None:
    """Answer every error that no page answers itself."""
    app.register_error_handler(DBAPIError, _database_trouble)
    app.register_error_handler(NoConnection, _database_trouble)
    app.register_error_handler(Exception, _broken)
    app.log_exception = _log_exception  # type: ignore[assignment]  # Flask’s names the path


def _database_trouble(error: DBAPIError | NoConnection) -> Any:
    if replica.left():
        return replica.anew()
    for turn in range(AGAIN):
        if not collided(error):
            break
        let_go()
        step_aside(turn)
        try:
            return replica.once_more()
        except DBAPIError as again:
            error = again
        except Exception as other:
            return current_app.handle_user_exception(other)
    if _is_back(error):
        return replica.anew()
    lost = getattr(error, "connection_invalidated", False)
    if not (lost or isinstance(error, OperationalError | NoConnection)):
        return _broken(error)
    # Locked, full, gone, or every connection in use: its constant name will do, the text stays out.
    cause = getattr(error, "orig", None)
    log.error("database unavailable: %s", getattr(cause, "sqlite_errorname", type(error).__name__))
    return errors.bare(503)


def _is_back(error: BaseException) -> bool:
    """Whether a database that could not be reached can be before long, so that all is done anew.

    Only where nothing has been written: what became of a commit that broke, nobody knows.
    """
    if not away(error) or g.get("wrote") or g.get("waited") or not _waiting.acquire(blocking=False):
        return False
    g.waited = True
    try:
        let_go()
        return _reached(time.monotonic() + AWAY_SECONDS)
    finally:
        _waiting.release()


def _reached(deadline: float) -> bool:
    while time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        try:
            with db.engine.connect():
                return True
        except OperationalError:
            continue
    return False


def _broken(error: Exception) -> Any:
    # Only where, never what: an exception's text may quote what somebody typed.
    _log(error)
    return errors.bare(500)


def _log(error: BaseException) -> None:
    log.error("%s on %s at %s", type(error).__name__, request.endpoint, logs.where(error))


def _log_exception(what: Any) -> None:
    """When even answering an error failed: `what` is as of `sys.exc_info`."""
    _log(what[1])
