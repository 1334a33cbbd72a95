"""What is kept of introductions, for their sides’ own eyes, and what is forgotten of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ads.models import Ad
from app.moderation.introductions.models import Introduction
from app.moderation.introductions.rules import Side
from app.people.models import Person


def of_person(session: Session, person: Person) -> list[tuple[Introduction, Side]]:
    """Every introduction of an ad of theirs, and which side of it they are; oldest first."""
    own = set(session.scalars(sa.select(Ad.id).where(Ad.person_id == person.id)))
    either = sa.or_(Introduction.first_ad_id.in_(own), Introduction.second_ad_id.in_(own))
    found = session.scalars(sa.select(Introduction).where(either).order_by(Introduction.id))
    return [(one, "first" if one.first_ad_id in own else "second") for one in found]


def forget_gone(session: Session) -> None:
    """Of ads that are erased: what their writers said, and the broker’s line about the two.

    What the other side said stays until its time is over, so that it hears what everybody hears.
    """
    for side in ("first", "second"):
        ad_id = getattr(Introduction, f"{side}_ad_id")
        own = {"pair": None, "line": "", f"{side}_says": "", f"{side}_said_at": None}
        session.execute(sa.update(Introduction).where(ad_id.is_(None)).values(own))
    both = (Introduction.first_ad_id.is_(None), Introduction.second_ad_id.is_(None))
    session.execute(sa.delete(Introduction).where(*both))


def purge(session: Session, *, before: datetime) -> None:
    """Delete those that ended before then."""
    forget_gone(session)
    session.execute(sa.delete(Introduction).where(Introduction.ended_at < before))
