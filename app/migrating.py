"""Bringing the tables up to date: one process at a time, however many machines start at once."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from flask_alembic import Alembic

CARRYING = "carrying"  # a table that stands in a database while a board is carried into it
_TURN = 0x626F746877617973  # “bothways”, eight letters: what an advisory lock of ours is called


class HalfCarried(click.ClickException):
    """A board is on its way into this database. What starts migrates first, so nothing starts."""

    def __init__(self) -> None:
        super().__init__(
            "A board is still on its way into this database: give the command again that carries "
            "it (flask board move, flask restore), or name another database."
        )


class Migrations(Alembic):
    """Flask-Alembic, whose turns come one after the other: the second finds nothing left to do."""

    _busy: int | None = None  # the thread that migrates

    def init_app(self, app: Flask, *values: Any, **words: Any) -> None:
        """As Flask-Alembic does; but what one thread migrates with, no other thread closes.

        It would at the end of any application context, such as that of one who follows vectors.
        """
        super().init_app(app, *values, **words)
        clear = app.teardown_appcontext_funcs.pop()

        def clear_own(error: BaseException | None) -> None:
            if self._busy in {None, get_ident()}:
                clear(error)

        app.teardown_appcontext(clear_own)

    def run_migrations(self, fn: Any, **kwargs: Any) -> None:
        """Wait for whoever migrates this database just now, then migrate what is left.

        Raises HalfCarried where a board is on its way into it.
        """
        engines, _ = self._prepare_targets()
        self._busy = get_ident()
        try:
            with turn(engines["default"]):
                if sa.inspect(engines["default"]).has_table(CARRYING):
                    raise HalfCarried
                super().run_migrations(fn, **kwargs)
        finally:
            self._busy = None


@contextmanager
def turn(engine: sa.Engine) -> Iterator[None]:
    """Nobody else migrates meanwhile; whoever is killed leaves the turn to the next."""
    if engine.dialect.name == "sqlite":
        folder = os.open(Path(str(engine.url.database)).parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # the folder itself: no file is left behind
            yield
        finally:
            os.close(folder)
    else:
        with engine.connect() as waiting:
            waiting.exec_driver_sql("SET lock_timeout = 0")  # a large table may take a while
            waiting.exec_driver_sql(f"SELECT pg_advisory_lock({_TURN})")
            try:
                yield
            finally:
                waiting.invalidate()  # the connection ends, and lock and setting with it
