"""Many ads at once: import from, and export to, a file with one JSON object a line."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from app.ads.bulk import Row, add
from app.ads.fields import LONGEST, BadLine
from app.ads.lines import Incoming, dated, read_line, write_line
from app.ads.models import Ad
from app.ads.policy import fingerprint
from app.db import again

__all__ = [
    "BadLine",
    "Counts",
    "Incoming",
    "export_file",
    "export_lines",
    "import_file",
    "import_lines",
    "read_line",
    "summary",
]

BATCH = 500  # ads in one transaction
BREATH = 0.02  # seconds between two batches in which whoever waits for the database gets it

Transaction = Callable[[], AbstractContextManager[Session]]


@dataclass(slots=True)
class Counts:
    """What became of the lines; `refused` as (line number from 1, the reason in a sentence)."""

    added: int = 0
    skipped: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def import_lines(
    lines: Iterable[str],
    *,
    now: datetime,
    transaction: Transaction,
    batch: int = BATCH,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Load every good line, `batch` lines to a transaction of their own.

    A bad line is counted with its reason. A Box or the same words that stand already are skipped,
    so that an import broken off can simply be run again. The index learns by stale marks in the
    same transactions. `progress` is told after each batch how many lines are done.
    """
    counts = Counts()
    numbered = enumerate(lines, start=1)
    while chunk := list(islice(numbered, batch)):
        rows = _read(chunk, now, counts)
        if rows:
            added = again(partial(_add_together, transaction, rows, now))
            counts.added += added
            counts.skipped += len(rows) - added
        if progress is not None:
            progress(chunk[-1][0])
        time.sleep(BREATH)
    return counts


def _add_together(transaction: Transaction, rows: list[Row], now: datetime) -> int:
    with transaction() as session:
        return add(session, rows, now)


def import_file(
    path: Path,
    *,
    now: datetime,
    transaction: Transaction,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """import_lines of a file, streaming; `progress` is told how many of its bytes are done."""
    with path.open("rb") as file:
        told = None if progress is None else (lambda _lines: progress(file.tell()))
        return import_lines(_lines(file), now=now, transaction=transaction, progress=told)


def summary(counts: Counts) -> Iterator[str]:
    """What to tell the operator: each refused line with its reason, then the counts."""
    for number, reason in counts.refused:
        yield f"Line {number}: {reason}"
    skipped = f", {counts.skipped} skipped (they stand already)" if counts.skipped else ""
    yield f"{counts.added} added, {len(counts.refused)} refused{skipped}."


def export_lines(session: Session, *, with_addresses: bool = False) -> Iterator[str]:
    """Every ad in whatever state, oldest first, as import_lines reads it; streaming."""
    query = sa.select(Ad).order_by(Ad.id).options(selectinload(Ad.skills))
    if with_addresses:
        query = query.options(joinedload(Ad.person))
    for ads in session.scalars(query.execution_options(yield_per=BATCH)).partitions():
        for ad in ads:
            yield write_line(ad, email=ad.person.email if with_addresses else None)
        session.expunge_all()


def export_file(session: Session, path: Path, *, with_addresses: bool = False) -> int:
    """Write export_lines to `path`, whole or not at all, readable by its owner alone.

    Returns how many ads it holds.
    """
    part = path.with_name(f"{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    written = 0
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            for line in export_lines(session, with_addresses=with_addresses):
                file.write(f"{line}\n")
                written += 1
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return written


# --- inside ---------------------------------------------------------------------------------------


def _lines(file: BinaryIO) -> Iterator[str]:
    """The file’s lines; of one that is too long, just enough to be refused: memory stays small."""
    first = True
    while raw := file.readline(LONGEST + 2):
        if len(raw) > LONGEST and not raw.endswith(b"\n"):
            while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
                continue
        text = raw.decode("utf-8", errors="surrogateescape")
        yield (text.removeprefix("\ufeff") if first else text).rstrip("\r\n")
        first = False


def _read(chunk: list[tuple[int, str]], now: datetime, counts: Counts) -> list[Row]:
    """The good lines of a chunk, read before any lock is taken; empty lines are nothing."""
    rows = []
    for number, line in chunk:
        if not line.strip():
            continue
        try:
            incoming = dated(read_line(line), now=now)
        except BadLine as problem:
            counts.refused.append((number, str(problem)))
        else:
            rows.append(Row(incoming, fingerprint(incoming.draft, incoming.email.key)))
    return rows
