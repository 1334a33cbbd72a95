"""The doctor and the board itself: settings, database, index, worker, mails, disks."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from flask import Flask

from app.config import ROOT
from app.core.clock import utcnow
from app.db import alembic, db, transaction
from app.doctor import database, service
from app.mail.models import OutboxMail, Pause
from tests import postgres
from tests.board import Board
from tests.doctor.patient import look
from tests.oracle import assert_no_leak
from tests.pages.test_stop import DAFYDD, GWEN

Make = Callable[..., Flask]
sqlite_only = pytest.mark.skipif(postgres.WANTED, reason="asks an SQLite file")


def test_a_board_that_works_has_nothing_bad_but_its_website(board: Board) -> None:
    board.publish()
    said = look(board.app)

    bad = {part for level, part, _ in said.lines if level == "bad"}
    # The time of this test goes ahead; a server keeps its own.
    assert bad == ({"website", "clock"} if postgres.WANTED else {"website"})
    assert said.of("index") == [("ok", "1 ads; 1 are live, and 0 changes wait.")]
    assert said.levels("worker") == said.levels("outbox") == ["ok"]
    assert {"settings", "database", "disk", "clock", "mail", "dns"} < {it[1] for it in said.lines}
    assert_no_leak(said.text, DAFYDD, GWEN)


def test_the_worker_is_silent_and_mails_lie(board: Board) -> None:
    board.publish()
    board.post_ad(headline="Its mail waits, since the worker sleeps")
    board.clock.shift(timedelta(minutes=16))
    said = look(board.app)

    assert said.levels("worker") == said.levels("outbox") == ["bad"]
    assert "1 wait, the oldest for 16 minutes." in said.text
    assert said.status == 1


def test_mails_that_were_given_up_and_a_pause(board: Board) -> None:
    board.post_ad()
    with board.app.app_context(), transaction() as session:
        session.execute(sa.update(OutboxMail).values(state="dead", ended_at=utcnow()))
        trouble, now = "the mail server refused our name or password", utcnow()
        session.add(Pause(transport="mail", trouble=trouble, since=now, until=now))
    said = look(board.app)

    assert ("look", "1 were given up.") in said.of("outbox")
    stopped = next(line for level, line in said.of("outbox") if level == "bad")
    assert stopped.startswith(f"No mail goes: {trouble}, since ")


def test_an_index_that_is_lost_or_differs(board: Board) -> None:
    box = board.publish()
    with board.app.app_context(), transaction() as session:
        session.execute(sa.text("UPDATE ads SET state = 'closed' WHERE box = :box"), {"box": box})
    differs = look(board.app)
    assert differs.of("index") == [("bad", "1 ads; 0 are live, and 0 changes wait.")]
    assert "flask search check" in differs.advice


@sqlite_only
def test_an_index_that_is_damaged(board: Board) -> None:
    board.publish()
    for path in board.app.extensions["settings"].search_folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"")
    assert look(board.app).of("index") == [("bad", "It is missing or damaged.")]


def test_tables_of_another_version(make_app: Make) -> None:
    app = make_app()
    with app.app_context():
        alembic.downgrade(-1)
    older = look(app)
    assert older.levels("database")[0] == "bad"
    assert "run: flask db upgrade" in older.advice
    assert older.of("index") == older.of("worker") == [("look", "Not looked at.")]

    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    newer = look(app)
    assert "newer than this program" in newer.advice


@sqlite_only
def test_a_database_that_is_not_there_is_not_made(make_app: Make, tmp_path: Path) -> None:
    path = tmp_path / "none" / "board.db"
    said = look(make_app(database_url=f"sqlite:///{path}"))

    assert said.of("database") == [("bad", f"There is none yet at {path}.")]
    assert not path.exists()


@sqlite_only
def test_who_may_read_the_database(board: Board, tmp_path: Path) -> None:
    os.chmod(tmp_path / "board.db", 0o644)
    assert "look" in look(board.app).levels("database")
    os.chmod(tmp_path / "board.db", 0o600)
    assert set(look(board.app).levels("database")) == {"ok"}


def test_a_database_that_is_gone(make_app: Make) -> None:
    said = look(make_app(database_url="postgresql://board:s3cret@127.0.0.1:1/board"))

    assert said.of("database") == [("bad", "It can’t be reached (OperationalError).")]
    assert "s3cret" not in said.text


def test_a_database_that_hangs_is_not_asked_further(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = Event()
    monkeypatch.setattr(service, "SECONDS", 0.2)
    monkeypatch.setattr(database, "check", lambda _now: released.wait() or [])
    try:
        said = look(make_app())
    finally:
        released.set()
    assert said.of("database") == [("bad", "No answer came within 0 s.")]
    for part in ("index", "worker", "outbox"):
        assert said.of(part) == [("look", "Not looked at.")]


def test_a_folder_that_is_not_there_is_to_be_made_and_its_parent_left_alone(
    make_app: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = tmp_path / "shut"
    shut.mkdir()
    app = make_app(mail_url=f"file:{shut}/mail")
    may = os.access  # root, as who this may run, may write everywhere
    monkeypatch.setattr(os, "access", lambda place, how: Path(place) != shut and may(place, how))
    advice = look(app).advice
    assert f"install --directory --owner=bothways --mode=700 {shut}/mail" in advice
    assert "chown" not in advice


# --- the command ----------------------------------------------------------------------------------


def doctor(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """The command itself, as an operator gives it in production."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    values = {
        "APP_ENV": "production",
        "DATABASE_URL": f"sqlite:///{tmp_path}/board.db",
        "SEARCH_URL": f"whoosh:{tmp_path}/index",
        "SECRET_KEY": "k3y-0f-thirty-two-letters-or-more!",
        "BASE_URL": "https://127.0.0.1:1",
        "MAIL_URL": "smtp://postman:s3cret-w0rd@127.0.0.1:1",
        "MAIL_FROM": "hidden.board@localhost.localdomain",
        "BROKER_NAME": "Teifi Chamber",
        "BROKER_EMAIL": "hidden.broker@chamber.example",
    }
    return subprocess.run(
        [sys.executable, "-m", "flask", "doctor", "--dns", "127.0.0.1:1"],
        cwd=ROOT,
        env=kept | values | changes,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_command_says_it_all_and_no_secret(tmp_path: Path) -> None:
    ran = doctor(tmp_path)

    assert ran.returncode == 1
    assert "bad   database  There is none yet at" in ran.stdout
    assert "bad   mail      No mail can go: the mail server could not be reached." in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr
    for secret in ("s3cret", "k3y-0f", "hidden"):
        assert secret not in ran.stdout + ran.stderr


def test_settings_that_cannot_be_used_are_all_it_says(tmp_path: Path) -> None:
    ran = doctor(tmp_path, PROXY_HOPS="many", SECRET_KEY="short")

    assert ran.returncode == 1
    assert "PROXY_HOPS" in ran.stderr
    assert "SECRET_KEY: must be set" in ran.stderr
    assert "Traceback" not in ran.stderr
