"""Every implementation of the search index, for the suites that hold for all of them."""

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from app.search.index import Index
from app.search.postgres_finding import MOST
from app.search.postgres_index import PostgresIndex
from app.search.whoosh_index import WhooshIndex
from tests import postgres

Make = Callable[[Path], Index]


def on_postgres(folder: Path, *, most: int = MOST) -> PostgresIndex:
    """The index that belongs to `folder`: a schema of its own in one database of this process."""
    sessions = sessionmaker(_engine())
    schema = f"s_{hashlib.sha1(str(folder).encode()).hexdigest()[:12]}"
    return PostgresIndex(reading=sessions, writing=sessions, schema=schema, most=most)


@cache
def _engine() -> sa.Engine:
    return sa.create_engine(postgres.create(Path(f"/indexes/{os.getpid()}")))


IMPLEMENTATIONS = [
    pytest.param(WhooshIndex, id="whoosh"),
    pytest.param(on_postgres, id="postgresql", marks=postgres.needed),
]
