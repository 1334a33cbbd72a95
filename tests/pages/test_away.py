"""A database that is restarted under a page: what had written nothing is done once it is back."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from app import create_app
from app.db import alembic
from app.moderation import service as moderation
from app.people.models import Person
from tests import postgres
from tests.board import MESSAGE, Board
from tests.conftest import let_go, settings_in
from tests.desk.desk import broker, known
from tests.postgres_server import Server

pytestmark = postgres.needed


@pytest.fixture
def server() -> Iterator[Server]:
    with postgres.own_server() as found:
        yield found


@pytest.fixture
def board(server: Server, tmp_path: Path) -> Iterator[Board]:
    app = create_app(settings_in(tmp_path, database_url=server.url("postgres")))
    with app.app_context():
        alembic.upgrade()
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        yield Board(app, clock)
    let_go(app)


def test_a_page_and_a_form_wait_for_a_database_that_comes_back(
    board: Board, server: Server
) -> None:
    box = board.publish()
    form = board.browser().get(f"/ads/{box}")
    server.stop("immediate")
    back = threading.Timer(1.0, server.start)
    back.start()

    page = board.browser().get(f"/ads/{box}")
    assert page.status_code == 200
    back.join()

    server.stop("immediate")
    back = threading.Timer(1.0, server.start)
    back.start()
    sent = board.browser().send(
        form,
        name="Dafydd",
        email="dafydd.rhys@letters.example",
        message=MESSAGE,
    )
    back.join()
    assert (sent.status_code, sent.location) == (303, f"/ads/{box}/sent")
    assert len(board.mails("dafydd.rhys@letters.example")) == 1


def test_a_form_whose_connection_is_lost_before_it_is_kept_is_done_anew(board: Board) -> None:
    box = board.publish()
    lost = []

    def lose_connection(session: Session) -> None:
        if not lost:
            lost.append(1)
            session.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    finishing = board.app.extensions.get("before_commit", ())
    board.app.extensions["before_commit"] = [*finishing, lose_connection]

    sent = board.browser().press(
        f"/ads/{box}", name="Dafydd", email="dafydd.rhys@letters.example", message=MESSAGE
    )

    assert lost == [1]
    assert (sent.status_code, sent.location) == (303, f"/ads/{box}/sent")
    assert len(board.mails("dafydd.rhys@letters.example")) == 1


@pytest.mark.parametrize(("who", "status"), [("a broker", 200), ("somebody else", 404)])
def test_who_may_see_a_page_is_asked_again_when_the_database_is_back(
    board: Board, monkeypatch: pytest.MonkeyPatch, who: str, status: int
) -> None:
    visitor = broker(board) if who == "a broker" else known(board, "someone@members.example")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', visitor.get("/mine").text)[0]
    find, asked = moderation.find_broker, []

    def lose_connection(session: Session, person: Person | None) -> object:
        asked.append(person)
        if len(asked) % 2:
            session.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return find(session, person)

    monkeypatch.setattr(moderation, "find_broker", lose_connection)
    assert visitor.get("/desk").status_code == status
    pressed = {"mail": "1", "do": "cancel", "csrf_token": token}
    assert visitor.client.post("/desk/mails", data=pressed).status_code == (303, 404)[status == 404]
    assert visitor.client.post("/desk/mails", data=pressed | {"csrf_token": ""}).status_code >= 400
    assert len(asked) == 6


def test_a_database_that_stays_away_is_said(
    board: Board, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.trouble.AWAY_SECONDS", 0.5)
    server.stop("immediate")

    page = board.browser().get("/ads")

    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "database unavailable" in caplog.text
    assert str(server.folder) not in caplog.text
