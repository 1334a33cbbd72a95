"""A whole board from one database into another, and back."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import sqlalchemy as sa

from app.backup.loading import Tell, anew, finish, load, open_note
from app.backup.marker import Note
from app.backup.rows import Snapshot, snapshot
from app.backup.sums import sum_of
from app.backup.tables import carried, go_on_from
from app.backup.troubles import Changed, Trouble

Bar = Callable[[str, int], AbstractContextManager[Tell]]  # of what, and of how many rows


class Behind(Trouble):
    """The board went on while it was carried, or (`finished`) since it was."""

    def __init__(self, tables: list[str], *, finished: bool) -> None:
        there = "Name a new, empty one." if finished else "Give the command again."
        super().__init__(
            f"The board went on meanwhile ({', '.join(tables)}): what came since is not in the new "
            f"database, so don’t use it. Stop the board, the website’s socket too. {there}"
        )


def move(old: sa.Engine, new: sa.Engine, bar: Bar) -> Note:
    """Carry all of it, going on where another try broke off; returns what has come.

    Raises Behind where the board has changed since; the next try carries the difference, or all
    of it anew. A try that had carried all and was broken off over what follows compares again.
    """
    with snapshot(old) as source:
        note = open_note(new, source)
        if note.state != "right":
            note = _carry(new, source, note, bar)
    _must_be_all(old, new, note, bar)
    finish(new, note, then=lambda: None)
    return note


def _carry(new: sa.Engine, source: Snapshot, note: Note, bar: Bar) -> Note:
    try:
        with bar("Moving", 2 * source.total) as tell:
            load(new, source, note, whole=False, tell=tell)
    except Changed:
        note = anew(new, source)
        with bar("Moving it anew", 2 * source.total) as tell:
            load(new, source, note, whole=False, tell=tell)
    return note


def _must_be_all(old: sa.Engine, new: sa.Engine, note: Note, bar: Bar) -> None:
    behind = []
    with snapshot(old) as now, bar("Comparing", now.total) as tell:
        for table in now.tables:
            there = sum_of(now.parts(table))
            tell(there.rows)
            if there != note.done.get(table):
                behind.append(table)
        last = now.last_ids()
    finished = note.state == "right"  # and so it may be of a later revision by now
    if behind:
        raise Behind(behind, finished=finished)
    if finished:
        return
    with new.execution_options(writes=True).begin() as connection:
        go_on_from(connection, carried(connection), last)
