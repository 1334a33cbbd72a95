"""How often things happened since the board began, counted with what they count. For /metrics."""

import secrets
from collections import Counter
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import upsert
from app.mail.models import Tally

_APART = "/"  # between a name and what makes a row’s own


def count(session: Session, name: str, times: int = 1) -> None:
    """Once more (or `times` more) of `name`; undone with the transaction."""
    if session.get_bind().dialect.name == "sqlite":
        _add(session, name, times)
    else:
        # A row for each, folded later: of all that happen at once, no two may wait for one row.
        own = f"{name}{_APART}{secrets.token_hex(8)}"
        session.execute(sa.insert(Tally).values(name=own, count=times))


def fold(session: Session) -> None:
    """Make one row of the many of each name."""
    many = sa.delete(Tally).where(Tally.name.contains(_APART))
    rows = session.execute(many.returning(Tally.name, Tally.count)).all()
    for name, times in sorted(_sums(rows).items()):
        _add(session, name, times)


def tallies(session: Session) -> dict[str, int]:
    """Every count by name."""
    return dict(_sums(session.execute(sa.select(Tally.name, Tally.count)).all()))


def _sums(rows: Iterable[Any]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for name, times in rows:
        sums[name.partition(_APART)[0]] += times
    return sums


def _add(session: Session, name: str, times: int) -> None:
    row = upsert(session, Tally).values(name=name, count=times)
    more = {"count": Tally.count + times}
    session.execute(row.on_conflict_do_update(index_elements=[Tally.name], set_=more))
