"""How app.serve has gunicorn run the web: its settings, by gunicorn's own names, and a hook.

Only settings and the form of log lines are imported before the web process is on its own.
"""

import logging
import os
import socket
import struct
import sys
from contextlib import suppress
from typing import Any

from gunicorn.glogging import Logger

from app import logs
from app.config import BadSettings, load


class Log(Logger):
    """gunicorn's log without a word of any request: that could be an address, or a mailed link.

    LOG_FORMAT counts for it as for the board's own lines.
    """

    def setup(self, cfg: Any) -> None:
        """Write where and what gunicorn is told to, in our form."""
        super().setup(cfg)
        form: logging.Formatter = logs.Plain(self.error_fmt, self.datefmt, whole=True)
        with suppress(BadSettings):  # which wsgi.py tells better
            form = logs.Json() if load().logs_json else form
        for handler in self.error_log.handlers:
            handler.setFormatter(form)

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Warn; of a request that makes no sense, say that and no more."""
        unread = str(msg).startswith("Invalid request")
        super().warning("A request could not be read." if unread else msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Tell an error with its traceback; while answering a request, only its type."""
        if "request" not in str(msg).casefold():
            return super().exception(msg, *args, **kwargs)
        kind, _, _ = sys.exc_info()
        return self.error("A request could not be answered: %s", kind and kind.__name__)


wsgi_app = "wsgi:app"
worker_class = "gthread"
workers = 1
threads = 8
limit_request_line = 8190  # bytes; a long search must get a page
PATIENCE = 10  # seconds for the next byte of a request; whoever sends none lets a thread go
graceful_timeout = 3
loglevel = "warning"
logger_class = Log
accesslog = None  # nobody keeps who read what
control_socket_disable = True


def be_patient(started: Any) -> None:
    """Wait PATIENCE for a visitor's next byte, and no longer."""
    for listener in started.sockets:  # what is accepted there is as patient (socket(7))
        waiting = struct.pack("ll", PATIENCE, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, waiting)


def post_worker_init(started: Any) -> None:
    """Before the first request is answered: bring the database and the index up to date."""
    from app import boot

    be_patient(started)
    boot.end_with_parent(os.getppid())
    boot.prepare(started.wsgi, demo=os.environ.get("DEMO") == "1")
