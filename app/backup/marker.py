"""A note in a database that a board is on its way into it: from where, and how far it has come.

It stands in a table of its own, which is there only meanwhile. Whoever is killed finds it again,
and no website or worker starts beside it (app.migrating).
"""

import json
from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa

from app.backup.sums import Sum
from app.backup.troubles import Trouble
from app.migrating import CARRYING

_TABLE = sa.Table(CARRYING, sa.MetaData(), sa.Column("note", sa.Text, nullable=False))


@dataclass(slots=True)
class Note:
    """How far it has come.

    `state`: coming (rows are missing), there (all rows are), right (they are what they should be,
    and only what follows is left to do). `done`: for each table begun, what of it has come.
    """

    source: str
    revision: str
    state: Literal["coming", "there", "right"] = "coming"
    done: dict[str, Sum] = field(default_factory=dict)

    def text(self) -> str:
        """As it is kept."""
        return json.dumps([self.source, self.revision, self.state, self.done])


def read(connection: sa.Connection) -> Note | None:
    """The note, or None where no board is on its way."""
    if not sa.inspect(connection).has_table(CARRYING):
        return None
    text = connection.scalar(sa.select(_TABLE.c.note))
    if text is None:
        return None
    source, revision, state, done = json.loads(text)
    return Note(source, revision, state, {name: Sum(*of) for name, of in done.items()})


def begin(connection: sa.Connection, note: Note) -> None:
    """Leave a note where there may be another."""
    _TABLE.create(connection, checkfirst=True)
    connection.execute(sa.delete(_TABLE))
    connection.execute(sa.insert(_TABLE).values(note=note.text()))


def change(connection: sa.Connection, note: Note, before: str) -> None:
    """Write down how far it has come. Raises Trouble where somebody else has meanwhile."""
    mine = sa.update(_TABLE).where(_TABLE.c.note == before).values(note=note.text())
    if connection.execute(mine).rowcount != 1:
        raise Trouble("Another command carries a board into this database just now.")


def end(connection: sa.Connection) -> None:
    """Take the note away: this is a board now."""
    _TABLE.drop(connection)
