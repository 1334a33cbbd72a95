"""The web server as app.serve starts it, but it may be less patient: `python -m tests.faults.web`.

Arguments: gunicorn's. BUSY_SECONDS in the environment: how long it waits for a database lock.
"""

import os

from gunicorn.app.wsgiapp import run

from app import db

if __name__ == "__main__":
    db.BUSY_SECONDS = float(os.environ.get("BUSY_SECONDS", db.BUSY_SECONDS))  # type: ignore[assignment]
    run()
