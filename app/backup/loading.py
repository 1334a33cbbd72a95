"""A board into an empty database: in one go or step by step, then compared with what it came from.

In one go (a restore), nothing stands there until everything does. Step by step (a move), what broke
off goes on where it was, as long as what was carried still stands like that at its source.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import islice

import sqlalchemy as sa

from app.backup import marker, revisions
from app.backup.marker import Note
from app.backup.rows import Source, parts_of, put
from app.backup.sums import Part, Sum, Tally, sum_of
from app.backup.tables import carried, clear, columns_of, go_on_from, must_be_empty
from app.backup.troubles import Changed, Differs, Trouble

STEP = 20  # parts that are committed together
Tell = Callable[[int], None]  # told how many rows more are done


def open_note(target: sa.Engine, source: Source) -> Note:
    """Look at what `target` holds, and say how to go on: a note of before, or a new one.

    Raises Trouble where it holds a board, or tables that nobody here knows.
    """
    with target.connect() as connection:
        note = marker.read(connection)
        if note is None:
            must_be_empty(connection)
        elif note.state == "there" and not _is_untouched(connection, note):
            raise Trouble(
                "The board in this database has been used since it was carried here, so nothing "
                "was changed. Name a new, empty one."
            )
    if note is not None and (note.source, note.revision) == (source.name, source.revision):
        return note
    if note is not None and note.state == "right":
        raise Trouble(
            "Another board was brought here, or this one before it was upgraded, so nothing was "
            "changed. Give the command again that brought it, or name a new, empty database."
        )
    return anew(target, source)


def _is_untouched(connection: sa.Connection, note: Note) -> bool:
    """Whether a board that was carried and never finished is still as it was carried."""
    return all(
        sum_of(parts_of(connection, table)) == note.done.get(table.name)
        for table in carried(connection)
    )


def anew(target: sa.Engine, source: Source) -> Note:
    """Nothing but empty tables, of the revision of `source`; returns a new note."""
    with _writing(target) as connection:
        if marker.read(connection) is not None:
            clear(connection)
            marker.end(connection)
    revisions.bring_to(target, source.revision)
    return Note(source.name, source.revision)


def load(target: sa.Engine, source: Source, note: Note, *, whole: bool, tell: Tell) -> None:
    """Carry what is missing, and compare all of it; the note is `there` then.

    Raises Changed where what was carried before is not what stands at the source now.
    """
    fill = _in_one_go if whole else _step_by_step
    fill(target, source, note, tell)


def _in_one_go(target: sa.Engine, source: Source, note: Note, tell: Tell) -> None:
    with _writing(target) as connection:
        must_be_empty(connection)  # asked again, now that nobody else writes
        marker.begin(connection, note)
        before = note.text()
        for table in _tables(connection, source):
            coming = _Coming(source, table, None, tell)
            while coming.into(connection):
                continue
            note.done[table.name] = coming.tally.sum
        marker.change(connection, note, before)
        _compare(connection, source, note, tell)


def _step_by_step(target: sa.Engine, source: Source, note: Note, tell: Tell) -> None:
    with _writing(target) as connection:
        note.state = "coming"
        marker.begin(connection, note)
        tables = _tables(connection, source)
    for table in tables:
        coming = _Coming(source, table, note.done.get(table.name), tell)
        more = True
        while more:
            with _writing(target) as connection:
                before = note.text()
                more = coming.into(connection)
                note.done[table.name] = coming.tally.sum
                marker.change(connection, note, before)
    with _writing(target) as connection:
        _compare(connection, source, note, tell)


class _Coming:
    """The rows of one table, some steps of which may have been made before."""

    def __init__(self, source: Source, table: sa.Table, done: Sum | None, tell: Tell) -> None:
        self.tally = Tally()
        self._table, self._done, self._tell = table, done or Tally().sum, tell
        self._parts = self._missing(source.parts(table.name))

    def into(self, connection: sa.Connection) -> bool:
        """One step; whether there may be another."""
        step = 0
        for part in islice(self._parts, STEP):
            put(connection, self._table, part)
            self._tell(len(part))
            step += 1
        return step == STEP

    def _missing(self, parts: Iterator[Part]) -> Iterator[Part]:
        """What is not there yet; `tally` has counted what was, and what was given."""
        for part in parts:
            there = part[: max(0, self._done.rows - self.tally.rows)]
            if there:
                self.tally.add(there)
                self._tell(len(there))
                if self.tally.rows == self._done.rows and self.tally.sum != self._done:
                    raise Changed
            if new := part[len(there) :]:
                self.tally.add(new)
                yield new
        if self.tally.rows < self._done.rows:
            raise Changed


def _tables(connection: sa.Connection, source: Source) -> list[sa.Table]:
    """The tables to be filled, in their order; they must be those of the source."""
    tables = carried(connection)
    here = {table.name: [column.name for column in columns_of(table)] for table in tables}
    if here != {name: source.columns(name) for name in source.tables}:
        raise Trouble("Its tables are not those of this version; was one made by hand?")
    return tables


def _compare(connection: sa.Connection, source: Source, note: Note, tell: Tell) -> None:
    """Read it all again; from now on nothing is missing."""
    tables = carried(connection)
    for table in tables:
        there = sum_of(parts_of(connection, table))
        if there != note.done[table.name]:
            raise Differs(table.name)
        tell(there.rows)
    go_on_from(connection, tables, source.last_ids())
    before, note.state = note.text(), "there"
    marker.change(connection, note, before)


def finish(target: sa.Engine, note: Note, then: Callable[[], None]) -> None:
    """Bring it up to date, do what belongs to it, and let it be a board."""
    if note.state != "right":
        with _writing(target) as connection:
            before, note.state = note.text(), "right"
            marker.change(connection, note, before)
    revisions.upgrade(target)
    if target.dialect.name == "postgresql":
        with _writing(target) as connection:
            connection.exec_driver_sql("ANALYZE")
    then()
    with _writing(target) as connection:
        marker.end(connection)


def _writing(target: sa.Engine) -> AbstractContextManager[sa.Connection]:
    return target.execution_options(writes=True).begin()
