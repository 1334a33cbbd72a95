"""The worker: one thread delivers mail, one takes it in, one does the rest; all outlive failures.

Three, because a mail server may think for a minute, a mail may be hard to read, and an ad should be
found within a second.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from threading import Event, Thread

from flask import Flask

from app import heartbeat, logs
from app.core.clock import utcnow
from app.db import again, alone, transaction
from app.mail import delivery, transports
from app.mail.policy import PAUSE, Paused

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.3  # how often to look for mail that is due
TICK_SECONDS = 0.1
BEAT_SECONDS = 5.0  # a replica that has not heard for three of them is not asked
SLOW_SECONDS = 10.0  # a task that takes so long is worth a look
LEAVE_SECONDS = 1.8  # how long a mail in hand may still take once we are told to end


@dataclass(frozen=True, slots=True)
class Task:
    """Something done again and again; `run` opens its own transactions and asks the clock."""

    name: str
    every_seconds: float
    run: Callable[[], object]
    apart: bool = False  # in a thread of its own
    by_one: bool = False  # while one worker is at it, no other is, on whichever host


# What the worker does beside mail. In this order, each in the application's context.
TASKS: list[Task] = []


def run(
    app: Flask,
    once: bool = False,
    stop: Event | None = None,
    *,
    transport: transports.Transport | None = None,
    tasks: Sequence[Task] | None = None,
) -> None:
    """Work until `stop` is set, or SIGTERM or SIGINT comes; with `once`, do what is due and return.

    A mail in hand is finished if that takes less than two seconds; otherwise its lease runs out
    and it goes again. Raises BadSettings if MAIL_URL can't be used.
    """
    stop = stop or Event()
    tasks = TASKS if tasks is None else tasks
    transport = transport or transports.of(app.extensions["settings"])
    if once:
        _drain(app, transport, tasks)
        return
    _end_on_signal(stop)
    together = [task for task in tasks if not task.apart]
    rounds = [
        Thread(target=_deliver, args=(app, transport, stop), name="mail", daemon=True),
        Thread(target=_do_tasks, args=(app, together, stop), name="tasks", daemon=True),
        *(
            Thread(target=_do_tasks, args=(app, [task], stop), name=task.name, daemon=True)
            for task in tasks
            if task.apart
        ),
    ]
    # A thread of its own, too: whoever waits for the database does not hear that it shall end.
    watch = Thread(target=_watch, args=(rounds, app, stop), name="watch", daemon=True)
    for thread in (*rounds, watch):
        thread.start()
    stop.wait()
    rounds[0].join(LEAVE_SECONDS)
    for thread in rounds[1:]:
        thread.join(LEAVE_SECONDS / 10)


def _drain(app: Flask, transport: transports.Transport, tasks: Sequence[Task]) -> None:
    """Everything once: the tasks first, since they may promise mails."""
    with app.app_context():
        for task in tasks:
            _try(task)
        delivery.deliver_due(transport, utcnow)
        _beat()


def _watch(rounds: Sequence[Thread], app: Flask, stop: Event) -> None:
    """Show signs of life as long as every thread lives."""
    while not stop.is_set():
        if all(thread.is_alive() for thread in rounds):
            with app.app_context():
                _try(Task("heartbeat", BEAT_SECONDS, _beat))
        stop.wait(BEAT_SECONDS)


def _beat() -> None:
    with transaction(by_statement=True) as session:
        heartbeat.beat(session, now=utcnow())


def _deliver(app: Flask, transport: transports.Transport, stop: Event) -> None:
    """Deliver what is due, look again shortly, and leave an unusable transport alone a while."""
    while not stop.is_set():
        wait = LOOK_SECONDS
        try:
            with app.app_context():
                outcome = delivery.deliver_due(transport, utcnow, stop)
            if isinstance(outcome, Paused):
                log.warning("mail paused: %s", outcome.trouble.value)
                wait = PAUSE.total_seconds()
        except Exception as error:
            _log_failure("mail", error)
        stop.wait(wait)


def _do_tasks(app: Flask, tasks: Sequence[Task], stop: Event) -> None:
    """Do each task when its time has come: at once, then so often as it says."""
    due = [0.0] * len(tasks)
    while not stop.is_set():
        for place, task in enumerate(tasks):
            if not stop.is_set() and time.monotonic() >= due[place]:
                with app.app_context():
                    _try(task)
                due[place] = time.monotonic() + task.every_seconds
        stop.wait(TICK_SECONDS)


def _try(task: Task) -> None:
    began = time.monotonic()
    with logs.noting(task=task.name):
        try:
            _run(task)
        except Exception as error:  # the next task, and the next round, shall have their turn
            _log_failure(task.name, error, time.monotonic() - began)
        else:
            took = time.monotonic() - began
            if took >= SLOW_SECONDS:
                log.warning("%s took long", task.name, extra={"noted": _seconds(took)})


def _run(task: Task) -> None:
    """Whatever is done twice is found to be done; yet there is no use in two who do the same."""
    with alone(task.name) if task.by_one else nullcontext(True) as mine:
        if mine:
            again(task.run)


def _log_failure(name: str, error: Exception, took: float = 0) -> None:
    """The name, the type and the place: an error's text may carry what somebody typed."""
    told = {"task": name, "where": logs.where(error), **_seconds(took)}
    log.error("%s failed: %s", name, type(error).__name__, extra={"noted": told})


def _seconds(took: float) -> dict[str, float]:
    return {"seconds": round(took, 3)}


def _end_on_signal(stop: Event) -> None:
    """Let SIGTERM and SIGINT end the work; only a process's main thread may say so."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
