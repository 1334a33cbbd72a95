"""Several machines on one PostgreSQL know the same vectors, each on a shelf of its own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.db import alone, db, transaction
from app.matching import shared
from app.matching.vectors import Vectors
from app.tasks import refresh_vectors, sweep_vectors
from tests import postgres
from tests.board import Board
from tests.conftest import applications, migrate
from tests.matching.test_matches import BOOKS, CLOCKS, boxes

pytestmark = postgres.needed


@pytest.fixture
def machine(tmp_path: Path, compiled: Path) -> Iterator[Callable[[str], Flask]]:
    """A function that makes another machine's application on one database."""
    with (
        postgres.database(tmp_path) as url,
        applications(tmp_path, compiled, database_url=url) as make,
    ):
        migrate(make())
        yield lambda name: make(search_url=f"whoosh:{tmp_path}/{name}/index")


@pytest.fixture
def one(machine: Callable[[str], Flask]) -> Iterator[Board]:
    """The machine that has the worker."""
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        yield Board(machine("one"), clock)


def matches(app: Flask, box: str) -> list[str]:
    """Whose ads a machine without a worker shows, once it has followed."""
    with app.app_context():
        shared.follow(app.extensions["vectors"])
    return boxes(app.test_client().get(f"/ads/{box}/matches").text)


def test_what_one_machine_read_another_matches_by(
    one: Board, machine: Callable[[str], Flask]
) -> None:
    other = machine("other")
    clocks, books = one.publish(**CLOCKS), one.publish(**BOOKS)
    one.work()

    assert matches(other, clocks) == [books]
    assert matches(other, books) == [clocks]

    with one.app.app_context(), transaction() as session:
        session.execute(
            sa.text("UPDATE ads SET expires_at = now() WHERE box = :box"), {"box": books}
        )
    with one.app.app_context():
        sweep_vectors()

    assert matches(other, clocks) == []
    with other.app_context():
        view = other.extensions["vectors"].shelf.view()
        assert [int(id) for id in view.cards["id"] if id] == [1]


def test_a_machine_that_comes_later_or_lost_its_files_has_all_of_it(
    one: Board, machine: Callable[[str], Flask]
) -> None:
    clocks, books = one.publish(**CLOCKS), one.publish(**BOOKS)
    one.work()
    late = machine("late")
    assert matches(late, clocks) == [books]

    folder = late.extensions["settings"].vectors_folder
    for lost, rest in (("first", b"torn"), ("cards", b"")):
        (folder / lost).write_bytes(rest)
        late.extensions["vectors"] = Vectors(folder, by_meaning=False)  # as after a restart
        assert matches(late, clocks) == [books], lost


def test_a_table_that_was_dropped_is_made_anew(one: Board, machine: Callable[[str], Flask]) -> None:
    other = machine("other")
    clocks, books = one.publish(**CLOCKS), one.publish(**BOOKS)
    one.work()
    assert matches(other, clocks) == [books]
    with one.app.app_context():
        with transaction() as session:
            session.execute(sa.text("DROP SCHEMA meaning CASCADE"))
        sweep_vectors()
        refresh_vectors()

    assert matches(other, clocks) == [books]
    assert matches(one.app, books) == [clocks]


def test_while_one_worker_reads_ads_another_leaves_them_to_it(
    one: Board, machine: Callable[[str], Flask]
) -> None:
    other = machine("other")
    one.publish(**CLOCKS)
    one.work()
    waiting = sa.text("SELECT count(*) FROM matching_marks")
    with one.app.app_context(), transaction() as session:
        session.execute(sa.text("INSERT INTO matching_marks (ad_id) SELECT id FROM ads"))

    with one.app.app_context(), alone("vectors"), other.app_context():
        refresh_vectors()
        assert db.session.scalar(waiting) == 1
    with other.app_context():
        refresh_vectors()
        assert db.session.scalar(waiting) == 0
