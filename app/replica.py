"""Whom a page asks: a replica that follows, where there is one, or the database itself.

A reader without a session has just written nothing that they could look for: what they ask for may
be some moments old. Everybody else, and every page of somebody's own, asks the database.
"""

import logging
import math
import time
from threading import Lock

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import heartbeat
from app.core.clock import utcnow
from app.db import REPLICA, ask, db

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # between looks at how far it follows
HANGS_SECONDS = 2.0  # a look that takes so long: nobody else asks it meanwhile
REST_SECONDS = 5.0  # it is left alone after it failed

# Pages that are the same for all who have no session.
READERS = frozenset(
    {
        "ad.ad",
        "api.ad",
        "api.search",
        "for_machines.sitemap",
        "home.home",
        "matches.matches",
        "networks.everyone",
        "networks.network",
        "results.ads",
        "results.atom",
        "suggest.suggest",
        "yearly.newest",
        "yearly.year",
    }
)


class Replica:
    """What this process knows of the replica: whether it follows closely enough to be asked."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._follows = False
        self._look_at = 0.0  # on the monotonic clock
        self._looks_since = math.inf

    def follows(self) -> bool:
        """Whether to ask it; looked at once in LOOK_SECONDS, by one thread while others go on."""
        if time.monotonic() >= self._look_at and self._lock.acquire(blocking=False):
            self._looks_since = time.monotonic()
            try:
                self._set(self._looks_well())
            finally:
                self._looks_since = math.inf
                self._lock.release()
        return self._follows and time.monotonic() - self._looks_since < HANGS_SECONDS

    def failed(self) -> None:
        """Leave it alone for a while."""
        self._set(False)

    def _set(self, follows: bool) -> None:
        if follows != self._follows:
            log.log(
                logging.INFO if follows else logging.WARNING,
                "The replica is %s.",
                "asked again" if follows else "not asked for now: it is away, or too far behind",
            )
        self._follows = follows
        self._look_at = time.monotonic() + (LOOK_SECONDS if follows else REST_SECONDS)

    def _looks_well(self) -> bool:
        try:
            with Session(db.engines[REPLICA]) as session:
                beat = heartbeat.last_beat(session)
        except SQLAlchemyError:
            return False
        return beat is not None and utcnow() - beat <= heartbeat.MOST_BEHIND


def init_app(app: Flask) -> None:
    """Let readers' pages ask the replica."""
    app.extensions["replica"] = Replica()
    app.before_request(_choose)
    app.after_request(_look_again)


def left() -> bool:
    """Ask the database from now on; False if this page did already. What failed is left alone."""
    if g.get("asks", "") != REPLICA:
        return False
    current_app.extensions["replica"].failed()
    ask("default")
    return True


def once_more() -> ResponseReturnValue:
    """This request from its very start: who may see the page is asked anew, too."""
    g.pop("person", None)  # of a session that has ended
    answer = current_app.preprocess_request()
    return current_app.dispatch_request() if answer is None else answer


def anew() -> ResponseReturnValue:
    """The same, its errors answered as ever."""
    try:
        return once_more()
    except Exception as error:
        return current_app.handle_user_exception(error)


def _choose() -> None:
    if "asks" in g:
        return  # it was chosen before, and this is done anew
    signed_in = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    reads = request.endpoint in READERS and request.method in {"GET", "HEAD"} and not signed_in
    if reads and current_app.extensions["replica"].follows():
        ask(REPLICA)


def _look_again(response: Response) -> Response:
    """What the replica has not heard of yet may be there all the same, or be back."""
    if g.get("asks", "") == REPLICA and response.status_code in {404, 410}:
        ask("default")
        response = current_app.make_response(anew())
        for name in request.blueprints:  # whose turn is over: the application's comes after it
            for follow_up in reversed(current_app.after_request_funcs.get(name, [])):
                response = current_app.ensure_sync(follow_up)(response)
    return response
