"""How many ads there are of each kind and sector, and which skills are wanted or hard to find."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ads.asking import live_clause
from app.ads.models import Ad, AdSkill

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """One skill with the number of live ads that seek and that offer it."""

    skill: str
    seek: int
    offer: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The board's counts at one moment."""

    total: int
    kinds: dict[str, int]
    sectors: dict[str, int]
    most_wanted: tuple[Wanted, ...]
    hard_to_find: tuple[Wanted, ...]


def count(session: Session, *, now: datetime) -> Figures:
    """Count the live ads: two grouped queries."""
    by_both = select(Ad.kind, Ad.sector, func.count()).where(live_clause(now))
    kinds: dict[str, int] = {}
    sectors: dict[str, int] = {}
    for kind, sector, number in session.execute(by_both.group_by(Ad.kind, Ad.sector)):
        kinds[kind] = kinds.get(kind, 0) + number
        sectors[sector] = sectors.get(sector, 0) + number
    wanted = _wanted(session, now)
    most = sorted(wanted, key=lambda w: (-w.seek, w.skill.casefold()))
    scarce = [w for w in most if w.seek >= 2 and w.offer * 2 < w.seek]
    scarce.sort(key=lambda w: (w.offer / w.seek, -w.seek, w.skill.casefold()))
    return Figures(
        total=sum(kinds.values()),
        kinds=kinds,
        sectors=sectors,
        most_wanted=tuple(w for w in most if w.seek)[:SHOWN],
        hard_to_find=tuple(scarce[:SHOWN]),
    )


def _wanted(session: Session, now: datetime) -> list[Wanted]:
    query = (
        select(AdSkill.key, AdSkill.side, func.min(AdSkill.skill), func.count())
        .join(Ad, Ad.id == AdSkill.ad_id)
        .where(live_clause(now))
        .group_by(AdSkill.key, AdSkill.side)
    )
    counted: dict[str, dict[str, int]] = {}
    names: dict[str, str] = {}
    for key, side, name, number in session.execute(query):
        names[key] = name
        counted.setdefault(key, {})[side] = number
    return [
        Wanted(names[key], sides.get("seeks", 0), sides.get("offers", 0))
        for key, sides in counted.items()
    ]
