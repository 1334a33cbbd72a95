"""How a service manager has gunicorn run the web: as app.web_server says, but for itself alone.

Tables are brought up to date before, by `flask db upgrade`; the worker makes a missing index.
WEB_CONCURRENCY says how many processes, of eight threads each; one unless it is set.
"""

import os
from typing import Any

from gunicorn.systemd import sd_notify

from app.web_server import (  # noqa: F401 – gunicorn reads them from here
    accesslog,
    be_patient,
    control_socket_disable,
    limit_request_line,
    logger_class,
    loglevel,
    threads,
    worker_class,
    wsgi_app,
)

# Whoever is told to end finishes what visitors have asked for already.
graceful_timeout = 30
# gunicorn would say that it is ready before it has read the program: a restart of several machines,
# one after the other, would go on too early.
_told_at = os.environ.pop("NOTIFY_SOCKET", "")


def post_worker_init(started: Any) -> None:
    """Before the first request is answered: say that it will be."""
    be_patient(started)
    if _told_at:
        os.environ["NOTIFY_SOCKET"] = _told_at
        sd_notify("READY=1", started.log, unset_environment=True)
