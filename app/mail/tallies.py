"""How often things happened since the board began, counted with what they count. For /metrics."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mail.models import Tally


def count(session: Session, name: str, times: int = 1) -> None:
    """Once more (or `times` more) of `name`; undone with the transaction."""
    more = sa.update(Tally).where(Tally.name == name).values(count=Tally.count + times)
    if not session.execute(more).rowcount:  # type: ignore[attr-defined]
        with session.begin_nested():
            session.add(Tally(name=name, count=times))


def tallies(session: Session) -> dict[str, int]:
    """Every count by name."""
    rows = session.execute(sa.select(Tally.name, Tally.count))
    return {str(name): int(count) for name, count in rows}
