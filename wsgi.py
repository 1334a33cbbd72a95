"""What a WSGI server serves: `gunicorn wsgi:app`."""

import logging
import sys

import click

from app import create_app, logs
from app.boot import follow_vectors
from app.collector import collect_at_safe_moments
from app.config import BadSettings

try:
    app = create_app()
except BadSettings as problem:
    sys.exit(str(problem))

settings = app.extensions["settings"]
logs.begin(as_json=settings.logs_json, whole=settings.app_env == "development")
collect_at_safe_moments()
if click.get_current_context(silent=True) is None:  # a server, not one of the commands
    for sentence in settings.doubtful():
        logging.getLogger("app").warning(sentence)
    follow_vectors(app)
