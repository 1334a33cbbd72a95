"""One rule for the whole desk: brokers in, and for everybody else there is no such address."""

from flask import abort, g, request
from sqlalchemy.orm import Session

from app.board import access
from app.db import db
from app.moderation import service as moderation

PREFIX = "/desk"


def check() -> None:
    """Before every request, and before any other check: 404 under /desk for whoever is no broker.

    By the path and not by the page, so that a wrong method, a missing form token and an address
    that leads nowhere tell a stranger as little as the desk itself.
    """
    if request.path != PREFIX and not request.path.startswith(f"{PREFIX}/"):
        return
    found = moderation.find_broker(db.session, access.person())
    if found is None:
        abort(404)
    g.broker_id = found.id
    access.stay()


def broker_id() -> int:
    """The number of the broker at the desk."""
    number: int = g.broker_id
    return number


def broker(work: Session) -> moderation.Broker:
    """The broker at the desk, within a unit of work."""
    return work.get_one(moderation.Broker, broker_id())
