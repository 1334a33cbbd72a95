"""A board without its web, for the processes that are killed: `python -m tests.faults.board`.

Arguments: the database's path, the mail server's URL. Runs the worker until it is killed.
"""

import sys
from pathlib import Path

from flask import Flask
from pydantic import SecretStr

from app import db, worker
from app.config import Settings
from tests.outside import database_of


def make_app(database: Path, mail_url: str) -> Flask:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=SecretStr(database_of(database.parent)),
        mail_url=SecretStr(mail_url),
        mail_from="board@board.example.org",
    )
    app = Flask("app", instance_path=str(database.parent))
    app.extensions["settings"] = settings
    db.init_app(app, settings)
    return app


if __name__ == "__main__":
    worker.run(make_app(Path(sys.argv[1]), sys.argv[2]), tasks=[])
