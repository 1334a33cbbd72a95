"""What the two processes that app.serve starts do first, and the worker as it starts it."""

import logging
import os
import signal
import time
from threading import Thread

import sqlalchemy as sa
from flask import Flask

from app import worker
from app.ads import transfer
from app.ads.models import Ad
from app.config import ROOT, Settings
from app.core.clock import utcnow
from app.db import alembic, db, is_sqlite, transaction
from app.matching import shared
from app.meaning import weights
from app.people.models import Person
from app.search import projection
from app.search.index import Index, IndexUnavailable
from app.tasks import TASKS

log = logging.getLogger(__name__)
FOLLOW_SECONDS = 1.0
DEMO_ADS = ROOT / "app/ads/demo.jsonl"


def prepare(app: Flask, *, demo: bool) -> None:
    """Migrate the database; put demo ads into an empty development board; make a missing index."""
    settings: Settings = app.extensions["settings"]
    index: Index = app.extensions["index"]
    logging.getLogger("alembic").setLevel(logging.WARNING)  # a newcomer wants one line, not four
    with app.app_context():
        alembic.upgrade()
        if demo and settings.app_env == "development" and _is_empty():
            transfer.import_file(DEMO_ADS, now=utcnow(), transaction=transaction)
        try:
            index.generation()
        except IndexUnavailable:
            projection.rebuild(db.session, index, now=utcnow())


def follow_vectors(app: Flask) -> None:
    """Keep this machine’s copy of shared vectors up to date, in a thread of its own.

    For a web process without a worker beside it. On SQLite there is nothing to follow.
    """

    def follow() -> None:
        while True:
            try:
                with app.app_context():
                    shared.follow(app.extensions["vectors"])
            except Exception as error:  # the database may be away for a while
                log.warning("vectors are not followed now: %s", type(error).__name__)
                time.sleep(FOLLOW_SECONDS * 5)
            time.sleep(FOLLOW_SECONDS)

    with app.app_context():
        if not is_sqlite():
            Thread(target=follow, name="vectors", daemon=True).start()


def end_with_parent(us: int) -> None:
    """Tell process `us` to end once app.serve is gone, even if it was killed.

    Its end of our standard input closes then, whatever the system; nothing is ever written to it.
    """

    def wait() -> None:
        while os.read(0, 100):
            continue
        os.kill(us, signal.SIGTERM)

    Thread(target=wait, name="parent", daemon=True).start()


def _is_empty() -> bool:
    anything = sa.select(sa.or_(sa.exists(sa.select(Ad.id)), sa.exists(sa.select(Person.id))))
    return not db.session.scalar(anything)


def _say_how_ads_are_matched(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    if settings.meaning == "off":
        print("Ads are matched by their words (MEANING=off).", flush=True)
    elif weights.find_folder() is None:
        print("The encoder’s weights are not here: ads are matched by their words.", flush=True)


def main() -> None:
    """Work, once app.serve says by a line that the database is ready."""
    from wsgi import app  # above this package, and it says plainly what settings are bad

    if os.read(0, 1):
        end_with_parent(os.getpid())
        _say_how_ads_are_matched(app)
        worker.run(app, tasks=TASKS)


if __name__ == "__main__":
    main()
