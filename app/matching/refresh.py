"""The vectors as a projection of the database: kept up to date ad by ad, made anew when damaged.

A mark is dropped after its ad is on the shelf, so what a crash repeats does no harm.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from threading import Event

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.db import reading, transaction
from app.matching.cards import Cards
from app.matching.vectors import Vectors

BATCH = 32  # ads encoded at a time: a second or two

Sessions = Callable[[], AbstractContextManager[Session]]


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
    if vectors.damaged():
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
    if vectors.damaged() or vectors.shelf.mostly_dead():
        vectors.make()
    view = vectors.shelf.view()
    there = set(view.cards["id"].tolist()) - {0} if view else set()
    with reading() as session:
        live = live_ids(session, now)
    vectors.shelf.drop(sorted(there - set(live)))
    missing = [id for id in live if id not in there]
    done = 0
    for start in range(0, len(missing), BATCH):
        if stop and stop.is_set():
            break
        with reading() as session:
            done += _look_at(session, vectors, missing[start : start + BATCH], now)
    return done


def read(
    session: Session, vectors: Vectors, ids: set[int], now: datetime
) -> tuple[Cards, list[int]]:
    """The rows of those of these ads that are live, and the ids of the others."""
    live = [ad for ad in ads.by_ids(session, ids).values() if ads.is_live(ad, now)]
    rows = vectors.rows(live) if live else np.zeros(0, vectors.shelf.row)
    return rows, sorted(ids - {ad.id for ad in live})


def live_ids(session: Session, now: datetime) -> list[int]:
    """Every live ad, in order of id."""
    return list(session.scalars(sa.select(Ad.id).where(ads.live_clause(now)).order_by(Ad.id)))


def _look_at(session: Session, vectors: Vectors, ids: Iterable[int], now: datetime) -> int:
    rows, gone = read(session, vectors, set(ids), now)
    vectors.shelf.put(rows)
    vectors.shelf.drop(gone)
    return len(rows) + len(gone)
