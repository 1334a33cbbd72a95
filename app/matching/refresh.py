"""The vectors as a projection of the database: kept up to date ad by ad, made anew when damaged.

A mark is dropped after its ad is on the shelf, so what a crash repeats does no harm.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from threading import Event

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.db import db, transaction
from app.matching.vectors import Vectors

BATCH = 32  # ads encoded at a time: a second or two

Sessions = Callable[[], AbstractContextManager[Session]]


def reading() -> AbstractContextManager[Session]:
    """A session for looking only."""
    return Session(db.engine)


def refresh_now(
    vectors: Vectors,
    *,
    now: datetime,
    reading: Sessions = reading,
    writing: Sessions = transaction,
    stop: Event | None = None,
) -> int:
    """Bring the shelf up to date: what changed since, or everything where it is missing or torn.

    Returns how many ads were looked at. With `stop` set, ends after the batch in hand.
    """
    done = 0
    if _damaged(vectors):
        vectors.make()
        done += sweep(vectors, now=now, reading=reading, stop=stop)
    while not (stop and stop.is_set()):
        with reading() as session:
            marks = ads.matching_marks(session, limit=BATCH)
        if not marks:
            break
        with reading() as session:
            _look_at(session, vectors, {ad_id for _, ad_id in marks}, now)
        with writing() as session:
            ads.drop_matching_marks(session, ids=[mark for mark, _ in marks])
        done += len(marks)
    return done


def sweep(
    vectors: Vectors, *, now: datetime, reading: Sessions = reading, stop: Event | None = None
) -> int:
    """Compare the shelf with the database: add what is missing, drop what is live no more."""
    if _damaged(vectors) or vectors.shelf.mostly_dead():
        vectors.make()
    view = vectors.shelf.view()
    there = set(view.cards["id"].tolist()) - {0} if view else set()
    with reading() as session:
        live = list(session.scalars(sa.select(Ad.id).where(ads.live_clause(now)).order_by(Ad.id)))
    vectors.shelf.drop(sorted(there - set(live)))
    missing = [id for id in live if id not in there]
    done = 0
    for start in range(0, len(missing), BATCH):
        if stop and stop.is_set():
            break
        with reading() as session:
            done += _look_at(session, vectors, missing[start : start + BATCH], now)
    return done


def _damaged(vectors: Vectors) -> bool:
    """Whether it is missing, torn, or made by another encoder."""
    shelf = vectors.shelf
    return shelf.kind != vectors.encoder().name or shelf.view() is None or vectors.lessons() is None


def _look_at(session: Session, vectors: Vectors, ids: Iterable[int], now: datetime) -> int:
    ids = set(ids)
    live = [ad for ad in ads.by_ids(session, ids).values() if ads.is_live(ad, now)]
    if live:
        vectors.put(live)
    vectors.shelf.drop(sorted(ids - {ad.id for ad in live}))
    return len(ids)
