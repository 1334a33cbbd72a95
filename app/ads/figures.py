"""How many ads there are of each kind and sector."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ads.asking import live_clause
from app.ads.models import Ad


@dataclass(frozen=True, slots=True)
class Figures:
    """The board's counts at one moment."""

    total: int
    kinds: dict[str, int]
    sectors: dict[str, int]


def count(session: Session, *, now: datetime) -> Figures:
    """Count the live ads: one grouped query."""
    by_both = select(Ad.kind, Ad.sector, func.count()).where(live_clause(now))
    kinds: dict[str, int] = {}
    sectors: dict[str, int] = {}
    for kind, sector, number in session.execute(by_both.group_by(Ad.kind, Ad.sector)):
        kinds[kind] = kinds.get(kind, 0) + number
        sectors[sector] = sectors.get(sector, 0) + number
    return Figures(total=sum(kinds.values()), kinds=kinds, sectors=sectors)
