"""A sign of life that another process can read: a file, touched every second or so."""

from datetime import UTC, datetime
from pathlib import Path

NAME = "worker.heartbeat"


def path_in(folder: str | Path) -> Path:
    """Where the worker's heartbeat lies in the application's instance folder."""
    return Path(folder) / NAME


def beat(path: Path) -> None:
    """Show that we are alive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def last_beat(path: Path) -> datetime | None:
    """When the last sign of life was, or None if there never was one."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
