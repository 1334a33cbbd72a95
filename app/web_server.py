"""How app.serve has gunicorn run the web: its settings, by gunicorn's own names, and a hook.

Nothing of the board is imported before the web process is on its own.
"""

import os
from typing import Any

wsgi_app = "wsgi:app"
worker_class = "gthread"
workers = 1
threads = 8
limit_request_line = 8190  # bytes; a long search must get a page
graceful_timeout = 3
loglevel = "warning"
accesslog = None  # nobody keeps who read what
control_socket_disable = True


def post_worker_init(started: Any) -> None:
    """Before the first request is answered: bring the database and the index up to date."""
    from app import boot

    boot.end_with_parent(os.getppid())
    boot.prepare(started.wsgi, demo=os.environ.get("DEMO") == "1")
