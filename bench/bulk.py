"""Generated ads straight into the tables of a board, a million in minutes: for measuring only."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any

import sqlalchemy as sa

from app.ads.models import Ad, AdSkill
from app.catalogue.skills import skill_key
from app.db import Base, db, is_sqlite
from app.people.models import Person
from app.search.index import AdDocument
from bench.engines import documents

PART = 20_000  # ads at a time

Rows = Iterable[tuple[Any, ...]]


def fill(count: int) -> None:
    """Put `count` ads, each of a person of its own, into the empty tables of this board."""
    ads = documents(count)
    while part := list(islice(ads, PART)):
        with db.engine.begin() as connection:
            for table, names, rows in _tables(part):
                _put(connection, table, names, rows)
    with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if is_sqlite():
            connection.exec_driver_sql("ANALYZE")
        else:
            for own in ("people", "ads"):  # ids were given; the next one follows
                name = f"pg_get_serial_sequence('{own}', 'id')"
                connection.exec_driver_sql(f"SELECT setval({name}, {count})")
            connection.exec_driver_sql("VACUUM ANALYZE")


def _tables(part: Sequence[AdDocument]) -> Iterator[tuple[type[Base], list[str], Rows]]:
    people = ["id", "email", "email_key", "created_at", "confirmed_at"]
    yield Person, people, map(_person, part)
    values = [_ad(one) for one in part]
    yield Ad, list(values[0]), (tuple(one.values()) for one in values)
    skills = ["ad_id", "side", "position", "skill", "key"]
    yield AdSkill, skills, chain.from_iterable(map(_skills, part))


def _put(connection: sa.Connection, table: type[Base], names: list[str], rows: Rows) -> None:
    columns = ", ".join(names)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table.__tablename__} ({columns}) VALUES ({marks})"
        # as the board’s own type writes moments
        texts = [tuple(_text(value) for value in row) for row in rows]
        connection.exec_driver_sql(sql, texts)
        return
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.__tablename__} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _text(value: Any) -> Any:
    return f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value


def _person(one: AdDocument) -> tuple[Any, ...]:
    email = f"writer{one.id}@members.example"
    return one.id, email, email, _moment(one.posted), _moment(one.posted)


def _ad(one: AdDocument) -> dict[str, Any]:
    same = ("id", "box", "kind", "headline", "seeks", "offers", "about", "sector", "rhythm")
    return {
        **{name: getattr(one, name) for name in same},
        "person_id": one.id,
        "state": "live",
        "fingerprint": f"{one.id:064x}",
        "return_open": False,
        "sectors_wanted": "any",
        "language": "en",
        "place_id": one.place_id,
        "modes": ",".join(one.modes),
        "capacity": 1,
        "name": "Nia",
        **{name: _moment(one.posted) for name in ("created_at", "updated_at", "posted_at")},
        "expires_at": _moment(one.expires),
        "introduced_at": _moment(one.posted),
        "held_reason": "",
        "reminders": 0,
    }


def _skills(one: AdDocument) -> Iterator[tuple[Any, ...]]:
    for side, skills in (("seeks", one.seeks_skills), ("offers", one.offers_skills)):
        for position, skill in enumerate(skills):
            yield one.id, side, position, skill, skill_key(skill)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
