"""Bothways: small ads for mutual mentoring."""

import os
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from app.config import Settings

# Several threads for one multiplication mostly wait for each other where a board shares its
# machine: one thread encodes five times as many ads there. To be said before numpy is first loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def create_app(settings: "Settings | None" = None) -> Flask:
    """Build the application: settings, then the database, then the web, then the commands."""
    # Imported here, so that one room (the catalogue, say) can be used without opening them all.
    from app import cli, config, db, web

    settings = settings or config.load()
    app = Flask("app", instance_path=str(settings.state_folder))
    app.extensions["settings"] = settings
    db.init_app(app, settings)
    web.init_app(app, settings)
    cli.register_commands(app)
    return app
