"""The board's three programs as they are started, but in more haste, and mortal where a test says.

`python -m tests.faults.programs web|worker|lmtp`; tests.faults.starter forks them instead. What the
environment may say besides the settings:

BUSY_SECONDS   how long a program waits for a lock of the database
LEASE_SECONDS  how long a worker has a mail to itself
RETRY_SECONDS  how long a mail waits after an attempt that failed
FALLS_AT       the step at which the program is killed (`stops` before it: its thread hangs), once
FALLS_ON       a path: the step counts only while a POST to a path that begins so is answered
FELL           the file that says that it happened
"""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import flask
import flask.cli
import flask.templating
import jinja2
import sqlalchemy as sa
from gunicorn.app.wsgiapp import run as gunicorn

from app import db
from app.mail import delivery
from app.mail import policy as mail_policy
from app.relay import taking

# A step is just before or just after a function is called.
STEPS = {
    "kept, not committed": ("after", "app.relay.accepting", "accept"),
    "committed, not answered": ("after", "app.relay.door", "Door.take"),
    "claimed, not read": ("before", "app.relay.taking", "_deal_with"),
    "read, not settled": ("after", "app.relay.reader", "Reader.read"),
    "settled, not committed": ("after", "app.relay.answers", "settle"),
    "settled and committed": ("after", "app.relay.taking", "_deal_with"),
    "leased, not committed": ("after", "app.mail.delivery", "_take"),
    "leased, not handed over": ("before", "app.mail.delivery", "_attempt"),
    "handed over, not written": ("before", "app.mail.delivery", "finish"),
    "written, not committed": ("after", "app.mail.delivery", "finish"),
    "marked, not promised": ("after", "app.ads.service", "introductions_due"),
    "promised, not committed": ("after", "app.mail.outbox", "put"),
    "done, not committed": ("before", "", "COMMIT"),
    "done, not answered": ("after", "flask", "Flask.full_dispatch_request"),
}


def run(program: str) -> None:
    """Be that program until it ends; the environment says the rest."""
    _hasten()
    if step := os.environ.get("FALLS_AT"):
        _be_mortal(step)
    if program == "web":
        bind = f"127.0.0.1:{os.environ['PORT']}"
        sys.argv = ["gunicorn", "--config", "python:app.web_server", "--bind", bind]
        gunicorn()
    else:
        sys.argv = ["flask", *{"worker": ["worker"], "lmtp": ["relay", "lmtp"]}[program]]
        flask.cli.main()


_GO_ON = threading.Event()  # set by SIGCONT


class _Environment(flask.templating.Environment):
    """Templates that were compiled for one are kept for the next that is started."""

    def __init__(self, *values: Any, **options: Any) -> None:
        folder = Path(os.environ["FELL"]).parent / "templates"
        folder.mkdir(exist_ok=True)
        kept = jinja2.FileSystemBytecodeCache(str(folder))
        super().__init__(*values, bytecode_cache=kept, **options)


def _hasten() -> None:
    flask.Flask.jinja_environment = _Environment
    said = os.environ.get
    db.BUSY_SECONDS = float(said("BUSY_SECONDS", db.BUSY_SECONDS))  # type: ignore[assignment]
    if lease := said("LEASE_SECONDS"):
        shorter = timedelta(seconds=float(lease))
        delivery.LEASE = taking.LEASE = shorter  # type: ignore[attr-defined]
    if retry := said("RETRY_SECONDS"):
        mail_policy.WAITS = (timedelta(seconds=float(retry)),) * len(mail_policy.WAITS)


def _be_mortal(step: str) -> None:
    how = signal.SIGSTOP if step.startswith("stops ") else signal.SIGKILL
    when, module, name = STEPS[step.removeprefix("stops ")]
    signal.signal(signal.SIGCONT, lambda *_: _GO_ON.set())
    if name == "COMMIT":
        sa.event.listen(sa.Engine, "commit", lambda _: _fall(how))
        return
    *owner, last = name.split(".")
    place: Any = importlib.import_module(module)
    for part in owner:
        place = getattr(place, part)
    setattr(place, last, _mortal(getattr(place, last), when, how))


def _mortal(called: Callable[..., Any], when: str, how: signal.Signals) -> Callable[..., Any]:
    @wraps(called)
    def call(*values: Any, **words: Any) -> Any:
        if when == "before":
            _fall(how)
        found = called(*values, **words)
        if when == "after" and not (found is None and called.__name__ == "_take"):
            _fall(how)
        return found

    return call


def _fall(how: signal.Signals) -> None:
    """Once, and only on the path that is meant."""
    path, fell = os.environ.get("FALLS_ON"), Path(os.environ["FELL"])
    if path is not None:
        asked = flask.request if flask.has_request_context() else None
        if asked is None or asked.method != "POST" or not asked.path.startswith(path):
            return
    if not fell.exists():
        fell.touch()
        if how is signal.SIGSTOP:
            # Only this thread: stopped as a whole, the program might hold the one writer's lock of
            # SQLite in another thread, and then nobody could take over.
            _GO_ON.wait()
        else:
            os.kill(os.getpid(), how)


if __name__ == "__main__":
    run(sys.argv[1])
