"""The worker: its threads, its sign of life, and what a failure costs."""

import logging
import threading
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask, current_app

from app import heartbeat, worker
from app.core.clock import utcnow
from app.db import db
from app.mail.policy import Outcome, Paused, Trouble
from app.mail.transports import FolderTransport, Parcel
from app.worker import Task
from tests.mail.conftest import app, person, promise, row
from tests.waiting import until

__all__ = ["app", "person"]


class Running:
    """A worker in a thread of its own, ended at the end of the block."""

    def __init__(self, app: Flask, **options: object) -> None:
        self.stop = Event()
        self.thread = Thread(target=worker.run, args=(app, False, self.stop), kwargs=options)

    def __enter__(self) -> "Running":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(5)
        assert not self.thread.is_alive()
        # Nobody waits for this one; but it may be asking the database, which a test lets go.
        until(lambda: "watch" not in {thread.name for thread in threading.enumerate()})


def failing() -> None:
    raise RuntimeError("anwen@home.example typed this")


def test_once_does_every_task_and_then_delivers_what_they_promised(
    app: Flask, person: int, tmp_path: Path
) -> None:
    promised: list[int] = []
    tasks = [
        Task("failing", 1, failing),
        Task("remind", 1, lambda: promised.append(promise(person, now=utcnow()))),
    ]
    worker.run(app, once=True, tasks=tasks)
    assert [row(number).state for number in promised] == ["sent"]
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1


def test_a_mail_is_delivered_soon_after_it_was_promised(
    app: Flask, person: int, tmp_path: Path
) -> None:
    with Running(app, tasks=[]):
        number = promise(person, now=utcnow())
        until(lambda: row(number).state == "sent", 5)
    (file,) = (tmp_path / "mail").glob("*.eml")
    assert b"To: anwen@home.example\r\n" in file.read_bytes()


def test_tasks_go_on_after_a_failure_that_is_logged_by_name_only(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []
    tasks = [
        Task("purge", 0, failing),
        Task("index", 0, lambda: done.append(current_app.name)),
        Task("rarely", 3600, lambda: done.append("rarely")),
    ]
    with caplog.at_level(logging.INFO), Running(app, tasks=tasks):
        until(lambda: done.count("app") >= 3, 5)
    assert done.count("rarely") == 1
    assert "purge failed: RuntimeError" in caplog.text
    assert "anwen" not in caplog.text


def test_a_worker_shows_signs_of_life(app: Flask) -> None:
    def last_beat() -> datetime | None:
        with app.app_context():
            return heartbeat.last_beat(db.session)

    assert last_beat() is None
    with Running(app, tasks=[]):
        until(lambda: last_beat() is not None, 5)
    beat = last_beat()
    assert beat is not None
    assert abs((utcnow() - beat).total_seconds()) < 5


def test_a_long_mail_does_not_hold_up_the_tasks(app: Flask, person: int, tmp_path: Path) -> None:
    release, in_hand, done = Event(), Event(), Event()

    class Slow(FolderTransport):
        def deliver(self, parcel: Parcel) -> Outcome:
            in_hand.set()
            release.wait(5)
            return super().deliver(parcel)

    number = promise(person, now=utcnow())
    tasks = [Task("index", 0, lambda: done.set() if in_hand.is_set() else None)]
    with Running(app, transport=Slow(tmp_path / "mail"), tasks=tasks):
        assert done.wait(5)
        release.set()
    assert row(number).state == "sent"  # ended, but only after the mail in hand


def test_a_slow_task_apart_does_not_hold_up_the_others(app: Flask) -> None:
    released, done = Event(), Event()
    tasks = [
        Task("slow", 0.01, lambda: released.wait(5), apart=True),
        Task("quick", 0.01, done.set),
    ]
    with Running(app, tasks=tasks):
        try:
            assert done.wait(3)
        finally:
            released.set()


def test_an_unusable_transport_is_left_alone_for_a_while(app: Flask, person: int) -> None:
    asked = threading.Semaphore(0)

    class Locked:
        def deliver(self, parcel: Parcel) -> Outcome:
            asked.release()
            return Paused(Trouble.REFUSED_LOGIN)

        def close(self) -> None:
            pass

    number = promise(person, now=utcnow())
    with Running(app, transport=Locked(), tasks=[]):
        assert asked.acquire(timeout=5)
        assert not asked.acquire(timeout=1)
    assert (row(number).state, row(number).attempts) == ("pending", 0)


def test_the_threads_end_with_the_worker(app: Flask) -> None:
    with Running(app, tasks=[]):
        until(lambda: {"mail", "tasks"} <= {thread.name for thread in threading.enumerate()}, 5)
    until(lambda: not {"mail", "tasks"} & {thread.name for thread in threading.enumerate()}, 5)
