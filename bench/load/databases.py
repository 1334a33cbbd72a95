"""A PostgreSQL and its replica as they are run in earnest, each at an address of its own."""

from pathlib import Path

import sqlalchemy as sa

from bench.load.network import NET
from tests.postgres_server import Server

_PG = {  # as a server is run in earnest, unlike that of the tests
    "fsync": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "shared_buffers": "256MB",
    # of the replica, as docs/growing.md has it
    "hot_standby_feedback": "on",
    "max_standby_streaming_delay": "3s",
}


def database(folder: Path, version: int, address: str) -> Server:
    """A PostgreSQL as it is run in earnest, that the machines here may ask."""
    server = Server(folder, version)
    server.start()
    listen(folder, address)
    said = "".join(f"{name} = {value}\n" for name, value in _PG.items())
    with (server.data / "postgresql.conf").open("a") as conf:
        conf.write(f"{said}include '../listen.conf'\n")
    with (server.data / "pg_hba.conf").open("a") as trusted:
        trusted.write(f"host all all {NET}.0.0/16 trust\n")
    server.restart()
    return server


def outside(url: str) -> sa.Connection:
    """A connection whose statements each count by themselves."""
    return sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect()


def say(url: str, statement: str) -> None:
    """Have one statement done."""
    with outside(url) as connection:
        connection.exec_driver_sql(statement)


def listen(folder: Path, address: str) -> None:
    """Beside the server's data, since a replica copies the data of the other."""
    folder.mkdir(exist_ok=True)
    (folder / "listen.conf").write_text(f"listen_addresses = '{address}'\n")
