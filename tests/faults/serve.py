"""Web and worker as app.serve starts them, but they may take their time to end.

`python -m tests.faults.serve`: what is tried with it is not how quick a busy machine is.
"""

import os

from app import serve

LEAVE_SECONDS = 60

if __name__ == "__main__":
    os.environ["GUNICORN_CMD_ARGS"] = f"--graceful-timeout={LEAVE_SECONDS}"
    serve.LEAVE_SECONDS = LEAVE_SECONDS
    serve.main()
