"""The index as a projection of the database: kept up to date, made anew, compared.

The index is locked before the database is looked at, so that what goes in is never older than what
is in. A mark is dropped after its ad is in: what a crash repeats does no harm.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from contextvars import copy_context
from datetime import datetime
from threading import Thread
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.ads.models import Ad
from app.catalogue.places import find_place
from app.db import reading, transaction
from app.search.index import EVERY_MARK, AdDocument, Batch, Index, IndexBusy, IndexUnavailable

log = logging.getLogger(__name__)

BATCH = 500  # marks drained at a time
_MANY = 2000  # marks after which a small index is quicker made anew
_MOST_NEWS = 500  # marks that a search takes up by itself
_PATIENCE = 10.0  # seconds to wait for another writer

Sessions = Callable[[], AbstractContextManager[Session]]


class Difference(NamedTuple):
    """One way in which index and database disagree: `missing`, `changed` or `left over`."""

    box: str
    what: str


def document(ad: Ad) -> AdDocument:
    """What the index is told of an ad that has been posted."""
    place = find_place(ad.place_id) if ad.place_id is not None else None
    return AdDocument(
        id=ad.id,
        box=ad.box,
        kind=ad.kind,
        headline=ad.headline,
        seeks=ad.seeks,
        offers=ad.offers,
        about=ad.about,
        seeks_skills=ad.side_skills("seeks"),
        offers_skills=ad.side_skills("offers"),
        sector=ad.sector,
        modes=tuple(mode for mode in ad.modes.split(",") if mode),
        rhythm=ad.rhythm,
        place_id=ad.place_id,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        posted=_seconds(ad.posted_at),
        expires=_seconds(ad.expires_at),
        language=ad.language,
        person=ad.person_id,
    )


def refresh_now(
    index: Index,
    *,
    now: datetime,
    wait: float = _PATIENCE,
    reading: Sessions = reading,
    writing: Sessions = transaction,
) -> int:
    """Bring the index up to date: drain all marks, make a damaged index anew.

    The database is only read while the index is written, so that posting goes on. Returns how many
    marks were drained (or ads put into a new index); less when another process is at it for longer
    than `wait` seconds.
    """
    done = 0
    while True:
        try:
            step = _step(index, now, wait, reading, writing)
        except IndexBusy:
            return done
        if not step:
            return done
        done += step


def _step(index: Index, now: datetime, wait: float, reading: Sessions, writing: Sessions) -> int:
    if not _damage(index):
        if index.torn():
            with index.wait_to_write(wait) as batch:
                batch.mend()
        with reading() as session:
            if not ads.newest_mark(session):
                return 0
    with index.wait_to_write(wait) as batch, reading() as session:
        marks = ads.stale_marks(session, after=0, limit=_MANY)
        if (damage := _damage(index)) or _better_anew(index, marks, now):
            log.log(
                logging.WARNING if damage else logging.INFO, "Making the index anew. %s", damage
            )
            marks = ads.stale_marks(session, after=0, limit=EVERY_MARK)
            done = batch.rebuild(_live(session, now))
        else:
            marks = marks[:BATCH]
            done = len(marks)
            _apply(session, batch, marks, now)
    if marks:
        with writing() as session:
            ads.drop_marks(session, ids=[mark for mark, _ in marks])
    return done


def catch_up(session: Session, index: Index, *, now: datetime) -> None:
    """Let searches of this process heed every change that is in the database by now.

    Two looks at an indexed column when there is nothing new, none where the index is in step. After
    very many changes at once only the newest are heeded before the index has them.
    """
    if index.heeded() >= EVERY_MARK:
        return
    oldest, newest = ads.waiting_marks(session)
    if newest <= index.heeded() and not index.outdated(oldest):
        return
    with index.heeding(), Session(session.get_bind()) as fresh:
        after = max(index.heeded(), newest - _MOST_NEWS)
        marks = ads.stale_marks(fresh, after=after, limit=_MOST_NEWS)
        found = ads.by_ids(fresh, {ad_id for _, ad_id in marks}).values()
        live = [document(ad) for ad in found if ads.is_live(ad, now)]
        index.heed(marks, live, oldest or EVERY_MARK)


def _damage(index: Index) -> str:
    """What is wrong with the index at first sight, '' if nothing is."""
    try:
        index.generation()
    except IndexUnavailable as error:
        return str(error)
    return ""


def _better_anew(index: Index, marks: list[tuple[int, int]], now: datetime) -> bool:
    """After an import most of the index would change."""
    return len(marks) == _MANY and len(index.fingerprints(_seconds(now))) < 2 * _MANY


def rebuild(session: Session, index: Index, *, now: datetime) -> int:
    """Make the whole index anew from the live ads; returns how many. Raises IndexBusy.

    Marks stay: whoever drains them finds that most is in already. What `session` has read may be
    older than what another process put in while we waited, so the database is asked afresh.
    """
    with index.wait_to_write(_PATIENCE) as batch, Session(session.get_bind()) as fresh:
        return batch.rebuild(_live(fresh, now))


def forget(index: Index, ad_ids: Sequence[int]) -> None:
    """Leave no byte of these ads in the index, at once (2 seconds and more). Raises IndexBusy."""
    with index.wait_to_write(_PATIENCE) as batch:
        try:
            batch.apply((), ad_ids)
        except IndexUnavailable:
            log.warning("The search index is damaged; it will be made anew without erased ads")
            return
    index.merge(thorough=True)


def tidy(index: Index, *, now: datetime) -> bool:
    """Once a day: forget ads that ran out, and every byte of what was edited or deleted.

    Others write meanwhile. Returns whether there was something to do.
    Raises IndexBusy, IndexUnavailable.
    """
    with index.wait_to_write(_PATIENCE) as batch:
        batch.apply((), index.ended(_seconds(now)))
    return index.merge(thorough=True)


def merge_beside(index: Index) -> Thread | None:
    """Merge what is due in a thread of its own, which may die at any moment; None if one runs."""
    if _merging and _merging[-1].is_alive():
        return None
    within = copy_context()  # an index in the database asks whose it is
    _merging[:] = [Thread(target=within.run, args=(_merge, index), name="merging", daemon=True)]
    _merging[0].start()
    return _merging[0]


_merging: list[Thread] = []


def _merge(index: Index) -> None:
    try:
        index.merge(thorough=False)
    except (IndexBusy, IndexUnavailable, OSError, SQLAlchemyError) as error:
        log.info("The index is not merged now: %s", type(error).__name__)


def check(session: Session, index: Index, *, now: datetime) -> list[Difference]:
    """In what the index differs from the database at `now`, in order of box.

    Raises IndexUnavailable when it is damaged.
    """
    index.verify()
    inside = index.fingerprints(_seconds(now))
    found = []
    for wanted in _live(session, now):
        box, fingerprint = inside.pop(wanted.id, ("", 0))
        if not box:
            found.append(Difference(wanted.box, "missing"))
        elif fingerprint != wanted.fingerprint():
            found.append(Difference(wanted.box, "changed"))
    found += [Difference(box, "left over") for box, _ in inside.values()]
    return sorted(found)


def _apply(session: Session, batch: Batch, marks: list[tuple[int, int]], now: datetime) -> None:
    ids = {ad_id for _, ad_id in marks}
    live = [ad for ad in ads.by_ids(session, ids).values() if ads.is_live(ad, now)]
    batch.apply([document(ad) for ad in live], ids - {ad.id for ad in live})


def _live(session: Session, now: datetime) -> Iterator[AdDocument]:
    """Every live ad, in order of id, some at a time."""
    last = 0
    while True:
        query = select(Ad.id).where(ads.live_clause(now), Ad.id > last).order_by(Ad.id)
        ids = list(session.scalars(query.limit(BATCH)))
        if not ids:
            return
        found = ads.by_ids(session, ids)
        yield from (document(found[id]) for id in ids if id in found)
        last = ids[-1]


def count_live(session: Session, *, now: datetime) -> int:
    """How many ads anybody may see."""
    return session.scalar(select(sa.func.count()).where(ads.live_clause(now))) or 0


def _seconds(moment: datetime | None) -> int:
    """Seconds since 1970, parts of a second dropped; 0 for never."""
    return int(moment.timestamp()) if moment else 0
