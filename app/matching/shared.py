"""The vectors in a PostgreSQL that several machines share; each follows them on a shelf of its own.

The database has every row once, in the order they were written, and each machine copies what is
new, so that matching looks at files that are mapped there. The table is derived, as the index is:
it is made on first use, stands in a schema of its own, and may be dropped at any moment.
"""

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.ads import service as ads
from app.db import reading, transaction
from app.matching import refresh
from app.matching.vectors import Vectors, edition

BATCH = 500  # rows copied at a time: a megabyte
_LOCK = 0x76656374  # of whoever writes: so the numbers of rows are in the order of commits

_TABLE = sa.table(
    "vectors",
    sa.column("ad_id", sa.BigInteger),
    sa.column("kind", sa.String),
    sa.column("serial", sa.BigInteger),
    sa.column("row", sa.LargeBinary),  # NULL: to be forgotten
    schema="meaning",
)
_MAKE = """
CREATE SCHEMA IF NOT EXISTS meaning;
CREATE SEQUENCE IF NOT EXISTS meaning.serial;
CREATE TABLE IF NOT EXISTS meaning.vectors (
    ad_id bigint PRIMARY KEY, kind text NOT NULL, serial bigint NOT NULL, row bytea
);
CREATE INDEX IF NOT EXISTS ix_vectors_serial ON meaning.vectors (serial);
"""


class _Place(NamedTuple):
    """How far a shelf has followed: which table, up to which row, and how many it had by then."""

    table: int
    serial: int
    rows: int = 0


def refresh_now(vectors: Vectors, *, now: datetime) -> int:
    """Read what changed since into the table; returns how many ads were looked at."""
    _make_if_damaged(vectors)  # what it learns of the catalogue is needed to read ads
    done = 0
    while True:
        with reading() as session:
            marks = ads.matching_marks(session, limit=refresh.BATCH)
        if not marks:
            return done
        _publish(vectors, {ad_id for _, ad_id in marks}, now, marks=[mark for mark, _ in marks])
        done += len(marks)


def sweep(vectors: Vectors, *, now: datetime) -> int:
    """Compare the table with the live ads: read what is missing, forget what is live no more."""
    _make_if_damaged(vectors)
    with reading() as session:
        live = set(refresh.live_ids(session, now))
        there = _standing(session, _kind(vectors))
    differing = sorted(live ^ there)
    for start in range(0, len(differing), refresh.BATCH):
        _publish(vectors, set(differing[start : start + refresh.BATCH]), now)
    return len(differing)


def follow(vectors: Vectors) -> int:
    """Copy what is new in the table onto this machine’s shelf; returns how many rows.

    None of them while another process of this machine is at it.
    """
    with _alone(vectors) as free, reading() as session:
        if not free or (table := _table(session)) is None:
            return 0
        newest = session.scalar(sa.select(sa.func.max(_TABLE.c.serial))) or 0
        place = _read_place(vectors)
        other = place.table != table or place.serial > newest  # so it has other rows
        if other or vectors.damaged() or vectors.shelf.mostly_dead():
            vectors.make()
            place = _Place(table, 0)
        done = 0
        while place.serial < newest:
            found = _after(session, _kind(vectors), place.serial)
            if not found:
                place = _Place(table, newest)  # the rest is of another encoder
            else:
                _copy(vectors, found)
                done, place = done + len(found), _Place(table, found[-1].serial)
            _write_place(vectors, place)
        return done


def _publish(vectors: Vectors, ids: set[int], now: datetime, marks: Sequence[int] = ()) -> None:
    """Put the rows of those that are live into the table, and forget the others."""
    with reading() as session:
        rows, gone = refresh.read(session, vectors, ids, now)
    kind = _kind(vectors)
    values = [
        {"ad_id": id, "kind": kind, "row": row.tobytes()}
        for id, row in zip(rows["cards"]["id"].tolist(), rows, strict=True)
    ] + [{"ad_id": id, "kind": kind, "row": None} for id in gone]
    with transaction(by_statement=True) as session:  # what follows sees what it waited for
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if _table(session) is None:
            session.execute(sa.text(_MAKE))
        _write(session, values)
        if marks:
            ads.drop_matching_marks(session, ids=marks)


def _write(session: Session, values: list[dict[str, Any]]) -> None:
    serial = sa.text("nextval('meaning.serial')")
    adding = insert(_TABLE).values([value | {"serial": serial} for value in values])
    new = {name: adding.excluded[name] for name in ("kind", "serial", "row")}
    session.execute(adding.on_conflict_do_update(index_elements=["ad_id"], set_=new))


def _copy(vectors: Vectors, found: Sequence[Any]) -> None:
    whole = b"".join(one.row for one in found if one.row is not None)
    vectors.shelf.put(np.frombuffer(whole, vectors.shelf.row))
    vectors.shelf.drop([one.ad_id for one in found if one.row is None])


def _after(session: Session, kind: str, serial: int) -> Sequence[Any]:
    columns = _TABLE.c
    query = sa.select(columns.serial, columns.ad_id, columns.row).order_by(columns.serial)
    wanted = query.where(columns.kind == kind, columns.serial > serial).limit(BATCH)
    return session.execute(wanted).all()


def _standing(session: Session, kind: str) -> set[int]:
    if _table(session) is None:
        return set()
    columns = _TABLE.c
    query = sa.select(columns.ad_id).where(columns.kind == kind, columns.row.is_not(None))
    return set(session.scalars(query))


def _table(session: Session) -> int | None:
    """The number of the table, another whenever it is made anew; None when there is none."""
    return session.scalar(sa.text("SELECT CAST(to_regclass('meaning.vectors') AS oid)"))


def _kind(vectors: Vectors) -> str:
    return f"{vectors.encoder().name} {edition()}"


def _read_place(vectors: Vectors) -> _Place:
    """A shelf that has lost rows since has not followed at all."""
    try:
        place = _Place(*json.loads((vectors.shelf.folder / "followed.json").read_text()))
        return place if _rows(vectors) >= place.rows else _Place(0, 0)
    except (OSError, ValueError, TypeError):
        return _Place(0, 0)


def _write_place(vectors: Vectors, place: _Place) -> None:
    """After the rows are on the shelf: what a crash copies twice does no harm."""
    path = vectors.shelf.folder / "followed.json"
    spare = path.with_suffix(".new")
    spare.write_text(json.dumps(place._replace(rows=_rows(vectors))))
    spare.replace(path)


def _rows(vectors: Vectors) -> int:
    """How many rows are on the shelf, dead ones too: they never become fewer."""
    view = vectors.shelf.view()
    return len(view.cards) if view else 0


def _make_if_damaged(vectors: Vectors) -> None:
    if not vectors.damaged():
        return
    with _alone(vectors, wait=True):  # whoever follows may be making it, or filling it
        if vectors.damaged():
            vectors.make()


@contextmanager
def _alone(vectors: Vectors, *, wait: bool = False) -> Iterator[bool]:
    """Whether we are the only process of this machine that follows now; after a `wait` we are."""
    folder = vectors.shelf.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.following").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
