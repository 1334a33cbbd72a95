"""Readers’ pages ask a replica that follows; whoever just wrote something sees it at once."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
import time_machine
from flask import g

from app import create_app, heartbeat, replica
from app.db import REPLICA, alembic
from app.search.index import SearchPage
from app.search.postgres_index import PostgresIndex
from tests import postgres
from tests.board import AD, Board
from tests.conftest import let_go, settings_in
from tests.doctor.patient import look
from tests.postgres_server import Server
from tests.waiting import until

pytestmark = postgres.needed


class Pair(NamedTuple):
    """A database and its replica."""

    database: Server
    replica: Server


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with postgres.own_server() as database:
        replica = database.follower(database.folder.with_name(f"{database.folder.name}-two"))
        yield Pair(database, replica)
        if replica.runs:
            replica.stop("immediate")


@pytest.fixture
def board(
    request: pytest.FixtureRequest, pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Board]:
    """A board that asks the replica; its further settings may be given as a parameter."""
    monkeypatch.setattr(heartbeat, "MOST_BEHIND", timedelta(hours=1))  # posting moves the clock on
    monkeypatch.setattr(replica, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(replica, "REST_SECONDS", 0.1)
    name = postgres.name_of(tmp_path)
    run(pair.database, f"CREATE DATABASE {name}")
    urls = {"database_url": pair.database.url(name), "database_read_url": pair.replica.url(name)}
    app = create_app(settings_in(tmp_path, **urls, **getattr(request, "param", {})))
    with app.app_context():
        alembic.upgrade()
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        yield Board(app, clock)
    let_go(app)


def run(server: Server, statement: str, database: str = "postgres") -> object:
    engine = sa.create_engine(
        server.url(database), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        done = connection.exec_driver_sql(statement)
        return done.scalar() if done.returns_rows else None


def catch_up(pair: Pair) -> None:
    now = run(pair.database, "SELECT pg_current_wal_lsn()")
    until(lambda: bool(run(pair.replica, f"SELECT pg_last_wal_replay_lsn() >= '{now}'")), 30)


@pytest.fixture
def held_up(board: Board, pair: Pair) -> Iterator[str]:
    """A replica that knows one ad and hears of nothing more; the ad’s box."""
    box = board.publish()
    catch_up(pair)
    assert listed(board, box)
    run(pair.replica, "SELECT pg_wal_replay_pause()")
    yield box
    if pair.replica.runs:
        run(pair.replica, "SELECT pg_wal_replay_resume()")


def listed(board: Board, box: str) -> bool:
    time.sleep(0.15)  # the next look at the replica is due
    page = board.browser().get("/ads")
    assert page.status_code == 200
    return f"Box {box}" in page.text


def another(board: Board) -> tuple[object, str]:
    writer = board.browser()
    box = board.publish(writer, email="second@members.example", headline="Second of its kind")
    return writer, box


def test_a_reader_sees_what_the_replica_has_and_the_writer_all(board: Board, held_up: str) -> None:
    writer, second = another(board)

    assert not listed(board, second)
    assert f"Box {second}" in writer.get("/ads").text
    # the ad itself is not missed for it
    assert AD["headline"] in board.browser().get(f"/ads/{held_up}").text
    assert "Second of its kind" in board.browser().get(f"/ads/{second}").text


def test_a_replica_that_falls_behind_is_not_asked(board: Board, held_up: str) -> None:
    _, second = another(board)
    assert not listed(board, second)

    board.clock.shift(timedelta(hours=2))

    assert listed(board, second)


def test_what_the_replica_has_not_heard_of_is_answered_as_ever(board: Board, held_up: str) -> None:
    _, second = another(board)
    time.sleep(0.15)
    told, known = (board.browser().get(f"/api/v1/ads/{box}") for box in (second, held_up))
    assert (told.status_code, known.status_code) == (200, 200)
    assert set(told.headers.keys()) == set(known.headers.keys())
    assert told.headers["X-Robots-Tag"] == "noindex"


def test_a_replica_that_hangs_is_asked_by_nobody_else(
    board: Board, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.publish()  # and the worker gives a sign of life
    catch_up(pair)
    with board.app.app_context():
        ours = board.app.extensions["replica"]
        until(ours.follows, 30)
        released = threading.Event()
        monkeypatch.setattr(replica, "HANGS_SECONDS", 0.05)
        monkeypatch.setattr(ours, "_looks_well", released.wait)
        time.sleep(0.15)
        looking = threading.Thread(target=ours.follows)
        looking.start()
        try:
            until(lambda: not ours.follows(), 30)
        finally:
            released.set()
            looking.join()
        assert ours.follows()


@pytest.mark.parametrize("board", [{"search_url": "postgresql:"}], indirect=True)
@pytest.mark.parametrize("trouble", ["SELECT pg_sleep(60)", "SELECT * FROM search.not_there_yet"])
def test_a_search_that_fails_on_the_replica_is_answered_by_the_database(
    board: Board, pair: Pair, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    box = board.publish()
    catch_up(pair)
    assert listed(board, box)
    search, asked = PostgresIndex.search, []

    def search_in_vain(self: PostgresIndex, *args: Any, **named: Any) -> SearchPage:
        asked.append(g.get("asks", ""))
        if asked[-1] == REPLICA:
            self._ask("SELECT set_config('statement_timeout', '100', false)", ())
            self._ask(trouble, ())
        return search(self, *args, **named)

    monkeypatch.setattr(PostgresIndex, "search", search_in_vain)
    assert listed(board, box)
    assert asked == [REPLICA, "default"]


def test_a_replica_that_is_gone_is_not_missed_and_asked_again_when_it_is_back(
    board: Board, held_up: str, pair: Pair
) -> None:
    _, second = another(board)
    assert not listed(board, second)
    pair.replica.stop("immediate")

    pages = [board.browser().get(path).status_code for path in ("/", "/ads", f"/ads/{held_up}")]
    assert pages == [200, 200, 200]
    assert listed(board, second)

    pair.replica.start()
    catch_up(pair)
    board.work()
    catch_up(pair)
    time.sleep(0.15)
    with board.app.app_context():
        assert board.app.extensions["replica"].follows()


def test_the_doctor_says_how_far_it_follows(
    board: Board, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "MOST_BEHIND", timedelta(seconds=15))

    def said() -> tuple[str, str]:
        (line,) = look(board.app).of("replica")
        return line

    catch_up(pair)
    assert said()[1] == "It answers; how far it follows is seen once a worker runs."
    board.work()
    catch_up(pair)
    assert said() == ("ok", "It is 0 s behind.")

    run(pair.replica, "SELECT pg_wal_replay_pause()")
    board.clock.shift(timedelta(seconds=30))
    board.work()
    level, sentence = said()
    assert level == "look"
    assert sentence.startswith("It is 3")
    run(pair.replica, "SELECT pg_wal_replay_resume()")
    catch_up(pair)
    assert said() == ("ok", "It is 0 s behind.")

    pair.replica.stop("immediate")
    assert said() == ("bad", "It can’t be reached.")
