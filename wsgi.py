"""What a WSGI server serves: `gunicorn wsgi:app`."""

import logging
import sys

import click

from app import create_app
from app.collector import collect_at_safe_moments
from app.config import BadSettings

try:
    app = create_app()
except BadSettings as problem:
    sys.exit(str(problem))

collect_at_safe_moments()
if click.get_current_context(silent=True) is None:  # a server, not one of the commands
    settings = app.extensions["settings"]
    for sentence in [*settings.doubtful(), *settings.without_effect()]:
        logging.getLogger("app").warning(sentence)
