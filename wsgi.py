"""What a WSGI server serves: `gunicorn wsgi:app`."""

import sys

from app import create_app
from app.config import BadSettings

try:
    app = create_app()
except BadSettings as problem:
    sys.exit(str(problem))
