"""What this application is made of, for the pages: its settings, its names, its index."""

from flask import current_app

from app.config import Settings
from app.core.site import Site
from app.search.index import Index


def settings() -> Settings:
    """The settings it was started with."""
    return current_app.extensions["settings"]


def site() -> Site:
    """What mails and pages say of this board."""
    return current_app.extensions["site"]


def index() -> Index:
    """The search index."""
    return current_app.extensions["index"]
